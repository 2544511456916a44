"""Topics follow their tickets: adopted after a crash, closed and opened by people, made ahead of time."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from crm_store.models.outbox import Action, OutboxRow, OutboxState, Thread, ThreadState
from crm_store.rules.lifecycle import Kind, Status
from handlers.context import TickContext
from handlers.ports import Person, Place, ThreadChange
from tests.factories import CAST, STAFF_GROUP, House
from tests.handlers.desk import body, desk, get, send_all, threads, ticket

BOT = Person("1", "Hearwell")


@pytest.fixture
def group(tmp_path: Path) -> House:
    return desk(tmp_path, group=True)


def change(at: House, what: str, thread: str, *, name: str = "", who: str | None = None) -> list[str]:
    person = BOT if who is None else CAST[who]
    place = Place(at.inbox_id, "telegram", STAFF_GROUP, thread, True)
    at.perform(ThreadChange(place, person, what, name, by_us=who is None))
    return at.outgoing()


class TestAdopting:
    def test_a_topic_made_before_a_crash_is_not_made_again(self, group: House) -> None:
        number = ticket(group)
        group.hears("wang", f"/take {number}", group=True)
        [name] = [body(row)["name"] for row in group.rows() if row.action == Action.MAKE_THREAD]
        change(group, "created", "555", name=str(name))
        [thread] = threads(group)
        assert (thread.provider_id, thread.state) == ("555", ThreadState.OPEN)
        assert Action.MAKE_THREAD not in [row.action for row in send_all(group)]
        assert {row.state for row in group.rows() if row.thread_id} == {OutboxState.SENT}

    def test_a_known_topic_keeps_its_id(self, group: House) -> None:
        number = ticket(group)
        group.hears("wang", f"/take {number}", group=True)
        send_all(group)
        before = threads(group)[0].provider_id
        change(group, "created", "777", name="#1 · Mei")
        assert threads(group)[0].provider_id == before

    def test_a_topic_made_by_a_person_is_theirs(self, group: House) -> None:
        number = ticket(group)
        group.hears("wang", f"/take {number}", group=True)
        change(group, "created", "777", name="#1 lunch", who="wang")
        assert threads(group)[0].provider_id is None


def _topic(group: House, kind: Kind = Kind.INQUIRY) -> str:
    number = ticket(group, kind=kind)
    group.hears("wang", f"/take {number}", group=True)
    send_all(group)
    group.outgoing()
    return str(threads(group)[0].provider_id)


class TestPeople:
    def test_closing_the_topic_resolves(self, group: House) -> None:
        thread = _topic(group)
        change(group, "closed", thread, who="wang")
        assert get(group, 1).status == Status.RESOLVED
        assert Action.CLOSE_THREAD not in [row.action for row in group.rows()]

    @pytest.mark.parametrize(
        ("language", "words"), [("zh", "投诉需要先写明"), ("en", "A complaint needs its cause")]
    )
    def test_a_complaint_still_needs_cause_and_remedy(
        self, tmp_path: Path, language: str, words: str
    ) -> None:
        group = desk(tmp_path, group=True, language=language)
        thread = _topic(group, Kind.COMPLAINT)
        [told] = change(group, "closed", thread, who="wang")
        assert told.startswith(f"{STAFF_GROUP}: {words}")
        assert get(group, 1).status == Status.OPEN

    def test_opening_it_again_reopens(self, group: House) -> None:
        thread = _topic(group)
        change(group, "closed", thread, who="wang")
        change(group, "reopened", thread, who="wang")
        assert get(group, 1).status == Status.OPEN
        assert threads(group)[0].state == ThreadState.OPEN

    def test_what_we_do_ourselves_changes_nothing(self, group: House) -> None:
        thread = _topic(group)
        assert change(group, "closed", thread) == []
        assert get(group, 1).status == Status.OPEN

    def test_strangers_and_other_topics_change_nothing(self, group: House) -> None:
        thread = _topic(group)
        assert change(group, "closed", thread, who="mei") == []
        assert change(group, "closed", "31337", who="wang") == []
        assert get(group, 1).status == Status.OPEN


def turn(at: House) -> bool:
    route = at.routes.named("tick", "threads")
    assert route is not None

    def unit(session: Session) -> bool:
        return bool(route.run(TickContext(session, at.now, at.desk, at.inbox_id)))

    return at.store.write_now(unit)


class TestSpare:
    def test_the_oldest_untaken_ticket_gets_its_topic(self, group: House) -> None:
        ticket(group)
        ticket(group, "li")
        assert turn(group) is False
        assert [thread.ticket_id for thread in threads(group)] == [1]
        [card] = [row for row in send_all(group) if row.action == Action.SEND]
        assert body(card)["buttons"] == [[["Take #1", "v1:take:1:0"]]]
        turn(group)
        assert [thread.ticket_id for thread in threads(group)] == [1, 2]

    def test_waits_while_something_waits_for_the_group(self, group: House) -> None:
        ticket(group)
        ticket(group, "li")
        turn(group)
        turn(group)
        assert len(threads(group)) == 1

    def test_waits_while_the_group_was_written_to_a_lot(self, group: House) -> None:
        for _ in range(5):
            ticket(group)
            turn(group)
            send_all(group)
        made = len(threads(group))
        assert made == 4  # three messages each: ten were out after the fourth
        group.passes(seconds=61)
        turn(group)
        assert len(threads(group)) == made + 1

    def test_a_taken_ticket_and_one_with_a_topic_need_none(self, group: House) -> None:
        number = ticket(group)
        group.hears("wang", f"/take {number}")
        turn(group)
        assert threads(group) == []

    def test_a_group_without_topics_is_not_asked_again(self, group: House) -> None:
        ticket(group)
        turn(group)

        def refuse(session: Session) -> None:
            thread = session.get_one(Thread, 1)
            thread.state = ThreadState.GONE
            for row in session.query(OutboxRow):
                row.state = OutboxState.FAILED

        group.store.write_now(refuse)
        turn(group)
        assert len(threads(group)) == 1

    def test_without_a_staff_group_nothing_happens(self, tmp_path: Path) -> None:
        home = desk(tmp_path)
        ticket(home)
        assert turn(home) is False
        assert threads(home) == []

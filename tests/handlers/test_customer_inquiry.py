"""A customer writes: one ticket, one acknowledgement, and what belongs together stays together."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from crm_store import events, surveys
from crm_store.models.conversation import MessageEdit
from crm_store.models.outbox import Action
from crm_store.rules.lifecycle import Status
from handlers.ports import FileRef
from tests.factories import STAFF_GROUP, House
from tests.handlers.customers import (
    CHEN,
    COMPLAINT,
    LI,
    MEI,
    PEOPLE,
    PRAISE,
    QUESTION,
    WANG,
    edits,
    labels,
    last_row,
    log,
    look,
    messages,
    moves,
    open_house,
    say,
    tickets,
    to,
)


def moment(language: str, hour: int) -> str:
    return f"3月2日 {hour}:00" if language == "zh" else f"2 Mar {hour}:00"


@pytest.mark.parametrize(("who", "language"), PEOPLE)
def test_an_inquiry_is_acknowledged_with_number_and_time(tmp_path: Path, who: str, language: str) -> None:
    home = open_house(tmp_path)
    sent = home.hears(who, QUESTION[language])
    promise = say(language, "promise.by", by=moment(language, 13))
    assert sent[0].endswith(say(language, "ack.inquiry", number=1, promise=promise))
    assert [(ticket.kind, ticket.priority, ticket.subject) for ticket in tickets(home)] == [
        ("inquiry", "normal", QUESTION[language])
    ]
    assert messages(home)[0].ticket_id == 1


@pytest.mark.parametrize(("who", "language"), PEOPLE)
def test_a_complaint_names_owner_and_deadline(tmp_path: Path, who: str, language: str) -> None:
    home = open_house(tmp_path)
    sent = home.hears(who, COMPLAINT[language])
    owner = say(language, "owner.named", name="Chen 陈")
    promise = say(language, "promise.by", by=moment(language, 10))
    assert sent[0].endswith(say(language, "ack.complaint", number=1, owner=owner, promise=promise))
    [ticket] = tickets(home)
    assert (ticket.kind, ticket.priority) == ("complaint", "high")
    assert ticket.resolution_due == home.now + timedelta(hours=24)


@pytest.mark.parametrize(("who", "language"), PEOPLE)
def test_feedback_is_thanked_and_rated_at_once_without_a_deadline(
    tmp_path: Path, who: str, language: str
) -> None:
    home = open_house(tmp_path, staff_group=STAFF_GROUP)
    first, _notice = home.hears(who, PRAISE[language])
    assert first.endswith(say(language, "ack.feedback", number=1))
    assert [label for label, _ in home.buttons(2)][:5] == ["1", "2", "3", "4", "5"]
    [ticket] = tickets(home)
    assert (ticket.kind, ticket.priority, ticket.first_due) == ("feedback", "low", None)


def test_why_finds_the_reasons_of_an_opening(tmp_path: Path) -> None:
    home = open_house(tmp_path)
    home.hears("li", COMPLAINT["en"])
    [opened] = look(home, lambda session: events.of_ticket(session, 1))
    detail = events.detail(opened)
    assert detail["ticket_kind"] == "complaint"
    assert detail["priority_reasons"] == ["kind:complaint"]
    assert detail["reasons"] != ["chosen_by_customer"]
    assert 0.5 < float(str(detail["confidence"])) < 1
    assert detail["owner"] == home.staff_ids["chen"]


def test_a_burst_joins_without_a_second_acknowledgement(tmp_path: Path) -> None:
    home = open_house(tmp_path)
    home.hears("mei", QUESTION["zh"])
    sent = [line for nth in range(8) for line in home.hears("mei", f"还有第 {nth} 点")]
    sent += home.photo("mei")
    assert sent == []
    assert len(tickets(home)) == 1
    assert [message.ticket_id for message in messages(home)] == [1] * 10
    assert messages(home)[-1].file_id == "file-1"


@pytest.mark.parametrize(
    ("hours", "key"),
    [("tue 09:00-17:00; wed-mon closed", "closed"), ("mon-sun closed", "soon")],
)
def test_out_of_hours_tells_when_the_desk_opens(tmp_path: Path, hours: str, key: str) -> None:
    home = open_house(tmp_path)
    home.opens(hours)
    sent = home.hears("li", QUESTION["en"])
    values = {"opens": "3 Mar 09:00", "by": "3 Mar 13:00"} if key == "closed" else {}
    assert to(LI, sent) == [say("en", "ack.inquiry", number=1, promise=say("en", f"promise.{key}", **values))]


def test_a_complaint_without_supervisors_has_our_supervisor(tmp_path: Path) -> None:
    home = open_house(tmp_path)
    home.store.write_now(lambda session: session.execute(sa.text("UPDATE staff_role SET revoked = 1")))
    [ack] = home.hears("li", COMPLAINT["en"])
    assert say("en", "owner.nobody") in ack


class TestAnnouncing:
    def test_the_group_gets_a_line_with_a_take_button(self, tmp_path: Path) -> None:
        home = open_house(tmp_path, staff_group=STAFF_GROUP)
        sent = home.hears("li", QUESTION["en"] + " x" * 80)
        [line] = to(STAFF_GROUP, sent)
        assert line.startswith("❓ #1 Li 李: How long") and len(line) == len("❓ #1 Li 李: ") + 80
        assert labels(home) == {"Take #1": "v1:take:1:0"}
        row = last_row(home)
        assert (row.combinable, row.priority, row.ticket_id) == (True, "notice", 1)

    def test_without_a_group_every_agent_gets_it_in_their_language(self, tmp_path: Path) -> None:
        home = open_house(tmp_path)
        sent = home.hears("li", QUESTION["en"])
        assert to(WANG, sent) == [f"❓ #1 Li 李：{QUESTION['en']}"]
        assert to(CHEN, sent) == [f"❓ #1 Li 李: {QUESTION['en']}"]

    def test_the_owner_of_a_complaint_is_told_in_private(self, tmp_path: Path) -> None:
        home = open_house(tmp_path, staff_group=STAFF_GROUP)
        sent = home.hears("mei", COMPLAINT["zh"])
        assert to(CHEN, sent) == [say("en", "notice.yours", name="Mei 梅", number=1, subject=COMPLAINT["zh"])]


class TestAfterTaking:
    def test_more_is_shown_to_the_assignee_and_files_are_copied(self, tmp_path: Path) -> None:
        home = open_house(tmp_path)
        home.hears("mei", QUESTION["zh"])
        home.hears("wang", "/take 1")
        assert home.hears("mei", "在吗") == [f"{WANG}: #1 Mei 梅：在吗"]
        assert home.photo("mei", "看图") == [f"{WANG}: #1 Mei 梅：看图", f"{WANG}: copy"]
        row = last_row(home)
        assert (row.action, row.ticket_id) == (Action.COPY, 1)
        assert row.body == f'{{"from_chat":"{MEI}","message":"{home.messages}"}}'

    def test_more_is_shown_in_the_thread(self, tmp_path: Path) -> None:
        home = open_house(tmp_path, staff_group=STAFF_GROUP)
        home.hears("mei", QUESTION["zh"])
        home.presses("wang", "v1:take:1:0", group=True)
        assert home.hears("mei", "在吗") == [f"{STAFF_GROUP}: #1 Mei 梅: 在吗"]
        assert last_row(home).thread_id is not None

    def test_waiting_for_the_customer_ends_when_they_write_but_not_by_thanks(self, tmp_path: Path) -> None:
        home = open_house(tmp_path)
        home.hears("mei", QUESTION["zh"])
        home.store.write_now(lambda session: session.execute(sa.text("UPDATE ticket SET status='pending'")))
        home.hears("mei", "谢谢")
        assert tickets(home)[0].status == Status.PENDING
        home.hears("mei", "单号 123")
        assert tickets(home)[0].status == Status.OPEN
        assert log(home, 1) == ["opened", "thanked", "heard", "woken"]

    def test_an_edit_shows_both_versions(self, tmp_path: Path) -> None:
        home = open_house(tmp_path)
        home.hears("li", QUESTION["en"])
        first = str(home.messages)
        home.hears("chen", "/take 1")
        now = "How long does an exchange take?"
        told = say("en", "notice.edited", number=1, name="Li 李", was=QUESTION["en"], now=now)
        assert edits(home, "li", first, now) == [f"{CHEN}: {told}"]
        assert messages(home)[0].body == now
        assert edits(home, "li", first, now) == []


def test_an_edit_before_its_original_is_one_message(tmp_path: Path) -> None:
    home = open_house(tmp_path)
    home.messages = 500
    sent = edits(home, "li", "501", "Where is my parcel?")
    assert len(to(LI, sent)) == 1
    assert home.hears("li", "Where is my parcle?") == []
    assert [message.body for message in messages(home)] == ["Where is my parcel?"]
    versions = look(home, lambda session: session.scalars(sa.select(MessageEdit.was)).all())
    assert versions == ["Where is my parcle?"]


def test_an_edit_by_staff_opens_nothing(tmp_path: Path) -> None:
    home = open_house(tmp_path)
    assert edits(home, "wang", "77", "hello") == []
    assert tickets(home) == []


class TestAfterResolving:
    def _resolved(self, folder: Path) -> House:
        home = open_house(folder)
        home.hears("mei", QUESTION["zh"])
        home.hears("wang", "/reply 1 三天")
        home.hears("wang", "/resolve 1")
        return home

    @pytest.mark.parametrize("words", ["谢谢", "好的", "thanks!", "👍", "🙏"])
    def test_thanks_change_nothing(self, tmp_path: Path, words: str) -> None:
        home = self._resolved(tmp_path)
        assert home.hears("mei", words) == []
        assert tickets(home)[0].status == Status.RESOLVED
        assert log(home, 1)[-1] == "thanked"
        assert messages(home)[-1].ticket_id == 1

    @pytest.mark.parametrize("emoji", ["", "😊"])
    def test_a_sticker_is_thanks(self, tmp_path: Path, emoji: str) -> None:
        home = self._resolved(tmp_path)
        assert home.hears("mei", emoji, file=FileRef("sticker", "s1")) == []
        assert len(tickets(home)) == 1 and tickets(home)[0].status == Status.RESOLVED

    def test_thanks_but_reopens_the_same_ticket_for_the_same_agent(self, tmp_path: Path) -> None:
        home = self._resolved(tmp_path)
        sent = home.hears("mei", "谢谢，但是还没好")
        assert to(MEI, sent) == [say("zh", "reopened", number=1)]
        assert to(WANG, sent) == [
            say("zh", "notice.reopened", number=1, name="Mei 梅", text="谢谢，但是还没好")
        ]
        [ticket] = tickets(home)
        assert (ticket.status, ticket.episode, ticket.assignee_id) == ("open", 2, home.staff_ids["wang"])

    def test_the_window_is_inclusive(self, tmp_path: Path) -> None:
        home = self._resolved(tmp_path)
        home.passes(hours=72)
        home.hears("mei", "还是不行")
        assert [ticket.status for ticket in tickets(home)] == ["open"]

    def test_later_is_a_new_ticket_that_follows(self, tmp_path: Path) -> None:
        home = self._resolved(tmp_path)
        home.passes(hours=72, microseconds=1)
        sent = home.hears("mei", "还是不行")
        assert "#2" in to(MEI, sent)[0]
        assert [(ticket.status, ticket.follow_up_of) for ticket in tickets(home)] == [
            ("resolved", None), ("new", 1),
        ]  # fmt: skip

    def test_the_window_counts_from_the_latest_resolve(self, tmp_path: Path) -> None:
        home = self._resolved(tmp_path)
        home.passes(hours=71)
        home.hears("mei", "还是不行")
        home.hears("wang", "/resolve 1")
        home.passes(hours=71)
        home.hears("mei", "还是不行啊")
        assert [(ticket.status, ticket.episode) for ticket in tickets(home)] == [("open", 3)]

    def test_closed_is_followed_at_once(self, tmp_path: Path) -> None:
        home = self._resolved(tmp_path)
        home.store.write_now(lambda session: session.execute(sa.text("UPDATE ticket SET status='closed'")))
        home.hears("mei", "还是不行")
        assert tickets(home)[1].follow_up_of == 1

    def test_reopening_cancels_a_planned_survey(self, tmp_path: Path) -> None:
        home = open_house(tmp_path)
        home.desk = replace(home.desk, survey_delay=timedelta(hours=1))
        home.hears("mei", QUESTION["zh"])
        home.hears("wang", "/reply 1 三天")
        home.hears("wang", "/resolve 1")
        home.hears("mei", "还是不行")
        home.passes(hours=2)
        assert look(home, lambda session: surveys.due(session, home.inbox_id, now=home.now)) == []

    def test_an_unowned_ticket_is_announced_again(self, tmp_path: Path) -> None:
        home = open_house(tmp_path, staff_group=STAFF_GROUP)
        home.hears("mei", QUESTION["zh"])
        home.store.write_now(
            lambda session: session.execute(
                sa.text("UPDATE ticket SET status='resolved', resolved=:at"),
                {"at": int(home.now.timestamp() * 1_000_000)},
            )
        )
        assert to(STAFF_GROUP, home.hears("mei", "还是不行")) == ["❓ #1 Mei 梅: 还是不行"]


def test_machine_mail_is_kept_and_never_answered(tmp_path: Path) -> None:
    home = open_house(tmp_path)
    assert home.hears("li", "Out of office", is_machine=True) == []
    assert (len(messages(home)), tickets(home)) == (1, [])


def test_blocking_and_coming_back_send_nothing(tmp_path: Path) -> None:
    home = open_house(tmp_path)
    home.hears("li", QUESTION["en"])
    assert moves(home, "li", is_reachable=False) == []
    unreachable = sa.text("SELECT unreachable_reason FROM identity")
    assert look(home, lambda session: session.scalar(unreachable)) == "blocked"
    assert moves(home, "li", is_reachable=True) == []
    assert look(home, lambda session: session.scalar(unreachable)) is None


@pytest.mark.parametrize("words", [QUESTION["en"], COMPLAINT["en"], PRAISE["en"]])
def test_a_plain_message_runs_compiled_statements_only(tmp_path: Path, words: str) -> None:
    home = open_house(tmp_path)
    ran: list[str] = []
    sa.event.listen(home.store.engine, "before_cursor_execute", lambda *heard: ran.append(heard[2]))
    home.store.submit(lambda session: session.execute(sa.text("SELECT 1"))).result()
    assert "SELECT 1" in ran
    ran.clear()
    home.hears("li", words)
    home.hears("li", "Are you there?")
    assert [statement for statement in ran if not statement.startswith("BEGIN")] == []

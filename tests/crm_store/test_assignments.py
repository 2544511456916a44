"""Tickets given out by the store: to whom, never twice, and back again, the same on both databases."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import assignments, conversations, customers, events, presence, skills, staff, tags, tickets
from crm_store.conversations import Line
from crm_store.models.conversation import Direction
from crm_store.models.presence import Presence, PresenceState
from crm_store.models.staff import Staff
from crm_store.models.ticket import Event, Ticket
from crm_store.rules.assignment import Code
from crm_store.rules.business_hours import OpenHours
from crm_store.rules.lifecycle import Kind, Priority, Status
from crm_store.rules.roles import Role
from crm_store.staff import Newcomer
from crm_store.store import Store
from crm_store.tickets import Opening
from tests.crm_store.post import NOW

ALWAYS = OpenHours("UTC", {day: [(time(0), time(0))] for day in range(7)})
HERE, AWAY = PresenceState.HERE, PresenceState.AWAY


def agent(store: Store, inbox_id: int, name: str, *, here: bool = True, capacity: int = 5) -> int:
    """Employ an agent, who says at once whether they are there."""

    def unit(session: Session) -> int:
        member = staff.get_or_create(session, Newcomer(inbox_id, name, name, "en"), now=NOW)
        staff.grant(session, member.id, Role.AGENT, by="test", now=NOW)
        skills.set_capacity(session, member.id, capacity)
        presence.declare(session, member.id, HERE if here else AWAY, by=f"staff:{member.id}", now=NOW)
        return member.id

    return store.write_now(unit)


def opened(store: Store, inbox_id: int, number: int, *, language: str = "en", minutes: int = 0) -> int:
    """Let a new customer open a ticket."""
    return store.write_now(opening(inbox_id, number, language=language, minutes=minutes))


def opening(inbox_id: int, number: int, *, language: str, minutes: int) -> Callable[[Session], int]:
    def unit(session: Session) -> int:
        at = NOW + timedelta(minutes=minutes)
        who = customers.create(session, inbox_id, f"c{number}", name="Mei", language=language, now=at)
        start = Opening(
            kind=Kind.INQUIRY, priority=Priority.NORMAL, subject="?", first_due=None, resolution_due=None
        )
        ticket = tickets.create(session, who, start, now=at)
        line = Line(customers.open_conversation(session, who, now=at), ticket, Direction.INBOUND, "?")
        conversations.log(session, line, at=at)
        events.record(session, ticket, kind="opened", by="customer:1", at=at)
        return ticket

    return unit


def give_out(store: Store, inbox_id: int, *, limit: int = 10) -> int:
    """Do what one turn of a worker does, and return how many tickets it gave."""

    def unit(session: Session) -> int:
        team = assignments.team(session, inbox_id, ALWAYS, now=NOW)
        chosen = assignments.plan(session, inbox_id, team, now=NOW, limit=limit)
        return sum(assignments.give(session, choice, now=NOW) is not None for choice in chosen)

    return store.write_now(unit)


def owners(store: Store) -> dict[int, int | None]:
    rows = store.read_now(
        lambda session: session.execute(sa.select(Ticket.id, Ticket.assignee_id).order_by(Ticket.id)).all()
    )
    return {number: owner for number, owner in rows}


def details(store: Store, number: int, kind: str) -> list[dict[str, object]]:
    found = store.read_now(lambda session: events.of_ticket(session, number))
    return [events.detail(event) for event in found if event.kind == kind]


def test_the_oldest_goes_to_whoever_has_least(store: Store, inbox_id: int) -> None:
    wang, zhao = agent(store, inbox_id, "wang"), agent(store, inbox_id, "zhao")
    late, early = opened(store, inbox_id, 1, minutes=9), opened(store, inbox_id, 2)
    assert give_out(store, inbox_id, limit=1) == 1
    assert owners(store) == {late: None, early: wang}
    assert give_out(store, inbox_id) == 1
    assert owners(store) == {late: zhao, early: wang}


def test_the_reasons_are_kept(store: Store, inbox_id: int) -> None:
    agent(store, inbox_id, "wang", here=False)
    zhao = agent(store, inbox_id, "zhao")
    number = opened(store, inbox_id, 1)
    give_out(store, inbox_id)
    assert details(store, number, "assigned") == [
        {"to": zhao, "reason": "auto", "reasons": ["only_one", "away:wang"]}
    ]


def test_whoever_never_said_they_are_here_is_left_alone(store: Store, inbox_id: int) -> None:
    wang = agent(store, inbox_id, "wang")
    store.write_now(lambda session: session.execute(sa.delete(Presence).where(Presence.staff_id == wang)))
    number = opened(store, inbox_id, 1)
    assert give_out(store, inbox_id) == 0
    assert owners(store) == {number: None}
    assert not store.read_now(lambda session: presence.is_anyone_here(session, inbox_id))


def test_nobody_gets_more_than_fits(store: Store, inbox_id: int) -> None:
    wang, zhao = agent(store, inbox_id, "wang", capacity=2), agent(store, inbox_id, "zhao", capacity=1)
    for number in range(5):
        opened(store, inbox_id, number, minutes=number)
    give_out(store, inbox_id)
    assert Counter(owners(store).values()) == {wang: 2, zhao: 1, None: 2}


@pytest.mark.parametrize("verb", ["wait", "hold", "resolve"])
def test_what_is_put_aside_leaves_room(store: Store, inbox_id: int, verb: str) -> None:
    wang = agent(store, inbox_id, "wang", capacity=1)
    first, second = opened(store, inbox_id, 1), opened(store, inbox_id, 2, minutes=1)
    give_out(store, inbox_id)

    def put_aside(session: Session) -> None:
        ticket = tickets.by_number(session, first)
        ticket.resolve(NOW) if verb == "resolve" else getattr(ticket, verb)()

    store.write_now(put_aside)
    give_out(store, inbox_id)
    assert owners(store) == {first: wang, second: wang}


def test_skills_and_languages_must_fit(store: Store, inbox_id: int) -> None:
    wang, zhao = agent(store, inbox_id, "wang"), agent(store, inbox_id, "zhao")

    def unit(session: Session) -> None:
        skills.set_skills(session, zhao, ["refund"], by="test", now=NOW)
        skills.set_languages(session, wang, ["zh"])

    store.write_now(unit)
    chinese = opened(store, inbox_id, 1, language="zh")
    english = opened(store, inbox_id, 2)
    tagged = opened(store, inbox_id, 3, language="zh")
    unknown = opened(store, inbox_id, 4, language="zh")

    def tag(session: Session) -> None:
        tags.put(session, tagged, "refund", by="test", at=NOW)
        tags.keep(session, "law", by="test", at=NOW, is_skill=True)
        tags.put(session, unknown, "law", by="test", at=NOW)

    store.write_now(tag)
    give_out(store, inbox_id)
    assert owners(store) == {chinese: wang, english: zhao, tagged: zhao, unknown: None}


def test_tickets_nobody_can_answer_keep_no_others_waiting(store: Store, inbox_id: int) -> None:
    wang = agent(store, inbox_id, "wang")
    store.write_now(lambda session: skills.set_languages(session, wang, ["zh"]))

    def crowd(session: Session) -> None:
        for number in range(2 * assignments.PAGE):
            opening(inbox_id, number, language="en", minutes=0)(session)

    store.write_now(crowd)
    chinese = opened(store, inbox_id, 999, language="zh", minutes=9)
    assert give_out(store, inbox_id) == 1
    assert owners(store)[chinese] == wang


def test_own_hours_count_before_the_houses(store: Store, inbox_id: int) -> None:
    wang, zhao = agent(store, inbox_id, "wang"), agent(store, inbox_id, "zhao")
    night = {NOW.weekday(): [(time(0), time(1))]}
    store.write_now(lambda session: presence.set_shifts(session, wang, night))
    number = opened(store, inbox_id, 1)
    give_out(store, inbox_id)
    assert owners(store) == {number: zhao}
    assert details(store, number, "assigned")[0]["reasons"] == ["only_one", "off_shift:wang"]


@pytest.mark.slow
def test_two_workers_never_give_one_ticket_twice(store_url: str, store: Store, inbox_id: int) -> None:
    """Each worker has a store of its own, as two processes would."""
    people = [agent(store, inbox_id, f"agent {nth}", capacity=9) for nth in range(4)]
    for number in range(40):
        opened(store, inbox_id, number)
    other = Store(store_url)

    def work(one: Store) -> int:
        return sum(give_out(one, inbox_id, limit=3) for _ in range(24))

    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(work, [store, other]))
    other.close()
    assert sum(counts) == 36
    assert Counter(owners(store).values()) == {**dict.fromkeys(people, 9), None: 4}
    rows = store.read_now(
        lambda session: session.execute(
            sa.select(Event.ticket_id, sa.func.count())
            .where(Event.kind == "assigned")
            .group_by(Event.ticket_id)
        ).all()
    )
    assert {count for _, count in rows} == {1}


@pytest.mark.postgres
def test_a_ticket_someone_is_taking_is_passed_over(postgres_url: str) -> None:
    from crm_store import journal

    store = Store(postgres_url)
    inbox_id = store.write_now(lambda session: journal.inbox(session, "telegram", "1").id)
    wang = agent(store, inbox_id, "wang")
    first, second = opened(store, inbox_id, 1), opened(store, inbox_id, 2, minutes=1)
    with Session(store.engine) as taking, taking.begin():
        taking.get_one(Ticket, first, with_for_update=True)
        assert give_out(store, inbox_id) == 1
    assert owners(store) == {first: None, second: wang}
    store.close()


class TestLeaving:
    def written(self, store: Store, number: int, staff_id: int | None, kind: str) -> None:
        def unit(session: Session) -> None:
            by = "customer:1" if staff_id is None else f"staff:{staff_id}"
            events.record(session, number, kind=kind, by=by, at=NOW)

        store.write_now(unit)

    @pytest.mark.parametrize(
        ("story", "waits"),
        [
            ([], True),
            (["replied"], False),
            (["replied", "heard"], True),
            (["replied", "thanked"], False),
            (["noted"], True),
            (["replied", "reopened"], True),
        ],
    )
    def test_unanswered_is_what_the_customer_wrote_after_the_last_answer(
        self, store: Store, inbox_id: int, story: list[str], waits: bool
    ) -> None:
        wang = agent(store, inbox_id, "wang")
        number = opened(store, inbox_id, 1)
        give_out(store, inbox_id)
        for kind in story:
            self.written(store, number, None if kind in {"heard", "thanked", "reopened"} else wang, kind)
        left = store.write_now(lambda session: [one.id for one in assignments.unanswered(session, wang)])
        assert left == ([number] if waits else [])

    def test_what_waits_for_the_customer_stays(self, store: Store, inbox_id: int) -> None:
        wang = agent(store, inbox_id, "wang")
        number = opened(store, inbox_id, 1)
        give_out(store, inbox_id)
        store.write_now(lambda session: tickets.by_number(session, number).wait())
        assert not store.write_now(lambda session: list(assignments.unanswered(session, wang)))

    def test_a_released_ticket_keeps_its_age_and_its_state(self, store: Store, inbox_id: int) -> None:
        wang = agent(store, inbox_id, "wang")
        number = opened(store, inbox_id, 1)
        give_out(store, inbox_id)

        def unit(session: Session) -> None:
            ticket = tickets.by_number(session, number)
            assignments.release(session, ticket, by="clock", now=NOW, reason="idle")

        store.write_now(unit)
        ticket = store.read_now(lambda session: session.get_one(Ticket, number))
        assert (ticket.assignee_id, ticket.status, ticket.opened) == (None, Status.OPEN, NOW)
        assert details(store, number, "unassigned") == [{"was": wang, "reason": "idle"}]


class TestReopening:
    def reopened(
        self, store: Store, inbox_id: int, before: Callable[[Session, int], object]
    ) -> tuple[Code | None, int | None, int]:
        """Let wang resolve a ticket, something happen, and the customer reopen it."""
        wang = agent(store, inbox_id, "wang", capacity=1)
        number = opened(store, inbox_id, 1)
        give_out(store, inbox_id)
        store.write_now(lambda session: tickets.by_number(session, number).resolve(NOW))
        store.write_now(lambda session: before(session, wang))

        def unit(session: Session) -> Code | None:
            ticket = tickets.by_number(session, number)
            ticket.reopen()
            return assignments.on_reopen(session, ticket, ALWAYS, by="customer:1", now=NOW)

        code = store.write_now(unit)
        return code, owners(store)[number], wang

    def test_stays_with_its_agent(self, store: Store, inbox_id: int) -> None:
        code, owner, wang = self.reopened(store, inbox_id, lambda session, wang: None)
        assert (code, owner) == (None, wang)

    def test_stays_with_an_agent_who_takes_by_hand(self, store: Store, inbox_id: int) -> None:
        code, owner, wang = self.reopened(
            store, inbox_id, lambda session, _: session.execute(sa.delete(Presence))
        )
        assert (code, owner) == (None, wang)

    def test_goes_back_when_the_agent_is_away(self, store: Store, inbox_id: int) -> None:
        code, owner, _ = self.reopened(
            store, inbox_id, lambda session, wang: presence.declare(session, wang, AWAY, by="x", now=NOW)
        )
        assert (code, owner) == (Code.AWAY, None)

    def test_goes_back_when_the_agent_is_off_shift(self, store: Store, inbox_id: int) -> None:
        night = {NOW.weekday(): [(time(0), time(1))]}
        code, owner, _ = self.reopened(
            store, inbox_id, lambda session, wang: presence.set_shifts(session, wang, night)
        )
        assert (code, owner) == (Code.OFF_SHIFT, None)

    def test_goes_back_when_the_agent_has_no_room(self, store: Store, inbox_id: int) -> None:
        wang = agent(store, inbox_id, "wang", capacity=1)
        first, second = opened(store, inbox_id, 1), opened(store, inbox_id, 2)
        give_out(store, inbox_id)
        store.write_now(lambda session: tickets.by_number(session, first).resolve(NOW))
        assert give_out(store, inbox_id) == 1
        assert owners(store)[second] == wang

        def unit(session: Session) -> Code | None:
            ticket = tickets.by_number(session, first)
            ticket.reopen()
            return assignments.on_reopen(session, ticket, ALWAYS, by="customer:1", now=NOW)

        assert store.write_now(unit) is Code.FULL
        assert owners(store)[first] is None


class TestPresence:
    def test_is_a_record_with_who_and_why(self, store: Store, inbox_id: int) -> None:
        wang = agent(store, inbox_id, "wang")
        later = NOW + timedelta(minutes=5)
        store.write_now(
            lambda session: presence.declare(session, wang, AWAY, by="staff:1", now=later, reason="lunch")
        )
        rows = store.read_now(
            lambda session: session.scalars(sa.select(Presence).order_by(Presence.id)).all()
        )
        assert [(row.state, row.since, row.until, row.reason) for row in rows] == [
            (HERE, NOW, later, ""),
            (AWAY, later, None, "lunch"),
        ]

    def test_saying_it_again_changes_nothing(self, store: Store, inbox_id: int) -> None:
        wang = agent(store, inbox_id, "wang")
        assert not store.write_now(lambda session: presence.declare(session, wang, HERE, by="x", now=NOW))

    @pytest.mark.parametrize(("seconds", "written"), [(59, False), (60, True), (3600, True)])
    def test_activity_is_written_at_most_once_a_minute(
        self, store: Store, inbox_id: int, seconds: int, written: bool
    ) -> None:
        wang = agent(store, inbox_id, "wang")
        later = NOW + timedelta(seconds=seconds)
        store.write_now(lambda session: presence.touch(session, wang, now=later))
        active = store.read_now(lambda session: session.get_one(Staff, wang).active)
        assert active == (later if written else NOW)

    def test_activity_brings_back_only_whom_the_clock_took_for_away(
        self, store: Store, inbox_id: int
    ) -> None:
        wang, zhao = agent(store, inbox_id, "wang"), agent(store, inbox_id, "zhao")
        later = NOW + timedelta(hours=1)

        def unit(session: Session) -> list[str]:
            presence.declare(session, wang, AWAY, by=presence.CLOCK, now=NOW, reason=presence.IDLE)
            presence.declare(session, zhao, AWAY, by=f"staff:{zhao}", now=NOW, reason="lunch")
            for one in (wang, zhao):
                presence.touch(session, one, now=later)
            return [row.state for row in presence.of_everyone(session, inbox_id).values()]

        assert sorted(store.write_now(unit)) == sorted([HERE, AWAY])


def daily(start: time, end: time) -> OpenHours:
    return OpenHours("UTC", {day: [(start, end)] for day in range(7)})


@pytest.mark.parametrize(
    ("idle", "hours", "expected"),
    [
        (29, ALWAYS, False),
        (30, ALWAYS, True),
        (600, daily(time(8, 50), time(18)), False),  # the shift began ten minutes ago
        (600, daily(time(8, 30), time(18)), True),
        (600, daily(time(0), time(8)), False),  # it is over
    ],
)
def test_only_working_time_counts_as_idle(idle: int, hours: OpenHours, expected: bool) -> None:
    since = NOW - timedelta(minutes=idle)
    assert presence.is_idle(since, hours, now=NOW, after=timedelta(minutes=30)) is expected

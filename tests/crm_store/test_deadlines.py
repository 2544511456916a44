"""Deadlines follow the log line by line, and equal what the whole log says."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from sqlalchemy.orm import Session

from crm_store import calendars, customers, deadlines, escalations, events, journal, sla_policies, tickets
from crm_store.calendars import Plan
from crm_store.customers import Contact
from crm_store.models.sla import TicketClock
from crm_store.models.ticket import Ticket
from crm_store.rules import sla_clock
from crm_store.rules.lifecycle import Kind, Priority
from crm_store.rules.opening_text import read_week
from crm_store.rules.sla import Spans, Target
from crm_store.rules.sla_clock import Clock
from crm_store.sla_policies import Promise, Promised
from crm_store.store import Store
from crm_store.tickets import Opening
from tests.crm_store.rules.desk_log import Case as Day
from tests.crm_store.rules.desk_log import Step, cases

MONDAY = datetime(2026, 3, 2, 1, tzinfo=UTC)  # nine in the morning in Shanghai
HOUR = timedelta(hours=1)
KINDS = {
    "hear": "heard", "answer": "replied", "wait": "waiting", "hold": "held", "snooze": "snoozed",
    "wake": "woken", "resolve": "resolved", "reopen": "reopened",
}  # fmt: skip


def person(session: Session, inbox_id: int, address: str = "101") -> Contact:
    found = customers.sender(session, inbox_id, address).contact
    contact = found or customers.create(session, inbox_id, address, name="Mei", language="zh", now=MONDAY)
    customers.open_conversation(session, contact, now=MONDAY)
    return contact


def opened(session: Session, inbox_id: int, *, at: datetime = MONDAY, kind: Kind = Kind.INQUIRY) -> int:
    """Open a ticket as intake does."""
    contact, priority = person(session, inbox_id), Priority.NORMAL
    promised = deadlines.promise(session, kind, priority, at=at)
    start = Opening(
        kind=kind, priority=priority, subject="?", first_due=promised.dues.first,
        resolution_due=promised.dues.resolution, sla_version=promised.sla_version,
        calendar_version=promised.calendar_version,
    )  # fmt: skip
    number = tickets.create(session, contact, start, now=at)
    events.record(
        session, number, kind="opened", by=f"customer:{contact.customer_id}", at=at, ticket_kind=kind.value,
        priority=priority.value, policy=promised.sla_version, calendar=promised.calendar_version,
    )  # fmt: skip
    return number


def happens(session: Session, number: int, kind: str, at: datetime, **detail: object) -> None:
    by = "customer:1" if kind in {"heard", "woken_by_customer"} else "staff:1"
    events.record(session, number, kind=kind, by=by, at=at, **detail)


def dues(session: Session, number: int) -> tuple[datetime | None, ...]:
    ticket = session.get_one(Ticket, number, populate_existing=True)
    return ticket.first_due, ticket.next_due, ticket.resolution_due


def is_whole(session: Session, number: int) -> bool:
    """Tell whether clock and deadlines equal what the whole log says."""
    held = deadlines.standing(session, number)
    clock = deadlines.recompute(session, number)
    assert clock is not None
    due = sla_clock.dues(clock, held.terms)
    return held.clock == clock and dues(session, number) == (due.first, due.next, due.resolution)


def office(session: Session) -> None:
    """Let the desk keep office hours in Shanghai and give inquiries four hours and three days."""
    calendars.seed(session, Plan("Asia/Shanghai", read_week("mon-fri 09:00-12:00,13:00-18:00")), now=MONDAY)
    sla_policies.seed(session, now=MONDAY)


def test_a_ticket_keeps_what_it_was_promised(store: Store, inbox_id: int) -> None:
    def unit(session: Session) -> None:
        office(session)
        number = opened(session, inbox_id)
        promise = Promise(Kind.INQUIRY, Target.FIRST_RESPONSE)
        sla_policies.change(session, [Promised(promise, HOUR)], by="staff:1", now=MONDAY)
        calendars.change_week(session, read_week("mon-sun 00:00-24:00"), by="staff:1", now=MONDAY)
        assert dues(session, number)[0] == MONDAY + 5 * HOUR  # four hours and the lunch between
        happens(session, number, "priority_changed", MONDAY + HOUR, was="normal", to="urgent")
        assert dues(session, number)[0] == MONDAY + 5 * HOUR
        assert dues(session, opened(session, inbox_id))[0] == MONDAY + HOUR
        assert is_whole(session, number)

    store.write_now(unit)


def test_waiting_stops_the_resolution_only_and_a_new_kind_counts_from_the_start(
    store: Store, inbox_id: int
) -> None:
    def unit(session: Session) -> None:
        number = opened(session, inbox_id)
        happens(session, number, "replied", MONDAY + HOUR)
        happens(session, number, "waiting", MONDAY + 2 * HOUR)
        assert dues(session, number) == (MONDAY + 4 * HOUR, None, None)
        happens(session, number, "heard", MONDAY + 12 * HOUR)
        happens(session, number, "woken", MONDAY + 12 * HOUR)
        assert dues(session, number)[1:] == (MONDAY + 16 * HOUR, MONDAY + 82 * HOUR)
        happens(session, number, "kind_changed", MONDAY + 13 * HOUR, was="inquiry", to="complaint")
        session.get_one(Ticket, number).kind = Kind.COMPLAINT
        assert dues(session, number) == (MONDAY + HOUR, MONDAY + 14 * HOUR, MONDAY + 34 * HOUR)
        assert is_whole(session, number)

    store.write_now(unit)


def test_merged_and_parted_again_is_as_before(store: Store, inbox_id: int) -> None:
    def unit(session: Session) -> None:
        source, target = opened(session, inbox_id), opened(session, inbox_id, at=MONDAY + HOUR)
        happens(session, target, "replied", MONDAY + 2 * HOUR)
        before = [deadlines.standing(session, number).clock for number in (source, target)]
        late = MONDAY + 3 * HOUR
        happens(session, source, "merged", late, into=target)
        happens(session, target, "absorbed", late, source=source)
        assert dues(session, target) == (MONDAY + 4 * HOUR, MONDAY + 4 * HOUR, MONDAY + 72 * HOUR)
        assert is_whole(session, target)
        happens(session, source, "unmerged", late + HOUR, target=target, status="new")
        happens(session, target, "unmerged", late + HOUR, source=source, status="open")
        assert [deadlines.standing(session, number).clock for number in (source, target)] == before
        assert is_whole(session, source) and is_whole(session, target)

    store.write_now(unit)


def test_what_was_undone_never_stopped_the_clock(store: Store, inbox_id: int) -> None:
    def unit(session: Session) -> None:
        number = opened(session, inbox_id)
        before = dues(session, number)
        happens(session, number, "resolved", MONDAY + HOUR)
        happens(session, number, "closed", MONDAY + HOUR)
        happens(session, number, "undone", MONDAY + 2 * HOUR, what="close", status="new")
        assert dues(session, number) == before
        happens(session, number, "assigned", MONDAY + 3 * HOUR, to=1)
        happens(session, number, "undone", MONDAY + 4 * HOUR, what="assignment", status="new")
        assert dues(session, number) == before and is_whole(session, number)

    store.write_now(unit)


def test_a_ticket_without_a_promise_has_no_clock(store: Store, inbox_id: int, ticket: int) -> None:
    def unit(session: Session) -> None:
        events.record(session, ticket, kind="opened", by="customer:1", at=MONDAY)
        happens(session, ticket, "replied", MONDAY + HOUR)
        assert dues(session, ticket) == (None, None, None)
        assert session.get(TicketClock, ticket) is None

    store.write_now(unit)


def test_it_is_looked_at_when_its_next_step_may_be_due(store: Store, inbox_id: int) -> None:
    def unit(session: Session) -> None:
        number = opened(session, inbox_id)
        warned = MONDAY + 0.8 * 4 * HOUR
        assert deadlines.standing(session, number).look == warned
        found = [
            [one.id for one in escalations.due(session, inbox_id, now=at, limit=5)]
            for at in (warned - timedelta(microseconds=1), warned)
        ]
        assert found == [[], [number]]
        happens(session, number, "resolved", MONDAY + HOUR)
        assert deadlines.standing(session, number).look is None

    store.write_now(unit)


def _played(session: Session, inbox_id: int, day: Day) -> Clock | None:
    calendars.seed(session, Plan(day.hours.zone, day.hours.weekdays), now=day.start)
    number = opened(session, inbox_id, at=day.start)
    for step in day.steps:
        by = "customer:1" if step.by_customer else "staff:1"
        at = day.at(step.second)
        events.record(session, number, kind=KINDS[step.verb], by=by, at=at)
        if step.woke:
            events.record(session, number, kind="woken", by=by, at=at)
    assert is_whole(session, number)
    return deadlines.standing(session, number).clock


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """Give an empty store whose transactions are all rolled back."""
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('log') / 'log.db'}")
    store.create_tables()
    yield store.engine
    store.close()


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(day=cases(seconds=200_000))
def test_line_by_line_equals_the_whole_log(engine: sa.Engine, day: Day) -> None:
    with Session(engine) as session:
        _played(session, journal.inbox(session, "telegram", "1").id, day)
        session.rollback()


def test_a_day_line_by_line(store: Store, inbox_id: int) -> None:
    week = read_week("mon-fri 09:00-18:00")
    verbs = ["answer", "hear", "wait", "hear", "snooze", "answer", "resolve", "reopen"]
    steps = [
        Step(3600 * (place + 1), verb, verb in {"hear", "reopen"}, woke=place == 3)  # type: ignore[arg-type]  # a Verb
        for place, verb in enumerate(verbs)
    ]
    day = Day(Plan("Asia/Shanghai", week).hours, Spans(), MONDAY, steps, 90_000)
    clock = store.write_now(lambda session: _played(session, inbox_id, day))
    assert clock is not None
    assert (clock.replied, clock.waiting, clock.used) == (MONDAY + HOUR, MONDAY + 8 * HOUR, 5 * HOUR)

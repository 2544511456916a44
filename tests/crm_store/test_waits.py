"""How long customers waited, in open hours, counted alike on both databases."""

from bisect import bisect_right
from datetime import UTC, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import waits
from crm_store.models.sla import TicketClock
from crm_store.models.ticket import Ticket
from crm_store.rules.business_hours import OpenHours
from crm_store.store import Store
from crm_store.waits import Waits
from tests.crm_store.crowd import complain, crowd, furnish

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
WEEKDAYS = OpenHours("UTC", {day: [(time(9), time(12)), (time(13), time(18))] for day in range(5)})
BOUNDS = (0, 60, 600, 3600, 7200, 86400)


def ticket(
    store: Store, opened: datetime, *, replied: datetime | None = None, status: str = "open", used: int = 0
) -> None:
    """Put a ticket into the store as it stands after all that."""
    [customer] = crowd(store, 1)
    number = complain(store, customer, status=status)

    def place(session: Session) -> None:
        ended = replied if status == "resolved" else None
        session.execute(
            sa.update(Ticket)
            .where(Ticket.id == number)
            .values(opened=opened, first_replied=replied, resolved=ended)
        )
        session.add(TicketClock(ticket_id=number, started=opened, used=used * waits.SECOND))

    store.write_now(place)


def count(store: Store, *, end: datetime, start: datetime = MONDAY - DAY) -> Waits:
    found = store.read_now(
        lambda session: waits.by_channel(session, BOUNDS, hours=WEEKDAYS, start=start, end=end)
    )
    return found.get("telegram", Waits())


def bucket(span: timedelta) -> int:
    return bisect_right(BOUNDS, span.total_seconds()) - 1


def test_only_open_time_counts(store: Store) -> None:
    furnish(store)
    cases = [
        (MONDAY, MONDAY + 30 * MINUTE, 30 * MINUTE),
        (MONDAY + 2.5 * HOUR, MONDAY + 4.5 * HOUR, HOUR),  # over the lunch break
        (MONDAY + 8.75 * HOUR, MONDAY + DAY, 15 * MINUTE),  # over the night
        (MONDAY + 12 * HOUR, MONDAY + 13 * HOUR, 0 * MINUTE),  # all of it closed
        (MONDAY + 4 * DAY + 8 * HOUR, MONDAY + 7 * DAY + HOUR, 2 * HOUR),  # over the weekend
    ]
    for opened, replied, _ in cases:
        ticket(store, opened, replied=replied)
    expected: dict[int, int] = {}
    for opened, replied, wanted in cases:
        assert WEEKDAYS.open_time(opened, replied) == wanted
        expected[bucket(wanted)] = expected.get(bucket(wanted), 0) + 1
    assert count(store, end=MONDAY + 14 * DAY) == Waits(answered=expected)


def test_who_still_waits_is_apart_and_what_the_bot_settled_is_not_counted(store: Store) -> None:
    furnish(store)
    ticket(store, MONDAY, status="new")
    ticket(store, MONDAY, status="resolved")
    assert count(store, end=MONDAY + 5 * MINUTE) == Waits(waiting={bucket(5 * MINUTE): 1})
    assert count(store, end=MONDAY + 2 * HOUR) == Waits(waiting={bucket(2 * HOUR): 1})


def test_resolving_takes_what_the_clock_of_the_ticket_ran(store: Store) -> None:
    furnish(store)
    ticket(store, MONDAY, replied=MONDAY + 5 * HOUR, status="resolved", used=900)
    found = count(store, end=MONDAY + DAY)
    assert found.resolved == {bucket(15 * MINUTE): 1}
    assert count(store, end=MONDAY + DAY, start=MONDAY + 6 * HOUR) == Waits()


def test_a_desk_that_never_opens_makes_nobody_wait(store: Store) -> None:
    furnish(store)
    ticket(store, MONDAY, replied=MONDAY + 5 * HOUR)
    found = store.read_now(
        lambda session: waits.by_channel(
            session, BOUNDS, hours=OpenHours("UTC", {}), start=MONDAY - DAY, end=MONDAY + DAY
        )
    )
    assert found["telegram"].answered == {0: 1}

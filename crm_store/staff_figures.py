"""What people did in a period, counted from the log: tickets taken, answers, resolves, first answers."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from crm_store import events
from crm_store.models.ticket import Event, Ticket


@dataclass(frozen=True, slots=True)
class Figures:
    """One person's period; `reopened` counts the resolves that did not last."""

    taken: int = 0
    replied: int = 0
    resolved: int = 0
    reopened: int = 0
    first_answers: Sequence[timedelta] = ()


def of_period(session: Session, start: datetime, end: datetime) -> Mapping[int, Figures]:
    """Count what everyone did in [start, end), by staff id; who did nothing is not in it."""
    done = _counted(session, start, end)
    taken = _taken(session, start, end)
    reopened = _reopened(session, start, end)
    soon = _first_answers(session, start, end)
    people = {staff_id for staff_id, _ in done} | set(taken) | set(soon)
    return {
        one: Figures(
            taken=taken[one],
            replied=done[one, "replied"],
            resolved=done[one, "resolved"],
            reopened=reopened[one],
            first_answers=tuple(soon.get(one, ())),
        )
        for one in people
    }


def _counted(session: Session, start: datetime, end: datetime) -> Counter[tuple[int, str]]:
    rows = session.execute(
        sa.select(Event.by, Event.kind, sa.func.count(Event.id))
        .where(Event.at >= start, Event.at < end, Event.kind.in_(["replied", "resolved"]), _by_staff(Event))
        .group_by(Event.by, Event.kind)
    )
    return Counter({(_staff_id(by), kind): count for by, kind, count in rows})


def _taken(session: Session, start: datetime, end: datetime) -> Counter[int]:
    """Count the tickets each was given or took; one and the same ticket once."""
    rows = session.scalars(
        sa.select(Event).where(Event.at >= start, Event.at < end, Event.kind == "assigned")
    )
    given = {(row.ticket_id, events.detail(row).get("to")) for row in rows}
    return Counter(to for _, to in given if isinstance(to, int))


def _reopened(session: Session, start: datetime, end: datetime) -> Counter[int]:
    """Count the resolves in the period that did not last until the ticket's next resolve."""
    again, later = aliased(Event), aliased(Event)
    nearest = sa.select(sa.func.min(later.id)).where(
        later.ticket_id == Event.ticket_id, later.id > Event.id, later.kind.in_(["reopened", "resolved"])
    )
    rows = session.execute(
        sa.select(Event.by, sa.func.count(Event.id))
        .join(again, again.id == nearest.scalar_subquery())
        .where(
            Event.at >= start,
            Event.at < end,
            Event.kind == "resolved",
            again.kind == "reopened",
            _by_staff(Event),
        )
        .group_by(Event.by)
    )
    return Counter({_staff_id(by): count for by, count in rows})


def _first_answers(session: Session, start: datetime, end: datetime) -> Mapping[int, list[timedelta]]:
    """List how long customers waited for the first human answer, by who gave it."""
    earlier = aliased(Event)
    first = sa.select(sa.func.min(earlier.id)).where(
        earlier.ticket_id == Event.ticket_id, earlier.kind == "replied"
    )
    rows = session.execute(
        sa.select(Event.by, Event.at, Ticket.opened)
        .join(Ticket, Ticket.id == Event.ticket_id)
        .where(
            Event.at >= start,
            Event.at < end,
            Event.kind == "replied",
            Event.id == first.scalar_subquery(),
            _by_staff(Event),
        )
    )
    found: dict[int, list[timedelta]] = defaultdict(list)
    for by, at, opened in rows:
        found[_staff_id(by)].append(at - opened)
    return found


def _by_staff(event: type[Event]) -> sa.ColumnElement[bool]:
    return event.by.like("staff:%")


def _staff_id(by: str) -> int:
    return int(by.partition(":")[2])

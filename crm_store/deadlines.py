"""Deadlines of tickets: each line of a log moves its ticket's clock, and the deadlines follow.

`follow` is called for every line that is written; nobody else has to think of the clock. Most lines move it
by one step. Lines that change what is promised, or take back what was done, read the whole log again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key

from crm_store import calendars, clock_lines, silences, sla_policies
from crm_store.clock_lines import Entry
from crm_store.models.sla import TicketClock
from crm_store.models.ticket import Ticket
from crm_store.rules import escalation, sla_clock
from crm_store.rules.business_hours import OpenHours
from crm_store.rules.lifecycle import Kind, Priority, Status
from crm_store.rules.sla import deadline
from crm_store.rules.sla_clock import Clock, Dues, Inherited, Line, Move, Terms
from crm_store.store import Prepared
from crm_store.types import MICROSECOND, instant, micros

Detail = Mapping[str, object]
_AGAIN = frozenset({"kind_changed", "priority_changed", "absorbed", "unmerged", "undone"})
FOLLOWED = frozenset(clock_lines.MOVES) | _AGAIN | {"thanked"}
_INSTANTS = ("started", "replied", "waiting", "since", "settled", "first_limit", "next_limit")
_SPANS = ("used", "allowance")
_FIELDS = (*_INSTANTS, *_SPANS, "pause", "look")
_READ = Prepared(
    sa.select(
        Ticket.kind, Ticket.priority, Ticket.sla_version, Ticket.calendar_version,
        *(getattr(TicketClock, name) for name in _FIELDS),
    )
    .select_from(Ticket)
    .outerjoin(TicketClock, TicketClock.ticket_id == Ticket.id)
    .where(Ticket.id == sa.bindparam("ticket"))
)  # fmt: skip
_START = Prepared(
    sa.insert(TicketClock).values(
        {
            name: sa.bindparam(name)
            for name in ("ticket_id", "started", "since", "look", "told_opening", "first_limit")
        }
        | {"used": sa.literal_column("0")}
    )
)
_MOVE = Prepared(
    sa.update(TicketClock)
    .where(TicketClock.ticket_id == sa.bindparam("ticket"))
    .values({name: sa.bindparam(f"new_{name}") for name in _FIELDS})
)
_TELL = Prepared(
    sa.update(TicketClock)
    .where(
        TicketClock.ticket_id == sa.bindparam("ticket"),
        sa.func.coalesce(TicketClock.told_opening, sa.literal_column("0"), type_=sa.BigInteger)
        != sa.bindparam("opens", type_=sa.BigInteger),
    )
    .values(told_opening=sa.bindparam("opens", type_=sa.BigInteger))
    .returning(TicketClock.ticket_id)
)
_DUES = {
    "first_due": (sla_clock.first_due, ("started", "first_limit")),
    "next_due": (sla_clock.next_due, ("waiting", "next_limit")),
    "resolution_due": (sla_clock.resolution_due, ("since", "used", "settled", "allowance")),
}  # each deadline with what it follows from


@dataclass(frozen=True, slots=True)
class Promised:
    """What a ticket is promised when it opens, in which versions, and the hours that holds in."""

    sla_version: int
    calendar_version: int
    dues: Dues
    hours: OpenHours


@dataclass(frozen=True, slots=True)
class Standing:
    """How a ticket stands: what it is, what it was promised, its clock and when someone looks at it next."""

    kind: Kind
    priority: Priority
    terms: Terms
    clock: Clock | None
    look: datetime | None


def promise(session: Session, kind: Kind, priority: Priority, *, at: datetime) -> Promised:
    """Work out what a ticket opened now is promised."""
    policy, calendar = sla_policies.current(session), calendars.current(session)
    spans = policy.spans(kind, priority)
    dues = Dues(
        first=deadline(spans.first, start=at, hours=calendar.hours),
        resolution=deadline(spans.resolution, start=at, hours=calendar.hours),
    )
    return Promised(policy.version, calendar.version, dues, calendar.hours)


def standing(session: Session, ticket_id: int) -> Standing:
    """Return how a ticket stands."""
    row = _READ.first(session, ticket=ticket_id)
    assert row is not None  # noqa: S101 - whoever asks has the ticket
    return _standing(session, row)


def follow(session: Session, ticket_id: int, entry: Entry) -> None:
    """Move a ticket's clock by a line of its log, and its deadlines with it."""
    if entry.kind == "opened":
        _open(session, ticket_id, entry)
        return
    now = standing(session, ticket_id)
    if entry.kind in {"kind_changed", "priority_changed"}:
        now = _retargeted(session, ticket_id, now, entry.detail)
    if entry.kind == "split" and now.clock is None:
        _open(session, ticket_id, entry)
    if now.clock is None:
        return
    if entry.kind in _AGAIN:
        moved = recompute(session, ticket_id, now.terms) or now.clock
    elif entry.kind in clock_lines.MOVES:
        moved = sla_clock.after(now.clock, clock_lines.line(entry), now.terms)
    else:
        moved = now.clock
    if moved != now.clock or entry.kind in _AGAIN:
        _keep(session, ticket_id, moved, now.terms, was=None if entry.kind in _AGAIN else now.clock)
    if Status.PENDING in {now.clock.pause, moved.pause}:
        _listen(session, ticket_id, entry, moved)


def _listen(session: Session, ticket_id: int, entry: Entry, clock: Clock) -> None:
    """Wait for a customer whom we wrote to last, and stop when they write or the work goes on."""
    spoke = clock.replied is not None and clock.waiting is None
    if clock.pause is Status.PENDING and spoke and entry.kind in {"waiting", "replied", "undone"}:
        silences.begin(session, ticket_id, at=entry.at)
    elif entry.detail.get("reason") != silences.STALE and (
        entry.kind in {"heard", "thanked"} or clock.pause is not Status.PENDING
    ):  # what is resolved for silence is closed by it later
        silences.end(session, ticket_id)


def recompute(session: Session, ticket_id: int, terms: Terms | None = None) -> Clock | None:
    """Fold a ticket's log from its beginning, as if every promise had been made then."""
    held = terms or standing(session, ticket_id).terms
    return sla_clock.run(_lines(session, ticket_id), held)


def tell_opening(session: Session, ticket_id: int, opens: datetime) -> bool:
    """Note that a ticket's customer is told when the desk opens; False when they knew it."""
    return bool(_TELL.run(session, ticket=ticket_id, opens=micros(opens)))


def reschedule(session: Session, ticket_id: int, look: datetime | None) -> None:
    """Look at a ticket's clock again at an instant, or not before it moves."""
    session.execute(sa.update(TicketClock).where(TicketClock.ticket_id == ticket_id).values(look=look))


def _open(session: Session, ticket_id: int, entry: Entry) -> None:
    """Start the clock of a ticket that was promised something."""
    policy, told = entry.detail.get("policy"), entry.detail.get("told_opening")
    if policy is None:
        return
    spans = sla_policies.of_version(session, cast("int", policy)).spans(
        Kind(str(entry.detail["ticket_kind"])), Priority(str(entry.detail["priority"]))
    )
    clock = sla_clock.opened(entry.at, first_limit=clock_lines.asked_for(entry.detail))
    look = escalation.earliest(clock, Terms(spans, calendars.ALWAYS))
    _START.run(
        session, ticket_id=ticket_id, started=micros(entry.at), since=micros(entry.at), look=_count(look),
        told_opening=_count(cast("datetime | None", told)), first_limit=_count(clock.first_limit),
    )  # fmt: skip


def _retargeted(session: Session, ticket_id: int, was: Standing, detail: Detail) -> Standing:
    """Read a change of kind or priority off its line: the ticket's row may not have it yet."""
    row = _READ.first(session, ticket=ticket_id)
    assert row is not None  # noqa: S101 - it was read a moment ago
    to = str(detail["to"])
    kind, priority = (to, detail.get("priority", row[1])) if to in list(Kind) else (row[0], to)
    return _standing(session, (kind, priority, *row[2:]))


def _standing(session: Session, row: tuple[object, ...]) -> Standing:
    kind, priority = Kind(str(row[0])), Priority(str(row[1]))
    policy = sla_policies.of_version(session, cast("int | None", row[2]))
    hours = calendars.of_version(session, cast("int | None", row[3])).hours
    terms = Terms(policy.spans(kind, priority), hours, policy.warn_percent, policy.escalate_percent)
    values = dict(zip(_FIELDS, row[4:], strict=True))
    if values["started"] is None:
        return Standing(kind, priority, terms, None, None)
    read = {name: _instant(values[name]) for name in _INSTANTS}
    spans = {name: _span(values[name]) for name in _SPANS}
    pause = None if values["pause"] is None else Status(str(values["pause"]))
    clock = Clock(**{**read, **spans, "pause": pause})  # type: ignore[arg-type]  # read by their names
    return Standing(kind, priority, terms, clock, _instant(values["look"]))


def _keep(session: Session, ticket_id: int, clock: Clock, terms: Terms, *, was: Clock | None) -> None:
    """Write down where a clock stands, and show on the ticket the deadlines that may have moved."""
    values: dict[str, object] = {name: _count(getattr(clock, name)) for name in _INSTANTS}
    values |= {name: _micros_in(getattr(clock, name)) for name in _SPANS}
    values |= {"pause": clock.pause, "look": _count(escalation.earliest(clock, terms))}
    _MOVE.run(session, ticket=ticket_id, **{f"new_{name}": value for name, value in values.items()})
    moved = {
        name: due(clock, terms)
        for name, (due, causes) in _DUES.items()
        if was is None or any(getattr(was, cause) != getattr(clock, cause) for cause in causes)
    }
    if moved:
        _show(session, ticket_id, moved)


def _show(session: Session, ticket_id: int, moved: Mapping[str, datetime | None]) -> None:
    """Write deadlines on a ticket, also on the one that is loaded."""
    values = {f"new_{name}": _count(at) for name, at in moved.items()}
    _showing(tuple(moved)).run(session, ticket=ticket_id, **values)
    loaded = session.identity_map.get(identity_key(Ticket, ticket_id))
    if loaded is not None:
        for name, at in moved.items():
            set_committed_value(loaded, name, at)


@lru_cache(maxsize=8)
def _showing(names: tuple[str, ...]) -> Prepared:
    changed: dict[str, sa.BindParameter[object]] = {name: sa.bindparam(f"new_{name}") for name in names}
    return Prepared(sa.update(Ticket).where(Ticket.id == sa.bindparam("ticket")).values(changed))


def _lines(session: Session, ticket_id: int) -> list[Line]:
    return [_inheriting(session, line, detail) for line, detail in clock_lines.of_ticket(session, ticket_id)]


def _inheriting(session: Session, line: Line, detail: Detail) -> Line:
    """Work out what an absorbed ticket brought along, from its own log up to then."""
    if line.move is not Move.ABSORB:
        return line
    source = cast("int", detail["source"])
    terms = standing(session, source).terms
    lines = [one for one in _lines(session, source) if one.at <= line.at]
    if lines and lines[-1].move is Move.STOP:
        lines.pop()  # the merge itself
    clock = sla_clock.run(lines, terms)
    if clock is None:
        return line
    left = sla_clock.left(clock, terms, line.at)
    return replace(line, other=Inherited(clock, sla_clock.dues(clock, terms), left))


def _count(at: datetime | None) -> int | None:
    return None if at is None else micros(at)


def _instant(count: object) -> datetime | None:
    return None if count is None else instant(cast("int", count))


def _micros_in(span: timedelta | None) -> int | None:
    return None if span is None else span // MICROSECOND


def _span(count: object) -> timedelta | None:
    return None if count is None else cast("int", count) * MICROSECOND

"""Who is there: presence as people declare it, what the clock concludes, and when they work."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.presence import Presence, PresenceState, Shift
from crm_store.models.staff import Staff
from crm_store.rules.business_hours import OpenHours
from crm_store.store import Prepared, wake
from crm_store.types import micros

IDLE = "idle"  # the reason when the clock says that someone is away
WRITTEN_EVERY = timedelta(minutes=1)
CLOCK = "clock"
_SOMEBODY = Prepared(
    sa.select(Presence.id)
    .join(Staff, Staff.id == Presence.staff_id)
    .where(
        Presence.until.is_(None),
        Presence.state == sa.literal_column("'here'"),
        Staff.inbox_id == sa.bindparam("inbox"),
    )
    .limit(sa.literal_column("1"))
)
_ACTIVE = Prepared(
    sa.update(Staff)
    .where(
        Staff.id == sa.bindparam("member"),
        sa.or_(Staff.active.is_(None), Staff.active <= sa.bindparam("before", type_=sa.BigInteger)),
    )
    .values(active=sa.bindparam("now", type_=sa.BigInteger))
    .returning(Staff.id)
)
_IDLE_NOW = Prepared(
    sa.select(Presence.id).where(
        Presence.staff_id == sa.bindparam("member"),
        Presence.until.is_(None),
        Presence.state == sa.literal_column("'away'"),
        Presence.reason == sa.literal_column(f"'{IDLE}'"),
        Presence.by == sa.literal_column(f"'{CLOCK}'"),
    )
)


def current(session: Session, staff_id: int) -> Presence | None:
    """Return what is known of someone now; None when they never said anything."""
    return session.scalar(sa.select(Presence).where(Presence.staff_id == staff_id, Presence.until.is_(None)))


def of_everyone(session: Session, inbox_id: int) -> Mapping[int, Presence]:
    """Return what is known now of everyone who ever said something, by staff id."""
    rows = session.scalars(
        sa.select(Presence)
        .join(Staff, Staff.id == Presence.staff_id)
        .where(Staff.inbox_id == inbox_id, Presence.until.is_(None))
    )
    return {row.staff_id: row for row in rows}


def is_anyone_here(session: Session, inbox_id: int) -> bool:
    """Tell whether somebody takes work now, so that tickets are given out at all."""
    return _SOMEBODY.first(session, inbox=inbox_id) is not None


def declare(  # noqa: PLR0913 - what the row is made of
    session: Session, staff_id: int, state: PresenceState, *, by: str, now: datetime, reason: str = ""
) -> bool:
    """Write down that someone is here or away from now on; False when that is known already."""
    session.get_one(Staff, staff_id, with_for_update={"key_share": True})
    known = current(session, staff_id)
    if known is not None:
        if known.state == state:
            return False
        known.until = now
        session.flush()
    session.add(Presence(staff_id=staff_id, state=state, since=now, by=by, reason=reason))
    session.flush()
    if state is PresenceState.HERE:
        _ACTIVE.run(session, member=staff_id, now=micros(now), before=micros(now))
        wake(session, "tick:assignment")
    return True


def touch(session: Session, staff_id: int, *, now: datetime) -> None:
    """Keep that someone is active, at most once a minute; whom the clock took for away is here again."""
    written = _ACTIVE.first(session, member=staff_id, now=micros(now), before=micros(now - WRITTEN_EVERY))
    if written is not None and _IDLE_NOW.first(session, member=staff_id) is not None:
        declare(session, staff_id, PresenceState.HERE, by=f"staff:{staff_id}", now=now, reason="active")


def quiet_since(session: Session, inbox_id: int, *, before: datetime) -> Sequence[Staff]:
    """List who is here by their own word and was last active at an instant or before."""
    return session.scalars(
        sa.select(Staff)
        .join(Presence, Presence.staff_id == Staff.id)
        .where(
            Staff.inbox_id == inbox_id,
            Presence.until.is_(None),
            Presence.state == PresenceState.HERE,
            sa.func.coalesce(Staff.active, Presence.since) <= before,
        )
        .order_by(Staff.id)
    ).all()


def is_idle(since: datetime, hours: OpenHours, *, now: datetime, after: timedelta) -> bool:
    """Tell whether so much working time has passed since someone was last active, and it is working time."""
    return hours.is_open(now) and hours.open_seconds(since, now) >= after.total_seconds()


def set_shifts(session: Session, staff_id: int, week: Mapping[int, Sequence[tuple[time, time]]]) -> None:
    """Say when someone works in a week; no shifts mean the house's hours."""
    session.execute(sa.delete(Shift).where(Shift.staff_id == staff_id))
    for weekday, shifts in week.items():
        for starts, ends in shifts:
            session.add(
                Shift(staff_id=staff_id, weekday=weekday, starts=f"{starts:%H:%M}", ends=f"{ends:%H:%M}")
            )
    session.flush()


def week_of(session: Session, staff_id: int) -> Mapping[int, list[str]]:
    """Return someone's own shifts by weekday, `09:00-17:00`; empty for the house's hours."""
    week: dict[int, list[str]] = defaultdict(list)
    rows = sa.select(Shift).where(Shift.staff_id == staff_id).order_by(Shift.weekday, Shift.starts)
    for shift in session.scalars(rows):
        week[shift.weekday].append(f"{shift.starts}-{shift.ends}")
    return dict(week)


def hours_of(session: Session, staff_ids: Sequence[int], house: OpenHours) -> Mapping[int, OpenHours]:
    """Return when each of these works: their own shifts, else the house's hours."""
    weeks: dict[int, dict[int, list[tuple[time, time]]]] = defaultdict(lambda: defaultdict(list))
    rows = session.scalars(
        sa.select(Shift).where(Shift.staff_id.in_(staff_ids)).order_by(Shift.weekday, Shift.starts)
    )
    for shift in rows:
        span = time.fromisoformat(shift.starts), time.fromisoformat(shift.ends)
        weeks[shift.staff_id][shift.weekday].append(span)
    return {one: replace(house, weekdays=dict(weeks[one])) if one in weeks else house for one in staff_ids}

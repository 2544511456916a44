"""The calendar of the desk, version by version: what the settings said, what was changed in chat."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import lru_cache
from hashlib import sha256
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import staff
from crm_store.models.calendar import CalendarVersion, Source, SpecialDay
from crm_store.rules.business_hours import OpenHours, Shift
from crm_store.rules.opening_text import read_shifts, read_week, write_shifts, write_week
from crm_store.store import Prepared

ALWAYS = OpenHours("UTC", {day: [(time(0), time(0))] for day in range(7)})
RANK = (Source.HOLIDAY, Source.SETTINGS, Source.OVERRIDE)
_COLUMNS = (CalendarVersion.id, CalendarVersion.digest)
_CURRENT = Prepared(sa.select(*_COLUMNS).order_by(CalendarVersion.id.desc()).limit(sa.literal_column("1")))
_ONE = Prepared(sa.select(*_COLUMNS).where(CalendarVersion.id == sa.bindparam("version")))
_READ: dict[str, OpenHours] = {}  # by digest: what is written in a version never changes
MOST_READ = 256


@dataclass(frozen=True, slots=True)
class Calendar:
    """When the desk is open, and in which version that is written; 0 is none: always."""

    version: int
    hours: OpenHours


@dataclass(frozen=True, slots=True)
class Special:
    """A date with hours of its own, none when it is closed, and who says so."""

    day: date
    shifts: Sequence[Shift]
    source: Source


@dataclass(frozen=True, slots=True)
class Plan:
    """What a version says: the week in a zone and the special days of every source."""

    zone: str
    week: Mapping[int, Sequence[Shift]]
    specials: Sequence[Special] = ()

    @property
    def hours(self) -> OpenHours:
        """Give the hours that hold: an override wins over the settings, and those over a holiday."""
        ranked = sorted(self.specials, key=lambda one: RANK.index(one.source))
        return OpenHours(self.zone, self.week, {one.day: one.shifts for one in ranked})


def current(session: Session) -> Calendar:
    """Return the calendar that holds now."""
    row = _CURRENT.first(session)
    return Calendar(0, ALWAYS) if row is None else _calendar(session, row)


def of_version(session: Session, version: int | None) -> Calendar:
    """Return a version of the calendar; without one, the desk is always open."""
    row = _ONE.first(session, version=version) if version else None
    return Calendar(0, ALWAYS) if row is None else _calendar(session, row)


def _calendar(session: Session, row: tuple[object, ...]) -> Calendar:
    version, digest = cast("int", row[0]), cast("str", row[1])
    hours = _READ.get(digest)
    if hours is None:
        if len(_READ) >= MOST_READ:
            _READ.clear()
        hours = _READ[digest] = plan_of(session, version).hours
    return Calendar(version, hours)


def plan_of(session: Session, version: int) -> Plan:
    """Return what a version says."""
    row = session.get_one(CalendarVersion, version)
    days = session.scalars(
        sa.select(SpecialDay).where(SpecialDay.version_id == version).order_by(SpecialDay.day, SpecialDay.id)
    )
    specials = [
        Special(date.fromisoformat(one.day), read_shifts(one.shifts), Source(one.source)) for one in days
    ]
    return Plan(row.zone, _week(row.week), specials)


@lru_cache(maxsize=64)
def _week(text: str) -> Mapping[int, Sequence[Shift]]:
    return read_week(text)


def seed(session: Session, plan: Plan, *, now: datetime) -> int:
    """Keep what the settings say, as a new version only when they say something new.

    The week of changed settings wins over one written in chat; single days written in chat are kept. When
    only the holidays have changed, as they do with every year, the week stays as it is.
    """
    newest = _newest(session)
    week = _digest(replace(plan, specials=[]))
    told = f"{week} {_digest(plan)}"
    if newest is None:
        return _add(session, plan, told, by="settings", now=now)
    if newest.settings == told:
        return newest.id
    before = plan_of(session, newest.id)
    if newest.settings.partition(" ")[0] == week:
        plan = replace(plan, week=before.week)
    fresh = replace(plan, specials=[*plan.specials, *_overrides(before)])
    return _add(session, fresh, told, by="settings", now=now)


def change_week(session: Session, week: Mapping[int, Sequence[Shift]], *, by: str, now: datetime) -> int:
    """Keep a new week in a new version; days it does not name are closed."""
    newest, plan = _changeable(session)
    changed = replace(plan, week=week)
    version = _add(session, changed, newest, by=by, now=now)
    _audit(session, version, by=by, now=now, week=write_week(changed.week))
    return version


def change_day(
    session: Session, day: date, shifts: Sequence[Shift] | None, *, by: str, now: datetime
) -> int | None:
    """Give a date hours of its own in a new version, or take them back; None when it had none to take."""
    newest, plan = _changeable(session)
    others = [one for one in plan.specials if (one.day, one.source) != (day, Source.OVERRIDE)]
    if shifts is None and len(others) == len(plan.specials):
        return None
    added = [] if shifts is None else [Special(day, shifts, Source.OVERRIDE)]
    version = _add(session, replace(plan, specials=[*others, *added]), newest, by=by, now=now)
    told = "-" if shifts is None else write_shifts(shifts)
    _audit(session, version, by=by, now=now, day=day.isoformat(), shifts=told)
    return version


def change(
    session: Session,
    week: Mapping[int, Sequence[Shift]],
    days: Mapping[date, Sequence[Shift] | None],
    *,
    by: str,
    now: datetime,
) -> int:
    """Give weekdays and dates other hours in one new version; a date without hours is as usual again."""
    newest, plan = _changeable(session)
    others = [one for one in plan.specials if one.source is not Source.OVERRIDE or one.day not in days]
    added = [Special(day, shifts, Source.OVERRIDE) for day, shifts in days.items() if shifts is not None]
    changed = replace(plan, week={**plan.week, **week}, specials=[*others, *added])
    version = _add(session, changed, newest, by=by, now=now)
    if week:
        _audit(session, version, by=by, now=now, week=write_week(changed.week))
    for day, shifts in days.items():
        told = "-" if shifts is None else write_shifts(shifts)
        _audit(session, version, by=by, now=now, day=day.isoformat(), shifts=told)
    return version


def written(session: Session, *, since: date) -> tuple[Mapping[int, Sequence[Shift]], Sequence[Special]]:
    """Return the week, and the dates from one on whose hours were not set by the settings or a holiday."""
    _, plan = _changeable(session)
    own = [one for one in _overrides(plan) if one.day >= since]
    return plan.week, sorted(own, key=lambda one: one.day)


def specials(session: Session, *, since: date, until: date) -> Sequence[Special]:
    """List the special days that hold between two dates, both included."""
    newest = _newest(session)
    if newest is None:
        return ()
    ranked = sorted(plan_of(session, newest.id).specials, key=lambda one: RANK.index(one.source))
    holding = {one.day: one for one in ranked}
    return [holding[day] for day in sorted(holding) if since <= day <= until]


def _newest(session: Session) -> CalendarVersion | None:
    return session.scalar(sa.select(CalendarVersion).order_by(CalendarVersion.id.desc()).limit(1))


def _overrides(plan: Plan) -> list[Special]:
    return [one for one in plan.specials if one.source is Source.OVERRIDE]


def _changeable(session: Session) -> tuple[str, Plan]:
    newest = _newest(session)
    if newest is None:
        return "", Plan(ALWAYS.zone, ALWAYS.weekdays)
    return newest.settings, plan_of(session, newest.id)


def _add(session: Session, plan: Plan, settings: str, *, by: str, now: datetime) -> int:
    version = CalendarVersion(
        zone=plan.zone,
        week=write_week(plan.week),
        settings=settings,
        digest=_digest(plan),
        made=now,
        made_by=by,
    )
    session.add(version)
    session.flush()
    session.add_all(_rows(version.id, plan.specials))
    session.flush()
    return version.id


def _rows(version: int, specials: Iterable[Special]) -> list[SpecialDay]:
    return [
        SpecialDay(
            version_id=version,
            day=one.day.isoformat(),
            shifts=write_shifts(one.shifts),
            source=one.source.value,
        )
        for one in specials
    ]


def _digest(plan: Plan) -> str:
    days = sorted((one.day.isoformat(), one.source.value, write_shifts(one.shifts)) for one in plan.specials)
    return sha256(repr((plan.zone, write_week(plan.week), days)).encode()).hexdigest()


def _audit(session: Session, version: int, *, by: str, now: datetime, **detail: object) -> None:
    staff.audit(session, by=by, what="hours.changed", subject=f"calendar:{version}", now=now, **detail)

"""When a schedule runs: local dates and times first, instants second, each local minute once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple, Self

from crm_store.rules.zones import instant_of, local_of

_DAY = timedelta(days=1)
# An occurrence's instant is at most this far from the same local time written as plain dates: a zone may
# skip a whole day, as Samoa did.
_SLACK = timedelta(days=2)


class Recurrence(StrEnum):
    """How often a schedule runs."""

    ONCE = "once"
    DAILY = "daily"
    WEEKLY = "weekly"


class Occurrence(NamedTuple):
    """One time a schedule runs: the local minute is its key, the UTC instant is when."""

    local: datetime
    instant: datetime


@dataclass(frozen=True)
class Schedule:
    """Say when something runs: a local time `at` on dates from `start` to `until`, both included.

    `weekday` is 0 (Monday) … 6 and belongs to weekly schedules only; a schedule that runs once runs on
    `start`.
    """

    kind: Recurrence
    zone: str
    at: time
    start: date
    until: date | None = None
    weekday: int | None = None

    def __post_init__(self) -> None:
        """Refuse what could never be meant."""
        if self.at.second or self.at.microsecond or self.at.tzinfo:
            raise ValueError("a schedule's time is a local minute without seconds or zone")
        if (self.weekday in range(7)) is not (self.kind is Recurrence.WEEKLY):
            raise ValueError("a weekly schedule, and no other, has a weekday from 0 to 6")

    @classmethod
    def once(cls, local: datetime, zone: str) -> Self:
        """Run at one local date and time."""
        return cls(Recurrence.ONCE, zone, local.time(), local.date(), local.date())

    @classmethod
    def daily(cls, at: time, zone: str, *, start: date, until: date | None = None) -> Self:
        """Run every local day."""
        return cls(Recurrence.DAILY, zone, at, start, until)

    @classmethod
    def weekly(cls, weekday: int, at: time, zone: str, *, start: date, until: date | None = None) -> Self:
        """Run on one weekday of every local week."""
        return cls(Recurrence.WEEKLY, zone, at, start, until, weekday)

    def dates(self, first: date) -> Iterator[date]:
        """Yield the local dates it runs on, from `first` on, in order; a new recurrence is one more arm."""
        day = max(first, self.start)
        if self.kind is Recurrence.ONCE:
            yield from () if first > self.start else (self.start,)
            return
        if self.weekday is not None:
            day += timedelta(days=(self.weekday - day.weekday()) % 7)
        step = _DAY if self.weekday is None else 7 * _DAY
        while (self.until is None or day <= self.until) and date.max - day > step:
            yield day
            day += step


def since(schedule: Schedule, instant: datetime) -> Iterator[Occurrence]:
    """Yield every occurrence later than an instant, in order.

    A local time that a clock change skips runs at the first instant after the gap, one shown twice runs
    at the first showing: each local date has exactly one occurrence.
    """
    first = local_of(instant, schedule.zone) - _SLACK
    for day in schedule.dates(first.date()):
        local = datetime.combine(day, schedule.at)
        when = instant_of(local, schedule.zone)
        if when > instant:
            yield Occurrence(local, when)


def after(schedule: Schedule, instant: datetime) -> Occurrence | None:
    """Find the first occurrence later than an instant; None when the schedule has ended."""
    return next(since(schedule, instant), None)


def between(schedule: Schedule, low: datetime, high: datetime) -> list[Occurrence]:
    """List the occurrences in (low, high], so that neighbouring spans share none and miss none."""
    found: list[Occurrence] = []
    for occurrence in since(schedule, low):
        if occurrence.instant > high:
            break
        found.append(occurrence)
    return found

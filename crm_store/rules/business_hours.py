"""When the desk is open, by the clock on its wall, exact across daylight-saving changes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from crm_store.rules.zones import pieces

Shift = tuple[time, time]
Span = tuple[datetime, datetime]
Stretch = tuple[timedelta, timedelta]
Stretches = tuple[Stretch, ...]

HORIZON = timedelta(days=3660)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class OpenHours:
    """Hold a week of shifts in one zone; an instant is open when the wall clock shows an open time.

    `weekdays` maps 0 (Monday) … 6 to shifts [start, end). A shift whose end is not after its start runs
    into the next day, so (22:00, 06:00) is a night and (00:00, 00:00) is a whole day; it belongs to the day
    it begins on. Shifts may touch or overlap. `special` gives single dates shifts of their own in place of
    their weekday's; a date with none is closed all day, also for the end of the night before.
    """

    zone: str
    weekdays: Mapping[int, Sequence[Shift]]
    special: Mapping[date, Sequence[Shift]] = field(default_factory=dict)

    @cached_property
    def tz(self) -> ZoneInfo:
        """Give the zone's rules."""
        return ZoneInfo(self.zone)

    @cached_property
    def never_opens(self) -> bool:
        """Tell whether no shift is named anywhere."""
        return not any(self.weekdays.values()) and not any(self.special.values())

    @cached_property
    def _usual(self) -> tuple[Stretches, ...]:
        """Give each weekday's open stretches since midnight where neither it nor its eve is special."""
        return tuple(
            _joined([*_own(self.weekdays.get(day, ())), *_spilt(self.weekdays.get((day - 1) % 7, ()))])
            for day in range(7)
        )

    @cached_property
    def _unusual(self) -> Mapping[date, Stretches]:
        """Give the open stretches of the special dates and of the days after them."""
        days = {day for special in self.special for day in (special, special + _DAY)}
        return {day: self._worked_out(day) for day in days}

    def _worked_out(self, day: date) -> Stretches:
        shifts = self.shifts_on(day)
        if not shifts and day in self.special:
            return ()
        return _joined([*_own(shifts), *_spilt(self.shifts_on(day - _DAY))])

    def shifts_on(self, day: date) -> Sequence[Shift]:
        """Give the shifts that begin on a date."""
        found = self.special.get(day)
        return self.weekdays.get(day.weekday(), ()) if found is None else found

    def on(self, day: date) -> Stretches:
        """Give a date's open stretches as spans since its midnight, disjoint and in order."""
        found = self._unusual.get(day)
        return self._usual[day.weekday()] if found is None else found

    def is_open(self, at: datetime) -> bool:
        """Tell whether the desk is open at an instant."""
        local = at.astimezone(self.tz)
        clock = _since_midnight(local.time())
        return any(start <= clock < end for start, end in self.on(local.date()))

    def next_opening(self, at: datetime) -> datetime | None:
        """Find the first open instant from `at` on (`at` itself when open); None when there is none."""
        return next((start for start, _ in self.spans(at, at + HORIZON)), None)

    def add_open_time(self, start: datetime, duration: timedelta) -> datetime | None:
        """Find the first instant by which `duration` of open time has passed since `start`.

        None when ten years do not hold that much open time.
        """
        if duration <= timedelta(0):
            return start.astimezone(UTC)
        left = duration
        for opens, closes in self.spans(start, start + HORIZON):
            if closes - opens >= left:
                return opens + left
            left -= closes - opens
        return None

    def open_seconds(self, start: datetime, end: datetime) -> float:
        """Measure the open time in [start, end), in seconds; 0 when end is not after start."""
        return self.open_time(start, end).total_seconds()

    def open_time(self, start: datetime, end: datetime) -> timedelta:
        """Measure the open time in [start, end), to the microsecond; none when end is not after start."""
        return sum((closes - opens for opens, closes in self.spans(start, end)), timedelta(0))

    def spans(self, start: datetime, end: datetime) -> Iterator[Span]:
        """Yield the open stretches of [start, end) in order, as UTC instants."""
        if self.never_opens:
            return
        for low, high, offset in pieces(start.astimezone(UTC), end.astimezone(UTC), self.tz):
            yield from self._within(low, high, offset)

    def _within(self, low: datetime, high: datetime, offset: timedelta) -> Iterator[Span]:
        wall_low, wall_high = low + offset, high + offset
        midnight = wall_low.replace(hour=0, minute=0, second=0, microsecond=0)
        while midnight < wall_high:
            for opens, closes in self.on(midnight.date()):
                first, last = max(wall_low, midnight + opens), min(wall_high, midnight + closes)
                if first < last:
                    yield first - offset, last - offset
            midnight += _DAY


def _since_midnight(clock: time) -> timedelta:
    return timedelta(
        hours=clock.hour, minutes=clock.minute, seconds=clock.second, microseconds=clock.microsecond
    )


def _own(shifts: Sequence[Shift]) -> Iterator[Stretch]:
    """Give what shifts open on the day they begin on."""
    for start, end in shifts:
        opens, closes = _since_midnight(start), _since_midnight(end)
        yield opens, closes if closes > opens else _DAY


def _spilt(shifts: Sequence[Shift]) -> Iterator[Stretch]:
    """Give what shifts open on the day after the one they begin on."""
    return ((timedelta(0), _since_midnight(end)) for start, end in shifts if end <= start)


def _joined(stretches: Sequence[Stretch]) -> Stretches:
    joined: list[Stretch] = []
    for start, end in sorted(stretches):
        if start == end:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)

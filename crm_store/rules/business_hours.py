"""When the desk is open, by the clock on its wall, exact across daylight-saving changes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from crm_store.rules.zones import pieces

Shift = tuple[time, time]
Span = tuple[datetime, datetime]

HORIZON = timedelta(days=3660)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class OpenHours:
    """Hold a week of shifts in one zone; an instant is open when the wall clock shows an open time.

    `weekdays` maps 0 (Monday) … 6 to shifts [start, end). A shift whose end is not after its start runs
    into the next day, so (22:00, 06:00) is a night and (00:00, 00:00) is a whole day. Shifts may touch or
    overlap. On a closed date nothing is open, not even the end of the night before.
    """

    zone: str
    weekdays: Mapping[int, Sequence[Shift]]
    closed: frozenset[date] = frozenset()

    @cached_property
    def tz(self) -> ZoneInfo:
        """Give the zone's rules."""
        return ZoneInfo(self.zone)

    @cached_property
    def week(self) -> tuple[tuple[tuple[timedelta, timedelta], ...], ...]:
        """Give each weekday's open stretches since midnight, disjoint and in order."""
        stretches: list[list[tuple[timedelta, timedelta]]] = [[] for _ in range(7)]
        for weekday, shifts in self.weekdays.items():
            for start, end in shifts:
                opens, closes = _since_midnight(start), _since_midnight(end)
                if closes > opens:
                    stretches[weekday].append((opens, closes))
                    continue
                stretches[weekday].append((opens, _DAY))
                stretches[(weekday + 1) % 7].append((timedelta(0), closes))
        return tuple(_joined(day) for day in stretches)

    def is_open(self, at: datetime) -> bool:
        """Tell whether the desk is open at an instant."""
        local = at.astimezone(self.tz)
        if local.date() in self.closed:
            return False
        clock = _since_midnight(local.time())
        return any(start <= clock < end for start, end in self.week[local.weekday()])

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
        return sum((closes - opens for opens, closes in self.spans(start, end)), timedelta(0)).total_seconds()

    def spans(self, start: datetime, end: datetime) -> Iterator[Span]:
        """Yield the open stretches of [start, end) in order, as UTC instants."""
        if not any(self.week):
            return
        for low, high, offset in pieces(start.astimezone(UTC), end.astimezone(UTC), self.tz):
            yield from self._within(low, high, offset)

    def _within(self, low: datetime, high: datetime, offset: timedelta) -> Iterator[Span]:
        wall_low, wall_high = low + offset, high + offset
        midnight = wall_low.replace(hour=0, minute=0, second=0, microsecond=0)
        while midnight < wall_high:
            for opens, closes in () if midnight.date() in self.closed else self.week[midnight.weekday()]:
                first, last = max(wall_low, midnight + opens), min(wall_high, midnight + closes)
                if first < last:
                    yield first - offset, last - offset
            midnight += _DAY


def _since_midnight(clock: time) -> timedelta:
    return timedelta(
        hours=clock.hour, minutes=clock.minute, seconds=clock.second, microseconds=clock.microsecond
    )


def _joined(stretches: Sequence[tuple[timedelta, timedelta]]) -> tuple[tuple[timedelta, timedelta], ...]:
    joined: list[tuple[timedelta, timedelta]] = []
    for start, end in sorted(stretches):
        if start == end:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)

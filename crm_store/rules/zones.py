"""Local time and instants: what a clock on the wall means where clocks jump twice a year."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


def instant_of(local: datetime, zone: str) -> datetime:
    """Give the UTC instant at which a wall clock first shows a naive local time.

    A time that the clock shows twice means the first showing; one that it skips means the first instant
    after the gap.
    """
    tz = ZoneInfo(zone)
    first = local.replace(tzinfo=tz, fold=0).astimezone(UTC)
    if first.astimezone(tz).replace(tzinfo=None, fold=0) == local.replace(fold=0):
        return first
    return offset_change(local.replace(tzinfo=tz, fold=1).astimezone(UTC), first, tz)


def showings(local: datetime, zone: str) -> tuple[datetime, ...]:
    """Give the instants at which a wall clock shows a naive local time: two in an autumn overlap."""
    first = instant_of(local, zone)
    second = local.replace(tzinfo=ZoneInfo(zone), fold=1).astimezone(UTC)
    return (first, second) if second > first else (first,)


def local_of(at: datetime, zone: str) -> datetime:
    """Give the naive local time that a wall clock shows at an instant."""
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def pieces(low: datetime, high: datetime, tz: ZoneInfo) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """Cut [low, high), in UTC, into pieces of at most a day in which the zone keeps one offset."""
    offset = _offset(low, tz)
    while low < high:
        end = min(low + _DAY, high)
        after = _offset(end, tz)
        if after == offset:
            yield low, end, offset
        else:
            change = offset_change(low, end, tz)
            yield low, change, offset
            yield change, end, after
        low, offset = end, after


def offset_change(low: datetime, high: datetime, tz: ZoneInfo) -> datetime:
    """Find the instant in (low, high] at which the zone leaves the offset it has at `low`.

    Zones change on whole seconds of UTC, and never twice within a day.
    """
    before = _offset(low, tz)
    origin = low.replace(microsecond=0)
    still, changed = 0, -(-(high - origin) // _SECOND)
    while changed - still > 1:
        middle = (still + changed) // 2
        if _offset(origin + middle * _SECOND, tz) == before:
            still = middle
        else:
            changed = middle
    return min(origin + changed * _SECOND, high)


def _offset(at: datetime, tz: ZoneInfo) -> timedelta:
    return at.astimezone(tz).utcoffset() or timedelta(0)

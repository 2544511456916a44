"""How a score moves: calendar buckets of the business time zone, a rate in each, and whether it changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import sqrt
from typing import Literal
from zoneinfo import ZoneInfo

from scoring.satisfaction import CONFIDENCE, Rate

Frequency = Literal["W", "M"]
Verdict = Literal["up", "down", "cannot_tell"]
Count = tuple[int, int, int]  # (bucket position, score, how many)

MAX_BUCKETS = 5_000


@dataclass(frozen=True, slots=True)
class Bucket:
    """One week or month: from start until before end (UTC), its rate, its mean, and whether it is over."""

    start: datetime
    end: datetime
    rate: Rate
    mean: float | None
    n: int
    complete: bool


@dataclass(frozen=True, slots=True)
class Change:
    """The difference current - prior as a share (-1 to 1), its interval, and what may be said of it."""

    difference: float | None
    low: float | None
    high: float | None
    verdict: Verdict


def bounds(start: datetime, end: datetime, freq: Frequency, tz: ZoneInfo) -> list[datetime]:
    """Return the instants that cut a period into local weeks (from Monday) or months.

    Start and end are aware; bucket i runs from bounds[i] until before bounds[i + 1], the first holds start
    and the last reaches end. The instants are local midnights in UTC, so a week with a clock change has 167
    or 169 hours. An empty or reversed period, a naive time or more than 5,000 buckets is a ValueError.
    """
    if start.tzinfo is None or end.tzinfo is None:
        raise ValueError("start and end must carry their time zone")
    if end <= start:
        raise ValueError("end must come after start")
    day = _opening(start.astimezone(tz).date(), freq)
    instants = [_midnight(day, tz)]
    while instants[-1] < end:
        if len(instants) > MAX_BUCKETS:
            raise ValueError(f"the period has more than {MAX_BUCKETS} buckets")
        day = _following(day, freq)
        instants.append(_midnight(day, tz))
    return instants


def count(rows: Iterable[tuple[datetime, int]], limits: Sequence[datetime]) -> list[Count]:
    """Count rows of (aware instant, score) into buckets: what a database does with a GROUP BY.

    Returns (bucket position, score, how many), sorted; rows outside the bounds are left out.
    """
    from scoring import _frames  # on first use: it brings pandas, 40 MB

    return _frames.count(rows, limits)


def series(
    counts: Iterable[Count], limits: Sequence[datetime], *, now: datetime, confidence: float = CONFIDENCE
) -> list[Bucket]:
    """Return one bucket for each pair of neighbouring bounds, with its CSAT and Wilson interval.

    Counts are (bucket position, score of 1 to 5, how many) in any order. A bucket nobody rated in is
    present, with n = 0 and None; one that ends after now is not complete and belongs in no alert. A position
    outside the bounds or a score outside 1 to 5 is a ValueError.
    """
    from scoring import _frames  # on first use: it brings pandas, 40 MB

    points = _frames.series(counts, len(limits) - 1, confidence=confidence)
    return [
        Bucket(start, end, rate, mean, rate.n, complete=end <= now)
        for start, end, (rate, mean) in zip(limits[:-1], limits[1:], points, strict=True)
    ]


def change(current: Rate, prior: Rate) -> Change:
    """Compare two independent rates: up or down only when the interval of their difference leaves out 0.

    The interval is Newcombe's hybrid score (method 10) at the confidence both rates were made with. Without
    answers on one side there is no difference and nothing can be told.
    Source: Newcombe (1998), Statistics in Medicine 17, 873-890.
    """
    now, before = _ends(current), _ends(prior)
    if now is None or before is None:
        return Change(None, None, None, "cannot_tell")
    difference = now[1] - before[1]
    low = difference - sqrt((now[1] - now[0]) ** 2 + (before[2] - before[1]) ** 2)
    high = difference + sqrt((now[2] - now[1]) ** 2 + (before[1] - before[0]) ** 2)
    verdict: Verdict = "up" if low > 0 else "down" if high < 0 else "cannot_tell"
    return Change(difference, low, high, verdict)


def _ends(rate: Rate) -> tuple[float, float, float] | None:
    """Return the low, value and high of a rate, or None when nobody answered."""
    if rate.value is None or rate.low is None or rate.high is None:
        return None
    return rate.low, rate.value, rate.high


def _opening(day: date, freq: Frequency) -> date:
    """Return the first day of the week or month a day lies in."""
    return day - timedelta(days=day.weekday()) if freq == "W" else day.replace(day=1)


def _following(day: date, freq: Frequency) -> date:
    """Return the first day of the next week or month."""
    return day + timedelta(days=7) if freq == "W" else _opening(day + timedelta(days=31), "M")


def _midnight(day: date, tz: ZoneInfo) -> datetime:
    """Return the instant a local day begins; where midnight is skipped, the first instant after it."""
    return datetime.combine(day, time(), tzinfo=tz).astimezone(UTC)

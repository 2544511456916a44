"""How a score moves: buckets of the local calendar, a rate in each, whether it changed, and alerts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from math import expm1, isfinite, log, log1p, sqrt
from statistics import fmean, median
from typing import Literal
from zoneinfo import ZoneInfo

from scoring import _alerts
from scoring._alerts import Alert, ControlChart, ControlPoint, Direction
from scoring._normal import quantile
from scoring.satisfaction import CONFIDENCE, NetPromoter, Rate, wilson

__all__ = [
    "Alert", "Bucket", "Change", "ControlChart", "ControlPoint", "Count", "Direction", "Frequency",
    "Shift", "Verdict", "bounds", "change", "change_points", "count", "nps_change", "p_chart",
    "series", "volume_alerts"
]  # fmt: skip

Frequency = Literal["D", "W", "M"]
Verdict = Literal["up", "down", "cannot_tell"]
Count = tuple[int, int, int]  # (bucket position, score, how many)

MAX_BUCKETS = 5_000
LOOK_BACK = 12
LOOK_BACK_AT_LEAST = 6
SEGMENT_AT_LEAST = 3
# What a shift of the level must explain, in squared logarithms: more than noise does, five times its variance
# times log n (one false shift in twenty to fifty series without any), and enough to matter.
NOISE_PENALTY = 5
LEAST_PENALTY = 0.3


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


@dataclass(frozen=True, slots=True)
class Shift:
    """A level that began at a position: the typical (geometric mean) value before and since, and their ratio.

    The ratio is None when the level before was 0.
    """

    position: int
    before: float
    after: float
    ratio: float | None
    direction: Direction


def bounds(start: datetime, end: datetime, freq: Frequency, tz: ZoneInfo) -> list[datetime]:
    """Return the instants that cut a period into local days, weeks (from Monday) or months.

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
    return Change(difference, low, high, _verdict(low, high))


def nps_change(current: NetPromoter, prior: NetPromoter, *, confidence: float = CONFIDENCE) -> Change:
    """Compare two independent net promoter scores, in points: up or down only when the interval leaves out 0.

    The difference is of the plain scores; the interval is adjusted Wald, the root of the sum of both squared
    standard errors around the difference of the adjusted scores. Without answers on one side nothing can be
    told.
    Source: Rocks (2016), as `satisfaction.nps`.
    """
    now, before = _centre(current), _centre(prior)
    if current.value is None or prior.value is None or now is None or before is None:
        return Change(None, None, None, "cannot_tell")
    half = quantile(confidence) * sqrt(now[1] ** 2 + before[1] ** 2)
    low, high = max(-200.0, now[0] - before[0] - half), min(200.0, now[0] - before[0] + half)
    return Change(current.value - prior.value, low, high, _verdict(low, high))


def p_chart(
    bad: Sequence[int], n: Sequence[int], baseline: int, *, complete: Sequence[bool] | None = None
) -> ControlChart:
    """Watch a rate: limits of three standard deviations for each bucket's own n, around the baseline's rate.

    Bad and n are counts of each bucket, in order; the first `baseline` buckets tell the centre. Limits are
    clipped to 0..1 and None where nobody was counted. There is an alert for each episode outside, when at
    least 6 complete buckets of the baseline have counts. Buckets that are not complete and empty ones raise
    no alert and end no episode; one three times as far out as its episode began is an episode of its own.
    Lists of different lengths, a baseline that is not within them, or counts other than 0 <= bad <= n are a
    ValueError.
    Source: Shewhart p-chart, Montgomery, Introduction to Statistical Quality Control.
    """
    whole = _flags(complete, len(bad))
    if len(n) != len(bad):
        raise ValueError(f"bad and n must be of the same buckets, not {len(bad)} and {len(n)}")
    if not 0 <= baseline <= len(n):
        raise ValueError(f"the baseline must lie within the {len(n)} buckets, not be {baseline}")
    centre = wilson(sum(bad[:baseline]), sum(n[:baseline]))
    points = tuple(_alerts.control(wilson(k, size), centre.value) for k, size in zip(bad, n, strict=True))
    known = sum(size > 0 and done for size, done in zip(n[:baseline], whole[:baseline], strict=True))
    judged = [
        _alerts.of_rate(point, centre.value) if done else None
        for point, done in zip(points, whole, strict=True)
    ]
    alerts = _alerts.episodes(judged) if known >= LOOK_BACK_AT_LEAST else []
    return ControlChart(centre, points, tuple(alerts))


def volume_alerts(counts: Sequence[int], complete: Sequence[bool] | None = None) -> list[Alert]:
    """Tell when a volume leaps or collapses, one alert an episode, each bucket judged by those before it.

    Counts are of buckets in order; those not complete are neither judged nor looked back on. A bucket is
    compared with the median of the 12 complete ones before it, at least 6: z is the distance in robust
    standard deviations (1.4826 MAD, but never under the root of the median, nor 1), and 3.5 is too far. Three
    times as far as the episode began with is an episode of its own. A negative count or flags of another
    length are a ValueError.
    Source: Iglewicz & Hoaglin (1993), How to Detect and Handle Outliers.
    """
    whole = _flags(complete, len(counts))
    for one in counts:
        if one < 0 or one % 1:
            raise ValueError(f"the volume {one} cannot be; a count is whole and not negative")
    judged: list[_alerts.Judged | None] = []
    seen: list[int] = []
    for one, done in zip(counts, whole, strict=True):
        judged.append(
            _alerts.of_volume(one, seen[-LOOK_BACK:]) if done and len(seen) >= LOOK_BACK_AT_LEAST else None
        )
        if done:
            seen.append(one)
    return _alerts.episodes(judged)


def change_points(values: Sequence[float]) -> list[Shift]:
    """Tell where the level of a volume shifted, looking back over all of it.

    Values are not negative, in order, of complete buckets only. Their logarithms (of 1 + value) are cut into
    levels of at least 3 buckets by least squares with a penalty for each cut. Fewer than 6 values have no
    shift; a value that is negative or not finite is a ValueError.
    Source: Killick, Fearnhead & Eckley (2012), JASA 107, 1590-1598.
    """
    for one in values:
        if not (isfinite(one) and one >= 0):
            raise ValueError(f"the value {one} cannot be; a volume is finite and not negative")
    if len(values) < 2 * SEGMENT_AT_LEAST:
        return []
    from scoring import _changes  # on first use: it brings numpy

    logs = [log1p(one) for one in values]
    variance = max(_changes.noise(logs), 1 / (median(values) + 1))
    penalty = max(LEAST_PENALTY, NOISE_PENALTY * variance * log(len(logs)))
    cuts = [0, *_changes.cuts(logs, penalty=penalty, min_size=SEGMENT_AT_LEAST), len(logs)]
    levels = [expm1(fmean(logs[start:end])) for start, end in pairwise(cuts)]
    return [
        Shift(position, before, after, after / before if before else None, "up" if after > before else "down")
        for position, (before, after) in zip(cuts[1:-1], pairwise(levels), strict=True)
    ]


def _flags(complete: Sequence[bool] | None, buckets: int) -> Sequence[bool]:
    """Return which buckets are complete: all, unless told."""
    if complete is None:
        return [True] * buckets
    if len(complete) != buckets:
        raise ValueError(
            f"there are {buckets} buckets, but {len(complete)} flags that tell which are complete"
        )
    return complete


def _centre(score: NetPromoter) -> tuple[float, float] | None:
    """Return the adjusted score and its standard error, or None when nobody answered."""
    return None if score.centre is None or score.centre_se is None else (score.centre, score.centre_se)


def _verdict(low: float, high: float) -> Verdict:
    """Return what may be said of a difference with this interval."""
    return "up" if low > 0 else "down" if high < 0 else "cannot_tell"


def _ends(rate: Rate) -> tuple[float, float, float] | None:
    """Return the low, value and high of a rate, or None when nobody answered."""
    if rate.value is None or rate.low is None or rate.high is None:
        return None
    return rate.low, rate.value, rate.high


def _opening(day: date, freq: Frequency) -> date:
    """Return the first day of the day, week or month a day lies in."""
    if freq == "D":
        return day
    return day - timedelta(days=day.weekday()) if freq == "W" else day.replace(day=1)


def _following(day: date, freq: Frequency) -> date:
    """Return the first day of the next day, week or month."""
    if freq == "D":
        return day + timedelta(days=1)
    return day + timedelta(days=7) if freq == "W" else _opening(day + timedelta(days=31), "M")


def _midnight(day: date, tz: ZoneInfo) -> datetime:
    """Return the instant a local day begins; where midnight is skipped, the first instant after it."""
    return datetime.combine(day, time(), tzinfo=tz).astimezone(UTC)

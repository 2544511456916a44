"""How many tickets to expect: the same weekday of last week, unless something cleverer proved better."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Literal

Method = Literal["mean", "seasonal_naive", "holt_winters"]

WEEK = 7
INTERVAL = 0.8
MEMORY = 104  # seasons that are looked at


@dataclass(frozen=True, slots=True)
class Point:
    """What is expected in one bucket, with its interval; None when too little is known to tell one."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """The next buckets by the chosen method, and how far each method was off in trials on the past."""

    method: Method
    points: tuple[Point, ...]
    naive_error: float | None
    holt_winters_error: float | None


def volume(
    series: Sequence[float], h: int, *, season: int = WEEK, confidence: float = INTERVAL
) -> Forecast | None:
    """Forecast the next h buckets of a series of counts, such as tickets a day, oldest first.

    Only complete buckets belong in it, empty ones as 0. The last season is repeated; from four seasons on,
    Holt-Winters (additive, damped) is tried on up to eight past seasons from rolling origins, and taken only
    if its mean absolute error is lower. Below one season the mean of what there is. The interval comes from
    the errors of those trials; no value is below 0. None without a bucket; a negative count, h below 1 or a
    season below 2 is a ValueError.
    Source: Hyndman & Athanasopoulos, Forecasting: Principles and Practice (2021), sections 5.2, 5.10, 8.3.
    """
    if h < 1 or season < 2:
        raise ValueError(f"need at least 1 bucket ahead and a season of at least 2, not {h} and {season}")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not {confidence}")
    if not all(isfinite(count) and count >= 0 for count in series):
        raise ValueError("a series holds finite counts of at least 0")
    if not series:
        return None
    from scoring import _forecast  # on first use: it brings scipy

    found = _forecast.choose(series[-MEMORY * season :], h, season, confidence)
    method: Method = "holt_winters" if found.holt_winters else "seasonal_naive"
    if len(series) < season:
        method = "mean"
    points = tuple(
        Point(value, None if half is None else max(0.0, value - half), None if half is None else value + half)
        for value, half in zip(found.values, found.halves, strict=True)
    )
    return Forecast(method, points, found.naive_error, found.holt_winters_error)

"""Buckets that lie outside what was to be expected, and the episodes they make."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt
from statistics import median
from typing import Literal

from scoring.satisfaction import Rate

Direction = Literal["up", "down"]

SIGMAS = 3  # how far from its centre a p-chart lets a rate be
ROBUST_SIGMAS = 3.5  # how far from its median a volume may be
WORSE = 3  # times the distance an episode began with: another episode
NORMAL = 1.4826  # what makes the median absolute deviation a standard deviation


@dataclass(frozen=True, slots=True)
class Alert:
    """An episode: the first and the last bucket of it so far, and how its first one differed.

    Value and expected are a rate or a count; z is how many standard deviations lie between, None where the
    baseline does not vary.
    """

    start: int
    end: int
    direction: Direction
    value: float
    expected: float
    z: float | None


@dataclass(frozen=True, slots=True)
class ControlPoint:
    """One bucket of a p-chart: its rate, the limits for its n, and on which side it lies outside them."""

    rate: Rate
    lower: float | None
    upper: float | None
    outside: Direction | None


@dataclass(frozen=True, slots=True)
class ControlChart:
    """A p-chart: the rate of the baseline, every bucket, and one alert for each episode outside."""

    centre: Rate
    points: tuple[ControlPoint, ...]
    alerts: tuple[Alert, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """A bucket that was judged: on which side it lies outside, if any, and how it compares."""

    outside: Direction | None
    value: float
    expected: float
    z: float | None


def control(rate: Rate, centre: float | None) -> ControlPoint:
    """Return a bucket of a p-chart with the limits for its size."""
    if rate.value is None or centre is None:
        return ControlPoint(rate, None, None, None)
    half = SIGMAS * sqrt(centre * (1 - centre) / rate.n)
    lower, upper = max(0.0, centre - half), min(1.0, centre + half)
    outside: Direction | None = "up" if rate.value > upper else "down" if rate.value < lower else None
    return ControlPoint(rate, lower, upper, outside)


def of_rate(point: ControlPoint, centre: float | None) -> Judged | None:
    """Judge a bucket of a p-chart; None when nobody was counted in it or in the baseline."""
    if point.rate.value is None or centre is None:
        return None
    deviation = sqrt(centre * (1 - centre) / point.rate.n)
    z = (point.rate.value - centre) / deviation if deviation > 0 else None
    return Judged(point.outside, point.rate.value, centre, z)


def of_volume(count: int, before: Sequence[int]) -> Judged:
    """Judge a volume by those before it: median and MAD, never under the root of the median, nor 1."""
    middle = median(before)
    deviation = NORMAL * median(abs(one - middle) for one in before)
    z = (count - middle) / max(deviation, sqrt(middle), 1.0)
    outside: Direction | None = "up" if z >= ROBUST_SIGMAS else "down" if z <= -ROBUST_SIGMAS else None
    return Judged(outside, count, middle, z)


def episodes(judged: Sequence[Judged | None]) -> list[Alert]:
    """Join neighbouring buckets outside on one side; those not judged are passed over.

    A bucket three times as far out as its episode's first begins an episode of its own.
    """
    found: list[Alert] = []
    going_on = False
    for position, one in enumerate(judged):
        if one is None:
            continue
        if one.outside is None:
            going_on = False
        elif going_on and one.outside == found[-1].direction and not _worse(one, found[-1]):
            found[-1] = replace(found[-1], end=position)
        else:
            found.append(Alert(position, position, one.outside, one.value, one.expected, one.z))
            going_on = True
    return found


def _worse(one: Judged, alert: Alert) -> bool:
    """Tell whether a bucket is so much further out that it deserves an alert of its own."""
    return one.z is not None and alert.z is not None and abs(one.z) >= WORSE * abs(alert.z)

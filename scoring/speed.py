"""What makes tickets slow: too few people on shift, where tickets wait, and what an article would save."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Literal

from scoring.forecast import Point
from scoring.satisfaction import CONFIDENCE, Rate, wilson

Staffing = Literal["short", "tight", "enough"]
Wait = tuple[str, float, int]  # (place, seconds, how many tickets waited so long there)

HOUR = 3600.0
OCCUPANCY = 0.85  # of a shift, what can be spent on tickets


@dataclass(frozen=True, slots=True)
class Shift:
    """One bucket of time: people needed, between low and high, people there, and how many are missing.

    short means that even the low end needs more people than are there, enough that the high end does not.
    """

    needed: float
    low: float | None
    high: float | None
    there: float
    missing: float
    staffing: Staffing


@dataclass(frozen=True, slots=True)
class Place:
    """Where tickets wait: how many, how long in all and as a share of all waiting, and one ticket's wait."""

    name: str
    n: int
    seconds: float
    share: float | None
    median: float
    p90: float


@dataclass(frozen=True, slots=True)
class Theme:
    """Tickets of one theme in a period, and the seconds of work one takes."""

    tickets: int
    handling: float


@dataclass(frozen=True, slots=True)
class Saving:
    """Seconds of work that an article on a theme would save in a like period, with an interval."""

    theme: str
    tickets: int
    seconds: float
    low: float
    high: float


def staffing(
    volume: Sequence[Point],
    handling: float,
    there: Sequence[float],
    *,
    bucket: float = HOUR,
    occupancy: float = OCCUPANCY,
) -> list[Shift]:
    """Compare the people a forecast needs with those on shift, bucket by bucket.

    needed = tickets * handling / (bucket * occupancy), handling and bucket in seconds, there in people.
    Lengths that differ, a negative figure or an occupancy outside 0 to 1 is a ValueError.
    Source: workload = arrival rate x handling time, in erlangs.
    """
    if len(volume) != len(there):
        raise ValueError(f"need a shift for each bucket, not {len(there)} for {len(volume)}")
    if not (0 < occupancy <= 1 and bucket > 0):
        raise ValueError("occupancy must be a share above 0, and a bucket must have seconds")
    if not all(isfinite(figure) and figure >= 0 for figure in (handling, *there)):
        raise ValueError("handling time and people must be finite and at least 0")
    each = handling / (bucket * occupancy)
    return [_shift(point, each, people) for point, people in zip(volume, there, strict=True)]


def waits(counts: Iterable[Wait]) -> list[Place]:
    """Return where tickets wait, the place with the most waiting first, from (place, seconds, n) rows.

    A row may stand for a bucket of waits, as a database counts them. The percentiles are nearest-rank: the
    shortest wait that so many tickets did not exceed. A negative wait or count is a ValueError.
    """
    places: dict[str, dict[float, int]] = {}
    for place, seconds, n in counts:
        if not (isfinite(seconds) and seconds >= 0 and n >= 0):
            raise ValueError(f"{n} waits of {seconds} seconds in {place} cannot be")
        waited = places.setdefault(place, {})
        waited[seconds] = waited.get(seconds, 0) + n
    totals = {name: sum(seconds * n for seconds, n in waited.items()) for name, waited in places.items()}
    whole = sum(totals.values())
    found = [
        Place(
            name,
            sum(waited.values()),
            totals[name],
            totals[name] / whole if whole else None,
            _percentile(waited, 0.5),
            _percentile(waited, 0.9),
        )
        for name, waited in places.items()
        if any(waited.values())
    ]
    return sorted(found, key=lambda place: (-place.seconds, place.name))


def savings(
    themes: Mapping[str, Theme], settled: tuple[int, int], *, confidence: float = CONFIDENCE
) -> list[Saving]:
    """Return what an article on each theme without one would save, the most first.

    settled is (questions that articles settled, questions they were offered for) of the articles there are;
    a saving is tickets * handling * that share, its interval the share's. Empty while no article was ever
    offered. A negative figure is a ValueError.
    """
    share: Rate = wilson(*settled, confidence=confidence)
    found = []
    for name, theme in themes.items():
        if theme.tickets < 0 or not (isfinite(theme.handling) and theme.handling >= 0):
            raise ValueError(f"{theme.tickets} tickets of {theme.handling} seconds on {name} cannot be")
        if share.value is None or share.low is None or share.high is None:
            continue
        work = theme.tickets * theme.handling
        found.append(Saving(name, theme.tickets, work * share.value, work * share.low, work * share.high))
    return sorted(found, key=lambda one: (-one.seconds, -one.high, one.theme))


def _shift(point: Point, each: float, there: float) -> Shift:
    """Return one bucket, a ticket keeping so many people busy."""
    needed = point.value * each
    low = None if point.low is None else point.low * each
    high = None if point.high is None else point.high * each
    verdict: Staffing = "tight"
    if (needed if low is None else low) > there:
        verdict = "short"
    elif (needed if high is None else high) <= there:
        verdict = "enough"
    return Shift(needed, low, high, there, max(0.0, needed - there), verdict)


def _percentile(waited: Mapping[float, int], share: float) -> float:
    """Return the shortest wait that a share of the tickets did not exceed."""
    rest = share * sum(waited.values())
    for seconds in sorted(waited):
        rest -= waited[seconds]
        if rest <= 1e-9:
            return seconds
    return max(waited)

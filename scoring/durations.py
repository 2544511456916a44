"""How long things take, from counts on log buckets: percentiles with intervals, and how many were in time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, sqrt

from scoring._normal import quantile
from scoring.satisfaction import CONFIDENCE

A_DECADE = 20  # buckets in which a time grows tenfold, so that each ends an eighth after it begins
SHORTEST, DECADES = 1, 8  # from a second to three years


@dataclass(frozen=True, slots=True)
class Percentile:
    """The time, in seconds, that a share of n stayed within, and its interval; None where n is too small."""

    n: int
    value: float | None
    low: float | None
    high: float | None


def edges(exact: Iterable[int] = ()) -> Sequence[int]:
    """Return where buckets begin, in whole seconds: 0, then a logarithmic grid, and each of `exact`.

    Bucket i holds the times t with edges[i] <= t < edges[i + 1]; the last has no end.
    """
    grid = {round(SHORTEST * 10 ** (step / A_DECADE)) for step in range(A_DECADE * DECADES + 1)}
    return sorted({0, *grid, *exact})


def percentile(
    counts: Mapping[int, int], bounds: Sequence[int], share: float, *, confidence: float = CONFIDENCE
) -> Percentile:
    """Return the time within which a share (0 to 1) of the times counted by bucket lie, in seconds.

    Within a bucket times are taken as spread evenly over it. The interval is made of order statistics and
    supposes no distribution; an end that lies outside of what was seen is None. Nothing counted gives None.
    A share outside of 0 to 1 is a ValueError.
    Source: Conover, Practical Nonparametric Statistics (1999), section 3.2.
    """
    if not 0 < share < 1:
        raise ValueError(f"a share lies between 0 and 1, not {share}")
    n = sum(counts.values())
    if n == 0:
        return Percentile(0, None, None, None)
    reach = quantile(confidence) * sqrt(n * share * (1 - share))
    low, high = ceil(n * share - reach), ceil(n * share + reach) + 1
    value = _at(counts, bounds, n * share)
    return Percentile(
        n,
        value,
        min(value, _at(counts, bounds, low)) if low >= 1 else None,
        _at(counts, bounds, high) if high <= n else None,
    )


def within(
    done: Mapping[int, int], waiting: Mapping[int, int], bounds: Sequence[int], limit: int
) -> tuple[int, int]:
    """Return how many were done within a limit in seconds, and of how many that can be said.

    Whoever waits still counts once the limit has passed. A limit that is no bound of a bucket is a
    ValueError, for nobody could tell on which side its bucket lies.
    """
    if limit not in bounds:
        raise ValueError(f"{limit} s is no bound of a bucket")
    first_late = bounds.index(limit)
    in_time = sum(count for bucket, count in done.items() if bucket < first_late)
    late = sum(count for bucket, count in waiting.items() if bucket >= first_late)
    return in_time, sum(done.values()) + late


def _at(counts: Mapping[int, int], bounds: Sequence[int], rank: float) -> float:
    """Return the time below which `rank` of the counted ones lie."""
    passed = 0
    last = max(bucket for bucket, count in counts.items() if count)
    for bucket in sorted(counts):
        held = counts[bucket]
        if held and (passed + held >= rank or bucket == last):
            begins = bounds[bucket]
            ends = bounds[bucket + 1] if bucket + 1 < len(bounds) else begins
            return begins + (ends - begins) * min(1.0, max(0.0, (rank - passed) / held))
        passed += held
    raise AssertionError("some bucket is the last")

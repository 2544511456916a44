"""What a list of numbers or a histogram looks like, and how two lists move together: sample statistics."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, isfinite, sqrt

Number = int | float


@dataclass(frozen=True, slots=True)
class Summary:
    """Size, mean, median, sample variance and deviation, least and most, in the unit of the values."""

    n: int
    mean: float | None
    median: float | None
    variance: float | None
    sd: float | None
    least: float | None
    most: float | None


NOTHING = Summary(0, None, None, None, None, None, None)


def summary(values: Sequence[Number] | Mapping[int, int] | Mapping[float, int]) -> Summary:
    """Return the sample statistics of values, or of a histogram {value: how many}.

    Variance and standard deviation divide by n - 1 and are None below two values; the median of an even n is
    the mean of the middle two. Nothing to describe gives None throughout. A value that is not a finite
    number, or a count that is negative or not whole, is a ValueError.
    """
    held = _counted(values)
    n = sum(count for _, count in held)
    if n == 0:
        return NOTHING
    least, most = held[0][0], held[-1][0]
    mean = min(max(fsum(value * count for value, count in held) / n, least), most)
    spread = fsum(count * (value - mean) ** 2 for value, count in held)
    variance = spread / (n - 1) if n > 1 else None
    return Summary(
        n=n,
        mean=mean,
        median=(_at(held, (n - 1) // 2) + _at(held, n // 2)) / 2,
        variance=variance,
        sd=None if variance is None else sqrt(variance),
        least=least,
        most=most,
    )


def covariance(x: Sequence[Number], y: Sequence[Number]) -> float | None:
    """Return the sample covariance of paired values, in the product of their units.

    It divides by n - 1 and is None below two pairs. Lists of different lengths, or a value that is not a
    finite number, are a ValueError.
    """
    across, _, _ = _moments(x, y)
    return across / (len(x) - 1) if len(x) > 1 else None


def correlation(x: Sequence[Number], y: Sequence[Number]) -> float | None:
    """Return Pearson's correlation of paired values, -1 to 1; None below two pairs or where one is constant.

    Lists of different lengths, or a value that is not a finite number, are a ValueError.
    """
    across, of_x, of_y = _moments(x, y)
    scale = sqrt(of_x) * sqrt(of_y)
    return min(1.0, max(-1.0, across / scale)) if scale > 0 else None


def _moments(x: Sequence[Number], y: Sequence[Number]) -> tuple[float, float, float]:
    """Return the sums of products and squares of the distances from both means."""
    if len(x) != len(y):
        raise ValueError(f"values must come in pairs, not {len(x)} beside {len(y)}")
    mean_x, mean_y = summary(x).mean, summary(y).mean
    if mean_x is None or mean_y is None:
        return 0.0, 0.0, 0.0
    across = fsum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True))
    return across, _spread(x, mean_x), _spread(y, mean_y)


def _spread(values: Sequence[Number], mean: float) -> float:
    """Return the sum of squared distances from the mean: exactly 0 when all values are the same."""
    return fsum((value - mean) ** 2 for value in values)


def _counted(values: Sequence[Number] | Mapping[int, int] | Mapping[float, int]) -> list[tuple[Number, int]]:
    """Return the values that occur and how often, from the least to the most."""
    given: Iterable[tuple[Number, int]] = (
        values.items() if isinstance(values, Mapping) else Counter(values).items()
    )
    held = []
    for value, count in given:
        if not isfinite(value):
            raise ValueError(f"{value} is not a finite number")
        if count < 0 or count % 1:
            raise ValueError(f"{value} has the count {count}; a count is whole and not negative")
        if count:
            held.append((value, count))
    return sorted(held)


def _at(held: Sequence[tuple[Number, int]], position: int) -> Number:
    """Return the value at a position of the sorted values, counted from 0."""
    for value, count in held:
        position -= count
        if position < 0:
            return value
    raise ValueError("the position lies beyond the last value")

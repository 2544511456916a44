"""Where a level shifts, by penalised least squares; imported on first use, because it brings numpy."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]

NORMAL = 1.4826  # what makes the median absolute deviation a standard deviation


def noise(values: Sequence[float]) -> float:
    """Return the variance around a level that may shift now and then: a robust one, of the differences."""
    steps = np.diff(np.asarray(values, dtype=np.float64))
    spread = NORMAL * float(np.median(np.abs(steps - np.median(steps))))
    return spread**2 / 2


def cuts(values: Sequence[float], *, penalty: float, min_size: int) -> list[int]:
    """Return the positions where new segments begin: those of the least squares plus a penalty for each cut.

    The optimum is exact, the one PELT finds; nothing is pruned, which for a few thousand values costs little.
    Source: Jackson et al. (2005), IEEE Signal Processing Letters 12, 105-108; Killick, Fearnhead & Eckley
    (2012), JASA 107, 1590-1598.
    """
    n = len(values)
    if n < 2 * min_size:
        return []
    centred = np.asarray(values, dtype=np.float64) - float(np.mean(values))
    sums, squares = (np.concatenate([[0.0], np.cumsum(of)]) for of in (centred, centred**2))
    best = np.full(n + 1, np.inf)
    best[0] = -penalty
    previous = np.zeros(n + 1, dtype=np.int64)
    for end in range(min_size, n + 1):
        starts = np.arange(end - min_size + 1)
        spread = squares[end] - squares[starts] - (sums[end] - sums[starts]) ** 2 / (end - starts)
        costs = best[starts] + spread
        previous[end] = np.argmin(costs)
        best[end] = costs[previous[end]] + penalty
    found: list[int] = []
    place = int(previous[n])
    while place > 0:
        found.append(place)
        place = int(previous[place])
    return found[::-1]

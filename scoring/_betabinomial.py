"""The beta-binomial by maximum likelihood; imported on first use, because it brings numpy and scipy."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import betaincinv, betaln, digamma, expit, gammaln, logit, xlog1py, xlogy

Vector = npt.NDArray[np.float64]

SMALLEST, LARGEST = 1e-2, 1e6  # between them the size alpha + beta of the prior is looked for
GAIN = 1e-9  # a fit that explains no more than this beyond one common rate explains nothing


@dataclass(frozen=True, slots=True)
class Fit:
    """The parameters, the log likelihood of the counts, and whether the size ran away to infinity."""

    alpha: float
    beta: float
    loglik: float
    diverged: bool


@dataclass(frozen=True, slots=True)
class _Counts:
    """Distinct (k, n), how many groups have each, and the log of the ways to choose k of n."""

    k: Vector
    n: Vector
    groups: Vector
    ways: float

    def loglik(self, alpha: float, beta: float) -> float:
        """Return the log likelihood of all groups under Beta(alpha, beta)."""
        each = betaln(self.k + alpha, self.n - self.k + beta) - betaln(alpha, beta)
        return self.ways + float(self.groups @ each)

    def alike(self, rate: float) -> float:
        """Return the log likelihood of all groups if every one had this rate."""
        return self.ways + float(self.groups @ (xlogy(self.k, rate) + xlog1py(self.n - self.k, -rate)))

    def slope(self, alpha: float, beta: float) -> tuple[float, float]:
        """Return the derivatives of the log likelihood by alpha and beta."""
        shared = digamma(alpha + beta) - digamma(self.n + alpha + beta)
        by_alpha = digamma(self.k + alpha) - digamma(alpha) + shared
        by_beta = digamma(self.n - self.k + beta) - digamma(beta) + shared
        return float(self.groups @ by_alpha), float(self.groups @ by_beta)


def fit(pairs: Sequence[tuple[int, int]], *, limit: float) -> Fit:
    """Fit alpha and beta to the (k, n) of groups, each n above 0.

    The size alpha + beta is searched on a grid and refined from its best point; a size above the limit, or
    one that explains no more than a common rate does, has diverged.
    """
    counts = _counted(pairs)
    rate = float(counts.groups @ counts.k) / float(counts.groups @ counts.n)
    alike = Fit(rate * limit, (1 - rate) * limit, counts.alike(rate), diverged=True)
    if rate in (0.0, 1.0):
        return alike
    sizes = np.geomspace(SMALLEST, LARGEST, 25)
    start = max(sizes, key=lambda size: counts.loglik(rate * size, (1 - rate) * size))
    found = minimize(
        lambda place: _downhill(counts, place),
        x0=np.array([logit(rate), np.log(start)]),
        jac=True,
        method="L-BFGS-B",
        bounds=[(-30.0, 30.0), (np.log(SMALLEST), np.log(LARGEST))],
        options={"ftol": 1e-15, "gtol": 1e-9, "maxiter": 1000},
    )
    alpha, beta = _parameters(found.x)
    loglik = counts.loglik(alpha, beta)
    if alpha + beta > limit or loglik <= alike.loglik + GAIN:
        return alike
    return Fit(alpha, beta, loglik, diverged=False)


def at(pairs: Sequence[tuple[int, int]], alpha: float, beta: float) -> Fit:
    """Return given parameters with the log likelihood of the counts under them."""
    return Fit(alpha, beta, _counted(pairs).loglik(alpha, beta), diverged=False)


def intervals(
    k: Sequence[int], n: Sequence[int], alpha: float, beta: float, *, confidence: float
) -> list[tuple[float, float, float]]:
    """Return the mean, low and high of Beta(alpha + k, beta + n - k) for each group.

    Where nearly all of it lies at one end, the mean lies outside of equal tails; they then reach to it.
    """
    a = np.asarray(k, dtype=np.float64) + alpha
    b = np.asarray(n, dtype=np.float64) - np.asarray(k, dtype=np.float64) + beta
    tail, mean = (1 - confidence) / 2, a / (a + b)
    low, high = np.minimum(betaincinv(a, b, tail), mean), np.maximum(betaincinv(a, b, 1 - tail), mean)
    columns: list[list[float]] = [mean.tolist(), low.tolist(), high.tolist()]
    return list(zip(*columns, strict=True))


def _counted(pairs: Sequence[tuple[int, int]]) -> _Counts:
    """Put equal groups together."""
    distinct, groups = np.unique(np.asarray(pairs, dtype=np.float64), axis=0, return_counts=True)
    k, n, each = distinct[:, 0], distinct[:, 1], groups.astype(np.float64)
    ways = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    return _Counts(k, n, each, float(each @ ways))


def _parameters(place: Vector) -> tuple[float, float]:
    """Return alpha and beta of a place (logit of the mean, log of the size)."""
    mean, size = float(expit(place[0])), float(np.exp(place[1]))
    return mean * size, (1 - mean) * size


def _downhill(counts: _Counts, place: Vector) -> tuple[float, Vector]:
    """Return what is minimised and its derivatives by the logit of the mean and the log of the size."""
    alpha, beta = _parameters(place)
    by_alpha, by_beta = counts.slope(alpha, beta)
    by_mean = (by_alpha - by_beta) * alpha * beta / (alpha + beta)
    by_size = by_alpha * alpha + by_beta * beta
    return -counts.loglik(alpha, beta), -np.array([by_mean, by_size])

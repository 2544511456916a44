"""Fair rates of small groups: the smaller a group, the more it is drawn towards what all of them suggest."""

from collections.abc import Sequence
from dataclasses import dataclass

from scoring.satisfaction import CONFIDENCE, wilson

FEW_GROUPS = 5
PSEUDO_RATINGS = 10
# Groups whose prior is worth more ratings than this do not differ: its size has run away to infinity.
ALIKE = 1e5


@dataclass(frozen=True, slots=True)
class Prior:
    """What a group's rate is before it is looked at: Beta(alpha, beta), from k of n in all groups together.

    Degenerate: no difference between the groups was found, each has the pooled rate. Weak: there were too few
    groups to tell how they differ, the prior is the pooled rate with the weight of ten ratings.
    """

    alpha: float
    beta: float
    loglik: float
    degenerate: bool
    weak: bool
    k: int
    n: int


@dataclass(frozen=True, slots=True)
class Posterior:
    """A group's rate after shrinking, 0 to 1, with its equal-tailed interval; k and n are as counted."""

    k: int
    n: int
    value: float | None
    low: float | None
    high: float | None


def fit(k: Sequence[int], n: Sequence[int]) -> Prior | None:
    """Fit the beta prior of groups with k of n each, by maximum marginal likelihood (beta-binomial).

    Groups of no ratings tell nothing; when no group has any the answer is None. Below five groups the prior
    is weak; when the likelihood grows until alpha + beta passes 100,000 it is degenerate. Lists of different
    lengths or counts other than 0 <= k <= n are a ValueError.
    Source: Griffiths (1973), Biometrics 29, 637-648; Casella (1985), American Statistician 39, 83-87.
    """
    _check(k, n)
    pairs = [(good, size) for good, size in zip(k, n, strict=True) if size]
    if not pairs:
        return None
    from scoring import _betabinomial  # on first use: it brings scipy

    good, size = sum(one for one, _ in pairs), sum(one for _, one in pairs)
    weak = len(pairs) < FEW_GROUPS
    if weak:
        rate = min(max(good / size, 0.5 / (size + 1)), 1 - 0.5 / (size + 1))
        found = _betabinomial.at(pairs, rate * PSEUDO_RATINGS, (1 - rate) * PSEUDO_RATINGS)
    else:
        found = _betabinomial.fit(pairs, limit=ALIKE)
    return Prior(found.alpha, found.beta, found.loglik, found.diverged, weak, good, size)


def posterior(
    k: Sequence[int], n: Sequence[int], prior: Prior | None, *, confidence: float = CONFIDENCE
) -> list[Posterior]:
    """Return the shrunken rate of each group, in their order: Beta(alpha + k, beta + n - k).

    Value is its mean, low and high its equal-tailed interval, made to hold the mean. With a degenerate prior
    every group has the pooled rate and its Wilson interval; a group without ratings has the prior's. Without
    a prior all is None.
    Lists of different lengths or counts other than 0 <= k <= n are a ValueError.
    """
    _check(k, n)
    if prior is None:
        return [Posterior(good, size, None, None, None) for good, size in zip(k, n, strict=True)]
    pooled = wilson(prior.k, prior.n, confidence=confidence)
    if prior.degenerate:
        return [
            Posterior(good, size, pooled.value, pooled.low, pooled.high)
            for good, size in zip(k, n, strict=True)
        ]
    from scoring import _betabinomial  # on first use: it brings scipy

    rates = _betabinomial.intervals(k, n, prior.alpha, prior.beta, confidence=confidence)
    return [Posterior(good, size, *rate) for good, size, rate in zip(k, n, rates, strict=True)]


def rank(rates: Sequence[Posterior]) -> list[int]:
    """Return the positions of the groups, best first: by the lower end of the interval, never the raw rate.

    Equal ones stay in their order; those without a rate come last.
    """
    return sorted(range(len(rates)), key=lambda i: _standing(rates[i]))


def _standing(rate: Posterior) -> tuple[bool, float, float]:
    """Return what a group is sorted by."""
    return rate.low is None, -(rate.low or 0.0), -(rate.value or 0.0)


def _check(k: Sequence[int], n: Sequence[int]) -> None:
    """Refuse counts that cannot be."""
    if len(k) != len(n):
        raise ValueError(f"k and n must be of the same groups, not {len(k)} and {len(n)}")
    for good, size in zip(k, n, strict=True):
        if not 0 <= good <= size or good % 1 or size % 1:
            raise ValueError(f"need whole numbers 0 <= k <= n, not k={good} and n={size}")

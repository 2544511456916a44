"""How satisfied customers are: CSAT, NPS and CES from score histograms, each with its interval.

Every function takes a histogram, `{score: how many}`, and never a list of ratings: a database makes the
histogram, so five million ratings cost no more than five.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

CSAT_SCALE = range(1, 6)
NPS_SCALE = range(11)
CES_SCALE = range(1, 8)
TOP_TWO = 4
PROMOTER = 9
DETRACTOR = 6
AGREES = 5
CONFIDENCE = 0.95

# Added to promoters and to detractors before the NPS interval; twice as much to passives (n + 3 in all).
PSEUDO_ANSWERS = 0.75


@dataclass(frozen=True, slots=True)
class Rate:
    """A share k of n between 0 and 1 with its interval; no answers give None, never 0."""

    k: int
    n: int
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Summary:
    """The mean, sample standard deviation (n - 1) and median of a histogram, in its own score units."""

    n: int
    mean: float | None
    sd: float | None
    median: float | None


@dataclass(frozen=True, slots=True)
class NetPromoter:
    """Promoters less detractors, -100 to 100, with the adjusted Wald interval around it."""

    n: int
    promoters: int
    passives: int
    detractors: int
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Effort:
    """Customer effort: the mean of 1 to 7 (7 is easiest) and the share who agree it was easy."""

    mean: float | None
    agree: Rate


def wilson(k: int, n: int, *, confidence: float = CONFIDENCE) -> Rate:
    """Return the share k/n with its Wilson score interval, without continuity correction.

    k and n are counts with 0 <= k <= n, else ValueError; value, low and high are 0 to 1, or None when n is 0.
    Source: Wilson (1927), JASA 22, 209-212; recommended for small n by Brown, Cai & DasGupta (2001).
    """
    if not 0 <= k <= n:
        raise ValueError(f"need 0 <= k <= n, not k={k} and n={n}")
    if n == 0:
        return Rate(0, 0, None, None, None)
    z = _z(confidence)
    centre = (k + z * z / 2) / (n + z * z)
    half = z * sqrt(k * (n - k) / n + z * z / 4) / (n + z * z)
    low = 0.0 if k == 0 else max(0.0, centre - half)
    high = 1.0 if k == n else min(1.0, centre + half)
    return Rate(k, n, k / n, low, high)


def csat(hist: Mapping[int, int], *, confidence: float = CONFIDENCE) -> Rate:
    """Return the share of 4s and 5s among scores of 1 to 5, with its Wilson interval.

    A score outside 1 to 5 or a negative count is a ValueError.
    Source: top-two-box satisfaction, Farris et al., Marketing Metrics.
    """
    _check(hist, CSAT_SCALE)
    satisfied = sum(count for score, count in hist.items() if score >= TOP_TWO)
    return wilson(satisfied, sum(hist.values()), confidence=confidence)


def thumbs(up: int, down: int, *, confidence: float = CONFIDENCE) -> Rate:
    """Return the share of thumbs up, with its Wilson interval."""
    return wilson(up, up + down, confidence=confidence)


def nps(hist: Mapping[int, int], *, confidence: float = CONFIDENCE) -> NetPromoter:
    """Return the net promoter score of answers 0 to 10, with its adjusted Wald interval.

    The value is 100 (promoters - detractors) / n, unadjusted. The interval is centred on the score with 3/4
    of an answer added to each end and 3/2 to the middle, because the plain one covers far too little below
    n = 30; it is clipped to -100..100 and None when n is 0. A score outside 0 to 10 is a ValueError.
    Source: Reichheld, Harvard Business Review (2003); adjustment after Rocks (2016).
    """
    _check(hist, NPS_SCALE)
    n = sum(hist.values())
    promoters = sum(count for score, count in hist.items() if score >= PROMOTER)
    detractors = sum(count for score, count in hist.items() if score <= DETRACTOR)
    if n == 0:
        return NetPromoter(0, 0, 0, 0, None, None, None)
    total = n + 4 * PSEUDO_ANSWERS
    up, down = (promoters + PSEUDO_ANSWERS) / total, (detractors + PSEUDO_ANSWERS) / total
    half = _z(confidence) * sqrt((up + down - (up - down) ** 2) / total)
    return NetPromoter(
        n=n,
        promoters=promoters,
        passives=n - promoters - detractors,
        detractors=detractors,
        value=100 * (promoters - detractors) / n,
        low=100 * max(-1.0, up - down - half),
        high=100 * min(1.0, up - down + half),
    )


def ces(hist: Mapping[int, int], *, confidence: float = CONFIDENCE) -> Effort:
    """Return the customer effort score of answers 1 to 7: their mean, and the share of 5 to 7.

    A score outside 1 to 7 is a ValueError.
    Source: CES 2.0, Dixon, Freeman & Toman, Harvard Business Review (2010).
    """
    _check(hist, CES_SCALE)
    agree = sum(count for score, count in hist.items() if score >= AGREES)
    return Effort(summary(hist).mean, wilson(agree, sum(hist.values()), confidence=confidence))


def summary(hist: Mapping[int, int]) -> Summary:
    """Return the size, mean, sample standard deviation and median of a histogram.

    The deviation divides by n - 1 and is None below two answers; the median of an even n is the mean of the
    middle two. An empty histogram gives None throughout; a negative count is a ValueError.
    """
    _check(hist, None)
    n = sum(hist.values())
    if n == 0:
        return Summary(0, None, None, None)
    mean = sum(score * count for score, count in hist.items()) / n
    spread = sum(count * (score - mean) ** 2 for score, count in hist.items())
    middle = (_at(hist, (n - 1) // 2) + _at(hist, n // 2)) / 2
    return Summary(n, mean, sqrt(spread / (n - 1)) if n > 1 else None, middle)


def _at(hist: Mapping[int, int], position: int) -> int:
    """Return the score at a position of the sorted answers, counted from 0."""
    for score in sorted(hist):
        position -= hist[score]
        if position < 0:
            return score
    raise ValueError("the position lies beyond the last answer")


def _check(hist: Mapping[int, int], scale: range | None) -> None:
    """Refuse scores that are not on the scale, and negative counts."""
    for score, count in hist.items():
        if count < 0:
            raise ValueError(f"score {score} has the negative count {count}")
        if scale is not None and score not in scale:
            raise ValueError(f"score {score} is not on the scale {scale.start} to {scale.stop - 1}")


def _z(confidence: float) -> float:
    """Return the two-sided normal quantile of a confidence between 0 and 1."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not {confidence}")
    return NormalDist().inv_cdf((1 + confidence) / 2)

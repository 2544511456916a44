"""How satisfied customers are: CSAT, NPS and CES from score histograms, each with its interval.

Every function takes a histogram, `{score: how many}`, and never a list of ratings: a database makes the
histogram, so five million ratings cost no more than five.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal, TypeVar, overload

from scoring._normal import quantile
from scoring.describe import summary

CSAT_SCALE = range(1, 6)
NPS_SCALE = range(11)
CES_SCALE = range(1, 8)
TOP_TWO = 4
PROMOTER = 9
DETRACTOR = 6
AGREES = 5
CONFIDENCE = 0.95
LOW_RESPONSE = 0.2
ROUNDING = 1e-12

# Added to promoters and to detractors before the NPS interval; twice as much to passives (n + 3 in all).
PSEUDO_ANSWERS = 0.75

Histogram = Mapping[int, int]
Cell = str | int | None
Key = tuple[Cell, ...]
Caution = Literal["low_response", "uneven_response", "silent_group"]
Measured = TypeVar("Measured")


@dataclass(frozen=True, slots=True)
class Rate:
    """A share k of n between 0 and 1 with its interval; no answers give None, never 0."""

    k: int
    n: int
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class NetPromoter:
    """Promoters less detractors, -100 to 100, with standard error and adjusted Wald interval.

    The interval lies around centre, the adjusted score with an error of its own, and not around value.
    """

    n: int
    promoters: int
    passives: int
    detractors: int
    value: float | None
    se: float | None
    centre: float | None
    centre_se: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Effort:
    """Customer effort: the mean of 1 to 7 (7 is easiest) and the share who agree it was easy."""

    mean: float | None
    agree: Rate


@dataclass(frozen=True, slots=True)
class Group:
    """One group of those who were asked, such as a channel: how many were asked, answered, are satisfied."""

    name: str
    asked: int
    answered: int
    satisfied: int


@dataclass(frozen=True, slots=True)
class Weighted:
    """A share in which each group weighs as many as were asked: k of n as counted, the value as weighted."""

    k: int
    n: int
    value: float | None
    se: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class ResponseBias:
    """What silence may hide: who answered, their share, weighted, and if all the others were bad or good."""

    response: Rate
    raw: Rate
    weighted: Weighted
    worst: float | None
    best: float | None
    cautions: tuple[Caution, ...]


def wilson(k: int, n: int, *, confidence: float = CONFIDENCE) -> Rate:
    """Return the share k/n with its Wilson score interval, without continuity correction.

    k and n are counts with 0 <= k <= n, else ValueError; value, low and high are 0 to 1, or None when n is 0.
    Source: Wilson (1927), JASA 22, 209-212; recommended for small n by Brown, Cai & DasGupta (2001).
    """
    z = quantile(confidence)
    if not 0 <= k <= n or k % 1 or n % 1:
        raise ValueError(f"need whole numbers 0 <= k <= n, not k={k} and n={n}")
    if n == 0:
        return Rate(0, 0, None, None, None)
    centre = (k + z * z / 2) / (n + z * z)
    half = z * sqrt(k * (n - k) / n + z * z / 4) / (n + z * z)
    low = 0.0 if k == 0 else max(0.0, centre - half)
    high = 1.0 if k == n else min(1.0, centre + half)
    return Rate(k, n, k / n, low, high)


def csat(hist: Histogram, scale: int = 5, *, confidence: float = CONFIDENCE) -> Rate:
    """Return the share of the two best scores among scores of 1 to scale, with its Wilson interval.

    On the usual scale these are the 4s and 5s. A score off the scale, a negative count, or a scale under 4
    (its two best are no praise; see `thumbs`) is a ValueError.
    Source: top-two-box satisfaction, Farris et al., Marketing Metrics.
    """
    if scale < 4:
        raise ValueError(f"the two best of {scale} scores say nothing; the scale needs at least 4")
    _check(hist, range(1, scale + 1))
    satisfied = sum(count for score, count in hist.items() if score > scale - 2)
    return wilson(satisfied, sum(hist.values()), confidence=confidence)


def thumbs(up: int, down: int, *, confidence: float = CONFIDENCE) -> Rate:
    """Return the share of thumbs up, with its Wilson interval; a negative count is a ValueError."""
    return wilson(up, up + down, confidence=confidence)


def nps(hist: Histogram, *, confidence: float = CONFIDENCE) -> NetPromoter:
    """Return the net promoter score of answers 0 to 10, with its adjusted Wald interval.

    The value is 100 (promoters - detractors) / n, unadjusted; its standard error divides by n. The interval
    is centred on the score with 3/4 of an answer added to each end and 3/2 to the middle, because the plain
    one covers far too little below n = 30; it is clipped to -100..100 and None when n is 0. A score outside 0
    to 10 or a negative count is a ValueError.
    Source: Reichheld, Harvard Business Review (2003); adjustment after Rocks (2016).
    """
    z = quantile(confidence)
    _check(hist, NPS_SCALE)
    n = sum(hist.values())
    promoters = sum(count for score, count in hist.items() if score >= PROMOTER)
    detractors = sum(count for score, count in hist.items() if score <= DETRACTOR)
    if n == 0:
        return NetPromoter(0, 0, 0, 0, None, None, None, None, None, None)
    value, se = _net(promoters, detractors, n)
    centre, centre_se = _net(promoters + PSEUDO_ANSWERS, detractors + PSEUDO_ANSWERS, n + 4 * PSEUDO_ANSWERS)
    return NetPromoter(
        n=n,
        promoters=promoters,
        passives=n - promoters - detractors,
        detractors=detractors,
        value=value,
        se=se,
        centre=centre,
        centre_se=centre_se,
        low=max(-100.0, centre - z * centre_se),
        high=min(100.0, centre + z * centre_se),
    )


def ces(hist: Histogram, *, confidence: float = CONFIDENCE) -> Effort:
    """Return the customer effort score of answers 1 to 7: their mean, and the share of 5 to 7.

    A score outside 1 to 7 or a negative count is a ValueError.
    Source: CES 2.0, Dixon, Freeman & Toman, Harvard Business Review (2010).
    """
    _check(hist, CES_SCALE)
    agree = sum(count for score, count in hist.items() if score >= AGREES)
    return Effort(summary(hist).mean, wilson(agree, sum(hist.values()), confidence=confidence))


@overload
def by(counts: Iterable[Mapping[str, Cell]], dims: Sequence[str]) -> dict[Key, Rate]: ...
@overload
def by(
    counts: Iterable[Mapping[str, Cell]], dims: Sequence[str], measure: Callable[[Histogram], Measured]
) -> dict[Key, Measured]: ...
def by(
    counts: Iterable[Mapping[str, Cell]], dims: Sequence[str], measure: Callable[[Histogram], object] = csat
) -> Mapping[Key, object]:
    """Measure each group of counted scores apart: by `csat`, or by `nps`, `ces` or another measure.

    A row holds the dimensions by name, a `score` and `n`, how many; rows of one cell add up. The keys are the
    values of the dimensions, in their order; without dimensions there is one group, (). No rows give no
    groups. A row without one of the names, or a score or n that is not a whole number, is a ValueError.
    """
    groups: dict[Key, dict[int, int]] = {}
    for row in counts:
        missing = [name for name in (*dims, "score", "n") if name not in row]
        if missing:
            raise ValueError(f"a row has no {', '.join(missing)}")
        score, n = _whole(row, "score"), _whole(row, "n")
        hist = groups.setdefault(tuple(row[name] for name in dims), {})
        hist[score] = hist.get(score, 0) + n
    return {key: measure(groups[key]) for key in sorted(groups, key=_place)}


def response_bias(groups: Iterable[Group], *, confidence: float = CONFIDENCE) -> ResponseBias:
    """Tell how far those who answered may mislead: the response rate, the weighted share and its bounds.

    Weighted is sum_h W_h k_h / n_h with W_h the group's share of all who were asked (post-stratification),
    se its standard error without finite population correction, low and high the group's Wilson intervals
    put together. Groups nobody answered in have no weight. Worst and best take all who did not answer as
    dissatisfied or satisfied. Shares are 0 to 1, None where nobody was asked or answered. Cautions: response
    below 20 %, raw and weighted more than one se apart, a group without any answer. Counts other than
    0 <= satisfied <= answered <= asked are a ValueError.
    Source: Manski (1989), J. Human Resources 24, 343-360; intervals: Zou & Donner (2008), Stat. Med. 27.
    """
    told = list(groups)
    for group in told:
        if not 0 <= group.satisfied <= group.answered <= group.asked:
            raise ValueError(f"{group.name}: need 0 <= satisfied <= answered <= asked")
    asked = sum(group.asked for group in told)
    answered = sum(group.answered for group in told)
    satisfied = sum(group.satisfied for group in told)
    raw = wilson(satisfied, answered, confidence=confidence)
    response = wilson(answered, asked, confidence=confidence)
    weighted = _weighted([group for group in told if group.answered], confidence=confidence)
    return ResponseBias(
        response=response,
        raw=raw,
        weighted=weighted,
        worst=satisfied / asked if asked else None,
        best=(satisfied + asked - answered) / asked if asked else None,
        cautions=tuple(_cautions(told, response, raw, weighted)),
    )


def _weighted(groups: Sequence[Group], *, confidence: float) -> Weighted:
    """Weigh the shares of groups that answered by how many were asked."""
    asked = sum(group.asked for group in groups)
    if not asked:
        return Weighted(0, 0, None, None, None, None)
    value = variance = below = above = 0.0
    for group in groups:
        weight, p = group.asked / asked, group.satisfied / group.answered
        rate = wilson(group.satisfied, group.answered, confidence=confidence)
        value += weight * p
        variance += weight**2 * p * (1 - p) / group.answered
        below += (weight * (p - (rate.low or 0.0))) ** 2
        above += (weight * ((rate.high or 0.0) - p)) ** 2
    return Weighted(
        k=sum(group.satisfied for group in groups),
        n=sum(group.answered for group in groups),
        value=value,
        se=sqrt(variance),
        low=max(0.0, value - sqrt(below)),
        high=min(1.0, value + sqrt(above)),
    )


def _cautions(groups: Sequence[Group], response: Rate, raw: Rate, weighted: Weighted) -> Iterator[Caution]:
    """Tell what to be careful about."""
    if response.value is not None and response.value < LOW_RESPONSE:
        yield "low_response"
    if abs((raw.value or 0.0) - (weighted.value or 0.0)) > (weighted.se or 0.0) + ROUNDING:
        yield "uneven_response"
    if any(group.asked and not group.answered for group in groups):
        yield "silent_group"


def _net(promoters: float, detractors: float, n: float) -> tuple[float, float]:
    """Return the net promoter score and its standard error, in points of -100 to 100."""
    up, down = promoters / n, detractors / n
    return 100 * (up - down), 100 * sqrt(max(0.0, up + down - (up - down) ** 2) / n)


def _whole(row: Mapping[str, Cell], name: str) -> int:
    """Return the whole number a row holds under a name."""
    value = row[name]
    if value is None or isinstance(value, str) or value % 1:
        raise ValueError(f"{name} must be a whole number, not {value!r}")
    return int(value)


def _place(key: Key) -> tuple[tuple[bool, bool, int, str], ...]:
    """Return where a key stands: numbers by size, then texts, then what is unknown."""
    return tuple(
        (cell is None, isinstance(cell, str), cell if isinstance(cell, int) else 0, str(cell)) for cell in key
    )


def _check(hist: Histogram, scale: range) -> None:
    """Refuse scores that are not on the scale, and counts that are negative or not whole."""
    for score, count in hist.items():
        if count < 0 or count % 1:
            raise ValueError(f"score {score} has the count {count}; a count is whole and not negative")
        if score not in scale:
            raise ValueError(f"score {score} is not on the scale {scale.start} to {scale.stop - 1}")

"""What customers ask for: how often each topic comes, and which topics grow, shrink or are new."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, erfc, sqrt
from typing import Literal

from scoring._fdr import false_discovery
from scoring._normal import quantile
from scoring._strengths import CramersV
from scoring.satisfaction import CONFIDENCE, Rate, wilson

Trend = Literal["growing", "shrinking", "new", "steady", "cannot_tell"]

BUCKETS_AT_LEAST = 4
SURE = 0.05  # q up to which a trend is told
WORTH_TELLING = 0.1  # by how much of itself a share must change over the whole period
NEW_PART = 4  # a new topic has come up in the last quarter of the buckets only


@dataclass(frozen=True, slots=True)
class Slope:
    """How much a share changes from one bucket to the next, -1 to 1, with its interval."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Need:
    """One topic: its share of all, in each bucket too, and where it is going.

    New, growing and shrinking are sure and worth telling; steady is a change too small to matter.
    """

    topic: str
    share: Rate
    shares: tuple[Rate, ...]
    trend: Trend
    slope: Slope
    p: float | None
    q: float | None


@dataclass(frozen=True, slots=True)
class Mix:
    """All topics, the most frequent first, and how far topics and buckets go together."""

    n: int
    needs: tuple[Need, ...]
    drift: CramersV


@dataclass(frozen=True, slots=True)
class _Line:
    """The trend of a share: slope a bucket, standard error, p, and how many buckets it goes on."""

    slope: float
    se: float
    p: float
    span: int
    share: float


def mix(
    counts: Mapping[str, Sequence[int]],
    *,
    complete: Sequence[bool] | None = None,
    confidence: float = CONFIDENCE,
) -> Mix:
    """Return how often each topic was asked for, and what became of its share from bucket to bucket.

    Counts are {topic: how many in each bucket, in order}. Buckets that are not complete count in the shares
    but in no trend. The trend is Cochran and Armitage's, its variance multiplied by what the shares scatter
    around the line where that is more than chance; it needs 4 complete buckets with tickets, q (Benjamini and
    Hochberg) up to 5 % and a change by a tenth of the share. A topic first seen in the last quarter is new
    when its trend is sure. Without counts there are no needs. Topics with different numbers of buckets, or a
    count that is negative or not whole, are a ValueError.
    Source: Cochran (1954), Biometrics 10, 417-451; Armitage (1955), Biometrics 11, 375-386.
    """
    sizes = _sizes(counts, complete)
    judged = [i for i, n in enumerate(sizes) if n and (complete is None or complete[i])]
    lines = {topic: _line([(i, of[i], sizes[i]) for i in judged]) for topic, of in counts.items()}
    told = [topic for topic, line in lines.items() if line is not None]
    q = dict(zip(told, false_discovery([line.p for line in lines.values() if line is not None]), strict=True))
    needs = [
        Need(
            topic=topic,
            share=wilson(sum(of), sum(sizes), confidence=confidence),
            shares=tuple(wilson(k, n, confidence=confidence) for k, n in zip(of, sizes, strict=True)),
            trend=_trend(lines[topic], q.get(topic), [of[i] for i in judged]),
            slope=_slope(lines[topic], confidence=confidence),
            p=line.p if (line := lines[topic]) else None,
            q=q.get(topic),
        )
        for topic, of in counts.items()
    ]
    needs.sort(key=lambda need: (-need.share.k, need.topic))
    from scoring import _association  # on first use: it brings scipy

    drift = _association.cramers_v([[of[i] for i in judged] for of in counts.values()])
    return Mix(sum(sizes), tuple(needs), drift)


def _sizes(counts: Mapping[str, Sequence[int]], complete: Sequence[bool] | None) -> list[int]:
    """Return how many all topics together have in each bucket, and refuse what cannot be."""
    lengths = {len(of) for of in counts.values()} | ({len(complete)} if complete is not None else set())
    if len(lengths) > 1:
        raise ValueError("every topic needs a count for each bucket, and every bucket a flag")
    for topic, of in counts.items():
        for one in of:
            if one < 0 or one % 1:
                raise ValueError(f"{topic} has the count {one}; a count is whole and not negative")
    return [sum(column) for column in zip(*counts.values(), strict=True)]


def _line(buckets: Sequence[tuple[int, int, int]]) -> _Line | None:
    """Return the trend of a share over (position, k, n), or None when there is too little to see one."""
    k, n = sum(one for _, one, _ in buckets), sum(one for _, _, one in buckets)
    if len(buckets) < BUCKETS_AT_LEAST or not 0 < k < n:
        return None
    share = k / n
    middle = sum(position * size for position, _, size in buckets) / n
    spread = sum(size * (position - middle) ** 2 for position, _, size in buckets)
    slope = sum(one * (position - middle) for position, one, _ in buckets) / spread
    scatter = sum(
        (one - size * (share + slope * (position - middle))) ** 2 / size for position, one, size in buckets
    )
    chance = share * (1 - share)
    se = sqrt(max(chance, scatter / (len(buckets) - 2)) / spread)
    return _Line(slope, se, erfc(abs(slope) / se / sqrt(2)), span=buckets[-1][0] - buckets[0][0], share=share)


def _slope(line: _Line | None, *, confidence: float) -> Slope:
    """Return the change from bucket to bucket with its interval."""
    z = quantile(confidence)
    if line is None:
        return Slope(None, None, None)
    return Slope(line.slope, line.slope - z * line.se, line.slope + z * line.se)


def _trend(line: _Line | None, q: float | None, counts: Sequence[int]) -> Trend:
    """Tell where a topic with these counts in the judged buckets is going."""
    if line is None or q is None or q > SURE:
        return "cannot_tell"
    last = ceil(len(counts) / NEW_PART)
    if line.slope > 0 and not any(counts[:-last]):
        return "new"
    if abs(line.slope) * line.span < WORTH_TELLING * line.share:
        return "steady"
    return "growing" if line.slope > 0 else "shrinking"

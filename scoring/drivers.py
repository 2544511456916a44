"""What makes customers dissatisfied: the topics whose mending would spare most bad ratings."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from scoring._fdr import false_discovery
from scoring.satisfaction import CONFIDENCE, CSAT_SCALE, Histogram, Rate, wilson

LOW = 2  # the two worst of five scores are bad
Counts = tuple[int, int]  # (bad, n)


@dataclass(frozen=True, slots=True)
class Driver:
    """One topic: its dissatisfied rate, and how it stands to all and to the rest.

    Excess is how many of its bad ratings there would not be if the topic were like the rest; negative, how
    many it spares. p is Fisher's; q guards against chance findings among all topics. None where there is
    nothing to compare.
    """

    topic: str
    rate: Rate
    rest: Rate
    lift: float | None
    excess_bad: float | None
    share_of_bad: float | None
    p: float | None
    q: float | None


def bad(hist: Histogram) -> Counts:
    """Return (bad, n) of scores of 1 to 5: the 1s and 2s are bad. A score off the scale is a ValueError."""
    off = [score for score in hist if score not in CSAT_SCALE]
    if off:
        raise ValueError(f"score {off[0]} is not on the scale 1 to 5")
    return sum(count for score, count in hist.items() if score <= LOW), sum(hist.values())


def dissatisfaction(
    counts: Mapping[str, Counts], *, total: Counts | None = None, confidence: float = CONFIDENCE
) -> list[Driver]:
    """Return the topics, most excess bad ratings first: volume times severity, not the rate alone.

    Counts are {topic: (bad, n)}; the total is their sum unless told, as where a rating has several topics.
    Lift is the topic's rate by that of all, excess_bad is bad - n x rate of the rest, p Fisher's exact
    two-sided, q Benjamini and Hochberg's. No topics give none. Counts other than 0 <= bad <= n, or a total
    under a topic's counts, are a ValueError.
    Source: Fisher (1935), JRSS 98, 39-82; Benjamini & Hochberg (1995), JRSS B 57, 289-300.
    """
    for topic, (of_bad, n) in counts.items():
        if not 0 <= of_bad <= n:
            raise ValueError(f"{topic}: need 0 <= bad <= n, not bad={of_bad} and n={n}")
    everything = total or (sum(one for one, _ in counts.values()), sum(n for _, n in counts.values()))
    found = [_driver(topic, of, everything, confidence=confidence) for topic, of in counts.items()]
    tested = [driver.p for driver in found if driver.p is not None]
    q = iter(false_discovery(tested))
    found = [driver if driver.p is None else replace(driver, q=next(q)) for driver in found]
    return sorted(found, key=_standing)


def _driver(topic: str, counts: Counts, total: Counts, *, confidence: float) -> Driver:
    """Compare a topic with the rest."""
    of_bad, n = counts
    rest_bad, rest_n = total[0] - of_bad, total[1] - n
    if not 0 <= rest_bad <= rest_n:
        raise ValueError(f"{topic}: the total {total} leaves no room for {counts}")
    rate, rest = (wilson(*of, confidence=confidence) for of in (counts, (rest_bad, rest_n)))
    comparable = rate.value is not None and rest.value is not None
    return Driver(
        topic=topic,
        rate=rate,
        rest=rest,
        lift=rate.value * total[1] / total[0] if rate.value is not None and total[0] else None,
        excess_bad=None if rate.value is None or rest.value is None else of_bad - n * rest.value,
        share_of_bad=of_bad / total[0] if total[0] else None,
        p=_fisher(counts, (rest_bad, rest_n)) if comparable else None,
        q=None,
    )


def _fisher(topic: Counts, rest: Counts) -> float:
    """Return the two-sided p of equal rates."""
    from scoring import _association  # on first use: it brings scipy

    return _association.fisher(topic, rest)


def _standing(driver: Driver) -> tuple[bool, bool, float, str]:
    """Return what a topic is sorted by."""
    excess = driver.excess_bad
    return excess is None, driver.rate.value is None, -(excess or 0.0), driver.topic

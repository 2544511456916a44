"""Which customers are alike: by money, recency and frequency, by place, by habit, and by clusters found."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import isfinite
from statistics import median
from typing import Generic, Literal, TypeVar

from scoring._places import lookup
from scoring._ranks import fifths, percentile
from scoring.satisfaction import Rate, wilson

Who = TypeVar("Who", int, str)
Kind = TypeVar("Kind", bound=Hashable)
Class = Literal["A", "B", "C"]
Level = Literal["much_lower", "lower", "like_all", "higher", "much_higher"]
Name = Literal[
    "champion", "loyal", "promising", "new", "attention", "cannot_lose", "at_risk", "hibernating", "lost"
]

UNKNOWN = "unknown"
NOISE = -1
HOURS_A_BLOCK = 4
ENOUGH_EVENTS = 3  # fewer make no habit


@dataclass(frozen=True, slots=True)
class Buyer:
    """One customer's purchases: the last day, on how many days, and what they came to."""

    last: date
    frequency: int
    monetary: float


@dataclass(frozen=True, slots=True)
class Rfm:
    """Recency in days, frequency and money, each with its score of 1 to 5; 5 is recent, often, much."""

    recency_days: int
    frequency: int
    monetary: float
    r: int
    f: int
    m: int


@dataclass(frozen=True, slots=True)
class Event:
    """Something a customer did, by their own clock: a message or an order, its channel and its category."""

    at: datetime
    channel: str | None = None
    category: str | None = None


@dataclass(frozen=True, slots=True)
class Mix(Generic[Kind]):
    """The share of each kind, the most frequent first; preferred only when one leads enough events."""

    shares: Mapping[Kind, Rate]
    preferred: Kind | None


@dataclass(frozen=True, slots=True)
class Habits:
    """When, where and about what a customer of n events writes or buys; hours by the first of their block."""

    n: int
    hours: Mix[int]
    channels: Mix[str]
    categories: Mix[str]


@dataclass(frozen=True, slots=True)
class Clusters:
    """A cluster for each row, numbered from the richest, the centres, and the squared distances to them."""

    labels: tuple[int, ...]
    centres: tuple[tuple[float, ...], ...]
    inertia: float


@dataclass(frozen=True, slots=True)
class Choice:
    """The number of clusters with the best silhouette, and every one tried; None when rows are too alike."""

    k: int | None
    silhouettes: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Trait:
    """A column's median in a cluster beside everybody's, and where it lies among all."""

    name: str
    median: float
    everybody: float
    level: Level


@dataclass(frozen=True, slots=True)
class Profile:
    """What marks a cluster: its share of all rows and its traits, the most unusual first."""

    label: int
    share: Rate
    traits: tuple[Trait, ...]


def rfm(summary: Mapping[Who, Buyer], as_of: date) -> dict[Who, Rfm]:
    """Return recency, frequency and money of each customer as scores of 1 to 5.

    p = (how many have less + half of those who have the same) / n, recency reversed; the score is
    min(5, 1 + floor(5 p)), so equal customers share a score. A purchase after as_of, a frequency below 1 or
    negative money is a ValueError.
    Source: Hughes, Strategic Database Marketing (1994), with mid-ranks for ties.
    """
    for who, buyer in summary.items():
        if buyer.last > as_of:
            raise ValueError(f"customer {who} last bought after {as_of}")
        if buyer.frequency < 1:
            raise ValueError(f"customer {who} has the frequency {buyer.frequency}; 1 is the least")
    _check_money({who: buyer.monetary for who, buyer in summary.items()})
    days = [(as_of - buyer.last).days for buyer in summary.values()]
    recent = fifths([-silent for silent in days])
    often = fifths([buyer.frequency for buyer in summary.values()])
    much = fifths([buyer.monetary for buyer in summary.values()])
    return {
        who: Rfm(silent, buyer.frequency, buyer.monetary, r, f, m)
        for (who, buyer), silent, r, f, m in zip(summary.items(), days, recent, often, much, strict=True)
    }


def rfm_names(scores: Mapping[Who, Rfm]) -> dict[Who, Name]:
    """Return a name for each customer's scores, by how recent and how frequent they are."""
    return {who: _name(score) for who, score in scores.items()}


def abc(monetary: Mapping[Who, float], cuts: tuple[float, float] = (0.8, 0.95)) -> dict[Who, Class]:
    """Return A for the customers who bring the first 80 % of the revenue, B up to 95 %, C for the rest.

    Customers are ordered by money, the most first, equal ones by id; what those before a customer bring, as
    a share of all, is below the cut of the class. Without any revenue all are C. Negative money or cuts that
    do not rise within 0 to 1 are a ValueError. Source: Pareto analysis; cumulative revenue.
    """
    if not 0 < cuts[0] <= cuts[1] <= 1:
        raise ValueError(f"cuts must rise from above 0 to at most 1, not {cuts}")
    _check_money(monetary)
    total = sum(monetary.values())
    classes: dict[Who, Class] = {}
    before = 0.0
    for who, money in sorted(monetary.items(), key=lambda pair: (-pair[1], pair[0])):
        share = before / total if total else 1.0
        classes[who] = "A" if share < cuts[0] else "B" if share < cuts[1] else "C"
        before += money
    return {who: classes[who] for who in monetary}


def bands(income: Mapping[Who, float | None], cuts: Sequence[float]) -> dict[Who, int | None]:
    """Return the income band of each customer: how many of the rising cuts they reach, None if unknown."""
    if list(cuts) != sorted(set(cuts)):
        raise ValueError("the cuts of income bands must rise")
    _check_money({who: money for who, money in income.items() if money is not None})
    return {
        who: None if money is None else sum(money >= cut for cut in cuts) for who, money in income.items()
    }


def habits(events: Iterable[tuple[Who, Event]]) -> dict[Who, Habits]:
    """Return each customer's mix of hours, channels and categories, from (customer, event) rows.

    Hours are of the clock the event carries, in blocks of 4 (0, 4 … 20). A preference needs 3 events with
    the thing known, and one that leads alone.
    """
    by: dict[Who, list[Event]] = {}
    for who, event in events:
        by.setdefault(who, []).append(event)
    return {
        who: Habits(
            n=len(own),
            hours=_mix(event.at.hour // HOURS_A_BLOCK * HOURS_A_BLOCK for event in own),
            channels=_mix(event.channel for event in own if event.channel is not None),
            categories=_mix(event.category for event in own if event.category is not None),
        )
        for who, own in by.items()
    }


def region(city: str | None, table: Mapping[str, str] | None = None) -> str:
    """Return the region of a city by a {city: region} table, or "unknown".

    Width, case, spaces and endings such as 市 or "city" do not matter; a province before the city counts
    only when the city is not known. Without a table, Chinese cities and provinces lie in north, northeast,
    east, central, south, southwest, northwest or hong_kong_macao_taiwan.
    """
    return lookup(city or "", table) or UNKNOWN


def standardise(rows: Sequence[Sequence[float]]) -> list[list[float]]:
    """Return rows as z-scores of log(1 + figure), by column, with the population deviation.

    So a column of money weighs as much as one of days. A column that is the same for all becomes 0; a
    negative figure, one that is not finite, or rows of different lengths are a ValueError.
    """
    from scoring import _clusters  # on first use: it brings scipy

    return _clusters.standardised(rows)


def kmeans(
    rows: Sequence[Sequence[float]],
    k: int,
    *,
    seed: int = 0,
    n_init: int = 20,
    order: Sequence[float] | None = None,
) -> Clusters:
    """Return k clusters of standardised rows, the best of n_init starts; the same seed gives the same.

    Clusters are numbered by the mean of order, a figure a row such as money (the last column unless given),
    the highest first. k above the number of different rows is a ValueError.
    Source: Lloyd (1982); starts by k-means++, Arthur & Vassilvitskii (2007).
    """
    from scoring import _clusters

    labels, centres, inertia = _clusters.kmeans(_clusters.points(rows), k, seed, n_init, order)
    return Clusters(tuple(labels.tolist()), tuple(tuple(row) for row in centres.tolist()), inertia)


def choose_k(
    rows: Sequence[Sequence[float]], among: Iterable[int] = range(2, 9), *, seed: int = 0, n_init: int = 20
) -> Choice:
    """Return the number of clusters with the highest mean silhouette (-1 to 1; below .25 is no structure).

    Numbers that the rows have not enough different values for are left out. Above 4,000 rows a sample of so
    many is clustered, drawn by the seed. Source: Rousseeuw (1987), J. Comput. Appl. Math. 20, 53-65.
    """
    from scoring import _clusters

    found = _clusters.sample(_clusters.points(rows), seed)
    different = len(set(map(tuple, found.tolist())))
    tried = {
        k: _clusters.silhouette(found, _clusters.kmeans(found, k, seed, n_init, None)[0])
        for k in sorted(set(among))
        if 2 <= k <= min(different, len(found) - 1)
    }
    return Choice(max(tried, key=lambda k: (tried[k], -k), default=None), tried)


def nearness(rows: Sequence[Sequence[float]], min_samples: int = 5) -> float | None:
    """Return the distance for dbscan at the bend of the k-distances, None below min_samples rows.

    Source: Ester, Kriegel, Sander & Xu (1996), section 4.2; the bend lies furthest from the chord.
    """
    from scoring import _clusters

    if min_samples < 1:
        raise ValueError("min_samples must be at least 1")
    return _clusters.knee(_clusters.points(rows), min_samples) if len(rows) >= min_samples else None


def dbscan(
    rows: Sequence[Sequence[float]], eps: float | None = None, min_samples: int = 5
) -> tuple[int, ...]:
    """Return a cluster for each row, numbered as they first occur, or -1 for noise.

    A core point has min_samples rows within eps (itself counted); eps is nearness(rows) unless given. An eps
    that is not above 0 is a ValueError. Source: Ester, Kriegel, Sander & Xu (1996), KDD-96, 226-231.
    """
    from scoring import _clusters

    radius = nearness(rows, min_samples) if eps is None else eps
    if radius is None:
        return (NOISE,) * len(rows)
    if not (isfinite(radius) and (radius > 0 or eps is None)):
        raise ValueError(f"eps must be a distance above 0, not {radius}")
    return tuple(_clusters.dbscan(_clusters.points(rows), radius, min_samples).tolist())


def profile(columns: Mapping[str, Sequence[float]], labels: Sequence[int]) -> list[Profile]:
    """Return what marks each cluster: how the median of each column lies among all rows.

    Below the 20th percentile is much_lower, below the 40th lower, from the 60th higher, from the 80th
    much_higher. Columns that do not match the labels in length are a ValueError.
    """
    if any(len(column) != len(labels) for column in columns.values()):
        raise ValueError("each column needs one figure for each label")
    ranked = {name: sorted(column) for name, column in columns.items()}
    profiles = []
    for label in sorted(set(labels)):
        traits = []
        for name, column in columns.items():
            own = median(figure for figure, of in zip(column, labels, strict=True) if of == label)
            place = percentile(own, ranked[name])
            traits.append((abs(place - 0.5), Trait(name, own, median(ranked[name]), _level(place))))
        traits.sort(key=lambda pair: -pair[0])
        share = wilson(list(labels).count(label), len(labels))
        profiles.append(Profile(label, share, tuple(trait for _, trait in traits)))
    return profiles


def _name(score: Rfm) -> Name:
    """Return the name of one customer's scores: who comes often is told by when they last came."""
    if score.f >= 4:
        if score.r >= 3:
            return "champion" if score.r >= 4 and score.m >= 4 else "loyal"
        return "cannot_lose" if score.f == 5 and score.m >= 4 else "at_risk"
    if score.r >= 4:
        return "promising" if score.f == 3 else "new"
    if score.r == 3:
        return "attention"
    if score.f == 3:
        return "at_risk"
    return "hibernating" if score.r == 2 else "lost"


def _level(place: float) -> Level:
    """Return how a percentile of 0 to 1 is told."""
    if place < 0.4:
        return "much_lower" if place < 0.2 else "lower"
    if place < 0.6:
        return "like_all"
    return "higher" if place < 0.8 else "much_higher"


def _mix(kinds: Iterable[Kind]) -> Mix[Kind]:
    """Return the share of each kind and the one that leads."""
    counted = Counter(kinds)
    n = counted.total()
    ranked = sorted(counted.items(), key=lambda pair: (-pair[1], str(pair[0])))
    leads = n >= ENOUGH_EVENTS and (len(ranked) < 2 or ranked[0][1] > ranked[1][1])
    return Mix({kind: wilson(k, n) for kind, k in ranked}, ranked[0][0] if leads else None)


def _check_money(money: Mapping[Who, float]) -> None:
    """Refuse money that is negative or not a number."""
    for who, amount in money.items():
        if not (isfinite(amount) and amount >= 0):
            raise ValueError(f"customer {who} has the amount {amount}; it must be finite and at least 0")

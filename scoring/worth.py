"""What all customers are worth, seen together: models, stages, classes, clusters and potential in one go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from scoring import loyalty, potential, segment, value
from scoring.loyalty import Basis, Stage
from scoring.potential import Corner
from scoring.satisfaction import Rate, wilson
from scoring.segment import Buyer, Class, Name, Profile, Rfm
from scoring.value import Buying, History, Spending

WEEK = 7
HORIZON_WEEKS = 90 / WEEK  # "will they buy within 90 days?"
RATE = 0.1  # money a year away is worth a tenth less
SAMPLED = 50_000  # customers a model is fitted on
LEAST_CLUSTERED = 30  # fewer customers make no clusters
STRUCTURE = 0.25  # a silhouette below that is no structure
COLUMNS = ("recency", "frequency", "revenue")


@dataclass(frozen=True, slots=True)
class Summary:
    """One customer's purchases: first and last day, on how many days, how many orders, and their revenue.

    first_day is the revenue of the first day, last_year that of the 365 days up to the day of the summary,
    by_year that of each year after the first order.
    """

    first: date
    last: date
    days: int
    orders: int
    revenue: int
    first_day: int
    last_year: int
    by_year: tuple[int, ...] = ()

    def history(self, as_of: date) -> History:
        """Return the purchases as BG/NBD counts them: in weeks since the first, repeats by days."""
        repeats = self.days - 1
        worth = (self.revenue - self.first_day) / repeats if repeats else None
        since = (self.last - self.first).days / WEEK
        return History(repeats, since, (as_of - self.first).days / WEEK, worth)


@dataclass(frozen=True, slots=True)
class Models:
    """What was fitted; None where the purchases do not determine it yet."""

    buying: Buying | None
    spending: Spending | None


@dataclass(frozen=True, slots=True)
class Worth:
    """What is told of one customer. usual is the median chance of their class; money as it came in."""

    stage: Stage
    basis: Basis
    p_active: float | None
    usual: float | None
    ltv: float
    clv: float | None
    potential: float | None
    corner: Corner | None
    abc: Class
    rfm: Rfm
    name: Name
    cluster: int | None


@dataclass(frozen=True, slots=True)
class Grouping:
    """The clusters found: how many, how clear (silhouette, -1 to 1), and what marks each."""

    k: int | None
    silhouette: float | None
    profiles: tuple[Profile, ...]


@dataclass(frozen=True, slots=True)
class Factor:
    """What goes together with being at risk: a value of a column, its share at risk beside the others'."""

    column: str
    value: str
    with_it: Rate
    others: Rate
    strength: float
    q: float


def fit(histories: Sequence[History], *, most: int = SAMPLED) -> Models:
    """Fit BG/NBD and gamma-gamma on at most so many customers, taken evenly.

    A model that the purchases do not determine is None, and so is one without repeat purchases.
    Source: value.bgnbd_fit and value.gg_fit.
    """
    step = -(-len(histories) // most) or 1
    kept = histories[::step]
    buying = value.bgnbd_fit([h.x for h in kept], [h.tx for h in kept], [h.age for h in kept])
    spending = value.gg_fit([h.x for h in kept], [h.value for h in kept])
    return Models(
        buying if buying is not None and buying.settled else None,
        spending if spending is not None and spending.settled else None,
    )


def stages(
    summaries: Mapping[int, Summary], as_of: date, models: Models
) -> dict[int, tuple[loyalty.Standing, Class]]:
    """Return the stage and the class A, B or C of each customer on a day.

    At risk is told beside the median chance of the customer's own class; without a model, by days of silence.
    """
    classes = segment.abc({who: max(one.revenue, 0) for who, one in summaries.items()})
    chances = _chances(summaries, as_of, models)
    members = {
        who: loyalty.Member(one.first, one.last, chance, classes[who])
        for (who, one), chance in zip(summaries.items(), chances, strict=True)
    }
    found = loyalty.lifecycle(members, as_of)
    return {who: (standing, classes[who]) for who, standing in found.items() if standing is not None}


def score(summaries: Mapping[int, Summary], as_of: date, models: Models) -> tuple[dict[int, Worth], Grouping]:
    """Return what is told of each customer on a day, and the clusters they fall into."""
    if not summaries:
        return {}, Grouping(None, None, ())
    people = list(summaries)
    standing = stages(summaries, as_of, models)
    usual = _usual(standing)
    buyers = {who: Buyer(one.last, one.days, max(one.revenue, 0)) for who, one in summaries.items()}
    scores = segment.rfm(buyers, as_of)
    names = segment.rfm_names(scores)
    future = _future(summaries, as_of, models)
    prospects = potential.potential(future, {who: one.last_year for who, one in summaries.items()})
    labels, grouping = _grouped(scores)
    told = {}
    for place, who in enumerate(people):
        state, group = standing[who]
        prospect = prospects[who]
        told[who] = Worth(
            stage=state.stage,
            basis=state.basis,
            p_active=state.p_active,
            usual=usual.get(group),
            ltv=value.ltv(summaries[who].by_year, RATE),
            clv=future[who],
            potential=None if prospect is None else prospect.potential,
            corner=None if prospect is None else prospect.corner,
            abc=group,
            rfm=scores[who],
            name=names[who],
            cluster=labels[place] if labels else None,
        )
    return told, grouping


def factors(
    standings: Sequence[loyalty.Standing],
    attributes: Mapping[str, Sequence[str | None]],
    *,
    most: float = 0.05,
) -> tuple[Factor, ...]:
    """Return what goes together with being at risk, the surest first; q above most is left out.

    Attributes are {heading: one text a customer}, in the order of the standings; of each column that value
    is told of which the largest share is at risk. Fewer than 30 customers tell nothing.
    Source: loyalty.association; shares with Wilson intervals.
    """
    found = loyalty.association(list(standings), attributes)
    risky = [one.stage == "at_risk" for one in standings]
    sure = [one for one in found.findings if one.q <= most]
    told = [_factor(one.column, attributes[one.column], risky, (one.strength, one.q)) for one in sure]
    return tuple(one for one in told if (one.with_it.value or 0.0) > (one.others.value or 0.0))


def _factor(
    column: str, cells: Sequence[str | None], risky: Sequence[bool], sureness: tuple[float, float]
) -> Factor:
    """Return the value of a column that has the largest share at risk, by the lower end of its interval."""
    counts: dict[str, list[int]] = {}
    for cell, at_risk in zip(cells, risky, strict=True):
        if cell is not None:
            own = counts.setdefault(cell, [0, 0])
            own[0] += at_risk
            own[1] += 1
    best = max(sorted(counts), key=lambda cell: wilson(*counts[cell]).low or 0.0)
    k, n = (sum(own[place] for own in counts.values()) for place in (0, 1))
    others = wilson(k - counts[best][0], n - counts[best][1])
    return Factor(column, best, wilson(*counts[best]), others, *sureness)


def _chances(summaries: Mapping[int, Summary], as_of: date, models: Models) -> list[float | None]:
    """Return how likely each customer buys within 90 days, None without a model."""
    if models.buying is None:
        return [None] * len(summaries)
    own = [one.history(as_of) for one in summaries.values()]
    columns = [h.x for h in own], [h.tx for h in own], [h.age for h in own]
    return list(value.p_active(models.buying, *columns, HORIZON_WEEKS))


def _future(summaries: Mapping[int, Summary], as_of: date, models: Models) -> dict[int, float | None]:
    """Return the revenue to expect of each customer within a year, None without a model of their buying.

    While what purchases are worth is not settled, each is taken to be worth the customer's own mean.
    """
    if models.buying is None:
        return dict.fromkeys(summaries)
    own = [one.history(as_of) for one in summaries.values()]
    if models.spending is not None:
        return dict(zip(summaries, value.clv(models.buying, models.spending, own, rate=RATE), strict=True))
    columns = [h.x for h in own], [h.tx for h in own], [h.age for h in own]
    times = value.expected_purchases(models.buying, *columns, value.YEAR)
    discount = (1 + RATE) ** -0.5  # as if all came in the middle of the year
    return {
        who: expected * one.revenue / one.days * discount
        for (who, one), expected in zip(summaries.items(), times, strict=True)
    }


def _usual(standing: Mapping[int, tuple[loyalty.Standing, Class]]) -> dict[Class, float]:
    """Return the median chance of each class."""
    known: dict[Class, list[float]] = {}
    for state, group in standing.values():
        if state.p_active is not None:
            known.setdefault(group, []).append(state.p_active)
    return {group: median(chances) for group, chances in known.items()}


def _grouped(scores: Mapping[int, Rfm]) -> tuple[tuple[int, ...], Grouping]:
    """Return a cluster for each customer, by recency, frequency and money, where there is any structure."""
    rows = [(float(one.recency_days), float(one.frequency), one.monetary) for one in scores.values()]
    if len(rows) < LEAST_CLUSTERED:
        return (), Grouping(None, None, ())
    flat = segment.standardise(rows)
    choice = segment.choose_k(flat, n_init=5)
    best = choice.silhouettes[choice.k] if choice.k is not None else None
    if choice.k is None or best is None or best < STRUCTURE:
        return (), Grouping(None, best, ())
    clusters = segment.kmeans(flat, choice.k, n_init=5, order=[row[2] for row in rows])
    columns = dict(zip(COLUMNS, zip(*rows, strict=True), strict=True))
    return clusters.labels, Grouping(choice.k, best, tuple(segment.profile(columns, clusters.labels)))

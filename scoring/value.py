"""What a customer is worth: yearly revenue discounted, and what their purchases so far let us expect.

The unit of time is the week. A purchase is a day with purchases: x counts the repeat ones after the first,
tx is when the last one was and age how long ago the first one was (T in the literature), both counted from
the first purchase. Money is in any unit, such as minor units, and comes back in the same.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, isfinite
from typing import TypeVar

Who = TypeVar("Who", bound=Hashable)

WEEKS_A_MONTH = 4.345
MONTHS_A_YEAR = 12
YEAR = MONTHS_A_YEAR * WEEKS_A_MONTH


@dataclass(frozen=True, slots=True)
class History:
    """One customer's purchases: x repeat ones, the last tx weeks after the first, age weeks since the first.

    value is the mean worth of a repeat purchase, None for a customer without one.
    """

    x: int
    tx: float
    age: float
    value: float | None


@dataclass(frozen=True, slots=True)
class Buying:
    """The BG/NBD model of n customers; settled is False when the data do not determine it."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    n: float
    settled: bool


@dataclass(frozen=True, slots=True)
class Spending:
    """The gamma-gamma model of n repeat buyers, and the mean worth of a purchase; None if it has none."""

    p: float
    q: float
    v: float
    mean: float | None
    n: int
    settled: bool


def ltv(revenue_by_year: Sequence[float], rate: float, acquisition: float = 0.0) -> float:
    """Return the sum of revenue_t / (1 + rate)^t less the cost of acquisition; the first year is t = 1.

    Each figure is the customer's revenue of that year after they came (a refund makes it negative), rate a
    yearly share above -1. A cost below 0 or a figure that is not finite is a ValueError.
    Source: net present value; the acquisition itself is paid at t = 0 and not discounted.
    """
    _finite(*revenue_by_year, rate, acquisition)
    if rate <= -1:
        raise ValueError(f"the discount rate must be above -1, not {rate}")
    if acquisition < 0:
        raise ValueError(f"the cost of acquisition must not be negative, not {acquisition}")
    years = enumerate(revenue_by_year, start=1)
    return sum((revenue / (1 + rate) ** year for year, revenue in years), 0.0) - acquisition


def revenue_by_year(orders: Iterable[tuple[Who, date, float]], until: date) -> dict[Who, tuple[float, ...]]:
    """Return each customer's revenue of each year after their first order, from (customer, day, amount) rows.

    The first year ends before the anniversary of the first order, and years without an order count 0, up to
    the one that has begun on the last day. A refund is a negative amount; later orders are left out. An
    amount that is not finite is a ValueError.
    """
    by: dict[Who, list[tuple[date, float]]] = {}
    for who, day, amount in orders:
        _finite(amount)
        if day <= until:
            by.setdefault(who, []).append((day, amount))
    found = {}
    for who, rows in by.items():
        first = min(day for day, _ in rows)
        years = [0.0] * (_years(first, until) + 1)
        for day, amount in rows:
            years[_years(first, day)] += amount
        found[who] = tuple(years)
    return found


def ltv_retention(margin: float, retention: float, rate: float, acquisition: float = 0.0) -> float:
    """Return margin * retention / (1 + rate - retention) less the cost of acquisition.

    margin is a year's, retention the share of customers who stay a year (0 to 1), rate a yearly share; the
    first margin comes in a year. retention >= 1 + rate would be worth endlessly much: ValueError.
    Source: Gupta & Lehmann (2003), Journal of Interactive Marketing 17, 9-24.
    """
    _finite(margin, retention, rate, acquisition)
    if not 0 <= retention <= 1:
        raise ValueError(f"retention is a share from 0 to 1, not {retention}")
    if retention >= 1 + rate:
        raise ValueError("retention must be below 1 + rate, or the value has no end")
    if acquisition < 0:
        raise ValueError(f"the cost of acquisition must not be negative, not {acquisition}")
    return margin * retention / (1 + rate - retention) - acquisition


def periodic_rate(annual: float, periods: float) -> float:
    """Return the rate of one of so many periods a year that compounds to the yearly one: (1+d)^(1/n) - 1.

    12 for months, 365.25 / 7 for weeks; a yearly rate of -1 or less, or no period a year, is a ValueError.
    """
    _finite(annual)
    if annual <= -1 or not periods > 0:
        raise ValueError("need a yearly rate above -1 and more than 0 periods a year")
    return float((1 + annual) ** (1 / periods)) - 1


def acquisition_cost(spend: float, new: int) -> float | None:
    """Return what a new customer of a period cost: its marketing spend / new customers, None without any."""
    _finite(spend)
    if spend < 0 or new < 0:
        raise ValueError(f"spend and new customers must not be negative, not {spend} and {new}")
    return spend / new if new else None


def histories(orders: Iterable[tuple[Who, date, float]], until: date) -> dict[Who, History]:
    """Return each customer's purchase history up to and with a day, from (customer, day, amount) rows.

    All orders of one day are one purchase, worth their sum. Later orders are left out, and so are customers
    without an earlier one. A negative or infinite amount is a ValueError.
    """
    from scoring import _purchases  # on first use: it brings pandas, 40 MB

    found = _purchases.histories(orders, until)
    return {who: History(x, tx, age, value) for who, x, tx, age, value in found}


def bgnbd_fit(
    x: Sequence[float], tx: Sequence[float], age: Sequence[float], weights: Sequence[float] | None = None
) -> Buying | None:
    """Fit how often customers buy and when they leave, by maximum likelihood.

    One entry a customer in each column, or one for each distinct history with weights saying of how many
    customers. Returns None when nobody bought again. Columns of different lengths, tx > age, fractions in x
    or a negative weight are a ValueError.
    Source: BG/NBD, Fader, Hardie & Lee (2005), Marketing Science 24, 275-284.
    """
    from scoring import _buying  # on first use: it brings scipy

    fit = _buying.fit_buying(x, tx, age, weights)
    if fit is None:
        return None
    (r, alpha, a, b), log_likelihood, settled = fit
    return Buying(r, alpha, a, b, log_likelihood, len(x) if weights is None else sum(weights), settled)


def p_alive(model: Buying, x: Sequence[float], tx: Sequence[float], age: Sequence[float]) -> list[float]:
    """Return the probability, 0 to 1, that each customer has not left for good.

    It is 1 for everyone who bought once, however long ago, so it must not rank who comes back: use
    p_active for that. Source: Fader & Hardie (2008), note on P(alive) of the BG/NBD model.
    """
    from scoring import _buying

    figures: list[float] = _buying.p_alive(_four(model), x, tx, age).tolist()
    return figures


def p_active(
    model: Buying, x: Sequence[float], tx: Sequence[float], age: Sequence[float], t: float
) -> list[float]:
    """Return the probability, 0 to 1, that each customer buys within the next t weeks.

    p_alive * (1 - ((alpha + age) / (alpha + age + t))^(r + x)); a negative t is a ValueError.
    Source: the zero term of the purchases of a gamma-mixed Poisson process, Fader, Hardie & Lee (2005).
    """
    from scoring import _buying

    figures: list[float] = _buying.p_active(_four(model), x, tx, age, _horizon(t)).tolist()
    return figures


def expected_purchases(
    model: Buying, x: Sequence[float], tx: Sequence[float], age: Sequence[float], t: float
) -> list[float]:
    """Return how many purchases to expect of each customer within the next t weeks.

    A negative t is a ValueError. Source: Fader, Hardie & Lee (2005), equation 10.
    """
    from scoring import _buying

    figures: list[float] = _buying.expected(_four(model), x, tx, age, _horizon(t)).tolist()
    return figures


def gg_fit(x: Sequence[float], value: Sequence[float | None]) -> Spending | None:
    """Fit what repeat purchases are worth, on customers with x > 0 and a mean repeat value above 0.

    None when there is no such customer. A negative x or value is a ValueError.
    Source: gamma-gamma, Fader & Hardie (2013), note "The Gamma-Gamma Model of Monetary Value".
    """
    from scoring import _buying

    known = [0.0 if worth is None else worth for worth in value]
    fit = _buying.fit_spending(x, known)
    if fit is None:
        return None
    (p, q, v), _, settled = fit
    n = sum(times > 0 and worth > 0 for times, worth in zip(x, known, strict=True))
    return Spending(p, q, v, p * v / (q - 1) if q > 1 else None, n, settled)


def expected_value(model: Spending, x: Sequence[float], value: Sequence[float | None]) -> list[float | None]:
    """Return what a purchase of each customer is worth: their own mean drawn towards everybody's.

    A customer without a repeat purchase gets the mean of all. Where that has no end (q <= 1, or p x + q <= 1
    for a customer with x of them) it is None.
    Source: Fader & Hardie (2013), equation 5.
    """
    from scoring import _buying

    _buying.spending(x, [0.0 if worth is None else worth for worth in value])
    return [
        model.mean if count == 0 or worth is None else _drawn(model, count, worth)
        for count, worth in zip(x, value, strict=True)
    ]


def clv(
    buying: Buying,
    spending: Spending,
    customers: Sequence[History],
    *,
    horizon_weeks: float = YEAR,
    rate: float = 0.0,
) -> list[float | None]:
    """Return the discounted revenue to expect of each customer within a horizon.

    Purchases are expected month by month (4.345 weeks) and discounted at each month's end; rate is a yearly
    share above -1. It is revenue; times the share of it that is margin, it is what potential.potential takes.
    None where the worth of a purchase is unknown. A negative horizon is a ValueError.
    Source: Fader, Hardie & Lee (2005), Journal of Marketing Research 42, 415-430, in discrete months.
    """
    monthly = periodic_rate(rate, MONTHS_A_YEAR)
    months = ceil(_horizon(horizon_weeks) / WEEKS_A_MONTH - 1e-9)
    columns = [c.x for c in customers], [c.tx for c in customers], [c.age for c in customers]
    before, discounted = [0.0] * len(customers), [0.0] * len(customers)
    for month in range(1, months + 1):
        end = min(month * WEEKS_A_MONTH, horizon_weeks)
        total = expected_purchases(buying, *columns, end)
        gains = ((now - then) / (1 + monthly) ** month for now, then in zip(total, before, strict=True))
        discounted = [old + gain for old, gain in zip(discounted, gains, strict=True)]
        before = total
    worth = expected_value(spending, columns[0], [c.value for c in customers])
    return [None if w is None else w * times for w, times in zip(worth, discounted, strict=True)]


def _drawn(model: Spending, x: float, own: float) -> float | None:
    """Return a customer's own mean drawn towards everybody's, by how often they bought again."""
    weight = model.p * x + model.q - 1
    return model.p * (model.v + x * own) / weight if weight > 0 else None


def _four(model: Buying) -> tuple[float, float, float, float]:
    """Return the parameters of a model in the order of the literature."""
    return model.r, model.alpha, model.a, model.b


def _years(first: date, day: date) -> int:
    """Return how many whole years have passed; those of 29 February end on 1 March."""
    return day.year - first.year - ((day.month, day.day) < (first.month, first.day))


def _horizon(weeks: float) -> float:
    """Refuse a horizon that cannot be."""
    if not (isfinite(weeks) and weeks >= 0):
        raise ValueError(f"a horizon is a number of weeks of at least 0, not {weeks}")
    return weeks


def _finite(*figures: float) -> None:
    """Refuse what is not a number."""
    if not all(isfinite(figure) for figure in figures):
        raise ValueError("every amount and rate must be a finite number")

"""What a customer is worth: against independent fits of CDNOW, and what must hold for any customer."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from math import exp
from statistics import fmean
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scoring.value import (
    WEEKS_A_MONTH,
    Buying,
    History,
    Spending,
    acquisition_cost,
    bgnbd_fit,
    clv,
    expected_purchases,
    expected_value,
    gg_fit,
    histories,
    ltv,
    ltv_retention,
    p_active,
    p_alive,
    periodic_rate,
    revenue_by_year,
)

Truth = Callable[[str], Any]
Columns = tuple[list[int], list[float], list[float]]
MODEL = Buying(0.243, 4.414, 0.793, 2.426, -9582.4, 2357, True)
WORTH = Spending(6.25, 3.74, 15.44, 35.2, 946, True)
SHARES = st.floats(0.01, 0.99)
PARAMETERS = st.tuples(*[st.floats(-6, 6).map(exp)] * 4).map(lambda found: Buying(*found, 0.0, 1, True))


@st.composite
def one_history(draw: st.DrawFn) -> Columns:
    """Draw the columns of one customer."""
    x, age = draw(st.integers(0, 300)), draw(st.floats(1, 500))
    return [x], [age * draw(SHARES) if x else 0.0], [age]


def columns(rows: list[dict[str, str]], tx: str, age: str) -> Columns:
    """Return x, tx and age of a table of figures."""
    x = [int(float(row["x"])) for row in rows]
    return x, [float(row[tx]) for row in rows], [float(row[age]) for row in rows]


def parameters(model: Buying | Spending, names: Iterable[str]) -> dict[str, float]:
    """Return the named parameters of a model."""
    return {name: getattr(model, name) for name in names}


def column(rows: list[dict[str, str]], name: str) -> list[float]:
    return [float(row[name]) for row in rows]


def orders(truth: Truth) -> list[tuple[str, date, float]]:
    rows = truth("cdnow_transactions.csv")
    return [(row["customer_id"], date.fromisoformat(row["date"]), float(row["amount"])) for row in rows]


@pytest.fixture(scope="module")
def observed(truth: Truth) -> dict[str, History]:
    """Return the purchase histories of the transactions, as of the day the expected ages are counted to."""
    bought, expected = orders(truth), truth("cdnow_expected_per_customer.csv")[0]
    first = min(day for who, day, _ in bought if who.lstrip("0") == expected["customer_id"].lstrip("0"))
    until = first + timedelta(days=round(float(expected["T_weeks"]) * 7))
    return {who.lstrip("0"): history for who, history in histories(bought, until).items()}


def test_histories_equal_the_reference(observed: dict[str, History], truth: Truth) -> None:
    rows = truth("cdnow_expected_per_customer.csv")
    assert {row["customer_id"].lstrip("0") for row in rows} == set(observed)
    for row in rows:
        seen = observed[row["customer_id"].lstrip("0")]
        expected = [float(row[name]) for name in ("x", "t_x_weeks", "T_weeks", "mean_repeat_value")]
        assert [seen.x, seen.tx, seen.age, seen.value or 0] == pytest.approx(expected, abs=1e-4)


def test_the_fit_of_the_transactions_equals_the_reference(observed: dict[str, History], truth: Truth) -> None:
    expected = truth("cdnow_expected.json")
    everyone = list(observed.values())
    x = [one.x for one in everyone]
    buying = bgnbd_fit(x, [one.tx for one in everyone], [one.age for one in everyone])
    spending = gg_fit(x, [one.value for one in everyone])
    assert buying is not None and spending is not None and buying.settled and spending.settled
    assert parameters(buying, expected["bgnbd"]) == pytest.approx(expected["bgnbd"], rel=0.01)
    assert buying.log_likelihood == pytest.approx(expected["bgnbd_loglik"], abs=0.05)
    assert parameters(spending, expected["gamma_gamma"]) == pytest.approx(expected["gamma_gamma"], rel=0.01)
    assert spending.mean == pytest.approx(expected["gg_pop_mean"], rel=0.01)
    assert buying.n == expected["customers"]


def test_each_customers_figures_equal_the_reference(truth: Truth) -> None:
    rows = truth("cdnow_expected_per_customer.csv")
    history, worth = columns(rows, "t_x_weeks", "T_weeks"), column(rows, "mean_repeat_value")
    buying, spending = bgnbd_fit(*history), gg_fit(history[0], worth)
    assert buying is not None and spending is not None
    assert p_alive(buying, *history) == pytest.approx(column(rows, "p_alive"), abs=2e-3)
    assert p_active(buying, *history, 39) == pytest.approx(column(rows, "p_active_39w"), abs=2e-3)
    assert expected_purchases(buying, *history, 39) == pytest.approx(column(rows, "exp_39w"), abs=2e-3)
    seen = expected_value(spending, history[0], worth)
    assert seen == pytest.approx(column(rows, "exp_avg_value"), rel=0.01)


def test_what_came_true_afterwards_is_as_far_off_as_the_reference_says(truth: Truth) -> None:
    rows, stated = truth("cdnow_expected_per_customer.csv"), truth("cdnow_expected.json")["holdout_fit"]
    history, actual = columns(rows, "t_x_weeks", "T_weeks"), column(rows, "x_holdout")
    buying = bgnbd_fit(*history)
    assert buying is not None
    expected = expected_purchases(buying, *history, 39)
    error = fmean(abs(guess - came) for guess, came in zip(expected, actual, strict=True))
    chance = p_active(buying, *history, 39)
    brier = fmean((guess - (came > 0)) ** 2 for guess, came in zip(chance, actual, strict=True))
    assert sum(expected) == pytest.approx(stated["total_bgnbd"], rel=0.01)
    assert (error, brier) == pytest.approx((stated["mae_bgnbd"], stated["brier_p_active"]), abs=2e-3)
    assert error < stated["mae_naive_rate"]


def test_the_published_fit_is_found(truth: Truth) -> None:
    published, rows = truth("cdnow_published.json"), truth("cdnow_published_summary.csv")
    history, worth = columns(rows, "t_x", "T"), column(rows, "mean_repeat_value")
    buying, spending = bgnbd_fit(*history), gg_fit(history[0], worth)
    assert buying is not None and spending is not None
    assert parameters(buying, published["bgnbd"]) == pytest.approx(published["bgnbd"], rel=0.01)
    assert buying.log_likelihood == pytest.approx(published["loglik"], abs=0.05)
    assert parameters(spending, published["gamma_gamma"]) == pytest.approx(published["gamma_gamma"], rel=0.01)
    customers = [History(*row) for row in zip(*history, worth, strict=True)]
    seen = clv(buying, spending, customers, horizon_weeks=12 * WEEKS_A_MONTH, rate=1.01**12 - 1)
    assert seen[:5] == pytest.approx(published["clv_first5"], rel=0.01)
    assert sum(one or 0 for one in seen) == pytest.approx(
        published["clv_12m_monthly_discount_1pct_sum"], rel=0.01
    )


def test_lifetime_value_equals_the_reference(truth: Truth) -> None:
    for case in truth("ltv.json")["cases"]:
        if case["kind"] == "seed_formula":
            cost, rate = case["acquisition_cost"], case["discount_rate"]
            assert ltv(case["revenue_per_year"], rate, cost) == pytest.approx(case["ltv"], abs=1e-6)
            assert ltv(case["revenue_per_year"], rate) == pytest.approx(case["pv_revenue"], abs=1e-6)
        elif case["kind"] == "retention":
            figures = (case["margin_per_year"], case["retention"], case["discount_rate"])
            seen = ltv_retention(*figures, case["acquisition_cost"])
            assert seen == pytest.approx(case["ltv"], abs=1e-6)
        else:
            seen_rates = [periodic_rate(case["annual"], 12), periodic_rate(case["annual"], 365.25 / 7)]
            expected = [case["monthly_effective"], case["weekly_effective"]]
            assert seen_rates == pytest.approx(expected, abs=1e-9)


def test_nobody_new_has_no_cost_and_nothing_to_fit_no_model() -> None:
    assert acquisition_cost(1_000, 0) is None and acquisition_cost(1_000, 4) == 250
    assert bgnbd_fit([], [], []) is None and bgnbd_fit([0, 0], [0, 0], [9, 4]) is None
    assert gg_fit([], []) is None and gg_fit([0, 2], [None, 0]) is None
    assert histories([], date(2026, 1, 1)) == {}
    assert p_alive(MODEL, [], [], []) == expected_purchases(MODEL, [], [], [], 9) == []
    assert clv(MODEL, WORTH, []) == []


def test_a_model_without_a_mean_gives_none_to_who_bought_once() -> None:
    heavy = Spending(2.0, 0.9, 10.0, None, 5, True)
    assert expected_value(heavy, [0, 3], [None, 20.0]) == [None, pytest.approx(2 * 70 / 5.9)]
    assert clv(MODEL, heavy, [History(0, 0, 9, None)]) == [None]
    assert expected_value(Spending(0.05, 0.9, 10.0, None, 5, True), [1], [20.0]) == [None]


def test_who_paid_nothing_is_drawn_towards_nothing_and_who_is_unknown_is_as_all() -> None:
    (free,), unknown = expected_value(WORTH, [4], [0.0]), expected_value(WORTH, [4], [None])
    assert free is not None and WORTH.mean is not None and 0 < free < WORTH.mean / 5
    assert unknown == [WORTH.mean]


def test_orders_of_a_day_are_one_purchase_and_later_ones_are_not_known_yet() -> None:
    monday = date(2026, 1, 5)
    bought = [
        ("mei", monday, 10.0),
        ("mei", monday, 5.0),
        ("li", monday + timedelta(days=21), 1.0),
        ("mei", monday + timedelta(days=7), 30.0),
        ("mei", monday + timedelta(days=21), 40.0),
    ]
    assert histories(bought, monday + timedelta(days=14)) == {"mei": History(1, 1.0, 2.0, 30.0)}


def test_years_are_counted_from_the_first_purchase_and_none_is_left_out() -> None:
    bought = [
        ("mei", date(2024, 2, 29), 10.0),
        ("mei", date(2025, 2, 28), 5.0),
        ("mei", date(2025, 3, 1), 7.0),
        ("li", date(2026, 1, 1), 3.0),
        ("li", date(2027, 1, 1), 99.0),
    ]
    assert revenue_by_year(bought, date(2026, 11, 22)) == {"mei": (15.0, 7.0, 0.0), "li": (3.0,)}


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        (([1], [5.0], [4.0]), "between 0 and"),
        (([1], [-1.0], [4.0]), "between 0 and"),
        (([-1], [0.0], [4.0]), "at least 0"),
        (([1.5], [1.0], [4.0]), "whole"),
        (([0], [1.0], [4.0]), "must be 0"),
        (([2], [0.0], [4.0]), "above 0"),
        (([1, 1], [1.0], [4.0]), "same length"),
        (([1], [float("nan")], [4.0]), "finite"),
    ],
)
def test_a_history_that_cannot_be_is_refused(columns: Any, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        bgnbd_fit(*columns)
    with pytest.raises(ValueError, match=told):
        p_alive(MODEL, *columns)


def test_money_rates_and_horizons_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="acquisition"):
        ltv([1], 0.1, -1)
    with pytest.raises(ValueError, match="above -1"):
        ltv([1], -1)
    with pytest.raises(ValueError, match="finite"):
        ltv([float("inf")], 0.1)
    with pytest.raises(ValueError, match="no end"):
        ltv_retention(100, 1, 0)
    with pytest.raises(ValueError, match="share"):
        ltv_retention(100, 1.2, 0.5)
    with pytest.raises(ValueError, match="negative"):
        acquisition_cost(-1, 3)
    with pytest.raises(ValueError, match="horizon"):
        p_active(MODEL, [0], [0], [9], -1)
    with pytest.raises(ValueError, match="negative"):
        gg_fit([2], [-3])
    with pytest.raises(ValueError, match="amount"):
        histories([("mei", date(2026, 1, 1), -5)], date(2026, 2, 1))
    with pytest.raises(ValueError, match="amount"):
        revenue_by_year([("mei", date(2026, 1, 1), float("nan"))], date(2026, 2, 1))
    with pytest.raises(ValueError, match="weights"):
        bgnbd_fit([1], [1], [4], [-1])


@pytest.mark.slow
def test_weights_stand_for_that_many_customers() -> None:
    history = ([0, 1, 4, 2], [0.0, 6.0, 20.0, 3.0], [30.0, 25.0, 28.0, 30.0])
    many = [40, 12, 5, 6]
    apart = [[value for value, times in zip(one, many, strict=True) for _ in range(times)] for one in history]
    weighted, repeated = bgnbd_fit(*history, many), bgnbd_fit(*apart)
    assert weighted is not None and repeated is not None and weighted.n == repeated.n == 63
    assert weighted.log_likelihood == pytest.approx(repeated.log_likelihood, abs=1e-6)


@pytest.mark.slow
def test_another_unit_of_time_or_money_only_scales_what_is_counted_in_it(truth: Truth) -> None:
    rows = truth("cdnow_published_summary.csv")
    x, tx, age = columns(rows, "t_x", "T")
    worth = column(rows, "mean_repeat_value")
    weeks, days = bgnbd_fit(x, tx, age), bgnbd_fit(x, [7 * at for at in tx], [7 * at for at in age])
    whole, cents = gg_fit(x, worth), gg_fit(x, [100 * one for one in worth])
    assert weeks is not None and days is not None and whole is not None and cents is not None
    assert (days.r, days.alpha, days.a) == pytest.approx((weeks.r, 7 * weeks.alpha, weeks.a), rel=1e-3)
    assert (cents.p, cents.q, cents.v) == pytest.approx((whole.p, whole.q, 100 * whole.v), rel=1e-3)


def test_who_bought_hundreds_of_times_overflows_nothing() -> None:
    seen = expected_purchases(MODEL, [900, 100_000], [50.0, 51.9], [52.0, 52.0], 52)
    assert 0 < seen[0] < 900 and 0 < seen[1] < 100_000


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(st.lists(one_history(), min_size=1, max_size=12))
def test_whatever_customers_did_gives_finite_expectations(customers: list[Columns]) -> None:
    history: Columns = ([], [], [])
    for customer in customers:
        for whole, own in zip(history, customer, strict=True):
            whole.extend(own)
    model = bgnbd_fit(*history)
    assert (model is None) == (not any(history[0]))
    if model is None:
        return
    for active, expected in zip(
        p_active(model, *history, 52), expected_purchases(model, *history, 52), strict=True
    ):
        assert 0 <= active <= 1 and active * (1 - 1e-6) <= expected + 1e-9 < float("inf")


@given(PARAMETERS, one_history(), st.floats(0, 200), st.floats(0, 200))
def test_chances_stay_within_0_and_1_and_grow_with_the_horizon(
    model: Buying, history: Columns, t: float, more: float
) -> None:
    alive, soon, later = (
        p_alive(model, *history)[0],
        p_active(model, *history, t)[0],
        p_active(model, *history, t + more)[0],
    )
    assert 0 <= soon <= later <= alive <= 1


@given(PARAMETERS, one_history(), st.floats(0, 200), st.floats(0, 200))
def test_expected_purchases_are_none_at_once_and_never_fewer_later(
    model: Buying, history: Columns, t: float, more: float
) -> None:
    at_once, soon, later = (expected_purchases(model, *history, horizon)[0] for horizon in (0, t, t + more))
    assert at_once == pytest.approx(0, abs=1e-6)
    assert 0 <= soon <= later * (1 + 1e-6) + 1e-6
    assert soon >= p_active(model, *history, t)[0] * (1 - 1e-6) - 1e-6  # at least one, that often


@given(PARAMETERS, one_history(), SHARES)
def test_the_longer_a_buyer_is_silent_the_less_likely_they_are_still_there(
    model: Buying, history: Columns, share: float
) -> None:
    (x,), (tx,), (age,) = history
    assume(x > 0)
    assert p_alive(model, [x], [tx], [age])[0] >= p_alive(model, [x], [tx * share], [age])[0] - 1e-12


@given(st.integers(1, 500), st.floats(0.1, 1_000))
def test_a_known_worth_lies_between_ones_own_and_everybodys(x: int, own: float) -> None:
    (seen,) = expected_value(WORTH, [x], [own])
    mean = WORTH.p * WORTH.v / (WORTH.q - 1)
    assert seen is not None and min(own, mean) - 1e-9 <= seen <= max(own, mean) + 1e-9


@given(st.lists(st.floats(0, 1e6), max_size=12), st.floats(0, 1), st.floats(0, 1e6))
def test_a_higher_rate_or_cost_never_adds_value(revenue: list[float], rate: float, cost: float) -> None:
    assert ltv(revenue, rate) >= ltv(revenue, rate + 0.1) - 1e-6
    assert ltv(revenue, rate, cost) == pytest.approx(ltv(revenue, rate) - cost)
    assert ltv([2 * year for year in revenue], rate) == pytest.approx(2 * ltv(revenue, rate))


@given(st.floats(0, 0.5), st.floats(1, 150))
def test_customer_value_falls_with_the_rate_and_grows_with_the_horizon(rate: float, weeks: float) -> None:
    mei = [History(2, 30.0, 38.9, 22.3)]
    one, dearer, longer = (
        clv(MODEL, WORTH, mei, horizon_weeks=horizon, rate=share)[0] or 0
        for horizon, share in ((weeks, rate), (weeks, rate + 0.1), (weeks + 10, rate))
    )
    assert 0 < dearer < one < longer

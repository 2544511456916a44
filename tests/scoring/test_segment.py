"""Which customers are alike: against independent figures, and what must hold for any customers."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from datetime import date, datetime, timedelta
from statistics import fmean, pstdev
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.segment import (
    Buyer,
    Event,
    Rfm,
    abc,
    bands,
    choose_k,
    dbscan,
    habits,
    kmeans,
    nearness,
    profile,
    region,
    rfm,
    rfm_names,
    standardise,
)

Truth = Callable[[str], Any]
TODAY = date(2026, 11, 22)
SHANGHAI = ZoneInfo("Asia/Shanghai")
MONEY = st.dictionaries(st.integers(0, 99), st.integers(0, 10_000).map(float), max_size=30)
BUYERS = st.dictionaries(
    st.integers(0, 99),
    st.builds(
        Buyer,
        st.integers(0, 900).map(lambda days: TODAY - timedelta(days=days)),
        st.integers(1, 20),
        st.integers(0, 9_999).map(float),
    ),
    max_size=30,
)
ROWS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=4, max_size=40)


def test_recency_frequency_and_money_equal_the_reference(truth: Truth) -> None:
    expected = {row["customer_id"]: row for row in truth("rfm_expected.csv")}
    seen = rfm(
        {
            who: Buyer(
                TODAY - timedelta(days=int(row["recency_days"])),
                int(row["frequency"]),
                float(row["monetary"]),
            )
            for who, row in expected.items()
        },
        TODAY,
    )
    for heading, of in (("R", "recency_days"), ("F", "frequency"), ("M", "monetary")):
        ranked = sorted(float(row[of]) for row in expected.values())
        for who, row in expected.items():
            score = getattr(seen[who], heading.lower())
            rounded = on_the_edge(float(row[of]), ranked) and abs(score - int(row[heading])) == 1
            assert score == int(row[heading]) or rounded, row


def on_the_edge(figure: float, ranked: list[float]) -> bool:
    """Tell whether p lies exactly between two fifths, where a reference in floating point may fall short."""
    return 5 * (bisect_left(ranked, figure) + bisect_right(ranked, figure)) % (2 * len(ranked)) == 0


def test_classes_equal_the_reference(truth: Truth) -> None:
    rows = truth("abc_expected.csv")
    seen = abc({row["customer_id"].zfill(12): float(row["monetary"]) for row in rows})
    assert seen == {row["customer_id"].zfill(12): row["abc"] for row in rows}


def test_kmeans_comes_as_close_as_the_reference(truth: Truth) -> None:
    rows, expected = customers(truth)
    for k, best in expected["best_inertia"].items():
        assert kmeans(rows, int(k), seed=7).inertia <= 1.005 * best, k


def test_silhouettes_equal_the_reference_and_choose_k(truth: Truth) -> None:
    rows, expected = customers(truth)
    known = {int(k): value for k, value in expected["silhouette"].items()}
    choice = choose_k(rows, known, seed=7)
    assert choice.silhouettes == pytest.approx(known, abs=0.02)
    assert choice.k is not None and known[choice.k] >= max(known.values()) - 0.02


def test_dbscan_equals_the_reference(truth: Truth) -> None:
    figures = truth("clustering.json")
    for case in figures["dbscan"]:
        seen = dbscan(figures["dbscan_points"], case["eps"], case["min_samples"])
        assert [label == -1 for label in seen] == [label == -1 for label in case["labels"]]
        cores = [
            pair
            for pair, core in zip(zip(seen, case["labels"], strict=True), case["is_core"], strict=True)
            if core
        ]
        assert len(set(cores)) == len({ours for ours, _ in cores}) == case["n_clusters"]
        assert len({theirs for _, theirs in cores}) == case["n_clusters"]


def customers(truth: Truth) -> tuple[list[list[float]], Any]:
    """Return the standardised customers of the reference, and what is expected of k-means on them."""
    figures = [
        [float(row[name]) for name in ("recency_days", "frequency", "monetary")]
        for row in truth("rfm_expected.csv")
    ]
    return standardise(figures), truth("clustering.json")["kmeans"]


def test_nobody_is_in_no_segment() -> None:
    assert rfm({}, TODAY) == abc({}) == bands({}, [1]) == habits([]) == rfm_names({}) == {}
    assert standardise([]) == [] and dbscan([]) == () and nearness([]) is None
    assert choose_k([]).k is None and choose_k([[1.0], [1.0]]).k is None
    assert profile({}, []) == [] and abc({"mei": 0.0}) == {"mei": "C"}


def test_a_class_ends_where_those_before_reach_its_cut() -> None:
    assert abc({1: 80.0, 2: 15.0, 3: 5.0}) == {1: "A", 2: "B", 3: "C"}
    assert abc({1: 79.0, 2: 15.5, 3: 5.5}) == {1: "A", 2: "A", 3: "B"}


def test_a_silhouette_compares_the_own_cluster_with_the_next() -> None:
    expected = (10 / 11 + 9 / 10 + 7.5 / 9.5 + 9.5 / 11.5) / 4
    assert choose_k([[0], [1], [10], [12]], [2]).silhouettes == {2: pytest.approx(expected)}


def test_equal_customers_share_a_score() -> None:
    same = Buyer(TODAY, 1, 10.0)
    scores = rfm({who: same for who in range(10)} | {99: Buyer(TODAY, 9, 99.0)}, TODAY)
    assert len({(score.r, score.f, score.m) for who, score in scores.items() if who < 10}) == 1
    assert scores[99].f == scores[99].m == 5


@pytest.mark.parametrize(
    ("r", "f", "m", "name"),
    [
        (5, 5, 5, "champion"),
        (5, 5, 1, "loyal"),
        (3, 4, 4, "loyal"),
        (1, 5, 5, "cannot_lose"),
        (2, 4, 5, "at_risk"),
        (2, 3, 3, "at_risk"),
        (4, 3, 3, "promising"),
        (5, 2, 2, "new"),
        (3, 2, 2, "attention"),
        (2, 2, 2, "hibernating"),
        (1, 1, 1, "lost"),
    ],
)
def test_every_score_has_a_name(r: int, f: int, m: int, name: str) -> None:
    assert rfm_names({"mei": Rfm(0, 0, 0.0, r, f, m)}) == {"mei": name}


def test_income_bands_are_told_by_the_cuts_they_reach() -> None:
    incomes = {"mei": 99_999.0, "li": 100_000.0, "wang": 600_000.0, "chen": None}
    assert bands(incomes, [100_000, 500_000]) == {"mei": 0, "li": 1, "wang": 2, "chen": None}


def test_habits_are_of_ones_own_clock_and_need_enough_events() -> None:
    evening = datetime(2026, 11, 20, 21, 30, tzinfo=SHANGHAI)
    events = [("mei", Event(evening, "telegram", "tea"))] * 3 + [("mei", Event(evening, "email"))]
    found = habits([*events, ("li", Event(evening, "telegram"))])
    assert found["mei"].hours.preferred == 20 and found["mei"].channels.preferred == "telegram"
    rate = found["mei"].channels.shares["telegram"]
    assert (rate.k, rate.n, rate.value) == (3, 4, 0.75)
    assert found["mei"].categories.preferred == "tea" and found["mei"].categories.shares["tea"].n == 3
    assert found["li"].channels.preferred is None and found["li"].categories.shares == {}


def test_a_tie_is_no_preference() -> None:
    at = datetime(2026, 11, 20, 9, tzinfo=SHANGHAI)
    found = habits([("mei", Event(at, channel)) for channel in ("email", "email", "telegram", "telegram")])
    assert found["mei"].channels.preferred is None


@pytest.mark.parametrize(
    ("city", "expected"),
    [
        ("上海", "east"),
        ("上海市", "east"),
        (" SHANGHAI ", "east"),
        ("Ｓｈａｎｇｈａｉ City", "east"),
        ("广东省深圳市", "south"),
        ("广东", "south"),
        ("Hong Kong", "hong_kong_macao_taiwan"),
        ("北京市朝阳区", "north"),
        ("Atlantis", "unknown"),
        ("", "unknown"),
        (None, "unknown"),
    ],
)
def test_a_city_lies_in_its_region(city: str | None, expected: str) -> None:
    assert region(city) == expected


def test_a_table_of_ones_own_replaces_ours() -> None:
    table = {"São Paulo": "sudeste", "上海市": "本地"}
    seen = [region(city, table) for city in ("sao paulo", "são paulo", "上海", "北京")]
    assert seen == ["unknown", "sudeste", "本地", "unknown"]


def test_clusters_are_numbered_from_the_richest() -> None:
    rows = [[0.0, 1.0], [0.1, 1.1], [9.0, 50.0], [9.1, 51.0]]
    assert kmeans(rows, 2).labels == (1, 1, 0, 0)
    assert kmeans(rows, 2, order=[9, 9, 1, 1]).labels == (0, 0, 1, 1)
    assert kmeans(rows, 4).inertia == pytest.approx(0)


def test_a_profile_tells_what_is_unusual_first() -> None:
    columns = {"money": [1, 2, 3, 4, 100, 120], "days": [9, 30, 5, 8, 9, 8]}
    rich, rest = profile(columns, [0 if money > 50 else 1 for money in columns["money"]])
    assert (rich.label, rich.share.k, rich.share.n) == (0, 2, 6) and rest.label == 1
    assert [(trait.name, trait.level) for trait in rich.traits] == [
        ("money", "much_higher"),
        ("days", "like_all"),
    ]
    assert (rich.traits[0].median, rich.traits[0].everybody) == (110, 3.5)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (lambda: rfm({1: Buyer(TODAY + timedelta(days=1), 1, 1)}, TODAY), "last bought after"),
        (lambda: rfm({1: Buyer(TODAY, 0, 1)}, TODAY), "frequency"),
        (lambda: rfm({1: Buyer(TODAY, 1, -1)}, TODAY), "amount"),
        (lambda: abc({1: -0.01}), "amount"),
        (lambda: abc({1: float("nan")}), "amount"),
        (lambda: abc({1: 1.0}, (0.9, 0.8)), "cuts"),
        (lambda: bands({1: 1.0}, [5, 3]), "rise"),
        (lambda: standardise([[1.0], [1.0, 2.0]]), "columns"),
        (lambda: standardise([[-1.0]]), "at least 0"),
        (lambda: kmeans([[float("inf")]], 1), "finite"),
        (lambda: kmeans([[1.0], [1.0]], 2), "different rows"),
        (lambda: kmeans([[1.0], [2.0]], 0), "clusters"),
        (lambda: kmeans([[1.0], [2.0]], 2, order=[1]), "order"),
        (lambda: dbscan([[1.0]], 0), "eps"),
        (lambda: nearness([[1.0]], 0), "min_samples"),
        (lambda: profile({"money": [1]}, [0, 1]), "label"),
    ],
)
def test_what_cannot_be_is_refused(wrong: Callable[[], object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        wrong()


@given(BUYERS, st.randoms(use_true_random=False))
def test_scores_do_not_depend_on_the_order_and_grow_with_the_figure(
    buyers: dict[int, Buyer], draw: Any
) -> None:
    shuffled = list(buyers.items())
    draw.shuffle(shuffled)
    scores = rfm(buyers, TODAY)
    assert rfm(dict(shuffled), TODAY) == scores
    for one in scores.values():
        assert {one.r, one.f, one.m} <= {1, 2, 3, 4, 5}
        assert all(one.m >= other.m for other in scores.values() if one.monetary >= other.monetary)
        assert all(one.r >= other.r for other in scores.values() if one.recency_days <= other.recency_days)


@given(MONEY, st.integers(2, 50), st.randoms(use_true_random=False))
def test_classes_depend_neither_on_the_order_nor_on_the_unit(
    money: dict[int, float], times: int, draw: Any
) -> None:
    shuffled = list(money.items())
    draw.shuffle(shuffled)
    classes = abc(money)
    assert abc(dict(shuffled)) == classes
    assert abc({who: amount * 2**times for who, amount in money.items()}) == classes
    ranked = sorted(money, key=lambda who: (-money[who], who))
    assert [classes[who] for who in ranked] == sorted(classes.values())


@given(ROWS)
def test_standardised_columns_have_mean_0_and_deviation_1(rows: list[tuple[int, int]]) -> None:
    for column, raw in zip(zip(*standardise(rows), strict=True), zip(*rows, strict=True), strict=True):
        assert fmean(column) == pytest.approx(0, abs=1e-9)
        assert pstdev(column) == pytest.approx(1 if len(set(raw)) > 1 else 0, abs=1e-9)


@given(ROWS, st.integers(0, 9))
def test_every_row_is_in_the_cluster_of_the_nearest_centre(rows: list[tuple[int, int]], seed: int) -> None:
    k = min(3, len(set(rows)))
    found = kmeans(rows, k, seed=seed)
    assert found == kmeans(rows, k, seed=seed) and set(found.labels) == set(range(k))
    for row, label in zip(rows, found.labels, strict=True):
        apart = [sum((a - b) ** 2 for a, b in zip(row, centre, strict=True)) for centre in found.centres]
        assert apart[label] == pytest.approx(min(apart))
    means = [
        fmean(row[-1] for row, own in zip(rows, found.labels, strict=True) if own == label)
        for label in range(k)
    ]
    assert means == sorted(means, reverse=True)


@given(ROWS, st.floats(0.5, 10), st.integers(1, 6))
def test_noise_is_what_reaches_no_core(rows: list[tuple[int, int]], eps: float, least: int) -> None:
    labels = dbscan(rows, eps, least)
    near = [[((a - c) ** 2 + (b - d) ** 2) ** 0.5 <= eps for c, d in rows] for a, b in rows]
    cores = [sum(row) >= least for row in near]
    for at, label in enumerate(labels):
        reached = [labels[to] for to, core in enumerate(cores) if core and near[at][to]]
        assert (label == -1) == (not reached)
        assert label == -1 or label in reached
        if cores[at]:
            assert set(reached) == {label}


@given(ROWS)
def test_silhouettes_stay_within_their_bounds(rows: list[tuple[int, int]]) -> None:
    choice = choose_k(rows, range(2, 5), n_init=2)
    assert all(-1 <= value <= 1 for value in choice.silhouettes.values())
    assert (choice.k is None) == (not choice.silhouettes)

"""Association against independent figures, what is refused, and what must hold for any columns."""

import warnings
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.associate import correlation_ratio, cramers_v, crosstab, kind, ordinal, pearson, scan
from tests.scoring.conftest import Truth, near

TABLES = st.integers(2, 4).flatmap(
    lambda width: st.lists(st.lists(st.integers(0, 30), min_size=width, max_size=width), max_size=4)
)
PAIRS = st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), max_size=25)


def cases(truth: Truth, of: str) -> list[dict[str, object]]:
    return [case for case in truth("association.json")["cases"] if case["kind"] == of]


def test_tables_equal_the_reference(truth: Truth) -> None:
    for case in cases(truth, "cramers_v"):
        found = cramers_v(case["table"])
        assert [found.v, found.corrected] == near([case["v"], case["v_bias_corrected"]]), case
        if case["v"] is not None:
            assert (found.n, found.dof) == (case["n"], case["dof"])
            assert [found.chi2, found.p] == near([case["chi2"], case["p"]]), case


def test_correlation_ratios_equal_the_reference(truth: Truth) -> None:
    for case in cases(truth, "correlation_ratio"):
        found = correlation_ratio(case["category"], case["value"])
        assert [found.eta, found.eta2] == near([case["eta"], case["eta2"]], within=1e-4), case


def test_rankings_equal_the_reference(truth: Truth) -> None:
    for case in cases(truth, "ordinal"):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found, line = ordinal(case["a"], case["b"]), pearson(case["a"], case["b"])
        expected = [case[name] for name in ("spearman", "pearson")]
        assert [found.spearman, line.r] == near(expected), case
        seen = [found.spearman_p, found.kendall]
        assert seen == near([case.get("spearman_p"), case.get("kendall_tau_b")]), case


def test_complaints_equal_the_reference(truth: Truth, table: Truth) -> None:
    expected, rows = truth("cfpb_association_eb.json"), table("cfpb_table.csv")
    for pair in [name for name in expected if " x " in name]:
        left, right = ([row[name] or None for row in rows] for name in pair.split(" x "))
        found, case = cramers_v(crosstab(left, right)), expected[pair]
        assert (found.n, found.rows, found.columns) == (case["n"], case["rows"], case["cols"])
        assert [found.v, found.corrected] == near([case["v"], case["v_bias_corrected"]])


def test_what_cannot_be_told_is_none() -> None:
    assert cramers_v([]).v is cramers_v([[]]).v is cramers_v([[0, 0], [0, 0]]).corrected is None
    assert cramers_v([[1, 0], [0, 1]]).corrected is None
    assert correlation_ratio([], []).eta is correlation_ratio(["a", "a"], [1, 2]).eta is None
    assert correlation_ratio(["a", "b"], [0.1, 0.1]).eta is None
    assert ordinal([], []).spearman is ordinal([1], [1]).kendall is pearson([], []).r is None
    assert pearson([1, 2], [3, 4]).p is None and pearson([1, 2, 4], [3, 4, 5]).low is None


def test_a_pair_with_a_missing_side_is_left_out() -> None:
    assert pearson([1, 2, None, 4, nan], [2, 4, 6, 8, 1]) == pearson([1, 2, 4], [2, 4, 8])
    assert crosstab(["a", None, "b"], [True, True, False]) == [[0, 1], [1, 0]]


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(ValueError, match="length"):
        cramers_v([[1, 2], [3]])
    with pytest.raises(ValueError, match="holds -1"):
        cramers_v([[1, -1]])
    with pytest.raises(ValueError, match="pairs"):
        ordinal([1], [1, 2])
    with pytest.raises(ValueError, match="'tall' is not a number"):
        pearson(["tall"], [1])
    with pytest.raises(ValueError, match="numbers and texts"):
        kind(["tall", 3])
    with pytest.raises(ValueError, match="no column shoe"):
        scan({"score": [1]}, "score", ["shoe"])


COLUMNS = {
    "score": [1 + i % 5 for i in range(200)],
    "twice": [2 * (1 + i % 5) for i in range(200)],
    "channel": ["telegram" if i % 5 > 2 else "email" for i in range(200)],
    "wait": [100.5 - 10 * (i % 5) + (i * 37 % 11) for i in range(200)],
    "weekday": [(i * 29 + i // 7) % 7 for i in range(200)],
    "city": ["Paris" if i < 3 else "Lyon" for i in range(200)],
    "same": ["x"] * 200,
    "name": [f"customer {i}" for i in range(200)],
    "seldom": [i if i < 20 else None for i in range(200)],
}


def test_each_column_is_compared_by_its_kind() -> None:
    found = scan(COLUMNS, "score")
    methods = {one.column: one.method for one in found.findings}
    ranked, grouped = dict.fromkeys(("twice", "wait", "weekday"), "ordinal"), ("channel", "city")
    assert methods == ranked | dict.fromkeys(grouped, "correlation_ratio")
    assert dict(found.refused) == {"same": "constant", "name": "too_fine", "seldom": "too_few"}
    assert {one.column for one in found.findings if one.q < 0.01} == {"twice", "channel", "wait"}
    assert all(one.q >= one.p for one in found.findings)
    assert [one.q for one in found.findings] == sorted(one.q for one in found.findings)


def test_categories_and_numbers_meet_their_own_measures() -> None:
    by_channel = scan(COLUMNS, "channel", ["city", "score", "name", "same"])
    assert [(one.column, one.method) for one in by_channel.findings] == [
        ("score", "correlation_ratio"), ("city", "cramers_v")
    ]  # fmt: skip
    assert dict(by_channel.refused) == {"name": "expected_below_1", "same": "constant"}
    longer = {**COLUMNS, "cost": [3 * wait + 1 for wait in COLUMNS["wait"]]}
    (line,) = scan(longer, "wait", ["cost"]).findings
    assert line.method == "pearson" and (line.strength, line.beside) == pytest.approx((1, 1))


def test_of_many_columns_of_noise_hardly_one_is_found() -> None:
    noise = {
        f"c{j}": [(i * (7919 + 2 * j) + j) * 2654435761 % 1000 / 7 for i in range(60)] for j in range(41)
    }
    assert len([one for one in scan(noise, "c0").findings if one.q < 0.05]) <= 2


@given(TABLES)
def test_v_is_bounded_and_knows_no_order_or_side(table: list[list[int]]) -> None:
    found = cramers_v(table)
    turned = cramers_v([list(row) for row in zip(*table[::-1], strict=True)])
    assert [found.v, found.corrected, found.p] == near([turned.v, turned.corrected, turned.p])
    assert found.v is None or 0 <= found.v <= 1
    assert found.corrected is None or 0 <= found.corrected <= 1


@given(TABLES, st.integers(2, 5))
def test_v_knows_no_scale(table: list[list[int]], times: int) -> None:
    assert [cramers_v([[times * one for one in row] for row in table]).v] == near([cramers_v(table).v])


@given(PAIRS)
def test_rankings_and_lines_are_bounded_and_symmetric(pairs: list[tuple[int, int]]) -> None:
    a, b = [one for one, _ in pairs], [other for _, other in pairs]
    ranks, line = ordinal(a, b), pearson(a, b)
    assert [ranks.spearman, ranks.kendall, line.r] == near(
        [ordinal(b, a).spearman, ordinal(b, a).kendall, pearson(b, a).r]
    )
    for value in (ranks.spearman, ranks.kendall, line.r):
        assert value is None or -1 <= value <= 1
    if line.r is not None and line.low is not None and line.high is not None:
        assert line.low <= line.r <= line.high


@given(PAIRS)
def test_ranks_stay_when_the_unit_bends(pairs: list[tuple[int, int]]) -> None:
    a, b = [one for one, _ in pairs], [other for _, other in pairs]
    assert ordinal([one**3 for one in a], b) == ordinal(a, b)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(-100, 100)), max_size=25), st.floats(-5, 5))
def test_eta_is_bounded_and_knows_no_origin(pairs: list[tuple[str, float]], shift: float) -> None:
    names, numbers = [one for one, _ in pairs], [round(other, 3) for _, other in pairs]
    found = correlation_ratio(names, numbers)
    moved = correlation_ratio(names[::-1], [2 * number + round(shift, 3) for number in numbers[::-1]])
    assert [moved.eta2] == near([found.eta2])
    assert found.eta is None or 0 <= found.eta <= 1

"""Sample statistics against Python's own, and what must hold for any numbers."""

import statistics
from collections import Counter
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.describe import correlation, covariance, summary
from tests.scoring.conftest import Truth, near

VALUES = st.lists(st.floats(-1e6, 1e6), max_size=30)
PAIRS = st.lists(st.tuples(st.integers(-1000, 1000), st.integers(-1000, 1000)), max_size=30)


def test_statistics_equal_the_reference(truth: Truth) -> None:
    for case in truth("describe.json")["cases"]:
        seen = summary(case["x"])
        expected = [case[name] for name in ("n", "mean", "median", "variance", "std")]
        assert [seen.n, seen.mean, seen.median, seen.variance, seen.sd] == near(expected), case
        together = [covariance(case["x"], case["y"]), correlation(case["x"], case["y"])]
        assert together == near([case["covariance"], case["correlation"]]), case


def test_the_median_of_an_even_number_is_between_the_middle_two() -> None:
    assert summary([1, 2, 3, 10]).median == 2.5


def test_nothing_gives_none_and_one_value_has_no_variance() -> None:
    assert summary([]) == summary({}) == summary({4: 0})
    assert summary([]).mean is None and covariance([], []) is None and correlation([], []) is None
    assert summary([3.0]).variance is None and covariance([1], [2]) is None and correlation([1], [2]) is None


def test_what_does_not_vary_correlates_with_nothing() -> None:
    assert correlation([0.1] * 7, [1, 2, 3, 4, 5, 6, 7]) is None


def test_values_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        summary([1.0, nan])
    with pytest.raises(ValueError, match="count -1"):
        summary({1: -1})
    with pytest.raises(ValueError, match="pairs"):
        covariance([1, 2], [1])


@given(VALUES.filter(lambda values: len(values) > 1))
def test_the_statistics_are_those_of_the_standard_library(values: list[float]) -> None:
    seen = summary(values)
    assert (seen.mean, seen.median) == pytest.approx((statistics.mean(values), statistics.median(values)))
    assert seen.variance == pytest.approx(statistics.variance(values), rel=1e-9, abs=1e-9)


@given(VALUES)
def test_a_mean_and_a_median_lie_between_the_ends_in_any_order(values: list[float]) -> None:
    seen = summary(values)
    assert seen == summary(values[::-1])
    if seen.mean is not None and seen.median is not None and seen.least is not None and seen.most is not None:
        assert seen.least <= seen.mean <= seen.most and seen.least <= seen.median <= seen.most


@given(st.lists(st.integers(1, 5), max_size=40))
def test_a_histogram_says_the_same_as_its_values(values: list[int]) -> None:
    assert summary(Counter(values)) == summary(values)


@given(PAIRS, st.integers(2, 9), st.integers(-50, 50))
def test_correlation_knows_no_unit_and_covariance_does(
    pairs: list[tuple[int, int]], by: int, shift: int
) -> None:
    x, y = [a for a, _ in pairs], [b for _, b in pairs]
    scaled = [by * a + shift for a in x]
    assert correlation(scaled, y) == pytest.approx(correlation(x, y), abs=1e-9)
    assert covariance(scaled, y) == pytest.approx(by * (covariance(x, y) or 0.0) if len(x) > 1 else None)


@given(PAIRS)
def test_correlation_is_symmetric_and_bounded(pairs: list[tuple[int, int]]) -> None:
    x, y = [a for a, _ in pairs], [b for _, b in pairs]
    found = correlation(x, y)
    assert found == pytest.approx(correlation(y, x))
    assert found is None or -1 <= found <= 1

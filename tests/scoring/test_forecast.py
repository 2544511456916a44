"""How many tickets to expect: which method is taken, and how often its interval holds."""

from itertools import cycle, islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.forecast import volume

WEEK = [40, 30, 28, 27, 35, 10, 5]


def weeks(n: int, *, growth: float = 0.0, noise: int | None = None) -> list[float]:
    """Return n weeks of tickets a day, growing by so many a day, with noise of a seed."""
    expected = [base + growth * day for day, base in enumerate(islice(cycle(WEEK), 7 * n))]
    return expected if noise is None else np.random.default_rng(noise).poisson(expected).tolist()


def test_a_week_that_repeats_itself_goes_on() -> None:
    found = volume(weeks(6), 9)
    assert found is not None and found.method == "seasonal_naive" and found.naive_error == 0
    assert found.holt_winters_error is not None  # it was tried, and was no better
    assert [point.value for point in found.points] == [*WEEK, *WEEK[:2]]


def test_noise_is_smoothed_when_that_proves_better() -> None:
    found = volume(weeks(20, noise=7), 7)
    assert found is not None and found.method == "holt_winters"
    assert found.holt_winters_error is not None and found.naive_error is not None
    assert found.holt_winters_error < found.naive_error
    assert [point.value for point in found.points] == pytest.approx(WEEK, abs=8)


def test_growth_goes_on() -> None:
    found = volume(weeks(12, growth=1.0), 7)
    assert found is not None and found.method == "holt_winters"
    expected = [base + 84 + day for day, base in enumerate(WEEK)]
    assert [point.value for point in found.points] == pytest.approx(expected, rel=0.02)


def test_little_is_known_of_a_short_series() -> None:
    assert volume([], 3) is None
    one, few, fresh = volume([4], 2), volume([4, 6, 8], 1), volume(weeks(1), 7)
    assert one is not None and few is not None and fresh is not None
    assert (one.method, one.points[1].value, one.points[1].low) == ("mean", 4, None)
    assert few.method == "mean" and few.points[0].value == 6
    assert few.points[0].low is not None and few.points[0].low < 6
    assert fresh.method == "seasonal_naive" and fresh.points[0].high is None


@pytest.mark.parametrize(
    ("series", "h", "season"), [([1, -1], 1, 7), ([1, float("nan")], 1, 7), ([1], 0, 7), ([1], 1, 1)]
)
def test_a_series_that_cannot_be_is_refused(series: list[float], h: int, season: int) -> None:
    with pytest.raises(ValueError, match=r"counts|season"):
        volume(series, h, season=season)


def test_a_confidence_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="confidence"):
        volume([1, 2], 1, confidence=80)


@pytest.mark.slow
def test_the_interval_holds_about_as_often_as_it_says() -> None:
    inside = total = 0
    for seed in range(40):
        series = weeks(13, noise=seed)
        found = volume(series[:-7], 7)
        assert found is not None
        for point, came in zip(found.points, series[-7:], strict=True):
            assert point.low is not None and point.high is not None
            inside += point.low <= came <= point.high
            total += 1
    assert 0.74 <= inside / total <= 0.9


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 200).map(float), min_size=1, max_size=50), st.integers(1, 10))
def test_no_forecast_is_below_nothing_or_outside_its_interval(series: list[float], h: int) -> None:
    found = volume(series, h, season=5)
    assert found is not None and len(found.points) == h
    for point in found.points:
        assert point.value >= 0
        if point.low is not None and point.high is not None:
            assert 0 <= point.low <= point.value <= point.high


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 50).map(float), min_size=10, max_size=19))
def test_twice_the_tickets_are_twice_the_forecast(series: list[float]) -> None:
    once, twice = volume(series, 5, season=5), volume([2 * count for count in series], 5, season=5)
    assert once is not None and twice is not None
    assert [point.value * 2 for point in once.points] == [point.value for point in twice.points]

"""Percentiles from counts on buckets against the values themselves, and their intervals in simulation."""

import random
from bisect import bisect_right
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.durations import Percentile, edges, percentile, within

BOUNDS = edges([3600, 28800])
TIMES = st.lists(st.integers(0, 10**7), min_size=1, max_size=60)


def counted(times: list[int]) -> Counter[int]:
    return Counter(bisect_right(BOUNDS, time) - 1 for time in times)


def test_the_grid_has_each_exact_bound_once_and_grows_by_an_eighth() -> None:
    assert {0, 1, 3600, 28800} <= set(BOUNDS)
    assert list(BOUNDS) == sorted(set(BOUNDS))
    assert all(after / before <= 1.13 for before, after in pairwise(BOUNDS) if before >= 100)


@given(TIMES, st.floats(0.05, 0.95))
def test_a_percentile_lies_in_the_bucket_of_the_value_itself(times: list[int], share: float) -> None:
    found = percentile(counted(times), BOUNDS, share)
    rank = max(1, -int(-len(times) * share // 1))
    bucket = bisect_right(BOUNDS, sorted(times)[rank - 1]) - 1
    assert found.value is not None
    assert BOUNDS[bucket] <= found.value <= BOUNDS[bucket + 1]
    assert (found.low or 0) <= found.value <= (found.high or 10**9)


@given(TIMES)
def test_more_of_them_take_no_less(times: list[int]) -> None:
    values = [percentile(counted(times), BOUNDS, share).value for share in (0.1, 0.5, 0.9)]
    assert values == sorted(values)  # type: ignore[type-var]  # something was counted, so none is None


def test_nothing_counted_is_nothing_told() -> None:
    assert percentile({}, BOUNDS, 0.5) == Percentile(0, None, None, None)
    assert percentile(counted([60]), BOUNDS, 0.9).high is None
    with pytest.raises(ValueError, match="between 0 and 1"):
        percentile({}, BOUNDS, 1)


def test_intervals_hold_the_true_median_as_often_as_they_say() -> None:
    drawn = random.Random(5)
    hits = 0
    for _ in range(400):
        found = percentile(counted([int(drawn.lognormvariate(8, 1)) for _ in range(80)]), BOUNDS, 0.5)
        hits += (found.low or 0) <= 2981 <= (found.high or 10**9)
    assert 0.92 <= hits / 400 <= 1


@given(TIMES, TIMES)
def test_in_time_is_counted_exactly_at_an_exact_bound(done: list[int], waiting: list[int]) -> None:
    k, n = within(counted(done), counted(waiting), BOUNDS, 3600)
    assert k == sum(time < 3600 for time in done)
    assert n == len(done) + sum(time >= 3600 for time in waiting)
    with pytest.raises(ValueError, match="no bound"):
        within({}, {}, BOUNDS, 3601)

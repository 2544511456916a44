"""What customers ask for and where it is going, and what must hold for any counts."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.needs import Mix, mix
from scoring.satisfaction import Rate

WEEKS = 12
COUNTS = st.integers(0, 8).flatmap(
    lambda weeks: st.dictionaries(
        st.sampled_from("abcde"), st.lists(st.integers(0, 60), min_size=weeks, max_size=weeks)
    )
)


def trends(found: Mix) -> dict[str, str]:
    return {need.topic: need.trend for need in found.needs}


def test_topics_that_grow_shrink_are_new_or_stay_are_told_apart() -> None:
    found = mix(
        {
            "delivery": [100, 101, 99, 103, 98, 100, 102, 99, 100, 101, 99, 100],
            "refund": [10, 12, 15, 16, 19, 22, 24, 26, 29, 31, 33, 36],
            "price": [40, 38, 36, 33, 31, 29, 26, 24, 22, 19, 17, 15],
            "app": [0] * 10 + [9, 12],
        }
    )
    assert [need.topic for need in found.needs] == ["delivery", "price", "refund", "app"]
    assert trends(found) == {
        "delivery": "cannot_tell",
        "price": "shrinking",
        "refund": "growing",
        "app": "new",
    }
    assert found.drift.p is not None and found.drift.p < 0.001
    assert sum(need.share.value or 0.0 for need in found.needs) == pytest.approx(1)


def test_the_slope_is_the_change_from_week_to_week() -> None:
    (need, _) = mix({"refund": [10, 20, 30, 40, 50], "rest": [90, 80, 70, 60, 50]}).needs[::-1]
    assert need.slope.value == pytest.approx(0.1) and need.trend == "growing"
    assert need.slope.low is not None and need.slope.high is not None
    assert 0 < need.slope.low < 0.1 < need.slope.high


def test_an_unfinished_week_counts_in_the_shares_but_in_no_trend() -> None:
    counts = {"refund": [20] * 8 + [0], "rest": [80] * 8 + [9]}
    flags = [True] * 8 + [False]
    whole, cut = mix(counts, complete=flags), mix({topic: of[:-1] for topic, of in counts.items()})
    assert [need.slope for need in whole.needs] == [need.slope for need in cut.needs]
    assert whole.n == 809 and len(whole.needs[0].shares) == 9


def test_an_empty_week_is_kept_and_tells_nothing() -> None:
    (need, _) = mix({"a": [5, 0, 5, 5, 5], "b": [1, 0, 1, 1, 1]}).needs
    assert need.shares[1] == Rate(0, 0, None, None, None) and need.slope.value == pytest.approx(0)


def test_a_change_too_small_to_matter_is_none_however_sure() -> None:
    found = mix({"a": [500_000 + 2_000 * i for i in range(6)], "b": [500_000 - 2_000 * i for i in range(6)]})
    assert trends(found) == {"a": "steady", "b": "steady"}


def test_shares_that_jump_about_are_no_trend() -> None:
    jumpy = [10, 60, 5, 70, 15, 80, 12, 65, 30, 90, 8, 75]
    assert trends(mix({"a": jumpy, "rest": [100 - one for one in jumpy]}))["a"] == "cannot_tell"


def test_of_many_topics_without_a_trend_hardly_one_is_told() -> None:
    draw = random.Random(3)
    told = 0
    for _ in range(10):
        counts = {
            f"t{i}": [sum(draw.random() < 0.1 for _ in range(200)) for _ in range(WEEKS)] for i in range(10)
        }
        told += sum(trend != "cannot_tell" for trend in trends(mix(counts)).values())
    assert told <= 4


def test_too_little_tells_nothing() -> None:
    assert mix({}).needs == () and mix({}).n == 0 and mix({}).drift.v is None
    assert mix({"a": [], "b": []}).needs[0].share.value is None
    (need,) = mix({"a": [0, 0, 0, 0, 0]}).needs
    assert need.share.value is need.slope.value is need.p is need.q is None
    (alone,) = mix({"a": [5, 6, 7, 8, 9]}).needs
    assert alone.share.value == 1 and alone.trend == "cannot_tell"
    assert {*trends(mix({"a": [1, 50, 99], "b": [99, 50, 1]})).values()} == {"cannot_tell"}


def test_counts_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="each bucket"):
        mix({"a": [1], "b": [1, 2]})
    with pytest.raises(ValueError, match="each bucket"):
        mix({"a": [1]}, complete=[True, True])
    with pytest.raises(ValueError, match="a has the count -1"):
        mix({"a": [-1]})


@given(COUNTS)
def test_shares_add_up_and_order_does_not_matter(counts: dict[str, list[int]]) -> None:
    found, turned = mix(counts), mix(dict(reversed(counts.items())))
    assert [(need.topic, need.share, need.trend) for need in turned.needs] == [
        (need.topic, need.share, need.trend) for need in found.needs
    ]
    assert sum(need.share.k for need in found.needs) == found.n
    for need in found.needs:
        if need.p is not None and need.q is not None:
            assert 0 <= need.p <= need.q <= 1


@given(COUNTS)
def test_time_turned_round_turns_the_trend_round(counts: dict[str, list[int]]) -> None:
    there = {need.topic: need.slope.value for need in mix(counts).needs}
    back = {need.topic: need.slope.value for need in mix({t: of[::-1] for t, of in counts.items()}).needs}
    for topic, slope in there.items():
        assert back[topic] == (None if slope is None else pytest.approx(-slope, abs=1e-12))

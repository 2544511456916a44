"""What drives dissatisfaction, against independent figures, and what must hold for any topics."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.drivers import bad, dissatisfaction
from tests.scoring.conftest import Truth, near

COUNTS = st.dictionaries(
    st.sampled_from("abcdef"),
    st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda of: (of[0], sum(of))),
)


def test_drivers_equal_the_reference(truth: Truth) -> None:
    for case in truth("drivers.json")["cases"]:
        found = dissatisfaction({of["topic"]: (of["bad"], of["n"]) for of in case["topics"]})
        assert [driver.topic for driver in found] == case["rank_by_excess_bad"]
        topics = {driver.topic: driver for driver in found}
        for of in case["topics"]:
            driver = topics[of["topic"]]
            assert [driver.rate.value, driver.rate.low, driver.rate.high] == near(
                [of["rate"], *of["wilson95"]]
            )
            stands = [driver.rest.value, driver.lift, driver.excess_bad, driver.share_of_bad]
            assert stands == near([of["rate_rest"], of["lift"], of["excess_bad"], of["share_of_bad"]]), of
            assert [driver.p, driver.q] == near([of["fisher_p"], of["bh_q"]]), of


def test_the_ones_and_twos_are_bad() -> None:
    assert bad({1: 3, 2: 1, 3: 5, 5: 9}) == (4, 18) and bad({}) == (0, 0)
    with pytest.raises(ValueError, match="scale"):
        bad({0: 1})


def test_what_has_nothing_to_be_compared_with_is_none() -> None:
    assert dissatisfaction({}) == []
    (alone,) = dissatisfaction({"delivery": (3, 9)})
    assert alone.rate.value == pytest.approx(1 / 3) and alone.lift == 1
    assert alone.rest.value is alone.excess_bad is alone.p is alone.q is None
    first, empty = dissatisfaction({"app": (0, 0), "delivery": (3, 9)})
    assert (first.topic, empty.rate.value, empty.excess_bad, empty.q) == ("delivery", None, None, None)
    assert {driver.lift for driver in dissatisfaction({"app": (0, 5), "delivery": (0, 9)})} == {None}


def test_many_mildly_bad_ratings_come_before_a_few_very_bad_ones() -> None:
    found = dissatisfaction({"rare": (3, 3), "usual": (300, 1000), "fine": (100, 1000)})
    assert [driver.topic for driver in found] == ["usual", "rare", "fine"]


def test_a_rating_of_several_topics_is_counted_once_in_the_total() -> None:
    found = dissatisfaction({"app": (10, 20), "refund": (10, 30)}, total=(12, 40))
    assert [driver.rest.n for driver in found] == [20, 10]
    with pytest.raises(ValueError, match="no room"):
        dissatisfaction({"app": (10, 20)}, total=(9, 40))


def test_counts_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="app: need"):
        dissatisfaction({"app": (3, 2)})


@given(COUNTS)
def test_order_does_not_matter_and_excess_is_ranked(counts: dict[str, tuple[int, int]]) -> None:
    found = dissatisfaction(counts)
    assert dissatisfaction(dict(reversed(counts.items()))) == found
    excess = [driver.excess_bad for driver in found if driver.excess_bad is not None]
    assert excess == sorted(excess, reverse=True)
    for driver in found:
        if driver.p is not None and driver.q is not None:
            assert 0 <= driver.p <= driver.q <= 1


@given(COUNTS)
def test_one_more_bad_rating_never_lowers_the_excess(counts: dict[str, tuple[int, int]]) -> None:
    worse = {**counts, "a": (counts.get("a", (0, 0))[0] + 1, counts.get("a", (0, 0))[1] + 1)}
    (before,) = [
        driver.excess_bad for driver in dissatisfaction({"a": (0, 0), **counts}) if driver.topic == "a"
    ]
    (after,) = [driver.excess_bad for driver in dissatisfaction(worse) if driver.topic == "a"]
    if before is not None and after is not None:
        assert after >= before

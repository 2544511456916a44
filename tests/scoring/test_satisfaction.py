"""CSAT, NPS and CES against independent figures, and what must hold for any histogram."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.satisfaction import Rate, ces, csat, nps, summary, thumbs, wilson

Truth = Callable[[str], Any]
HISTOGRAMS = st.dictionaries(st.integers(1, 5), st.integers(0, 10_000))


def test_wilson_equals_the_reference(truth: Truth) -> None:
    for case in truth("wilson.json")["cases"]:
        rate = wilson(case["k"], case["n"], confidence=case["conf"])
        expected = (case["p"], case["low"], case["high"])
        assert (rate.value, rate.low, rate.high) == pytest.approx(expected, abs=1e-6), case


def test_csat_equals_the_reference(truth: Truth) -> None:
    for case in [case for case in truth("csat_ces.json")["cases"] if case["scale"] == 5]:
        hist = dict(enumerate(case["hist"], start=1))
        rate, seen = csat(hist), summary(hist)
        expected = (case["n"], case["csat_top2"], *case["wilson95"])
        assert (rate.n, rate.value, rate.low, rate.high) == pytest.approx(expected, abs=1e-6)
        expected = (case["mean"], case["std_ddof1"], case["median"])
        assert (seen.mean, seen.sd, seen.median) == pytest.approx(expected, abs=1e-6)


def test_ces_equals_the_reference(truth: Truth) -> None:
    for case in [case for case in truth("csat_ces.json")["cases"] if case["scale"] == "ces7"]:
        effort = ces(dict(enumerate(case["hist"], start=1)))
        expected = (case["ces_mean"], case["ces_agree_share"], *case["wilson95"])
        seen = (effort.mean, effort.agree.value, effort.agree.low, effort.agree.high)
        assert seen == pytest.approx(expected, abs=1e-6)


def test_nps_equals_the_reference(truth: Truth) -> None:
    for case in truth("nps.json")["cases"]:
        score = nps(dict(enumerate(case["hist_0_to_10"])))
        low, high = case["adj_wald95"] or (None, None)
        assert (score.value, score.low, score.high) == pytest.approx((case["nps"], low, high), abs=1e-6)


def test_nobody_answered_gives_none_and_not_zero() -> None:
    assert csat({}) == csat({5: 0}) == thumbs(0, 0) == Rate(0, 0, None, None, None)
    assert nps({}).value is None and ces({}).mean is None and summary({}).median is None


def test_one_answer_has_no_deviation() -> None:
    assert summary({4: 1}) == summary({4: 1, 2: 0})
    assert summary({4: 1}).sd is None and summary({4: 1}).mean == 4


def test_the_median_of_an_even_number_is_between_the_middle_two() -> None:
    assert summary({1: 1, 2: 1, 3: 1, 10: 1}).median == 2.5


@pytest.mark.parametrize(
    "hist", [{0: 1}, {6: 1}, {5: -1}], ids=["below the scale", "above the scale", "negative"]
)
def test_a_histogram_that_cannot_be_is_refused(hist: dict[int, int]) -> None:
    with pytest.raises(ValueError, match="score"):
        csat(hist)


def test_counts_and_confidence_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="k=3"):
        wilson(3, 2)
    with pytest.raises(ValueError, match="confidence"):
        wilson(1, 2, confidence=95)


@given(HISTOGRAMS)
def test_the_interval_holds_the_value_and_stays_within_0_and_1(hist: dict[int, int]) -> None:
    rate = csat(hist)
    if rate.value is None or rate.low is None or rate.high is None:
        assert sum(hist.values()) == 0
    else:
        assert 0 <= rate.low <= rate.value <= rate.high <= 1


@given(HISTOGRAMS)
def test_order_does_not_matter(hist: dict[int, int]) -> None:
    assert csat(dict(reversed(hist.items()))) == csat(hist)


@given(HISTOGRAMS, st.integers(1, 4))
def test_a_better_answer_never_lowers_the_score(hist: dict[int, int], score: int) -> None:
    worse, better = dict(hist), dict(hist)
    worse[score] = worse.get(score, 0) + 1
    better[score + 1] = better.get(score + 1, 0) + 1
    assert (csat(better).value or 0) >= (csat(worse).value or 0)
    assert (summary(better).mean or 0) > (summary(worse).mean or 0)


@given(st.integers(0, 50), st.integers(0, 50), st.integers(2, 20))
def test_more_answers_of_the_same_kind_narrow_the_interval(k: int, rest: int, times: int) -> None:
    small, large = wilson(k, k + rest), wilson(k * times, (k + rest) * times)
    if small.low is not None and small.high is not None and large.low is not None and large.high is not None:
        assert large.high - large.low < small.high - small.low


@given(st.dictionaries(st.integers(0, 10), st.integers(0, 500)))
def test_net_promoter_stays_within_its_scale(hist: dict[int, int]) -> None:
    score = nps(hist)
    assert score.promoters + score.passives + score.detractors == score.n
    if score.value is not None and score.low is not None and score.high is not None:
        assert -100 <= score.low <= score.high <= 100 and -100 <= score.value <= 100

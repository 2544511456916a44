"""CSAT, NPS and CES against independent figures, and what must hold for any histogram."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.describe import summary
from scoring.satisfaction import (
    Cell,
    Group,
    NetPromoter,
    Rate,
    by,
    ces,
    csat,
    nps,
    response_bias,
    thumbs,
    wilson,
)
from tests.scoring.conftest import Truth, near

Z95 = 1.959963984540054
HISTOGRAMS = st.dictionaries(st.integers(1, 5), st.integers(0, 10_000))


def interval(rate: Rate | NetPromoter) -> list[float | None]:
    return [rate.value, rate.low, rate.high]


def test_wilson_equals_the_reference(truth: Truth) -> None:
    for case in truth("wilson.json")["cases"]:
        rate = wilson(case["k"], case["n"], confidence=case["conf"])
        assert interval(rate) == near([case["p"], case["low"], case["high"]]), case


def test_csat_equals_the_reference(truth: Truth) -> None:
    for case in [case for case in truth("csat_ces.json")["cases"] if case["scale"] == 5]:
        hist = dict(enumerate(case["hist"], start=1))
        rate, seen = csat(hist), summary(hist)
        assert rate.n == case["n"]
        assert interval(rate) == near([case["csat_top2"], *(case["wilson95"] or (None, None))]), case
        assert [seen.mean, seen.sd, seen.median] == near([case["mean"], case["std_ddof1"], case["median"]])


def test_thumbs_equal_the_reference(truth: Truth) -> None:
    for case in [case for case in truth("csat_ces.json")["cases"] if case["scale"] == "thumbs"]:
        down, up = case["hist_down_up"]
        rate = thumbs(up, down)
        assert rate.n == case["n"]
        assert interval(rate) == near([case["csat_top2"], *(case["wilson95"] or (None, None))]), case


def test_ces_equals_the_reference(truth: Truth) -> None:
    for case in [case for case in truth("csat_ces.json")["cases"] if case["scale"] == "ces7"]:
        effort = ces(dict(enumerate(case["hist"], start=1)))
        share = [case["ces_agree_share"], *(case["wilson95"] or (None, None))]
        assert [effort.mean, *interval(effort.agree)] == near([case["ces_mean"], *share]), case


def test_nps_equals_the_reference(truth: Truth) -> None:
    for case in truth("nps.json")["cases"]:
        score = nps(dict(enumerate(case["hist_0_to_10"])))
        assert score.n == case["n"]
        assert interval(score) == near([case["nps"], *(case["adj_wald95"] or (None, None))]), case
        assert [score.se, score.centre] == near([case.get("se_wald"), case.get("adj_wald_center")]), case
        counts = [score.promoters, score.passives, score.detractors]
        assert counts == [case.get(kind, 0) for kind in ("promoters", "passives", "detractors")]
        if score.value is not None and score.se is not None:
            ends = [max(-100.0, score.value - Z95 * score.se), min(100.0, score.value + Z95 * score.se)]
            assert ends == near(case["wald95"]), case


def test_response_bias_equals_the_reference(truth: Truth) -> None:
    for case in truth("response_bias.json")["cases"]:
        asked = ("channel", "resolved", "responses", "satisfied")
        found = response_bias(Group(*(stratum[name] for name in asked)) for stratum in case["strata"])
        assert [found.response.value, found.raw.value] == near([case["response_rate"], case["raw_csat"]])
        weighted = [case["poststratified_csat"], case["poststratified_se"]]
        assert [found.weighted.value, found.weighted.se] == near(weighted), case
        assert [found.worst, found.best] == near([case["manski_low"], case["manski_high"]]), case


def test_nobody_answered_gives_none_and_not_zero() -> None:
    assert csat({}) == csat({5: 0}) == thumbs(0, 0) == Rate(0, 0, None, None, None)
    assert nps({}).value is nps({}).low is ces({}).mean is ces({}).agree.value is None
    nothing = response_bias([])
    assert nothing.response == nothing.raw == Rate(0, 0, None, None, None)
    assert nothing.weighted.value is nothing.worst is nothing.best is None and nothing.cautions == ()
    assert by([], ["agent"]) == {}


@pytest.mark.parametrize(
    "hist", [{0: 1}, {6: 1}, {5: -1}], ids=["below the scale", "above the scale", "negative"]
)
def test_a_histogram_that_cannot_be_is_refused(hist: dict[int, int]) -> None:
    with pytest.raises(ValueError, match="score"):
        csat(hist)


def test_counts_and_confidence_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="k=3"):
        wilson(3, 2)
    with pytest.raises(ValueError, match="whole"):
        wilson(1, 2.5)  # type: ignore[arg-type] # what a careless caller may do
    with pytest.raises(ValueError, match="confidence"):
        wilson(0, 0, confidence=95)
    with pytest.raises(ValueError, match="email: need"):
        response_bias([Group("email", asked=3, answered=4, satisfied=1)])


def test_other_scales_count_their_two_best() -> None:
    assert csat({7: 2, 6: 1, 5: 3}, 7) == wilson(3, 6)
    with pytest.raises(ValueError, match="at least 4"):
        csat({1: 1}, 2)


ROWS: list[dict[str, Cell]] = [
    {"agent": "wang", "channel": "telegram", "score": 5, "n": 3},
    {"agent": "wang", "channel": None, "score": 1, "n": 1},
    {"agent": None, "channel": "telegram", "score": 2, "n": 2},
    {"agent": "wang", "channel": "telegram", "score": 5, "n": 1},
]


def test_groups_are_measured_apart_and_their_rows_add_up() -> None:
    assert by(ROWS, ["agent"]) == {("wang",): wilson(4, 5), (None,): wilson(0, 2)}
    assert list(by(ROWS, ["channel", "agent"])) == [("telegram", "wang"), ("telegram", None), (None, "wang")]
    assert by(ROWS, []) == {(): wilson(4, 7)}
    assert by(ROWS, ["agent"], ces)["wang",].mean == 4.2


def test_a_row_without_its_columns_is_refused() -> None:
    with pytest.raises(ValueError, match="no shift"):
        by(ROWS, ["shift"])
    with pytest.raises(ValueError, match="score must be a whole number, not 'good'"):
        by([{"score": "good", "n": 1}], [])


def test_what_to_be_careful_about_is_told() -> None:
    even = response_bias([Group("telegram", 100, 50, 40), Group("email", 100, 50, 40)])
    assert even.cautions == () and even.weighted.value == pytest.approx(0.8)
    skewed = response_bias([Group("telegram", 100, 90, 90), Group("email", 900, 60, 6)])
    assert skewed.cautions == ("low_response", "uneven_response")
    silent = response_bias([Group("telegram", 100, 50, 40), Group("email", 100, 0, 0)])
    assert silent.cautions == ("silent_group",) and silent.weighted.value == 0.8


GROUPS = st.lists(
    st.tuples(*[st.integers(0, 60)] * 3).map(lambda of: Group("a channel", sum(of), of[0] + of[1], of[0])),
    max_size=6,
)


@given(GROUPS)
def test_the_worst_and_the_best_hold_the_share_and_order_does_not_matter(groups: list[Group]) -> None:
    found, turned = response_bias(groups), response_bias(groups[::-1])
    assert (turned.raw, turned.worst, turned.best) == (found.raw, found.worst, found.best)
    assert turned.weighted.value == pytest.approx(found.weighted.value)
    if found.raw.value is None or found.worst is None or found.best is None:
        assert sum(group.answered for group in groups) == 0
    else:
        assert 0 <= found.worst <= found.raw.value <= found.best <= 1
        weighted = found.weighted
        assert (
            0
            <= (weighted.low or 0)
            <= (weighted.value or 0) + 1e-12
            <= (weighted.high or 0) + 1e-9
            <= 1 + 2e-9
        )


@given(GROUPS)
def test_groups_that_answer_alike_are_not_weighed_otherwise(groups: list[Group]) -> None:
    alike = [Group(group.name, 3 * size, 2 * size, size) for size, group in enumerate(groups, start=1)]
    found = response_bias(alike)
    assert found.weighted.value == pytest.approx(found.raw.value)
    assert "uneven_response" not in found.cautions


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

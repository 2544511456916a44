"""Shrunken rates against independent fits, and what must hold for any groups."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.satisfaction import wilson
from scoring.shrink import Posterior, fit, posterior, rank
from tests.scoring.conftest import Truth, near

GROUPS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda of: (of[0], sum(of))),
    min_size=1,
    max_size=12,
)


def shrunken(k: list[int], n: list[int]) -> list[Posterior]:
    return posterior(k, n, fit(k, n))


def test_priors_and_posteriors_equal_the_reference(truth: Truth) -> None:
    for case in truth("empirical_bayes.json")["cases"]:
        prior, rates = fit(case["k"], case["n"]), shrunken(case["k"], case["n"])
        assert prior is not None and prior.degenerate == case["degenerate"]
        within = 0.01 if case["degenerate"] else 2e-3
        assert [rate.value for rate in rates] == [pytest.approx(one, abs=within) for one in case["post_mean"]]
        if not case["degenerate"]:
            assert prior.alpha / (prior.alpha + prior.beta) == pytest.approx(case["prior_mean"], abs=1e-3)
            assert prior.loglik == pytest.approx(case["loglik"], abs=1e-3)
            for rate, ends in zip(rates, case["ci95"], strict=True):
                assert (rate.low, rate.high) == pytest.approx(ends, abs=5e-3)


def test_companies_equal_the_reference(truth: Truth, table: Truth) -> None:
    expected = truth("cfpb_association_eb.json")["empirical_bayes_relief_by_company"]
    groups: dict[str, list[bool]] = {}
    for row in table("cfpb_table.csv"):
        answer = row["Company response to consumer"]
        relief = "relief" in answer and answer != "Closed without relief"
        groups.setdefault(row["Company"], []).append(relief)
    k, n = [sum(one) for one in groups.values()], [len(one) for one in groups.values()]
    prior, rates = fit(k, n), dict(zip(groups, shrunken(k, n), strict=True))
    assert prior is not None and len(groups) == expected["groups"]
    assert [prior.alpha, prior.beta] == near([expected["alpha"], expected["beta"]], within=1e-2)
    for company in expected["top15"]:
        rate = rates[company["company"]]
        assert (rate.k, rate.n) == (company["k"], company["n"])
        assert [rate.value, rate.low, rate.high] == near(
            [company["post_mean"], *company["ci95"]], within=2e-3
        )


def test_nothing_to_fit_is_none() -> None:
    assert fit([], []) is None and fit([0, 0], [0, 0]) is None
    assert posterior([0], [0], None) == [Posterior(0, 0, None, None, None)]
    assert posterior([], [], None) == rank([]) == []


def test_a_few_groups_get_a_weak_prior_at_the_pooled_rate() -> None:
    prior = fit([8, 1], [10, 10])
    assert prior is not None and prior.weak and not prior.degenerate
    assert (prior.alpha, prior.beta) == pytest.approx((4.5, 5.5))
    assert [rate.value for rate in posterior([8, 1], [10, 10], prior)] == pytest.approx([0.625, 0.275])


def test_a_few_groups_all_of_one_mind_keep_room_for_doubt() -> None:
    (rate,) = shrunken([3], [3])
    assert rate.value is not None and rate.low is not None and 0.9 < rate.value < 1 and rate.low < 0.95


@pytest.mark.parametrize(
    ("k", "n"),
    [([8] * 6, [10] * 6), ([0] * 6, [4] * 6), ([1, 0] * 4, [1] * 8)],
    ids=["same", "none", "singles"],
)
def test_groups_that_do_not_differ_share_the_pooled_rate(k: list[int], n: list[int]) -> None:
    prior, pooled = fit(k, n), wilson(sum(k), sum(n))
    assert prior is not None and prior.degenerate and prior.alpha + prior.beta == pytest.approx(1e5)
    expected = (pooled.value, pooled.low, pooled.high)
    assert {(rate.value, rate.low, rate.high) for rate in posterior(k, n, prior)} == {expected}


def test_a_group_without_ratings_gets_what_is_known_of_the_others() -> None:
    k, n = [1, 9, 30, 2, 60, 0], [10, 10, 40, 20, 70, 0]
    prior, rates = fit(k, n), shrunken(k, n)
    assert prior is not None and rates[-1].value == pytest.approx(prior.alpha / (prior.alpha + prior.beta))


def test_one_perfect_rating_does_not_outrank_many_good_ones() -> None:
    k, n = [1, 95, 40, 30, 20, 2], [1, 100, 80, 60, 25, 10]
    assert rank(shrunken(k, n))[:2] == [1, 4]


def test_groups_without_a_rate_come_last() -> None:
    assert rank([Posterior(0, 0, None, None, None), Posterior(1, 2, 0.5, 0.1, 0.9)]) == [1, 0]


def test_counts_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="same groups"):
        fit([1], [1, 2])
    with pytest.raises(ValueError, match="k=3 and n=2"):
        posterior([3], [2], None)


@given(GROUPS)
def test_a_shrunken_rate_lies_between_the_raw_and_the_common_one(groups: list[tuple[int, int]]) -> None:
    k, n = [of[0] for of in groups], [of[1] for of in groups]
    prior = fit(k, n)
    if prior is None:
        assert sum(n) == 0
        return
    common = prior.k / prior.n if prior.degenerate else prior.alpha / (prior.alpha + prior.beta)
    for rate in posterior(k, n, prior):
        raw = rate.k / rate.n if rate.n else common
        assert rate.value is not None and rate.low is not None and rate.high is not None
        assert min(raw, common) - 1e-9 <= rate.value <= max(raw, common) + 1e-9
        assert 0 <= rate.low <= rate.value <= rate.high <= 1


@given(GROUPS)
def test_order_does_not_matter(groups: list[tuple[int, int]]) -> None:
    k, n = [of[0] for of in groups], [of[1] for of in groups]
    forth, back = shrunken(k, n), shrunken(k[::-1], n[::-1])
    assert [rate.value for rate in back[::-1]] == near([rate.value for rate in forth], within=1e-4)


@given(GROUPS)
def test_good_and_bad_are_two_sides_of_the_same(groups: list[tuple[int, int]]) -> None:
    k, n = [of[0] for of in groups], [of[1] for of in groups]
    bad = [size - good for good, size in groups]
    one, other = shrunken(k, n), shrunken(bad, n)
    assert [None if rate.value is None else 1 - rate.value for rate in other] == near(
        [rate.value for rate in one], within=1e-4
    )

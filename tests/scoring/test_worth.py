"""What all customers are worth, seen together: stages, classes, expectations and clusters."""

from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring import loyalty, segment, value, worth
from scoring.loyalty import Standing
from scoring.worth import Models, Summary

TODAY = date(2026, 3, 1)
BUYING = value.Buying(r=0.243, alpha=4.414, a=0.793, b=2.426, log_likelihood=0.0, n=2357, settled=True)
SPENDING = value.Spending(p=6.25, q=3.74, v=1545.0, mean=3523.0, n=946, settled=True)
BOTH, NONE = Models(BUYING, SPENDING), Models(None, None)


def bought(days: int, *, first: int, last: int, revenue: int = 10_000) -> Summary:
    """Return a customer who bought on so many days, so many days ago."""
    return Summary(
        TODAY - timedelta(days=first), TODAY - timedelta(days=last), days, days, revenue, revenue // days,
        revenue, (revenue,),
    )  # fmt: skip


@st.composite
def summaries(draw: st.DrawFn) -> Summary:
    first = draw(st.integers(0, 900))
    days = draw(st.integers(1, 20)) if first else 1
    last = draw(st.integers(0, first - 1)) if days > 1 else first
    return bought(days, first=first, last=last, revenue=draw(st.integers(days, 10**7)))


@given(
    st.dictionaries(st.integers(1, 99), summaries(), min_size=1, max_size=20), st.sampled_from([BOTH, NONE])
)
def test_everybody_gets_whole_figures_within_bounds(known: dict[int, Summary], models: Models) -> None:
    told, grouping = worth.score(known, TODAY, models)
    assert list(told) == list(known)
    assert (grouping.k, grouping.profiles) == (None, ())  # too few to cluster
    for one in told.values():
        assert one.p_active is None or 0 <= one.p_active <= 1
        assert (one.clv is None) == (models is NONE) == (one.potential is None)
        assert one.clv is None or one.clv >= 0
        assert one.ltv == one.ltv
    assert {who: one.abc for who, one in told.items()} == segment.abc(
        {who: one.revenue for who, one in known.items()}
    )


def test_nobody_gives_nothing() -> None:
    assert worth.score({}, TODAY, BOTH) == ({}, worth.Grouping(None, None, ()))
    assert worth.fit([]) == NONE


def test_one_time_buyers_settle_no_model() -> None:
    history = [bought(1, first=day, last=day).history(TODAY) for day in range(1, 40)]
    assert worth.fit(history) == NONE


def test_without_a_model_stages_go_by_silence() -> None:
    known = {
        1: bought(1, first=10, last=10),
        2: bought(2, first=300, last=20),
        3: bought(2, first=300, last=100),
        4: bought(2, first=800, last=400),
    }
    told, _ = worth.score(known, TODAY, NONE)
    assert [one.stage for one in told.values()] == ["new", "active", "at_risk", "lapsed"]
    assert {one.basis for one in told.values()} == {"age", "silence"}


def test_at_risk_is_told_beside_ones_own_class() -> None:
    regulars = {who: bought(12, first=400, last=5 + who, revenue=100_000) for who in range(1, 10)}
    quiet = {99: bought(12, first=400, last=120, revenue=100_000)}
    told, _ = worth.score(regulars | quiet, TODAY, BOTH)
    assert told[99].p_active is not None
    assert told[99].usual is not None
    assert told[99].p_active < told[99].usual / 2
    assert told[99].stage in {"at_risk", "lapsed"}
    assert {told[who].stage for who in regulars} == {"active"}


def test_expected_value_is_that_of_the_models() -> None:
    known = {1: bought(5, first=300, last=30, revenue=20_000)}
    told, _ = worth.score(known, TODAY, BOTH)
    [clv] = value.clv(BUYING, SPENDING, [known[1].history(TODAY)], rate=worth.RATE)
    assert told[1].clv == pytest.approx(clv)
    assert told[1].potential == pytest.approx((clv or 0) - 20_000)


def test_while_the_worth_of_a_purchase_is_not_settled_it_is_ones_own_mean() -> None:
    known = {1: bought(5, first=300, last=30, revenue=20_000)}
    told, _ = worth.score(known, TODAY, Models(BUYING, None))
    own = known[1].history(TODAY)
    [times] = value.expected_purchases(BUYING, [own.x], [own.tx], [own.age], value.YEAR)
    assert told[1].clv == pytest.approx(times * 4_000 / 1.1**0.5)


def test_two_kinds_of_customers_make_two_clusters_the_richest_first() -> None:
    random = Random(1)
    rich = {who: bought(30, first=400, last=random.randint(1, 9), revenue=10**6) for who in range(1, 21)}
    poor = {who: bought(1, first=300 + who, last=300 + who, revenue=1000) for who in range(21, 61)}
    told, grouping = worth.score(rich | poor, TODAY, NONE)
    assert grouping.k == 2
    assert {told[who].cluster for who in rich} == {0}
    assert {told[who].cluster for who in poor} == {1}
    assert [profile.share.k for profile in grouping.profiles] == [20, 40]


@pytest.mark.slow
def test_a_sample_is_taken_evenly() -> None:
    random = Random(5)
    history = [
        bought(random.randint(2, 6), first=random.randint(200, 700), last=random.randint(1, 199)).history(
            TODAY
        )
        for _ in range(60)
    ]
    tripled = [one for one in history for _ in range(3)]
    assert worth.fit(tripled, most=60) == worth.fit(history)


@pytest.mark.slow
def test_what_goes_with_being_at_risk_is_told_with_both_shares() -> None:
    standings = [Standing("at_risk" if nth % 4 == 0 else "active", None, "silence") for nth in range(80)]
    complained = ["yes" if nth % 4 == 0 else "no" for nth in range(80)]
    chance = [str(nth % 3) for nth in range(80)]
    [one] = worth.factors(standings, {"complained": complained, "chance": chance})
    assert (one.column, one.value, one.with_it.value, one.others.value) == ("complained", "yes", 1.0, 0.0)
    assert one.q < 0.001


def test_few_customers_tell_of_no_factor() -> None:
    standings = [Standing("at_risk", None, "silence")] * 5 + [Standing("active", None, "silence")] * 5
    assert worth.factors(standings, {"complained": ["yes"] * 5 + ["no"] * 5}) == ()


def test_stages_are_those_of_loyalty() -> None:
    known = {1: bought(3, first=300, last=100), 2: bought(1, first=5, last=5)}
    told = {who: standing for who, (standing, _) in worth.stages(known, TODAY, NONE).items()}
    members = {who: loyalty.Member(one.first, one.last, None) for who, one in known.items()}
    assert told == loyalty.lifecycle(members, TODAY)

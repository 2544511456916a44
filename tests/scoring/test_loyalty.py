"""How loyal customers are: the stage of each, its share, its trend, and what goes together with it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.loyalty import (
    STAGES,
    Cuts,
    Member,
    Stage,
    Standing,
    association,
    distribution,
    feedback_rate,
    lifecycle,
    recommendation_rate,
    referral_rate,
    trend,
)
from scoring.satisfaction import Rate

TODAY = date(2026, 11, 22)
LONG_AGO = TODAY - timedelta(days=400)
NOW = datetime(2026, 11, 22, tzinfo=UTC)
CHANCES = st.one_of(st.none(), st.floats(0, 1))
MEMBERS = st.dictionaries(
    st.integers(0, 50),
    st.builds(
        lambda first, silent, chance, segment: Member(
            TODAY - timedelta(days=first), TODAY - timedelta(days=min(silent, first)), chance, segment
        ),
        st.integers(0, 900),
        st.integers(0, 900),
        CHANCES,
        st.sampled_from(["A", "B"]),
    ),
    max_size=20,
)


def member(chance: float | None, *, silent: int = 400, segment: str = "") -> Member:
    """Return a customer of 400 days."""
    return Member(LONG_AGO, TODAY - timedelta(days=silent), chance, segment)


def stages(members: dict[str, Member], cuts: Cuts | None = None) -> dict[str, str | None]:
    return {who: one and one.stage for who, one in lifecycle(members, TODAY, cuts=cuts).items()}


def test_every_stage() -> None:
    people = {
        "mei": Member(TODAY - timedelta(days=29), TODAY, 0.01),
        "li": member(0.6),
        "wang": member(0.6),
        "chen": member(0.2),
        "zhao": member(0.049),
        "guest": Member(None, None, None),
        "xu": Member(TODAY - timedelta(days=30), TODAY, 0.01),
    }
    assert stages(people) == {
        "mei": "new",
        "li": "active",
        "wang": "active",
        "chen": "active",  # the median is 0.125
        "zhao": "lapsed",
        "guest": None,
        "xu": "lapsed",
    }


def test_at_risk_is_below_half_of_ones_own_segment() -> None:
    people = {str(nth): member(0.8, segment="A") for nth in range(3)} | {"mei": member(0.3, segment="A")}
    assert stages(people)["mei"] == "at_risk"
    assert stages(people | {"mei": member(0.3, segment="B")})["mei"] == "active"
    assert stages(people, Cuts(at_risk=0.2))["mei"] == "active"


def test_without_a_chance_silence_tells() -> None:
    people = {"mei": member(None, silent=89), "li": member(None, silent=90), "wang": member(None, silent=365)}
    assert stages(people) == {"mei": "active", "li": "at_risk", "wang": "lapsed"}
    assert lifecycle(people, TODAY)["li"] == Standing("at_risk", None, "silence")


def test_the_chance_is_told_beside_the_stage() -> None:
    assert lifecycle({"mei": member(0.4)}, TODAY) == {"mei": Standing("active", 0.4, "chance")}


def test_shares_are_among_those_who_bought() -> None:
    shares = distribution([Standing("new", None, "age"), Standing("active", 0.5, "chance"), None])
    assert {stage: (rate.k, rate.n) for stage, rate in shares.items()} == {
        "new": (1, 2),
        "active": (1, 2),
        "at_risk": (0, 2),
        "lapsed": (0, 2),
    }
    assert set(distribution([]).values()) == {Rate(0, 0, None, None, None)}


def test_a_trend_keeps_empty_buckets_and_marks_the_unfinished_one() -> None:
    limits = [NOW - timedelta(days=days) for days in (45, 30, 15, -1)]
    found = trend([(0, "new", 3), (0, "lapsed", 1), (2, "new", 1), (0, "new", 1)], limits, now=NOW)
    assert [bucket.shares["new"].value for bucket in found] == [0.8, None, 1.0]
    assert [bucket.complete for bucket in found] == [True, True, False]


def test_what_goes_together_with_the_stage_is_found_and_few_customers_are_refused() -> None:
    standings: list[Standing | None] = [Standing("active", 0.5, "chance"), Standing("lapsed", 0.01, "chance")]
    found = association(
        standings * 50, {"channel": ["telegram", "email"] * 50, "city": ["a", "a", "b", "b"] * 25}
    )
    assert found.findings[0].column == "channel" and found.findings[0].strength > 0.9
    assert found.findings[1].strength == pytest.approx(0, abs=0.05)
    assert association(standings, {"channel": ["telegram", "email"]}).refused == (("channel", "too_few"),)


def test_rates_count_a_no_as_an_answer() -> None:
    assert recommendation_rate({0: 5, 8: 2, 9: 2, 10: 1}).value == 0.3
    assert recommendation_rate({}) == feedback_rate(0, 0) == Rate(0, 0, None, None, None)
    assert feedback_rate(30, 120).value == referral_rate(1, 4).value == 0.25


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (member(1.2), "chance"),
        (member(float("nan")), "chance"),
        (Member(TODAY + timedelta(days=1), None, None), "after"),
        (Member(TODAY, LONG_AGO, None), "before"),
    ],
)
def test_a_customer_that_cannot_be_is_refused(wrong: Member, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        lifecycle({"mei": wrong}, TODAY)


@pytest.mark.parametrize("wrong", [(3, "new", 1), (-1, "new", 1), (0, "gone", 1), (0, "new", -1)])
def test_counts_that_cannot_be_are_refused(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"bucket|cannot be"):
        trend([wrong], [NOW, NOW + timedelta(days=1)], now=NOW)


def test_cuts_and_rates_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="cuts"):
        lifecycle({}, TODAY, cuts=Cuts(lapsed=5))
    with pytest.raises(ValueError, match="k=3"):
        feedback_rate(3, 2)
    with pytest.raises(ValueError, match="two bounds"):
        trend([], [NOW], now=NOW)


@given(MEMBERS)
def test_everyone_who_bought_stands_somewhere(members: dict[int, Member]) -> None:
    standings = lifecycle(members, TODAY)
    shares = distribution(standings.values())
    assert (
        sum(rate.k for rate in shares.values())
        == len(members)
        == sum(one is not None for one in standings.values())
    )
    assert dict(reversed(lifecycle(dict(reversed(members.items())), TODAY).items())) == standings


@given(st.lists(st.floats(0.06, 1), min_size=1), st.floats(0, 1), st.floats(0, 1))
def test_a_better_chance_never_makes_a_worse_stage(others: list[float], one: float, more: float) -> None:
    rank: list[Stage] = ["lapsed", "at_risk", "active"]
    low, high = sorted((one, more))
    crowd = {str(nth): member(chance) for nth, chance in enumerate(others)}
    everyone = crowd | {"low": member(low), "high": member(high)}
    found = lifecycle(everyone, TODAY)
    worse, better = found["low"], found["high"]
    assert worse is not None and better is not None
    assert rank.index(worse.stage) <= rank.index(better.stage)


def test_all_stages_are_told() -> None:
    assert set(distribution([])) == set(STAGES)

"""Whether one way works better: what may be said, how many it takes, and that both sides agree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from scoring.experiment import compare, required

GROUPS = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def test_a_clear_difference_is_told_with_its_size() -> None:
    found = compare((120, 1000), (80, 1000))
    assert found.finding == "better" and found.needed is None
    assert found.difference == pytest.approx(0.04) and found.lift == pytest.approx(0.5)
    assert found.low is not None and found.lift_low is not None and found.low > 0 and found.lift_low > 0
    assert compare((80, 1000), (120, 1000)).finding == "worse"


def test_the_difference_equals_the_published_example() -> None:
    found = compare((56, 70), (48, 80))  # Newcombe (1998), table II, case (a), method 10
    assert (found.difference, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def test_too_few_to_say_tells_how_many_it_takes() -> None:
    found = compare((12, 100), (8, 100))
    assert found.finding == "cannot_tell" and found.needed == required(0.08, 0.04)
    assert compare((12, 100), (8, 100), worth=0.1).needed == required(0.08, 0.1)


def test_no_difference_is_said_only_when_none_worth_knowing_is_left() -> None:
    assert compare((500, 10_000), (500, 10_000), worth=0.02).finding == "same"
    assert compare((5, 100), (5, 100), worth=0.02).finding == "cannot_tell"
    nothing_asked = compare((500, 10_000), (500, 10_000))
    assert (nothing_asked.finding, nothing_asked.needed) == ("cannot_tell", None)


def test_an_empty_group_tells_nothing() -> None:
    found = compare((3, 10), (0, 0))
    assert (found.finding, found.difference, found.lift, found.needed) == ("cannot_tell", None, None, None)


def test_nobody_of_the_control_makes_no_lift() -> None:
    found = compare((30, 100), (0, 100))
    assert found.finding == "better" and found.lift is None and found.lift_high is None


def test_a_baseline_at_the_top_looks_down() -> None:
    assert compare((99, 100), (100, 100), worth=0.04).needed == required(1.0, -0.04)


def test_required_equals_the_textbook() -> None:
    assert required(0.6, 0.1) == 356  # without continuity correction, 5 % two-sided, 80 % power
    assert required(0.5, 0.5) < required(0.5, 0.1) < required(0.5, 0.01)


def test_so_many_do_find_the_difference_as_often_as_promised() -> None:
    n = required(0.2, 0.2)
    found = sum(
        binom.pmf(k, n, 0.4) * binom.pmf(j, n, 0.2)
        for k in range(n + 1)
        for j in range(n + 1)
        if compare((k, n), (j, n)).finding == "better"
    )
    assert found == pytest.approx(0.8, abs=0.04)


@pytest.mark.parametrize(
    ("baseline", "difference", "power"), [(0.9, 0.2, 0.8), (0.5, 0.0, 0.8), (-0.1, 0.2, 0.8), (0.5, 0.1, 1.0)]
)
def test_what_cannot_be_required_is_refused(baseline: float, difference: float, power: float) -> None:
    with pytest.raises(ValueError, match=r"rates|power"):
        required(baseline, difference, power=power)


def test_groups_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="k=5"):
        compare((5, 4), (1, 4))
    with pytest.raises(ValueError, match="worth"):
        compare((1, 4), (1, 4), worth=0)


@given(GROUPS, GROUPS)
def test_difference_and_lift_agree_and_hold_their_value(one: tuple[int, int], two: tuple[int, int]) -> None:
    found = compare(one, two)
    assert found.difference is not None and found.low is not None and found.high is not None
    assert -1 <= found.low <= found.difference <= found.high <= 1
    if found.lift is None or found.lift_low is None:
        assert two[0] == 0
        return
    assert -1 <= found.lift_low <= found.lift + 1e-9
    assert found.lift_high is None or found.lift <= found.lift_high + 1e-9
    assert (found.low > 1e-9) <= (found.lift_low > 0)
    assert (found.lift_low > 1e-9) <= (found.low > 0)
    if found.lift_high is not None:
        assert (found.high < -1e-9) <= (found.lift_high < 0)


@given(GROUPS, GROUPS)
def test_the_other_way_round_is_the_opposite(one: tuple[int, int], two: tuple[int, int]) -> None:
    there, back = compare(one, two), compare(two, one)
    assert there.low == pytest.approx(-(back.high or 0), abs=1e-12)
    assert {there.finding, back.finding} in ({"better", "worse"}, {"cannot_tell"})

"""Value beside potential: which corner a customer stands in, and what moves them there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.potential import potential

MONEY = st.integers(0, 100_000).map(float)


def test_the_four_corners() -> None:
    expected = {"mei": 900.0, "li": 400.0, "zhao": 500.0, "chen": 20.0}
    margins = {"mei": 500.0, "li": 500.0, "zhao": 10.0}
    found = potential(expected, margins)
    seen = {who: (one.value, one.potential, one.corner) for who, one in found.items() if one}
    assert seen == {
        "mei": (500, 400, "keep"),
        "li": (500, -100, "maintain"),
        "zhao": (10, 490, "grow"),
        "chen": (0, 20, "leave"),
    }


def test_nothing_expected_is_none_and_nobody_is_nothing() -> None:
    assert potential({"mei": None}, {"mei": 5.0}) == {"mei": None}
    assert potential({}, {}) == {}


def test_figures_that_are_not_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        potential({"mei": float("nan")}, {})


@given(st.dictionaries(st.integers(0, 50), st.tuples(MONEY, MONEY), min_size=1), st.integers(2, 9))
def test_the_unit_of_money_changes_no_corner(money: dict[int, tuple[float, float]], times: int) -> None:
    small = potential({k: v for k, (v, _) in money.items()}, {k: m for k, (_, m) in money.items()})
    large = potential(
        {k: v * times for k, (v, _) in money.items()}, {k: m * times for k, (_, m) in money.items()}
    )
    assert [one.corner for one in small.values() if one] == [one.corner for one in large.values() if one]
    corners = [one.corner for one in small.values() if one]
    assert corners.count("keep") + corners.count("maintain") <= len(corners) / 2

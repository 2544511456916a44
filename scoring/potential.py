"""Value beside potential: what a customer brought in the last year, and what the next one may add."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from math import isfinite
from statistics import median
from typing import Literal, TypeVar

Who = TypeVar("Who", bound=Hashable)
Corner = Literal["keep", "grow", "maintain", "leave"]


@dataclass(frozen=True, slots=True)
class Prospect:
    """A customer's margin of the last 12 months, expected value of the next 12, and the difference.

    The corner tells what to do: keep (much value, much potential), maintain (much value, little potential),
    grow (little value, much potential) or leave as they are.
    """

    value: float
    expected: float
    potential: float
    corner: Corner


def potential(
    expected: Mapping[Who, float | None], margins: Mapping[Who, float]
) -> dict[Who, Prospect | None]:
    """Return each customer's potential: the expected value of 12 months less the margin of the last 12.

    Both are margin, in the same unit of money, such as value.clv times a margin share. A customer without a
    margin brought 0, one without an expected value gets None. Much is more than the median customer's. A
    figure that is not finite is a ValueError.
    """
    known = {who: value for who, value in expected.items() if value is not None}
    if not all(isfinite(figure) for figures in (known, margins) for figure in figures.values()):
        raise ValueError("expected values and margins must be finite numbers")
    if not known:
        return dict.fromkeys(expected)
    values = {who: margins.get(who, 0.0) for who in known}
    growth = {who: known[who] - values[who] for who in known}
    middle = median(values.values()), median(growth.values())
    found: dict[Who, Prospect | None] = {}
    for who in expected:
        if who not in known:
            found[who] = None
            continue
        corner = _corner(values[who] > middle[0], growth[who] > middle[1])
        found[who] = Prospect(values[who], known[who], growth[who], corner)
    return found


def _corner(valuable: bool, promising: bool) -> Corner:
    """Return the corner of value x potential a customer stands in."""
    if valuable:
        return "keep" if promising else "maintain"
    return "grow" if promising else "leave"

"""Whether one way works better than another: difference, lift, their intervals, and the size it takes."""

from dataclasses import dataclass
from math import ceil, sqrt
from statistics import NormalDist
from typing import Literal

from scoring.satisfaction import CONFIDENCE, Rate, wilson
from scoring.trends import change

Finding = Literal["better", "worse", "same", "cannot_tell"]
Counts = tuple[int, int]  # (how many did, how many there were)

POWER = 0.8


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two groups: the difference of their rates (-1 to 1), the relative lift, and what may be said.

    lift is treated / control - 1. "same" means that the whole interval lies within the difference that is
    worth knowing. needed is how many each group takes to find such a difference; None when it is found.
    """

    treated: Rate
    control: Rate
    difference: float | None
    low: float | None
    high: float | None
    lift: float | None
    lift_low: float | None
    lift_high: float | None
    finding: Finding
    needed: int | None


def compare(
    treated: Counts, control: Counts, *, worth: float | None = None, confidence: float = CONFIDENCE
) -> Comparison:
    """Compare the rates of two groups drawn at random; each is (how many did, how many there were).

    worth is the smallest difference worth knowing, a share above 0; without it the observed one is asked
    for. An empty group gives None and "cannot_tell"; the lift is None when nobody of the control did, and
    its upper end when their rate may be 0. Counts that cannot be are a ValueError.
    Source: Newcombe (1998), method 10, for the difference; Donner & Zou (2012), MOVER-R, for the lift, so
    that both leave out "no effect" or neither does.
    """
    if worth is not None and not 0 < worth <= 1:
        raise ValueError(f"a difference worth knowing is a share above 0, not {worth}")
    one, two = wilson(*treated, confidence=confidence), wilson(*control, confidence=confidence)
    found = change(one, two)
    finding: Finding = "cannot_tell"
    if found.verdict != "cannot_tell":
        finding = "better" if found.verdict == "up" else "worse"
    elif worth is not None and found.low is not None and found.high is not None:
        finding = "same" if -worth < found.low and found.high < worth else "cannot_tell"
    needed = None
    if finding == "cannot_tell" and two.value is not None:
        needed = _needed(two.value, found.difference if worth is None else worth, confidence)
    lift = _lift(one, two)
    return Comparison(one, two, found.difference, found.low, found.high, *lift, finding, needed)


def required(
    baseline: float, difference: float, *, power: float = POWER, confidence: float = CONFIDENCE
) -> int:
    """Return how many each of two equal groups needs to find a difference from a baseline rate.

    Both rates, baseline and baseline + difference, must lie within 0 to 1 and differ; power is how often a
    true difference of that size is found. Anything else is a ValueError.
    Source: two-proportion z test, Fleiss, Levin & Paik, Statistical Methods for Rates and Proportions (2003).
    """
    other = baseline + difference
    if not (0 <= baseline <= 1 and -1e-12 <= other <= 1 + 1e-12) or difference == 0:
        raise ValueError(f"need two different rates within 0 to 1, not {baseline} and {other}")
    if not (0 < power < 1 and 0 < confidence < 1):
        raise ValueError("power and confidence must lie between 0 and 1")
    false_alarm = NormalDist().inv_cdf((1 + confidence) / 2)
    missed = NormalDist().inv_cdf(power)
    other = min(max(other, 0.0), 1.0)
    middle = (baseline + other) / 2
    alike = sqrt(2 * middle * (1 - middle))
    apart = sqrt(baseline * (1 - baseline) + other * (1 - other))
    return max(1, ceil((false_alarm * alike + missed * apart) ** 2 / difference**2))


def _needed(baseline: float, difference: float | None, confidence: float) -> int | None:
    """Return how many each group needs, looking down where the baseline leaves no room above."""
    if not difference:
        return None
    if not 0 <= baseline + difference <= 1:
        difference = -difference
    if not 0 <= baseline + difference <= 1:
        return None
    return required(baseline, difference, confidence=confidence)


def _lift(one: Rate, two: Rate) -> tuple[float | None, float | None, float | None]:
    """Return treated / control - 1 and its interval.

    Each end is the R that solves (p1 - R p2)^2 = (p1 - l1)^2 + R^2 (u2 - p2)^2, or with u1 and l2.
    """
    p1, l1, u1 = one.value, one.low, one.high
    p2, l2, u2 = two.value, two.low, two.high
    if p1 is None or l1 is None or u1 is None or p2 is None or l2 is None or u2 is None or p2 == 0:
        return None, None, None
    product, floor = p1 * p2, l1 * (2 * p1 - l1)
    root = sqrt(max(0.0, product**2 - floor * u2 * (2 * p2 - u2)))
    low = floor / (product + root) if floor > 0 else 0.0
    bottom = l2 * (2 * p2 - l2)
    root = sqrt(max(0.0, product**2 - u1 * (2 * p1 - u1) * bottom))
    high = (product + root) / bottom - 1 if bottom > 0 else None
    return p1 / p2 - 1, low - 1, high

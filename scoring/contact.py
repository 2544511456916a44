"""When and where to write to a customer: answer rates drawn towards those of people like them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Literal

from scoring.experiment import Comparison, Counts, compare
from scoring.satisfaction import CONFIDENCE, Rate, wilson

Slot = tuple[str, int]  # (channel, first hour of its block)
Answers = Mapping[Slot, Counts]  # (answered, sent) of each slot
Source = Literal["customer", "segment", "everybody"]
Levels = tuple[tuple[Source, Answers], ...]
Goal = Literal["delivered", "answered", "opted_out", "satisfied"]
Outcome = Literal["met", "missed", "cannot_tell", "no_target"]

STRENGTH = 10.0  # how many messages of one's own weigh as much as what is known of the others
TO_STAY_BELOW: tuple[Goal, ...] = ("opted_out",)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A slot with the answer rate to expect in it, and whose messages say so: k of n were answered there."""

    channel: str
    hour: int
    expected: float
    low: float
    high: float
    k: int
    n: int
    source: Source


@dataclass(frozen=True, slots=True)
class Policy:
    """What is planned: a channel, a content, at most cap messages in so many days, and a target of a goal."""

    channel: str
    content: str
    cap: int
    days: int
    goal: Goal
    target: float | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of it, as (how many did, how many there were) each, and the waiting times in seconds."""

    delivered: Counts = (0, 0)
    answered: Counts = (0, 0)
    opted_out: Counts = (0, 0)
    satisfied: Counts = (0, 0)
    first_response: float | None = None
    resolution: float | None = None
    effect: Comparison | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the strategy table: the plan, what was measured, and whether the target is met."""

    policy: Policy
    delivered: Rate
    answered: Rate
    opted_out: Rate
    satisfied: Rate
    first_response: float | None
    resolution: float | None
    effect: Comparison | None
    outcome: Outcome


def best(
    own: Answers,
    *,
    segment: Answers,
    everybody: Answers,
    allowed: Collection[Slot],
    confidence: float = CONFIDENCE,
) -> list[Suggestion]:
    """Return the allowed slots, the one with the highest answer rate to expect first.

    Rates are beta-binomial: a slot's rate of everybody is drawn towards the rate of all slots, the segment's
    towards everybody's, the customer's own towards the segment's, each as if 10 messages had said so.
    allowed are the slots that consent, quiet hours and caps leave open; nothing else is suggested. Empty
    when nobody was ever written to. Counts that cannot be are a ValueError.
    Source: empirical-Bayes shrinkage, Efron & Morris (1977), in two levels.
    """
    sent = sum(_checked(everybody, slot)[1] for slot in everybody)
    if not sent:
        return []
    anywhere = (sum(k for k, _ in everybody.values()) + 0.5) / (sent + 1)
    levels: Levels = (("everybody", everybody), ("segment", segment), ("customer", own))
    found = [_expected(slot, levels, anywhere, confidence) for slot in dict.fromkeys(allowed)]
    return sorted(found, key=lambda slot: (-slot.expected, slot.channel, slot.hour))


def effect(
    treated: Counts, holdout: Counts, *, worth: float | None = None, confidence: float = CONFIDENCE
) -> Comparison:
    """Return what writing changed: those written to beside a random hold-out that was not.

    Each is (how many did, how many there were); see experiment.compare for the intervals, and for how many
    it takes when nothing can be told.
    """
    return compare(treated, holdout, worth=worth, confidence=confidence)


def strategy(table: Iterable[Policy], measured: Mapping[tuple[str, str], Measured]) -> list[Line]:
    """Return the strategy table with what was measured of each (channel, content) beside it.

    A target is met when the whole interval of its goal reaches it (of opting out: stays below it), missed
    when none of it does. A target outside 0 to 1 or a cap below 0 is a ValueError.
    """
    return [_line(policy, measured.get((policy.channel, policy.content), Measured())) for policy in table]


def _expected(slot: Slot, levels: Levels, anywhere: float, confidence: float) -> Suggestion:
    """Return what to expect of a slot, from everybody's messages down to the customer's own."""
    from scoring import _beta  # on first use: it brings scipy

    source: Source = "everybody"
    mean, prior, k, n = anywhere, anywhere, 0, 0
    for level, answers in levels:
        counts = _checked(answers, slot)
        if counts[1]:
            source, prior, (k, n) = level, mean, counts
            mean = (k + STRENGTH * prior) / (n + STRENGTH)
    low, high = _beta.interval(k + STRENGTH * prior, n - k + STRENGTH * (1 - prior), confidence)
    return Suggestion(slot[0], slot[1], mean, min(low, mean), max(high, mean), k, n, source)


def _line(policy: Policy, found: Measured) -> Line:
    """Return one line of the table."""
    if policy.target is not None and not 0 <= policy.target <= 1:
        raise ValueError(f"a target is a share from 0 to 1, not {policy.target}")
    if policy.cap < 0 or policy.days < 1:
        raise ValueError(f"need a cap of at least 0 in at least 1 day, not {policy.cap} in {policy.days}")
    for seconds in (found.first_response, found.resolution):
        if seconds is not None and not (isfinite(seconds) and seconds >= 0):
            raise ValueError(f"a waiting time is a number of seconds of at least 0, not {seconds}")
    rates: dict[Goal, Rate] = {
        "delivered": wilson(*found.delivered),
        "answered": wilson(*found.answered),
        "opted_out": wilson(*found.opted_out),
        "satisfied": wilson(*found.satisfied),
    }
    return Line(
        policy,
        rates["delivered"],
        rates["answered"],
        rates["opted_out"],
        rates["satisfied"],
        found.first_response,
        found.resolution,
        found.effect,
        _outcome(policy, rates[policy.goal]),
    )


def _outcome(policy: Policy, rate: Rate) -> Outcome:
    """Return whether a rate reaches the target of its goal, beyond what chance may do."""
    if policy.target is None:
        return "no_target"
    if rate.low is None or rate.high is None:
        return "cannot_tell"
    if policy.goal in TO_STAY_BELOW:
        if rate.high <= policy.target:
            return "met"
        return "missed" if rate.low > policy.target else "cannot_tell"
    if rate.low >= policy.target:
        return "met"
    return "missed" if rate.high < policy.target else "cannot_tell"


def _checked(answers: Answers, slot: Slot) -> Counts:
    """Return the counts of a slot, refusing what cannot be."""
    k, n = answers.get(slot, (0, 0))
    if not 0 <= k <= n:
        raise ValueError(f"{slot[0]} at {slot[1]}: need 0 <= answered <= sent, not {k} of {n}")
    return k, n

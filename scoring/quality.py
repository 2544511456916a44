"""How well a resolved ticket was talked through: four checks a ticket, and how often each is passed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from scoring.satisfaction import CONFIDENCE, Rate, wilson
from scoring.text import is_thanks_only, language

QUIET = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Line:
    """A message of a ticket: when, from the customer or to them, its text, and when its answer is due.

    automatic marks what nobody wrote as an answer, such as an acknowledgement or a survey.
    """

    at: datetime
    inbound: bool
    text: str
    due: datetime | None = None
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class Talk:
    """A resolved ticket: its lines in order, when it was resolved, and when the customer next came back."""

    lines: Sequence[Line]
    resolved: datetime
    again: datetime | None = None


@dataclass(frozen=True, slots=True)
class Checks:
    """What was passed, True or False; None where a check does not apply or cannot be told yet."""

    answered: bool | None
    in_time: bool | None
    language: bool | None
    settled: bool | None


@dataclass(frozen=True, slots=True)
class Quality:
    """The share of tickets that passed each check, of those it applies to, and that failed none.

    flawless is of tickets old enough to know that the customer did not come back.
    """

    answered: Rate
    in_time: Rate
    language: Rate
    settled: Rate
    flawless: Rate


def check(talk: Talk, *, now: datetime, quiet: timedelta = QUIET) -> Checks:
    """Check one resolved ticket.

    answered: every message of the customer up to the resolution, thanks apart, has an answer after it and
    not after the resolution. in_time: each of those with a due time was answered by then. language: each
    answer is in the language the customer last wrote, where both can be told. settled: the customer did not
    come back within 7 days, which takes 7 days to know. Lines out of order, or a return before the
    resolution, are a ValueError.
    """
    _check(talk)
    asked = [one for one in talk.lines if one.inbound and one.at <= talk.resolved and _wants_answer(one)]
    answers = [one for one in talk.lines if not one.inbound and not one.automatic]
    replied = [_first_after(one, answers, talk) for one in asked]
    punctual = [
        at is not None and at <= one.due
        for one, at in zip(asked, replied, strict=True)
        if one.due is not None
    ]
    return Checks(
        answered=all(at is not None for at in replied) if asked else None,
        in_time=all(punctual) if punctual else None,
        language=_same_language(talk.lines),
        settled=_settled(talk, now, quiet),
    )


def rates(checks: Iterable[Checks], *, confidence: float = CONFIDENCE) -> Quality:
    """Return how often each check was passed among the tickets it applies to, with Wilson intervals."""
    every = list(checks)
    known = [one for one in every if one.settled is not None]
    flawless = [not any(passed is False for passed in _four(one)) for one in known]
    answered, in_time, spoken, settled = (
        _rate([passed for passed in column if passed is not None], confidence)
        for column in (
            [one.answered for one in every],
            [one.in_time for one in every],
            [one.language for one in every],
            [one.settled for one in every],
        )
    )
    return Quality(answered, in_time, spoken, settled, _rate(flawless, confidence))


def _wants_answer(line: Line) -> bool:
    """Tell whether a message is more than thanks."""
    return not is_thanks_only(line.text)


def _first_after(asked: Line, answers: Sequence[Line], talk: Talk) -> datetime | None:
    """Return when a message was first answered, up to the resolution."""
    return next((one.at for one in answers if asked.at <= one.at <= talk.resolved), None)


def _same_language(lines: Sequence[Line]) -> bool | None:
    """Tell whether each answer is in the language the customer last wrote before it."""
    spoken: str | None = None
    same: list[bool] = []
    for line in lines:
        found = language(line.text)
        if line.inbound:
            spoken = found or spoken
        elif not line.automatic and spoken is not None and found is not None:
            same.append(found == spoken)
    return all(same) if same else None


def _settled(talk: Talk, now: datetime, quiet: timedelta) -> bool | None:
    """Tell whether the customer stayed away long enough; None when that time is not over."""
    if talk.again is not None and talk.again < talk.resolved + quiet:
        return False
    return True if now >= talk.resolved + quiet else None


def _four(checks: Checks) -> tuple[bool | None, ...]:
    """Return the four checks in a row."""
    return checks.answered, checks.in_time, checks.language, checks.settled


def _rate(passed: Sequence[bool], confidence: float) -> Rate:
    """Return the share of a column that passed."""
    return wilson(sum(passed), len(passed), confidence=confidence)


def _check(talk: Talk) -> None:
    """Refuse a ticket whose times cannot be."""
    times = [line.at for line in talk.lines]
    if times != sorted(times):
        raise ValueError("the lines of a ticket must be in the order they were written")
    if talk.again is not None and talk.again < talk.resolved:
        raise ValueError("the customer cannot come back before the ticket was resolved")

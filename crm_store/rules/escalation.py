"""Who hears of a deadline and when: near it the owner, past it the team, well past it a supervisor."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from crm_store.rules.sla import Target
from crm_store.rules.sla_clock import Clock, Terms, dues, limit


class Step(StrEnum):
    """A rung of the ladder."""

    WARNED = "warned"
    BREACHED = "breached"
    ESCALATED = "escalated"


@dataclass(frozen=True, slots=True)
class Rung:
    """Hold when one step of one target is due, and the deadline it is about; both are UTC."""

    what: Target
    step: Step
    at: datetime
    due: datetime
    since: datetime

    def is_due(self, now: datetime) -> bool:
        """Tell whether someone is to be told: a warning that comes too late is none."""
        return self.at <= now and (self.step is not Step.WARNED or now < self.due)


def rungs(clock: Clock, terms: Terms) -> Iterator[Rung]:
    """Give every step of the targets that run now."""
    due = dues(clock, terms)
    if clock.is_over:
        return
    if clock.replied is None and due.first is not None:
        yield from _steps(_Course(Target.FIRST_RESPONSE, clock.started, due.first, terms.spans.first), terms)
    if clock.waiting is not None and due.next is not None:
        yield from _steps(_Course(Target.NEXT_RESPONSE, clock.waiting, due.next, terms.spans.next), terms)
    if clock.since is not None and due.resolution is not None:
        most = limit(clock, terms.spans)
        course = _Course(Target.RESOLUTION, clock.since, due.resolution, most, clock.used)
        yield from _steps(course, terms)


def earliest(clock: Clock, terms: Terms) -> datetime | None:
    """Give an instant before which no step can be due, without a look at the calendar.

    Open time passes no faster than time does, so plain addition is never too late.
    """
    if clock.is_over:
        return None
    spans, share, found = terms.spans, terms.warn_percent / 100, list[datetime]()
    if clock.replied is None:
        found += [clock.started + spans.first * share] if spans.first is not None else []
        found += [clock.first_limit] if clock.first_limit is not None else []
    if clock.waiting is not None:
        found += [clock.waiting + spans.next * share] if spans.next is not None else []
        found += [clock.next_limit] if clock.next_limit is not None else []
    most = limit(clock, spans)
    if clock.since is not None and most is not None:
        warned = clock.since + max(most * share - clock.used, timedelta(0))
        found.append(warned if clock.settled is None else min(warned, clock.settled))
    return min(found, default=None)


@dataclass(frozen=True, slots=True)
class _Course:
    """Hold how a target runs: since when, to which deadline, over how much open time, what went before."""

    what: Target
    since: datetime
    due: datetime
    span: timedelta | None
    used: timedelta = timedelta(0)


def _steps(course: _Course, terms: Terms) -> Iterator[Rung]:
    what, since, due = course.what, course.since, course.due
    warn = _passed(course, terms, terms.warn_percent) or due
    yield Rung(what, Step.WARNED, min(warn, due), due, since)
    yield Rung(what, Step.BREACHED, due, due, since)
    escalate = _passed(course, terms, terms.escalate_percent)
    if escalate is not None:
        yield Rung(what, Step.ESCALATED, max(escalate, due), due, since)


def _passed(course: _Course, terms: Terms, percent: int) -> datetime | None:
    """Give when a share of a target's open time has passed."""
    if course.span is None:
        return None
    return terms.hours.add_open_time(course.since, course.span * percent / 100 - course.used)

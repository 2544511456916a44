"""The clock of a ticket: a fold over its log, and the deadlines that follow from where it stands.

First response: from the first customer message to the first public reply of a person; never pauses.
Next response: from the oldest customer message that nobody has answered since; a burst counts once.
Resolution: open time while the work goes on; waiting, on hold, snoozed and resolved it stands still, and
whatever was left of the target runs on afterwards.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from crm_store.rules.business_hours import OpenHours
from crm_store.rules.lifecycle import Status
from crm_store.rules.sla import Spans, deadline

NOTHING = timedelta(0)


class Move(StrEnum):
    """What one line of a ticket's log does to its clock."""

    OPEN = "open"
    HEAR = "hear"
    REPLY = "reply"
    PAUSE = "pause"
    GO_ON = "go_on"
    STOP = "stop"
    ABSORB = "absorb"


@dataclass(frozen=True, slots=True)
class Clock:
    """Hold where a ticket's clock stands; every instant is UTC.

    `used` is the open time its resolution took before `since`, from when it runs; None is standing still,
    over when there is no `pause` either. `settled` is the resolution's deadline while the clock stands
    still: the one that passed, or the one that held when the ticket was resolved. The limits came with a
    ticket merged into this one: two instants, and `allowance`, an upper bound of what `used` may become.
    """

    started: datetime
    replied: datetime | None = None
    waiting: datetime | None = None
    used: timedelta = NOTHING
    since: datetime | None = None
    pause: Status | None = None
    settled: datetime | None = None
    first_limit: datetime | None = None
    next_limit: datetime | None = None
    allowance: timedelta | None = None

    @property
    def is_over(self) -> bool:
        """Tell whether nothing is due any more."""
        return self.since is None and self.pause is None


@dataclass(frozen=True, slots=True)
class Dues:
    """Hold by when what is due, in UTC; None is not at all."""

    first: datetime | None = None
    next: datetime | None = None
    resolution: datetime | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """Hold one line of a log as far as the clock cares.

    `by_customer` tells who reopened or woke it; `pause` what it waits as; `other` the ticket it absorbs;
    `limit` by when a first answer is due that was asked for where none is promised.
    """

    move: Move
    at: datetime
    by_customer: bool = False
    pause: Status | None = None
    other: "Inherited | None" = None
    limit: datetime | None = None


@dataclass(frozen=True, slots=True)
class Inherited:
    """Hold what a ticket brings along that is merged into another: its clock and what it had left."""

    clock: Clock
    dues: Dues
    left: timedelta | None


@dataclass(frozen=True, slots=True)
class Terms:
    """Hold what a ticket is promised: its targets, the hours they are counted in, and when someone hears.

    The percents are of a target's open time.
    """

    spans: Spans
    hours: OpenHours
    warn_percent: int = 80
    escalate_percent: int = 150


def opened(at: datetime, *, first_limit: datetime | None = None) -> Clock:
    """Give the clock of a ticket just opened, with the first answer's deadline if one was asked for."""
    return Clock(started=at, since=at, first_limit=first_limit)


def run(lines: Iterable[Line], terms: Terms) -> Clock | None:
    """Fold a log into a clock; None when it was never opened."""
    clock: Clock | None = None
    for line in lines:
        if line.move is Move.OPEN:
            clock = clock or opened(line.at, first_limit=line.limit)
        elif clock is not None:
            clock = after(clock, line, terms)
    return clock


def after(clock: Clock, line: Line, terms: Terms) -> Clock:
    """Give the clock after one more line of the log."""
    match line.move:
        case Move.HEAR:
            return _heard(clock, line.at)
        case Move.REPLY:
            return _replied(clock, line.at)
        case Move.PAUSE:
            return replace(_stopped(clock, line.at, terms, keep=False), pause=line.pause)
        case Move.GO_ON:
            return _going_on(clock, line, terms)
        case Move.STOP:
            return replace(
                _stopped(clock, line.at, terms, keep=True), pause=None, waiting=None, next_limit=None
            )
        case Move.ABSORB if line.other is not None:
            return _absorbed(clock, line.at, line.other, terms)
    return clock


def dues(clock: Clock, terms: Terms) -> Dues:
    """Give the deadlines that follow from a clock."""
    return Dues(first_due(clock, terms), next_due(clock, terms), resolution_due(clock, terms))


def first_due(clock: Clock, terms: Terms) -> datetime | None:
    """Give by when a person answers first, in UTC."""
    return _sooner(deadline(terms.spans.first, start=clock.started, hours=terms.hours), clock.first_limit)


def next_due(clock: Clock, terms: Terms) -> datetime | None:
    """Give by when the oldest unanswered message is answered, in UTC; None when none waits."""
    due = None
    if clock.waiting is not None:
        due = deadline(terms.spans.next, start=clock.waiting, hours=terms.hours)
    return _sooner(due, clock.next_limit)


def resolution_due(clock: Clock, terms: Terms) -> datetime | None:
    """Give by when the work is done, in UTC; None while the clock stands still and nothing has passed."""
    most = limit(clock, terms.spans)
    if clock.settled is not None or clock.since is None or most is None:
        return clock.settled
    return terms.hours.add_open_time(clock.since, most - clock.used)


def limit(clock: Clock, spans: Spans) -> timedelta | None:
    """Give how much open time the resolution may take altogether."""
    bounds = [bound for bound in (spans.resolution, clock.allowance) if bound is not None]
    return min(bounds, default=None)


def left(clock: Clock, terms: Terms, at: datetime) -> timedelta | None:
    """Give how much open time the resolution has left at an instant; None when nothing bounds it."""
    most = limit(clock, terms.spans)
    if most is None:
        return None
    running = NOTHING if clock.since is None else terms.hours.open_time(clock.since, at)
    return most - clock.used - running


def _heard(clock: Clock, at: datetime) -> Clock:
    return clock if clock.replied is None or clock.waiting is not None else replace(clock, waiting=at)


def _replied(clock: Clock, at: datetime) -> Clock:
    woken = clock.pause is Status.SNOOZED  # an answer ends a snooze
    return replace(
        clock,
        replied=clock.replied or at,
        waiting=None,
        next_limit=None,
        since=at if woken else clock.since,
        pause=None if woken else clock.pause,
    )


def _stopped(clock: Clock, at: datetime, terms: Terms, *, keep: bool) -> Clock:
    """Let the clock stand still, with the deadline that has passed, or `keep` the one that holds."""
    if clock.since is None:
        return clock
    due = resolution_due(clock, terms)
    is_late = due is not None and due <= at
    return replace(
        clock,
        used=clock.used + terms.hours.open_time(clock.since, at),
        since=None,
        settled=due if keep or is_late else None,
    )


def _going_on(clock: Clock, line: Line, terms: Terms) -> Clock:
    """Let the clock run on with what is left; a deadline that has passed stays passed.

    Whoever comes back to what no person had answered waits for a first answer from now on.
    """
    going = clock
    if clock.since is None:
        most = limit(clock, terms.spans)
        is_late = clock.settled is not None and most is not None and clock.used >= most
        going = replace(clock, since=line.at, pause=None, settled=clock.settled if is_late else None)
    if not line.by_customer:
        return going
    if clock.is_over and clock.replied is None:
        return replace(going, started=line.at, first_limit=None)
    return _heard(going, line.at)


def _absorbed(clock: Clock, at: datetime, other: Inherited, terms: Terms) -> Clock:
    """Take over an earlier start, the first reply to either, and the stricter of each deadline."""
    source, own = other.clock, dues(clock, terms)
    replies = [one.replied for one in (clock, source) if one.replied is not None]
    merged = replace(clock, started=min(clock.started, source.started), replied=min(replies, default=None))
    if source.is_over:
        return merged
    merged = _bounded(merged, at, other, terms)
    if not replies:
        return replace(merged, first_limit=_sooner(_sooner(own.first, clock.first_limit), other.dues.first))
    waits = [_unanswered(clock, own), _unanswered(source, other.dues)]
    return replace(
        merged,
        waiting=_sooner(waits[0][0], waits[1][0]),
        next_limit=_sooner(waits[0][1], waits[1][1]),
    )


def _unanswered(clock: Clock, due: Dues) -> tuple[datetime | None, datetime | None]:
    """Give since when a customer waits for words, and by when they are due."""
    return (clock.started, due.first) if clock.replied is None else (clock.waiting, due.next)


def _bounded(clock: Clock, at: datetime, other: Inherited, terms: Terms) -> Clock:
    """Let the resolution take no longer than the absorbed ticket still had."""
    if other.left is None:
        return clock
    running = NOTHING if clock.since is None else terms.hours.open_time(clock.since, at)
    most = clock.used + running + max(other.left, NOTHING)
    is_late = other.left <= NOTHING
    return replace(
        clock,
        allowance=most if clock.allowance is None else min(most, clock.allowance),
        settled=_sooner(clock.settled, other.dues.resolution) if is_late else clock.settled,
    )


def _sooner(one: datetime | None, two: datetime | None) -> datetime | None:
    given: Sequence[datetime] = [at for at in (one, two) if at is not None]
    return min(given, default=None)

"""What a ticket may become: one table of verbs, and the words for kind and priority."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

from crm_store.errors import TransitionError


class Status(StrEnum):
    """Where a ticket stands."""

    NEW = "new"
    OPEN = "open"
    PENDING = "pending"
    ON_HOLD = "on_hold"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"
    CLOSED = "closed"
    MERGED = "merged"


class Kind(StrEnum):
    """What a customer came with."""

    INQUIRY = "inquiry"
    FEEDBACK = "feedback"
    COMPLAINT = "complaint"


class Priority(StrEnum):
    """How soon a ticket deserves an agent; `rank` grows with urgency."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"

    @property
    def rank(self) -> int:
        """Give 0 for low up to 3 for urgent."""
        return list(Priority).index(self)


Verb = Literal[
    "take",
    "assign",
    "answer",
    "hear",
    "wait",
    "hold",
    "snooze",
    "wake",
    "resolve",
    "reopen",
    "close",
    "merge",
]

ACTIVE = frozenset({Status.NEW, Status.OPEN, Status.PENDING, Status.ON_HOLD, Status.SNOOZED})

_KEPT = {Status.PENDING: Status.PENDING, Status.ON_HOLD: Status.ON_HOLD, Status.SNOOZED: Status.SNOOZED}

# take, assign: an agent becomes the owner · answer: a public reply leaves · hear: the customer writes
# wait: for the customer · hold: for a third party · snooze, wake: until a time
# A closed ticket never reopens (a new one follows it), and only a resolved one closes.
TRANSITIONS: Mapping[Verb, Mapping[Status, Status]] = {
    "take": {Status.NEW: Status.OPEN, Status.OPEN: Status.OPEN, **_KEPT},
    "assign": {Status.NEW: Status.OPEN, Status.OPEN: Status.OPEN, **_KEPT},
    "answer": {
        Status.NEW: Status.OPEN,
        Status.OPEN: Status.OPEN,
        Status.PENDING: Status.PENDING,
        Status.ON_HOLD: Status.ON_HOLD,
        Status.SNOOZED: Status.OPEN,
    },
    "hear": {
        Status.NEW: Status.NEW,
        Status.OPEN: Status.OPEN,
        Status.PENDING: Status.OPEN,
        Status.ON_HOLD: Status.ON_HOLD,
        Status.SNOOZED: Status.OPEN,
    },
    "wait": dict.fromkeys(ACTIVE, Status.PENDING),
    "hold": dict.fromkeys(ACTIVE, Status.ON_HOLD),
    "snooze": dict.fromkeys(ACTIVE, Status.SNOOZED),
    "wake": {Status.SNOOZED: Status.OPEN, Status.ON_HOLD: Status.OPEN, Status.PENDING: Status.OPEN},
    "resolve": dict.fromkeys(ACTIVE, Status.RESOLVED),
    "reopen": {Status.RESOLVED: Status.OPEN},
    "close": {Status.RESOLVED: Status.CLOSED},
    "merge": dict.fromkeys(ACTIVE | {Status.RESOLVED}, Status.MERGED),
}


# What undoing may give back: a merge or a close taken back, a take or a resolve that was a slip.
RESTORES: Mapping[Status, frozenset[Status]] = {
    Status.OPEN: frozenset({Status.NEW}),
    Status.RESOLVED: ACTIVE,
    Status.CLOSED: ACTIVE | {Status.RESOLVED},
    Status.MERGED: ACTIVE | {Status.RESOLVED},
}

# Every step there is, by verb or by undoing; the database refuses all others.
STEPS: Mapping[Status, frozenset[Status]] = {
    before: frozenset(ways[before] for ways in TRANSITIONS.values() if before in ways)
    | RESTORES.get(before, frozenset())
    for before in Status
}


def restored(status: Status | str, earlier: Status | str) -> Status:
    """Give back the status a ticket had before what is undone, or raise TransitionError."""
    if Status(earlier) != Status(status) and Status(earlier) not in RESTORES.get(Status(status), ()):
        raise TransitionError(status, "undo")
    return Status(earlier)


def after(status: Status | str, verb: Verb) -> Status:
    """Give the status a ticket has after the verb, or raise TransitionError."""
    reached = TRANSITIONS[verb].get(Status(status))
    if reached is None:
        raise TransitionError(status, verb)
    return reached


def allows(status: Status | str, verb: Verb) -> bool:
    """Tell whether a ticket in this status can do the verb."""
    return Status(status) in TRANSITIONS[verb]

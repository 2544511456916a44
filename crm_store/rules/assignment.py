"""Whose a ticket becomes: the least loaded of those who are there, can answer it and have room.

Source: the house's rule. Candidates are on shift, available, have every skill the ticket needs, speak its
language and are below their capacity. Among them the lowest load per capacity wins; a tie goes to whoever was
given a ticket longest ago, a further tie to the lower id. Tickets come in order of priority, then of age. A
complaint goes to the supervisor its customer was told of, if that one is among the candidates.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from fractions import Fraction

from crm_store.rules.lifecycle import Priority

NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class Code(StrEnum):
    """Why someone was chosen, or why not."""

    NAMED = "named"
    ONLY_ONE = "only_one"
    LEAST_LOADED = "least_loaded"
    LONGEST_AGO = "longest_ago"
    LOWER_ID = "lower_id"
    OFF_SHIFT = "off_shift"
    AWAY = "away"
    SKILL = "skill"
    LANGUAGE = "language"
    FULL = "full"
    NOT_NAMED = "not_named"
    BUSIER = "busier"
    MORE_RECENT = "more_recent"
    HIGHER_ID = "higher_id"


# What decides between two candidates, in turn: why the one, why not the other.
_TIES = (
    (Code.LEAST_LOADED, Code.BUSIER),
    (Code.LONGEST_AGO, Code.MORE_RECENT),
    (Code.LOWER_ID, Code.HIGHER_ID),
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Someone who might get a ticket; load and capacity count tickets, no languages mean any."""

    id: int
    load: int = 0
    capacity: int = 5
    is_available: bool = True
    is_on_shift: bool = True
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    assigned: datetime | None = None

    @property
    def has_room(self) -> bool:
        """Tell whether one more ticket fits."""
        return self.load < self.capacity


@dataclass(frozen=True, slots=True)
class Waiting:
    """A ticket that waits to be given to someone, what it needs and whom its customer was told of."""

    number: int
    priority: Priority
    opened: datetime
    language: str
    skills: frozenset[str] = frozenset()
    named: int | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """Who gets a ticket (None: nobody can) with the reason, and the reason against each of the others."""

    number: int
    staff_id: int | None
    reason: Code | None
    others: Mapping[int, Code] = field(default_factory=dict)


def in_order(tickets: Iterable[Waiting]) -> list[Waiting]:
    """Sort tickets as they are given out: the most urgent first, then the oldest, then by number."""
    return sorted(tickets, key=lambda ticket: (-ticket.priority.rank, ticket.opened, ticket.number))


def against(ticket: Waiting, candidate: Candidate) -> Code | None:
    """Name the first thing that keeps a candidate from a ticket, None when nothing does."""
    if not ticket.skills <= candidate.skills:
        unable: Code | None = Code.SKILL
    elif candidate.languages and ticket.language not in candidate.languages:
        unable = Code.LANGUAGE
    else:
        unable = None
    busy = taking_none(candidate)
    return unable if busy in {None, Code.FULL} and unable is not None else busy


def taking_none(candidate: Candidate) -> Code | None:
    """Name what keeps a candidate from every ticket, None when nothing does."""
    if not candidate.is_available:
        return Code.AWAY
    if not candidate.is_on_shift:
        return Code.OFF_SHIFT
    return None if candidate.has_room else Code.FULL


def choose(ticket: Waiting, candidates: Sequence[Candidate]) -> Choice:
    """Choose who gets a ticket, and tell why and why not each of the others."""
    refused = {one.id: code for one in candidates if (code := against(ticket, one)) is not None}
    able = sorted((one for one in candidates if one.id not in refused), key=_place)
    if not able:
        return Choice(ticket.number, None, None, refused)
    if any(one.id == ticket.named for one in able):
        others = {one.id: Code.NOT_NAMED for one in able if one.id != ticket.named}
        return Choice(ticket.number, ticket.named, Code.NAMED, {**refused, **others})
    first, *rest = able
    decided = {one.id: _tie(first, one) for one in rest}
    # The nearest rival is the one whose reason counts: the others lost by as much or by more.
    reason = _TIES[decided[rest[0].id]][0] if rest else Code.ONLY_ONE
    return Choice(
        ticket.number, first.id, reason, {**refused, **{id_: _TIES[tie][1] for id_, tie in decided.items()}}
    )


def share_out(tickets: Iterable[Waiting], candidates: Sequence[Candidate], *, now: datetime) -> list[Choice]:
    """Give out tickets one after another, each with the loads that the ones before it left."""
    able = {one.id: one for one in candidates}
    choices: list[Choice] = []
    for ticket in in_order(tickets):
        choice = choose(ticket, list(able.values()))
        choices.append(choice)
        if choice.staff_id is not None:
            taken = able[choice.staff_id]
            able[taken.id] = replace(taken, load=taken.load + 1, assigned=now)
    return choices


def _place(one: Candidate) -> tuple[Fraction, datetime, int]:
    """Rank a candidate below capacity, so the capacity is at least 1."""
    return Fraction(one.load, one.capacity), one.assigned or NEVER, one.id


def _tie(first: Candidate, other: Candidate) -> int:
    """Tell which of the three measures told two candidates apart."""
    ahead, behind = _place(first), _place(other)
    return next(nth for nth, (a, b) in enumerate(zip(ahead, behind, strict=True)) if a != b)

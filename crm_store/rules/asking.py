"""Whether a customer may be asked what they think: one table of obstacles; the first tells why not."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

GAP = timedelta(hours=24)
NPS_GAP = timedelta(days=90)
UNASKED = frozenset({"stale", "spam", "duplicate", "merged", "faq"})
"""How an episode may have ended that nobody is asked about."""


class Obstacle(StrEnum):
    """Why a customer is not asked, now or at all."""

    REOPENED = "reopened"
    ENDED_SO = "ended_so"
    NO_ANSWER = "no_answer"
    UNREACHABLE = "unreachable"
    OPTED_OUT = "opted_out"
    ASKED_NPS = "asked_nps"
    ASKED_LATELY = "asked_lately"
    BUSY = "busy"

    @property
    def passes(self) -> bool:
        """Tell whether it may be gone later, so that a question that can wait may wait."""
        return self in {Obstacle.ASKED_LATELY, Obstacle.BUSY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known when a customer is about to be asked about an episode.

    `ended` is the reason the episode ended with, if one was given; `asked` is when any question was asked
    last, `asked_nps` when that of recommending; `busy` tells that other work of theirs goes on.
    """

    is_over: bool
    ended: str | None
    was_answered: bool
    is_reachable: bool
    has_opted_out: bool
    asked: datetime | None
    asked_nps: datetime | None = None
    is_busy: bool = False
    is_nps: bool = False


def obstacle(facts: Facts, *, now: datetime) -> Obstacle | None:
    """Find why nobody is asked now; None when nothing stands in the way. Both gaps end inclusively."""
    asked_nps = facts.asked_nps if facts.is_nps else None
    found = {
        Obstacle.REOPENED: not facts.is_over,
        Obstacle.ENDED_SO: facts.ended in UNASKED,
        Obstacle.NO_ANSWER: not facts.was_answered,
        Obstacle.UNREACHABLE: not facts.is_reachable,
        Obstacle.OPTED_OUT: facts.has_opted_out,
        Obstacle.ASKED_NPS: asked_nps is not None and now - asked_nps < NPS_GAP,
        Obstacle.ASKED_LATELY: facts.asked is not None and now - facts.asked < GAP,
        Obstacle.BUSY: facts.is_nps and facts.is_busy,
    }
    return next((one for one, stands in found.items() if stands), None)

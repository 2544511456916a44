"""How far a sale has come: five stages, and which may follow which."""

from collections.abc import Mapping
from enum import StrEnum

from crm_store.errors import TransitionError


class Stage(StrEnum):
    """Where a lead stands."""

    NEW = "new"
    QUALIFIED = "qualified"
    OFFERED = "offered"
    WON = "won"
    LOST = "lost"


OPEN = frozenset({Stage.NEW, Stage.QUALIFIED, Stage.OFFERED})

# A lead goes forward, may skip a stage, and ends won or lost; what has ended stays so.
FOLLOWS: Mapping[Stage, frozenset[Stage]] = {
    Stage.NEW: frozenset({Stage.QUALIFIED, Stage.OFFERED, Stage.WON, Stage.LOST}),
    Stage.QUALIFIED: frozenset({Stage.OFFERED, Stage.WON, Stage.LOST}),
    Stage.OFFERED: frozenset({Stage.WON, Stage.LOST}),
    Stage.WON: frozenset(),
    Stage.LOST: frozenset(),
}


def moved(stage: Stage | str, to: Stage | str) -> Stage:
    """Give the stage a lead has after a move, or raise TransitionError."""
    if Stage(to) not in FOLLOWS[Stage(stage)]:
        raise TransitionError(stage, str(to))
    return Stage(to)

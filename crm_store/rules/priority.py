"""How soon a new ticket deserves an agent: its kind first, then what else is known, each with its name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from crm_store.rules.lifecycle import Kind, Priority

BASE: Mapping[Kind, Priority] = {
    Kind.INQUIRY: Priority.NORMAL,
    Kind.FEEDBACK: Priority.LOW,
    Kind.COMPLAINT: Priority.HIGH,
}
AGAIN_WITHIN = timedelta(days=7)
REMEMBERED = timedelta(days=90)
"""How long a low rating counts."""
MOST = 2  # steps above the kind's own: many reasons at once are no emergency of their own
EXPECTED = frozenset({"angry_words"})
"""What a complaint has anyway and is not lifted by."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a customer who opens a ticket."""

    came_lately: bool = False
    was_let_down: bool = False
    is_vip: bool = False


def judge(kind: Kind, signs: Sequence[str], standing: Standing) -> tuple[Priority, list[str]]:
    """Give the priority of a new ticket and its reasons as codes, the kind first.

    `signs` are codes read off the words, `code:word`. Each reason lifts by one step, all by two at most.
    """
    lifted = [sign for sign in signs if kind is not Kind.COMPLAINT or sign.partition(":")[0] not in EXPECTED]
    known = {
        "came_lately": standing.came_lately,
        "was_let_down": standing.was_let_down,
        "vip": standing.is_vip,
    }
    lifted += [code for code, holds in known.items() if holds]
    ladder = list(Priority)
    step = BASE[kind].rank + min(len(lifted), MOST)
    return ladder[min(step, len(ladder) - 1)], [f"kind:{kind.value}", *lifted]

"""What may stay of a ticket's log when its customer is erased: codes, numbers and times, no words."""

import re
from collections.abc import Mapping
from datetime import datetime

# Words that only ever name a choice of ours; all others may be somebody's own.
CODES = frozenset(
    {
        "ticket_kind",
        "priority",
        "to",
        "reason",
        "step",
        "target",
        "policy",
        "what",
        "status",
        "source",
        "into",
    }
)
WORDED = frozenset({"edited", "tagged", "untagged", "blocked", "unblocked"})  # kinds whose words are free
_CODE = re.compile(r"[a-z][a-z_]{0,30}(:[a-z0-9_]{1,20})?")


def kept(kind: str, detail: Mapping[str, object]) -> dict[str, object]:
    """Return an event's detail without words: figures, truths, times and codes stay, the rest is empty.

    Every name stays, so that the event can still be told.
    """
    return {name: value if _may_stay(kind, name, value) else _empty(value) for name, value in detail.items()}


def _empty(value: object) -> object:
    return "" if isinstance(value, str) else type(value)()


def _may_stay(kind: str, name: str, value: object) -> bool:
    if value is None or isinstance(value, bool | int | float):
        return True
    if not isinstance(value, str):
        return False
    if _is_time(value):
        return True
    return kind not in WORDED and name in CODES and _CODE.fullmatch(value) is not None


def _is_time(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return "T" in value

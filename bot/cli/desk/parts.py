"""What a part of the desk is for a file: how the store tells it, what is right about it, how it is kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.cli.records import Kind, Record

BY = "import"


@dataclass(frozen=True, slots=True)
class Here:
    """The store a file is compared with: whose staff it has, and when it is."""

    session: Session
    inbox_id: int
    now: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """A record that is to be kept, what is held of it so far, and the fields in which they differ."""

    record: Record
    fields: Sequence[str]
    is_new: bool


def _never(_record: Record) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the desk.

    `check` returns the fields that are given as the store would tell them, or refuses by the rules of chat.
    `blank` holds what a new record has where nothing is given; `shown` names fields that are never taken in;
    `says_nothing` tells a record that only takes something back; `together` makes one version of all changes.
    """

    kind: Kind
    held: Callable[[Here], Sequence[Record]]
    check: Callable[[Here, Record], Record]
    keep: Callable[[Here, Sequence[Change]], None]
    blank: Record
    shown: Sequence[str] = ()
    says_nothing: Callable[[Record], bool] = _never
    together: bool = False


def text(record: Record, field: str) -> str:
    """Return a field that is a text."""
    return str(record[field])


def lines(record: Record, field: str) -> Sequence[str]:
    """Return a field that is a list."""
    value = record[field]
    return value if isinstance(value, Sequence) and not isinstance(value, str) else []

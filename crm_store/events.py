"""The log of a ticket: every change, with who, when and why."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import deadlines
from crm_store.clock_lines import Entry
from crm_store.models.ticket import Event
from crm_store.store import Prepared, wake
from crm_store.types import micros

# After these someone may have room for a ticket, or a ticket may be for somebody else.
LEAVES_ROOM = frozenset(
    {
        "resolved", "closed", "merged", "unmerged", "split", "waiting", "held", "snoozed", "reopened",
        "unassigned", "tagged", "untagged", "undone",
    }
)  # fmt: skip
_INSERT = Prepared(
    sa.insert(Event)
    .values({name: sa.bindparam(name) for name in ("ticket_id", "kind", "at", "by", "detail")})
    .returning(Event.id)
)


def record(session: Session, ticket_id: int, *, kind: str, by: str, at: datetime, **detail: object) -> int:
    """Write a line of a ticket's log, let its clock follow, and return the line's id."""
    session.info["ticket"] = ticket_id  # for the log line of whoever runs this transaction
    row = _INSERT.first(
        session, ticket_id=ticket_id, kind=kind, at=micros(at), by=by, detail=orjson.dumps(detail).decode()
    )
    if kind in deadlines.FOLLOWED:
        deadlines.follow(session, ticket_id, Entry(kind, by, at, detail))
    if kind in LEAVES_ROOM:
        wake(session, "tick:assignment")
    return cast("int", cast("tuple[object, ...]", row)[0])


def of_ticket(session: Session, ticket_id: int) -> Sequence[Event]:
    """List a ticket's log, oldest first."""
    return session.scalars(sa.select(Event).where(Event.ticket_id == ticket_id).order_by(Event.id)).all()


def detail(event: Event) -> dict[str, object]:
    """Return what an event says beside its kind."""
    return cast("dict[str, object]", orjson.loads(event.detail))


def newest_by(session: Session, ticket_id: int, *, kind: str) -> str | None:
    """Name who did something last to a ticket."""
    newest = sa.select(Event.by).where(Event.ticket_id == ticket_id, Event.kind == kind)
    return session.scalar(newest.order_by(Event.id.desc()).limit(1))


def newest(session: Session, ticket_id: int) -> int:
    """Return the id of the last line of a ticket's log, 0 when it has none."""
    return session.scalar(sa.select(sa.func.max(Event.id)).where(Event.ticket_id == ticket_id)) or 0

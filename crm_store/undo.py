"""The journal of what may be taken back: written with the action, used once, within its window."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import snapshots, tickets
from crm_store.errors import NotFoundError, RefusedError
from crm_store.models.undo import Undoable
from crm_store.snapshots import Snapshot


def remember(  # noqa: PLR0913 - what the row is made of
    session: Session,
    *,
    kind: str,
    by: str,
    at: datetime,
    window: timedelta,
    subject: str,
    before: Mapping[str, object],
) -> int:
    """Keep what an action changed, so that it can be taken back; return the entry's number.

    Call it when the action is done. Where `before` holds snapshots under `tickets`, how those tickets stand
    now is kept beside them: taking back later is refused when they have changed since.
    """
    kept = dict(before)
    taken = _snapshots(kept, "tickets")
    if taken:
        kept["after"] = [snapshots.take(session, tickets.by_number(session, _number(one))) for one in taken]
    entry = Undoable(kind=kind, by=by, at=at, until=at + window, subject=subject, before=kept)
    session.add(entry)
    session.flush()
    return entry.id


def by_id(session: Session, number: int) -> Undoable:
    """Return an entry, locked against being taken back twice at once, or raise NotFoundError."""
    found = session.get(Undoable, number, with_for_update=True) if 0 < number < 2**53 else None
    if found is None:
        raise NotFoundError("undo", number)
    return found


def newest(session: Session, by: str) -> Undoable | None:
    """Return the last action of a member of staff that has not been taken back."""
    mine = sa.select(Undoable).where(Undoable.by == by, Undoable.undone.is_(None))
    return session.scalar(mine.order_by(Undoable.id.desc()).limit(1).with_for_update())


def living(session: Session, *, now: datetime, by: str | None = None, limit: int = 10) -> Sequence[Undoable]:
    """List what can still be taken back, newest first: of one member of staff, or of all."""
    asked = sa.select(Undoable).where(Undoable.undone.is_(None), Undoable.until >= now)
    if by is not None:
        asked = asked.where(Undoable.by == by)
    return session.scalars(asked.order_by(Undoable.id.desc()).limit(limit)).all()


def of_subject(session: Session, *, kind: str, subject: str) -> Undoable | None:
    """Return the newest entry about one thing that has not been taken back."""
    asked = sa.select(Undoable).where(
        Undoable.kind == kind, Undoable.subject == subject, Undoable.undone.is_(None)
    )
    return session.scalar(asked.order_by(Undoable.id.desc()).limit(1))


def mark(entry: Undoable, *, by: str, now: datetime) -> None:
    """Write down that an action is taken back."""
    entry.undone, entry.undone_by = now, by


def restore_tickets(session: Session, entry: Undoable) -> list[int]:
    """Put every ticket of an entry back as it stood before, or refuse when one has changed since."""
    before, after = _snapshots(entry.before, "tickets"), _snapshots(entry.before, "after")
    found = [tickets.by_number(session, _number(one)) for one in before]
    for ticket in found:
        session.refresh(ticket, with_for_update=True)
    for ticket, left in zip(found, after, strict=True):
        differs = snapshots.changed(left, snapshots.take(session, ticket))
        if differs:
            raise RefusedError("undo_changed", number=ticket.number)
    for ticket, was, left in zip(found, before, after, strict=True):
        snapshots.restore(session, ticket, before=was, after=left)
    return [ticket.id for ticket in found]


def _snapshots(before: Mapping[str, object], name: str) -> list[Snapshot]:
    return cast("list[Snapshot]", before.get(name, []))


def _number(snapshot: Snapshot) -> int:
    return int(cast("int", snapshot["ticket"]))

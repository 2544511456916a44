"""The journal: what arrived, kept before it is confirmed, done exactly once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.inbox import Inbox, JournalEntry
from crm_store.store import Prepared
from crm_store.types import micros

# The unique key is the dedupe; both databases read this form.
_INSERT = Prepared(
    sa.text(
        "INSERT INTO journal (inbox_id, update_id, received, lane, raw) "
        "VALUES (:inbox_id, :update_id, :received, :lane, :raw) ON CONFLICT (inbox_id, update_id) DO NOTHING"
    )
)
_DONE = Prepared(
    sa.update(JournalEntry)
    .where(
        JournalEntry.inbox_id == sa.bindparam("inbox"),
        JournalEntry.update_id == sa.bindparam("update"),
        JournalEntry.state == sa.literal_column("'new'"),
    )
    .values(state=sa.literal_column("'done'"))
    .returning(JournalEntry.id)
)
_FAILED = Prepared(
    sa.update(JournalEntry)
    .where(
        JournalEntry.inbox_id == sa.bindparam("inbox"),
        JournalEntry.update_id == sa.bindparam("update"),
        JournalEntry.state == sa.literal_column("'new'"),
    )
    .values(
        state=sa.literal_column("'failed'"),
        attempts=sa.bindparam("tries", type_=sa.Integer),
        error=sa.bindparam("why", type_=sa.Text),
    )
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One event as the channel handed it over."""

    inbox_id: int
    update_id: int
    lane: str
    raw: str


def inbox(session: Session, channel: str, account: str) -> Inbox:
    """Return the inbox of an account, created when it is new."""
    found = session.scalar(sa.select(Inbox).where(Inbox.channel == channel, Inbox.account == account))
    if found is None:
        found = Inbox(channel=channel, account=account)
        session.add(found)
        session.flush()
    return found


def known_inbox(session: Session, channel: str, account: str) -> int | None:
    """Return the inbox of an account, if it has one."""
    return session.scalar(sa.select(Inbox.id).where(Inbox.channel == channel, Inbox.account == account))


def first_inbox(session: Session) -> int | None:
    """Return the oldest inbox, if there is one."""
    return session.scalar(sa.select(Inbox.id).order_by(Inbox.id).limit(1))


def keep(session: Session, arrivals: Sequence[Arrival], *, now: datetime) -> None:
    """Store events as they arrived; one that is already there changes nothing."""
    received = micros(now)
    for arrival in arrivals:
        _INSERT.run(
            session,
            inbox_id=arrival.inbox_id,
            update_id=arrival.update_id,
            received=received,
            lane=arrival.lane,
            raw=arrival.raw,
        )


def finish(session: Session, inbox_id: int, update_id: int) -> bool:
    """Mark an event done; False when it was done before."""
    return _DONE.first(session, inbox=inbox_id, update=update_id) is not None


def give_up(session: Session, inbox_id: int, update_id: int, *, attempts: int, error: str) -> None:
    """Put an event aside as a dead letter that can be replayed."""
    _FAILED.run(session, inbox=inbox_id, update=update_id, tries=attempts, why=error[:500])


def waiting(session: Session, inbox_id: int) -> Sequence[Arrival]:
    """List what arrived and was not handled, oldest first."""
    rows = session.execute(
        sa.select(JournalEntry.inbox_id, JournalEntry.update_id, JournalEntry.lane, JournalEntry.raw)
        .where(JournalEntry.inbox_id == inbox_id, JournalEntry.state == sa.literal_column("'new'"))
        .order_by(JournalEntry.id)
    )
    return [Arrival(*row) for row in rows]


def dead(session: Session) -> Sequence[JournalEntry]:
    """List the dead letters."""
    return session.scalars(
        sa.select(JournalEntry).where(JournalEntry.state == "failed").order_by(JournalEntry.id)
    ).all()


def replay(session: Session) -> int:
    """Make every dead letter wait to be handled again and count them."""
    found = dead(session)
    for entry in found:
        entry.state, entry.error, entry.attempts = "new", None, 0
    return len(found)

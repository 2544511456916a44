"""The cards of tickets that staff look at: the one in a topic, and the lines of digests."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import outbox
from crm_store.models.outbox import Action, Lane, OutboxRow, OutboxState, Thread, ThreadCard, ThreadState
from crm_store.outbox import RANK, Draft
from crm_store.store import wake

MOST_LINES = 5


def of_ticket(session: Session, ticket_id: int) -> ThreadCard | None:
    """Return the card in a ticket's living topic."""
    return session.scalar(
        sa.select(ThreadCard)
        .join(Thread, Thread.id == ThreadCard.thread_id)
        .where(Thread.ticket_id == ticket_id, Thread.state != ThreadState.GONE)
        .order_by(Thread.id.desc())
        .limit(1)
    )


def due(session: Session, inbox_id: int, *, now: datetime, limit: int = 20) -> Sequence[int]:
    """List the tickets whose cards are out of date and may be edited again."""
    return session.scalars(
        sa.select(Thread.ticket_id)
        .join(ThreadCard, ThreadCard.thread_id == Thread.id)
        .where(ThreadCard.due.is_not(None), ThreadCard.due <= now, Thread.inbox_id == inbox_id)
        .order_by(ThreadCard.due)
        .limit(limit)
    ).all()


def lines(session: Session, ticket_id: int) -> Sequence[OutboxRow]:
    """List the newest lines of digests that announced a ticket."""
    return session.scalars(
        sa.select(OutboxRow)
        .where(sa.literal_column("combinable"), OutboxRow.ticket_id == ticket_id)
        .order_by(OutboxRow.id.desc())
        .limit(MOST_LINES)
    ).all()


def let_go(session: Session, inbox_id: int, *, now: datetime) -> None:
    """Let the lines go out that waited for someone to be given their ticket."""
    gone = session.execute(
        sa.update(OutboxRow)
        .where(
            OutboxRow.inbox_id == inbox_id,
            OutboxRow.state == sa.literal_column("'ready'"),
            OutboxRow.rank == RANK[Lane.NOTICE],
            sa.literal_column("combinable"),
            OutboxRow.not_before > now,
        )
        .values(not_before=now)
        .returning(OutboxRow.id)
        .execution_options(synchronize_session=False)
    )
    if gone.all():
        wake(session, "outbox")


def call_off(session: Session, ticket_id: int, *, but_in: str | None) -> None:
    """Spare people the lines that still wait to announce a ticket, but in one chat where all read along."""
    spared = OutboxRow.chat != but_in if but_in is not None else sa.true()
    session.execute(
        sa.update(OutboxRow)
        .where(
            sa.literal_column("combinable"),
            OutboxRow.ticket_id == ticket_id,
            OutboxRow.state == sa.literal_column("'ready'"),
            spared,
        )
        .values(state=OutboxState.CANCELLED, reason="given_already")
    )


def edit(
    session: Session,
    shown: OutboxRow,
    body: Mapping[str, object],
    *,
    now: datetime,
    priority: Lane = Lane.NOTICE,
) -> None:
    """Ask that a message of ours says something else; what has not gone out yet just says it."""
    held = waiting(session, shown)
    if held is not None:
        held.body = orjson.dumps(body).decode()
        return
    draft = Draft(
        inbox_id=shown.inbox_id, chat=shown.chat, body=body, action=Action.EDIT, priority=priority,
        thread_id=shown.thread_id, ticket_id=shown.ticket_id, target_id=shown.id,
    )  # fmt: skip
    outbox.enqueue(session, draft, now=now)


def waiting(session: Session, shown: OutboxRow) -> OutboxRow | None:
    """Return the row that still waits to show a message: the message itself, or an edit of it."""
    if shown.state == OutboxState.READY:
        return shown
    return session.scalar(
        sa.select(OutboxRow).where(
            OutboxRow.inbox_id == shown.inbox_id,
            OutboxRow.chat == shown.chat,
            OutboxRow.state == sa.literal_column("'ready'"),
            OutboxRow.action == Action.EDIT,
            OutboxRow.target_id == shown.id,
        )
    )

"""Topics in the staff group: adopted after a crash, and made ahead while the group has room."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import settlements
from crm_store.models.outbox import Action, OutboxRow, OutboxState, Thread, ThreadState
from crm_store.models.ticket import Ticket
from crm_store.rules.lifecycle import Status

WINDOW = timedelta(seconds=60)
HALF_FULL = 10  # of the twenty messages a minute that a group takes


def adopt(session: Session, thread: Thread, provider_id: str) -> None:
    """Take a topic for the one that was wanted, so that no second one is made."""
    thread.provider_id, thread.state = provider_id, ThreadState.OPEN
    asked = (
        OutboxRow.thread_id == thread.id,
        OutboxRow.action == Action.MAKE_THREAD,
        OutboxRow.state == OutboxState.READY,
    )
    session.execute(
        sa.update(OutboxRow).where(*asked).values(state=OutboxState.SENT, provider_id=provider_id)
    )


def has_room(session: Session, inbox_id: int, group: str, *, now: datetime) -> bool:
    """Tell whether nothing waits for the group and half of what it takes in a minute is left."""
    live = [OutboxState.READY, OutboxState.CLAIMED, OutboxState.SENDING]
    waiting = sa.select(OutboxRow.id).where(
        OutboxRow.inbox_id == inbox_id,
        OutboxRow.chat == group,
        OutboxRow.state.in_(live),
        OutboxRow.target_id.is_(None),
    )
    if session.scalar(waiting.limit(1)) is not None:
        return False
    recent = settlements.recent_starts(session, inbox_id, since=now - WINDOW)
    return sum(1 for chat, _ in recent if chat == group) < HALF_FULL


def is_refused(session: Session, group: str) -> bool:
    """Tell whether the group's newest topic could not be made: it is no forum, or we lack the right."""
    newest = session.scalar(sa.select(Thread).where(Thread.chat == group).order_by(Thread.id.desc()).limit(1))
    return newest is not None and newest.state == ThreadState.GONE and newest.provider_id is None


def oldest_ticket_without(session: Session) -> Ticket | None:
    """Return the ticket that has waited longest to be taken and has no topic."""
    living = sa.select(Thread.id).where(Thread.ticket_id == Ticket.id, Thread.state != ThreadState.GONE)
    return session.scalar(
        sa.select(Ticket)
        .where(Ticket.status == Status.NEW, Ticket.assignee_id.is_(None), ~living.exists())
        .order_by(Ticket.opened, Ticket.id)
        .limit(1)
    )

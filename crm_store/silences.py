"""Customers we wrote to last and wait for, and resolved tickets whose time to be reopened is over."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.conversation import Conversation, Direction, Message
from crm_store.models.sla import Silence
from crm_store.models.ticket import Event, Ticket
from crm_store.rules.lifecycle import Status
from crm_store.rules.stale import Step
from crm_store.store import adding

STALE = "stale"


def begin(session: Session, ticket_id: int, *, at: datetime) -> None:
    """Wait for a ticket's customer from now on; a reminder of before is forgotten."""
    fresh = {"since": at, "step": Step.WAITING.value, "due": at}
    insert = adding(session, Silence).values(ticket_id=ticket_id, **fresh)
    session.execute(insert.on_conflict_do_update(index_elements=["ticket_id"], set_=fresh))


def end(session: Session, ticket_id: int) -> None:
    """Stop waiting: the customer wrote, or the work went on without them."""
    session.execute(sa.delete(Silence).where(Silence.ticket_id == ticket_id))


def due(session: Session, inbox_id: int, *, now: datetime, limit: int) -> Sequence[tuple[Ticket, Silence]]:
    """List tickets of an inbox whose customer was silent for long enough, the oldest first."""
    rows = session.execute(
        sa.select(Ticket, Silence)
        .join(Silence, Silence.ticket_id == Ticket.id)
        .join(Conversation, Conversation.id == Ticket.conversation_id)
        .where(Silence.due <= now, Conversation.inbox_id == inbox_id)
        .order_by(Silence.due, Ticket.id)
        .limit(limit)
        .with_for_update(of=Ticket, skip_locked=True)
    )
    return [(ticket, silence) for ticket, silence in rows]


def we_spoke_last(session: Session, ticket_id: int) -> bool:
    """Tell whether the last word about a ticket that its customer can see is a member of staff's."""
    said = sa.select(Message.direction, Message.staff_id).where(
        Message.ticket_id == ticket_id, Message.direction != Direction.NOTE
    )
    row = session.execute(said.order_by(Message.id.desc()).limit(1)).one_or_none()
    return row is not None and row[0] == Direction.OUTBOUND and row[1] is not None


def over(session: Session, inbox_id: int, *, before: datetime, now: datetime, limit: int) -> Sequence[Ticket]:
    """List tickets resolved before an instant that nobody may reopen any more, the oldest first."""
    kept = sa.select(Silence.ticket_id).where(Silence.ticket_id == Ticket.id, Silence.due > now)
    return session.scalars(
        sa.select(Ticket)
        .join(Conversation, Conversation.id == Ticket.conversation_id)
        .where(
            Ticket.status == sa.literal_column(f"'{Status.RESOLVED.value}'"),
            Ticket.resolved < before,
            Conversation.inbox_id == inbox_id,
            ~kept.exists(),
        )
        .order_by(Ticket.resolved, Ticket.id)
        .limit(limit)
        .with_for_update(of=Ticket, skip_locked=True)
    ).all()


def asleep(session: Session, inbox_id: int, *, now: datetime, limit: int) -> Sequence[Ticket]:
    """List snoozed tickets of an inbox whose time has come, the oldest first."""
    return session.scalars(
        sa.select(Ticket)
        .join(Conversation, Conversation.id == Ticket.conversation_id)
        .where(
            Ticket.status == sa.literal_column(f"'{Status.SNOOZED.value}'"),
            Ticket.snoozed_until <= now,
            Conversation.inbox_id == inbox_id,
        )
        .order_by(Ticket.snoozed_until, Ticket.id)
        .limit(limit)
        .with_for_update(of=Ticket, skip_locked=True)
    ).all()


def count_stale(session: Session, *, start: datetime, end: datetime) -> int:
    """Count the tickets resolved in [start, end) because their customer did not answer."""
    return (
        session.scalar(
            sa.select(sa.func.count(Event.id)).where(
                Event.kind == "resolved",
                Event.at >= start,
                Event.at < end,
                Event.detail.contains(f'"reason":"{STALE}"'),
            )
        )
        or 0
    )

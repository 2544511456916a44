"""Who is to be told of deadlines: found by when the next step of a ticket is due, told once a step."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.conversation import Conversation
from crm_store.models.sla import SlaNotice, TicketClock
from crm_store.models.ticket import Ticket
from crm_store.rules.escalation import Rung
from crm_store.rules.sla import Target
from crm_store.store import adding
from crm_store.types import micros


def due(session: Session, inbox_id: int, *, now: datetime, limit: int) -> Sequence[Ticket]:
    """List tickets of an inbox whose clock is to be looked at, the longest overdue first."""
    return session.scalars(
        sa.select(Ticket)
        .join(TicketClock, TicketClock.ticket_id == Ticket.id)
        .join(Conversation, Conversation.id == Ticket.conversation_id)
        .where(TicketClock.look <= now, Conversation.inbox_id == inbox_id)
        .order_by(TicketClock.look, Ticket.id)
        .limit(limit)
        .with_for_update(of=TicketClock, skip_locked=True)
    ).all()


def note(session: Session, ticket: Ticket, rung: Rung, *, now: datetime) -> bool:
    """Write down that a step is told; False when it was told before.

    Each episode has its first response and its resolution, and each unanswered message its next response.
    """
    cycle = micros(rung.since) if rung.what is Target.NEXT_RESPONSE else ticket.episode
    values = {"ticket_id": ticket.id, "what": rung.what, "cycle": cycle, "step": rung.step, "at": now}
    added = adding(session, SlaNotice).values(values).on_conflict_do_nothing().returning(SlaNotice.id)
    return session.scalar(added) is not None


def of_ticket(session: Session, ticket_id: int) -> Sequence[SlaNotice]:
    """List what was told of a ticket's deadlines, oldest first."""
    told = sa.select(SlaNotice).where(SlaNotice.ticket_id == ticket_id)
    return session.scalars(told.order_by(SlaNotice.id)).all()

"""Whether complaints were put right: asked once for each time one was resolved, a day later."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.conversation import Conversation
from crm_store.models.survey import RemedyCheck
from crm_store.models.ticket import Ticket
from crm_store.store import adding


def plan(session: Session, ticket: Ticket, *, due: datetime) -> None:
    """Plan to ask about the complaint just resolved, once."""
    session.execute(
        adding(session, RemedyCheck)
        .values(ticket_id=ticket.id, episode=ticket.episode, due=due)
        .on_conflict_do_nothing()
    )


def due(session: Session, inbox_id: int, *, now: datetime, limit: int = 20) -> Sequence[RemedyCheck]:
    """List the questions of an inbox whose time has come, oldest first."""
    return session.scalars(
        sa.select(RemedyCheck)
        .join(Ticket, Ticket.id == RemedyCheck.ticket_id)
        .join(Conversation, Conversation.id == Ticket.conversation_id)
        .where(
            RemedyCheck.asked.is_(None),
            RemedyCheck.cancelled.is_(None),
            RemedyCheck.due <= now,
            Conversation.inbox_id == inbox_id,
        )
        .order_by(RemedyCheck.due, RemedyCheck.id)
        .limit(limit)
    ).all()


def of_ticket(session: Session, ticket_id: int) -> Sequence[RemedyCheck]:
    """List every such question about a ticket, oldest first."""
    asked = sa.select(RemedyCheck).where(RemedyCheck.ticket_id == ticket_id)
    return session.scalars(asked.order_by(RemedyCheck.id)).all()


def cancel(session: Session, ticket_id: int, *, now: datetime) -> None:
    """Cancel what is planned about a ticket and not asked yet."""
    waiting = (
        RemedyCheck.ticket_id == ticket_id, RemedyCheck.asked.is_(None), RemedyCheck.cancelled.is_(None),
    )  # fmt: skip
    session.execute(sa.update(RemedyCheck).where(*waiting).values(cancelled=now))


def by_id(session: Session, check_id: int) -> RemedyCheck | None:
    """Return a question, locked against a second answer at the same moment."""
    return session.get(RemedyCheck, check_id, with_for_update=True)

"""Themes and their fixes: who reported what, and who was told that it is put right."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.conversation import Conversation
from crm_store.models.opinion import Fix, FixNotice, OpinionTheme
from crm_store.models.tag import TicketTag
from crm_store.models.ticket import Ticket
from crm_store.rules.lifecycle import Kind, Status
from crm_store.store import adding, wake

REPORTED_WITHIN = timedelta(days=90)
_REPORTS = (Kind.FEEDBACK, Kind.COMPLAINT)


def names(session: Session) -> Sequence[str]:
    """List the themes and tags that tickets have."""
    both = sa.union(sa.select(OpinionTheme.theme), sa.select(TicketTag.tag)).subquery("named")
    return session.scalars(sa.select(both.c[0]).order_by(both.c[0])).all()


def _untold(theme: str, inbox_id: int, since: datetime) -> sa.Select[int, int]:
    """Select who reported a theme lately and was not told of a fix since, with their newest ticket."""
    named = sa.or_(
        sa.exists().where(OpinionTheme.ticket_id == Ticket.id, OpinionTheme.theme == theme),
        sa.exists().where(TicketTag.ticket_id == Ticket.id, TicketTag.tag == theme),
    )
    told = (
        sa.select(FixNotice.at)
        .join(Fix, Fix.id == FixNotice.fix_id)
        .where(Fix.theme == theme, FixNotice.customer_id == Ticket.customer_id, FixNotice.at >= Ticket.opened)
    )
    return (
        sa.select(Ticket.customer_id, sa.func.max(Ticket.id))
        .join(Conversation, Conversation.id == Ticket.conversation_id)
        .where(
            Ticket.kind.in_(_REPORTS),
            Ticket.status != Status.MERGED,
            Ticket.opened >= since,
            Conversation.inbox_id == inbox_id,
            named,
            ~told.exists(),
        )
        .group_by(Ticket.customer_id)
        .order_by(Ticket.customer_id)
    )


def reporters(
    session: Session, fix: Fix, *, now: datetime, limit: int | None = None
) -> Sequence[tuple[int, int]]:
    """List customers to be told of a fix, each with the newest ticket in which they reported it."""
    asked = fix.confirmed or now
    chosen = _untold(fix.theme, fix.inbox_id, asked - REPORTED_WITHIN).where(Ticket.opened <= asked)
    rows = session.execute(chosen if limit is None else chosen.limit(limit))
    return [(customer, ticket) for customer, ticket in rows]


def draft(session: Session, fix: Fix) -> Fix:
    """Keep a fix that waits to be confirmed."""
    session.add(fix)
    session.flush()
    return fix


def by_id(session: Session, fix_id: int) -> Fix | None:
    """Return a fix, locked against a second answer at the same moment."""
    return session.get(Fix, fix_id, with_for_update=True)


def start(session: Session) -> None:
    """Let the clock tell those who wait to be told, right after this."""
    wake(session, "tick:fixes")


def telling(session: Session, inbox_id: int) -> Fix | None:
    """Return a confirmed fix of an inbox of which not everybody was told yet."""
    return session.scalar(
        sa.select(Fix)
        .where(Fix.confirmed.is_not(None), Fix.told.is_(None), Fix.inbox_id == inbox_id)
        .order_by(Fix.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def mark_told(session: Session, fix_id: int, customer_id: int, *, now: datetime) -> bool:
    """Write down that a customer is told of a fix; False when they were before."""
    made = session.execute(
        adding(session, FixNotice)
        .values(fix_id=fix_id, customer_id=customer_id, at=now)
        .on_conflict_do_nothing()
        .returning(FixNotice.customer_id)
    )
    return made.first() is not None

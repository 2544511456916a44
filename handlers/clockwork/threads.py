"""Topics for tickets that nobody has taken yet, while the staff group has room to spare."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import outbox
from crm_store.models.outbox import OutboxRow, OutboxState, Thread, ThreadState
from crm_store.models.ticket import Ticket
from crm_store.rules.lifecycle import Status
from handlers.agent import topics
from handlers.agent.topics import Bench
from handlers.context import TickContext

WINDOW = timedelta(seconds=60)
HALF_FULL = 10  # of the twenty messages a minute that a group takes


def spare(ctx: TickContext) -> bool:
    """Make the topic of the oldest untaken ticket without one while the group has half its budget left."""
    group = ctx.desk.staff_group
    if group is None or not _has_room(ctx, group):
        return False
    ticket = _oldest_without(ctx.session)
    if ticket is None:
        return False
    topics.make(Bench(ctx.session, ctx.now, ctx.desk, ctx.inbox_id, ctx.desk.language), ticket)
    return False  # what was just asked for fills the group's lane; the next turn looks again


def _has_room(ctx: TickContext, group: str) -> bool:
    waiting = ctx.session.scalar(
        sa.select(OutboxRow.id)
        .where(
            OutboxRow.inbox_id == ctx.inbox_id, OutboxRow.chat == group, OutboxRow.target_id.is_(None),
            OutboxRow.state.in_([OutboxState.READY, OutboxState.CLAIMED, OutboxState.SENDING]),
        )
        .limit(1)
    )  # fmt: skip
    if waiting is not None or _refused_lately(ctx.session, group):
        return False
    recent = outbox.recent_starts(ctx.session, ctx.inbox_id, since=ctx.now - WINDOW)
    return sum(1 for chat, _ in recent if chat == group) < HALF_FULL


def _refused_lately(session: Session, group: str) -> bool:
    """Tell whether the group's newest topic could not be made: it is no forum, or we lack the right."""
    newest = session.scalar(sa.select(Thread).where(Thread.chat == group).order_by(Thread.id.desc()).limit(1))
    return newest is not None and newest.state == ThreadState.GONE and newest.provider_id is None


def _oldest_without(session: Session) -> Ticket | None:
    living = sa.select(Thread.id).where(Thread.ticket_id == Ticket.id, Thread.state != ThreadState.GONE)
    return session.scalar(
        sa.select(Ticket)
        .where(Ticket.status == Status.NEW, Ticket.assignee_id.is_(None), ~living.exists())
        .order_by(Ticket.opened, Ticket.id)
        .limit(1)
    )

"""Resolutions to be checked and drawn, and what came of it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.conversation import Conversation, Direction, Message
from crm_store.models.inbox import Inbox
from crm_store.models.quality import QualityCheck, QualityDraw, QualitySample
from crm_store.models.ticket import Event, Ticket
from crm_store.store import adding

NOT_SERVED = '%"reason":"by_staff"%'  # closed without an answer, as spam is
QUESTIONS = ("understood", "right", "friendly", "clear")


@dataclass(frozen=True, slots=True)
class Resolution:
    """A ticket resolved by an agent, and the line of the log that says so."""

    event_id: int
    ticket_id: int
    agent_id: int
    at: datetime


def unchecked(session: Session, *, before: datetime, limit: int) -> Sequence[Resolution]:
    """List resolutions older than an instant that are not checked yet, in the order of the log."""
    last = session.scalar(sa.select(sa.func.max(QualityCheck.event_id))) or 0
    return list(_resolutions(session, Event.id > last, Event.at <= before, limit=limit))


def resolved_in(session: Session, *, start: datetime, end: datetime) -> Sequence[Resolution]:
    """List the resolutions of a period."""
    return list(_resolutions(session, Event.at >= start, Event.at < end))


def _resolutions(
    session: Session, *where: sa.ColumnElement[bool], limit: int | None = None
) -> Iterator[Resolution]:
    query = (
        sa.select(Event.id, Event.ticket_id, Event.by, Event.at)
        .where(Event.kind == "resolved", Event.by.like("staff:%"), Event.detail.not_like(NOT_SERVED), *where)
        .order_by(Event.id)
        .limit(limit)
    )
    for event_id, ticket_id, by, at in session.execute(query):
        yield Resolution(event_id, ticket_id, int(by.partition(":")[2]), at)


def said(session: Session, one: Resolution) -> Sequence[Message]:
    """List what was said from the resolution before up to this one, oldest first, notes left out."""
    since = session.scalar(
        sa.select(sa.func.max(Event.at)).where(
            Event.ticket_id == one.ticket_id, Event.kind == "resolved", Event.id < one.event_id
        )
    )
    lines = sa.select(Message).where(
        Message.ticket_id == one.ticket_id, Message.direction != Direction.NOTE, Message.at <= one.at
    )
    if since is not None:
        lines = lines.where(Message.at > since)
    return session.scalars(lines.order_by(Message.at, Message.id)).all()


def came_again(session: Session, one: Resolution) -> datetime | None:
    """Tell when the customer of a resolved ticket next came back: to it, or with another one."""
    ticket = session.get_one(Ticket, one.ticket_id)
    reopened = session.scalar(
        sa.select(sa.func.min(Event.at)).where(
            Event.ticket_id == one.ticket_id,
            Event.id > one.event_id,
            Event.kind == "reopened",
            Event.by.like("customer:%"),
        )
    )
    opened = session.scalar(
        sa.select(sa.func.min(Ticket.opened)).where(
            Ticket.customer_id == ticket.customer_id, Ticket.opened > one.at, Ticket.id != ticket.id
        )
    )
    return min((at for at in (reopened, opened) if at is not None), default=None)


def channel_of(session: Session, ticket_id: int) -> str:
    """Name the channel of a ticket."""
    found = session.scalar(
        sa.select(Inbox.channel)
        .join(Conversation, Conversation.inbox_id == Inbox.id)
        .join(Ticket, Ticket.conversation_id == Conversation.id)
        .where(Ticket.id == ticket_id)
    )
    return found or ""


def checks(session: Session, *, start: datetime, end: datetime) -> Sequence[QualityCheck]:
    """List the checks of resolutions in a period."""
    return session.scalars(
        sa.select(QualityCheck).where(QualityCheck.at >= start, QualityCheck.at < end)
    ).all()


def begin_draw(session: Session, week: str, *, now: datetime) -> bool:
    """Write down that a week is drawn; False when it was drawn before."""
    made = session.execute(
        adding(session, QualityDraw)
        .values(week=week, at=now)
        .on_conflict_do_nothing()
        .returning(QualityDraw.week)
    )
    return made.first() is not None


def draw(session: Session, week: str, chosen: Collection[Resolution], *, now: datetime) -> None:
    """Keep the resolutions drawn for a week."""
    session.add_all(
        QualitySample(
            week=week, event_id=one.event_id, ticket_id=one.ticket_id, agent_id=one.agent_id, drawn=now
        )
        for one in chosen
    )
    session.flush()


def next_sample(session: Session) -> QualitySample | None:
    """Return the oldest drawn resolution that nobody has read to the end."""
    return session.scalar(
        sa.select(QualitySample).where(QualitySample.done.is_(None)).order_by(QualitySample.id).limit(1)
    )


def count_open(session: Session) -> int:
    """Count the drawn resolutions that nobody has read to the end."""
    waiting = sa.select(sa.func.count(QualitySample.id)).where(QualitySample.done.is_(None))
    return session.scalar(waiting) or 0


def samples(session: Session, *, start: datetime, end: datetime) -> Sequence[QualitySample]:
    """List what supervisors read in a period."""
    return session.scalars(
        sa.select(QualitySample).where(QualitySample.done >= start, QualitySample.done < end)
    ).all()

"""Tickets: found, opened, continued."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.customers import Contact
from crm_store.errors import NotFoundError
from crm_store.models.outbox import Action, OutboxRow, Thread, ThreadState
from crm_store.models.ticket import Ticket
from crm_store.rules.lifecycle import Kind, Priority, Status
from crm_store.store import Prepared
from crm_store.types import instant, micros

_UNRESOLVED = (Status.NEW, Status.OPEN, Status.PENDING, Status.ON_HOLD, Status.SNOOZED)
_FIELDS = (
    "customer_id", "conversation_id", "kind", "status", "priority", "subject", "opened", "first_due",
    "resolution_due", "follow_up_of", "sla_version", "calendar_version",
)  # fmt: skip
_INSERT = Prepared(
    sa.insert(Ticket).values({name: sa.bindparam(name) for name in _FIELDS}).returning(Ticket.id)
)
_standing = sa.select(Ticket.id, Ticket.status, Ticket.resolved, Ticket.merged_into)
_LATEST = Prepared(
    _standing.where(Ticket.conversation_id == sa.bindparam("conversation"))
    .order_by(Ticket.id.desc())
    .limit(sa.literal_column("1"))
)
_STANDING = Prepared(_standing.where(Ticket.id == sa.bindparam("number")))


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest ticket of a conversation, as far as intake needs it."""

    id: int
    status: Status
    resolved: datetime | None

    @property
    def is_unresolved(self) -> bool:
        """Tell whether work on it goes on."""
        return self.status in _UNRESOLVED


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What a new ticket starts with."""

    kind: Kind
    priority: Priority
    subject: str
    first_due: datetime | None
    resolution_due: datetime | None
    follow_up_of: int | None = None
    sla_version: int | None = None
    calendar_version: int | None = None


def latest(session: Session, conversation_id: int) -> Latest | None:
    """Return the newest ticket of a conversation; one that was merged is where its work goes on."""
    row = _LATEST.first(session, conversation=conversation_id)
    seen: set[object] = set()
    while row is not None and row[3] is not None and row[0] not in seen:
        seen.add(row[0])
        row = _STANDING.first(session, number=row[3])
    if row is None:
        return None
    number, status, resolved, _ = row
    at = None if resolved is None else instant(cast("int", resolved))
    return Latest(cast("int", number), Status(cast("str", status)), at)


def create(session: Session, contact: Contact, opening: Opening, *, now: datetime) -> int:
    """Open a ticket and return its number."""
    row = _INSERT.first(
        session,
        customer_id=contact.customer_id,
        conversation_id=contact.conversation_id,
        kind=opening.kind.value,
        status=Status.NEW.value,
        priority=opening.priority.value,
        subject=opening.subject,
        opened=micros(now),
        first_due=None if opening.first_due is None else micros(opening.first_due),
        resolution_due=None if opening.resolution_due is None else micros(opening.resolution_due),
        follow_up_of=opening.follow_up_of,
        sla_version=opening.sla_version,
        calendar_version=opening.calendar_version,
    )
    return cast("int", cast("tuple[object, ...]", row)[0])


def by_number(session: Session, number: int) -> Ticket:
    """Return a ticket or raise NotFoundError."""
    found = session.get(Ticket, number) if 0 < number < 2**53 else None
    if found is None:
        raise NotFoundError("ticket", number)
    return found


def unresolved(session: Session, *, limit: int = 20) -> Sequence[Ticket]:
    """List the open work: complaints first, then by priority and age."""
    urgency = sa.case(
        {Priority.URGENT: 0, Priority.HIGH: 1, Priority.NORMAL: 2}, value=Ticket.priority, else_=3
    )
    return session.scalars(
        sa.select(Ticket)
        .where(Ticket.status.in_(_UNRESOLVED))
        .order_by((Ticket.kind == Kind.COMPLAINT).desc(), urgency, Ticket.opened, Ticket.id)
        .limit(limit)
    ).all()


def count_unresolved(session: Session) -> int:
    """Count the open work."""
    return session.scalar(sa.select(sa.func.count(Ticket.id)).where(Ticket.status.in_(_UNRESOLVED))) or 0


def of_customer(session: Session, customer_id: int, *, limit: int = 10) -> Sequence[Ticket]:
    """List a customer's tickets, newest first."""
    return session.scalars(
        sa.select(Ticket).where(Ticket.customer_id == customer_id).order_by(Ticket.id.desc()).limit(limit)
    ).all()


def open_complaint(session: Session, customer_id: int) -> int | None:
    """Return the number of a customer's open complaint, if there is one."""
    return session.scalar(
        sa.select(Ticket.id)
        .where(
            Ticket.customer_id == customer_id, Ticket.kind == Kind.COMPLAINT, Ticket.status.in_(_UNRESOLVED)
        )
        .order_by(Ticket.id)
        .limit(1)
    )


def thread_of(session: Session, ticket_id: int) -> Thread | None:
    """Return the living thread of a ticket, if it has one."""
    return session.scalar(
        sa.select(Thread)
        .where(Thread.ticket_id == ticket_id, Thread.state != ThreadState.GONE)
        .order_by(Thread.id.desc())
        .limit(1)
    )


def by_thread(session: Session, inbox_id: int, chat: str, provider_id: str) -> Ticket | None:
    """Find the ticket of a forum topic."""
    return session.scalar(
        sa.select(Ticket)
        .join(Thread, Thread.ticket_id == Ticket.id)
        .where(Thread.inbox_id == inbox_id, Thread.chat == chat, Thread.provider_id == provider_id)
        .order_by(Thread.id.desc())
    )


def by_card(session: Session, inbox_id: int, chat: str, provider_id: str) -> int | None:
    """Return the number of the one ticket a message of ours is about; a digest of several is about none."""
    found = session.scalars(
        sa.select(OutboxRow.ticket_id)
        .where(OutboxRow.inbox_id == inbox_id, OutboxRow.chat == chat, OutboxRow.provider_id == provider_id)
        .distinct()
        .limit(2)
    ).all()
    return found[0] if len(found) == 1 else None


def lines_of(session: Session, inbox_id: int, chat: str, provider_id: str) -> Sequence[OutboxRow]:
    """List the rows that went out as one message, in its order."""
    return session.scalars(
        sa.select(OutboxRow)
        .where(
            OutboxRow.inbox_id == inbox_id,
            OutboxRow.chat == chat,
            OutboxRow.provider_id == provider_id,
            OutboxRow.action == Action.SEND,
        )
        .order_by(OutboxRow.rank, OutboxRow.id)
    ).all()

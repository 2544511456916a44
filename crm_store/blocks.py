"""Blocks and mutes of customers, and the messages held back by them until someone recovers them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.errors import RefusedError
from crm_store.models.block import Bar, BarKind, HeldMessage
from crm_store.models.conversation import Message
from crm_store.models.customer import Customer, Identity
from crm_store.models.staff import Staff, StaffRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Who wants a customer blocked or muted, over which ticket, when, why and until when."""

    kind: BarKind
    ticket_id: int
    by: str
    at: datetime
    reason: str | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """What is held back of one customer."""

    customer_id: int
    name: str
    ticket_id: int | None
    causes: Sequence[str]
    count: int
    first: datetime
    last: datetime
    newest: str


def bar(session: Session, customer_id: int, wish: Wish) -> Bar:
    """Block or mute a customer from now on; what held before ends."""
    if _is_staff(session, customer_id):
        raise RefusedError("block_staff", number=wish.ticket_id)
    lift(session, customer_id, by=wish.by, now=wish.at)
    made = Bar(
        kind=wish.kind, customer_id=customer_id, ticket_id=wish.ticket_id, at=wish.at, by=wish.by,
        reason=wish.reason, until=wish.until,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def lift(session: Session, customer_id: int, *, by: str, now: datetime) -> Bar | None:
    """End a customer's block or mute; None when there is none."""
    found = session.scalar(
        sa.select(Bar).where(Bar.customer_id == customer_id, Bar.lifted.is_(None)).with_for_update()
    )
    if found is None:
        return None
    found.lifted, found.lifted_by = now, by
    session.flush()
    return found if found.until is None or found.until > now else None


def living(session: Session, customer_id: int, *, now: datetime) -> Bar | None:
    """Return the block or mute of a customer that holds now."""
    found = session.scalar(sa.select(Bar).where(Bar.customer_id == customer_id, Bar.lifted.is_(None)))
    return None if found is None or (found.until is not None and found.until <= now) else found


def by_id(session: Session, bar_id: int) -> Bar:
    """Return a block or mute that is known to be there."""
    return session.get_one(Bar, bar_id)


def hold(session: Session, message_id: int, *, customer_id: int, bar_id: int | None, now: datetime) -> None:
    """Put a message that was written down into the held queue."""
    cause = "block" if bar_id is not None else "flood"
    session.add(
        HeldMessage(message_id=message_id, customer_id=customer_id, bar_id=bar_id, cause=cause, at=now)
    )


def waiting(session: Session, *, limit: int = 20) -> Sequence[Held]:
    """List what is held back, by customer, those who wrote last first."""
    rows = session.execute(
        sa.select(
            HeldMessage.customer_id,
            Customer.name,
            sa.func.max(Bar.ticket_id),
            sa.func.count(HeldMessage.message_id),
            sa.func.min(HeldMessage.at),
            sa.func.max(HeldMessage.at),
            sa.func.max(HeldMessage.message_id),
        )
        .join(Customer, Customer.id == HeldMessage.customer_id)
        .outerjoin(Bar, Bar.id == HeldMessage.bar_id)
        .where(HeldMessage.recovered.is_(None))
        .group_by(HeldMessage.customer_id, Customer.name)
        .order_by(sa.func.max(HeldMessage.at).desc(), HeldMessage.customer_id)
        .limit(limit)
    ).all()
    return [
        Held(
            customer_id, name, ticket_id, _causes(session, customer_id), count, first, last,
            session.get_one(Message, newest).body,
        )
        for customer_id, name, ticket_id, count, first, last, newest in rows
    ]  # fmt: skip


def _causes(session: Session, customer_id: int) -> Sequence[str]:
    """List why messages of a customer are held: the block's own reason, else its kind."""
    asked = (
        sa.select(sa.func.coalesce(Bar.reason, HeldMessage.cause))
        .select_from(HeldMessage)
        .outerjoin(Bar, Bar.id == HeldMessage.bar_id)
        .where(HeldMessage.customer_id == customer_id, HeldMessage.recovered.is_(None))
    )
    return sorted(set(session.scalars(asked)))


def take_out(session: Session, customer_id: int, *, by: str, now: datetime) -> Sequence[Message]:
    """Take a customer's messages out of the held queue and return them, oldest first."""
    rows = session.execute(
        sa.select(HeldMessage, Message)
        .join(Message, Message.id == HeldMessage.message_id)
        .where(HeldMessage.customer_id == customer_id, HeldMessage.recovered.is_(None))
        .order_by(Message.id)
        .with_for_update()
    ).all()
    for held, _ in rows:
        held.recovered, held.recovered_by = now, by
    return [message for _, message in rows]


def _is_staff(session: Session, customer_id: int) -> bool:
    """Tell whether a customer is also one of the staff."""
    asked = (
        sa.select(StaffRole.id)
        .join(Staff, Staff.id == StaffRole.staff_id)
        .join(Identity, sa.and_(Identity.inbox_id == Staff.inbox_id, Identity.address == Staff.address))
        .where(Identity.customer_id == customer_id, StaffRole.revoked.is_(None))
        .limit(1)
    )
    return session.scalar(asked) is not None

"""When customers answer what they are sent: messages by channel and hour, and how many were answered."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.campaign import Reservation, ReservationState
from crm_store.models.conversation import Conversation, Direction, Message
from crm_store.models.score import CustomerScore

WITHIN = timedelta(hours=48)  # a message of the customer's own in that time is an answer
LOOKED_AT = 5000  # messages sent, the newest
DAY, HOUR = 86_400_000_000, 3_600_000_000  # microseconds
BLOCK = 4  # hours

Slot = tuple[str, int]
Counts = Mapping[Slot, tuple[int, int]]


def of_customer(session: Session, customer_id: int, *, now: datetime, zone: str) -> Counts:
    """Count by channel and hours (answered, sent) of one customer."""
    return _counted(session, Reservation.customer_id == customer_id, now=now, zone=zone)


def of_segment(session: Session, segment: str, *, now: datetime, zone: str) -> Counts:
    """Count the same of the customers whose purchases have one name."""
    mine = sa.select(CustomerScore.customer_id).where(CustomerScore.segment == segment)
    return _counted(session, Reservation.customer_id.in_(mine), now=now, zone=zone)


def of_everybody(session: Session, *, now: datetime, zone: str) -> Counts:
    """Count the same of everybody."""
    return _counted(session, sa.true(), now=now, zone=zone)


def _counted(session: Session, whose: sa.ColumnElement[bool], *, now: datetime, zone: str) -> Counts:
    sent = (
        sa.select(Reservation.customer_id, Reservation.channel, Reservation.at)
        .where(whose, Reservation.state == ReservationState.SENT, Reservation.at <= now)
        .order_by(Reservation.at.desc())
        .limit(LOOKED_AT)
        .subquery()
    )
    shift = (now.astimezone(ZoneInfo(zone)).utcoffset() or timedelta(0)) // timedelta(microseconds=1)
    hour = (sa.type_coerce(sent.c.at, sa.BigInteger) + shift) % DAY // (BLOCK * HOUR) * BLOCK
    answer = (
        sa.exists()
        .where(
            Conversation.customer_id == sent.c.customer_id,
            Message.conversation_id == Conversation.id,
            Message.direction == Direction.INBOUND,
            Message.at > sent.c.at,
            sa.type_coerce(Message.at, sa.BigInteger)
            <= sa.type_coerce(sent.c.at, sa.BigInteger) + WITHIN // timedelta(microseconds=1),
        )
        .correlate(sent)
    )
    slots = sa.select(
        sent.c.channel.label("channel"), hour.label("hour"), sa.case((answer, 1), else_=0).label("answered")
    ).subquery()
    query: sa.Select[str, int, int, int] = sa.select(
        slots.c.channel, slots.c.hour, sa.func.sum(slots.c.answered), sa.func.count()
    )
    rows = session.execute(query.group_by(slots.c.channel, slots.c.hour))
    return {(channel, int(first)): (int(answered), number) for channel, first, answered, number in rows}

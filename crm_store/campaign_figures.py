"""What became of campaigns: how many got it, and what they did next, beside those who were held out."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.campaign import (
    Campaign,
    Occurrence,
    Recipient,
    RecipientState,
    Reservation,
)
from crm_store.models.consent import Consent
from crm_store.models.conversation import Conversation, Direction, Message
from crm_store.models.customer import Order
from crm_store.models.outbox import Delivery
from crm_store.models.survey import Rating, SurveyKind
from crm_store.ratings import SATISFIED
from crm_store.types import MICROSECOND, micros

WROTE_WITHIN = timedelta(hours=24)
LEFT_WITHIN = timedelta(hours=72)
WEEK = timedelta(days=7)  # within which a rating or an order counts as coming after the message
HELD_OUT = "holdout"
_TRIED = (RecipientState.SENT, RecipientState.FAILED, RecipientState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Group:
    """So many messages, and how many of their readers did what within its time.

    `ratings` were given and `satisfied` of them, which may be several a reader; of `open` messages the week
    is not over.
    """

    number: int = 0
    wrote: int = 0
    left: int = 0
    bought: int = 0
    ratings: int = 0
    satisfied: int = 0
    blocked: int = 0
    open: int = 0

    def __add__(self, other: "Group") -> "Group":
        """Put two groups together."""
        return Group(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Group)))


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of the messages of a campaign or of a channel, and of those held out."""

    sent: Group = Group()
    failed: Group = Group()
    unknown: Group = Group()
    held_out: Group = Group()

    @property
    def tried(self) -> Group:
        """Return everyone it was sent to, arrived or not, for these were drawn as the hold-out was."""
        return self.sent + self.failed + self.unknown


def of_campaign(session: Session, campaign_id: int, *, now: datetime) -> Figures:
    """Return what became of all runs of a campaign."""
    found = _figures(session, Campaign.id == campaign_id, now=now)
    return next(iter(found.values()), Figures())


def by_channel(session: Session, *, start: datetime, end: datetime) -> Mapping[str, Figures]:
    """Return what became of the runs due in [start, end), by channel."""
    return _figures(session, sa.and_(Occurrence.due >= start, Occurrence.due < end), now=end)


def effect_by_channel(session: Session, *, start: datetime, end: datetime) -> Mapping[str, Figures]:
    """Return the same of those runs only that held somebody out and whose week is over."""
    held = sa.exists().where(Recipient.occurrence_id == Occurrence.id, Recipient.reason == HELD_OUT)
    over = sa.and_(Occurrence.due >= start, Occurrence.due < end - WEEK, held.correlate(Occurrence))
    return _figures(session, over, now=end)


def _figures(session: Session, which: sa.ColumnElement[bool], *, now: datetime) -> Mapping[str, Figures]:
    told = _told(which)
    since = told.c.at
    rows = session.execute(
        sa.select(
            told.c.channel,
            told.c.part,
            sa.func.count(),
            _sum(_wrote(told)),
            _sum(_left(told)),
            _sum(_bought(told)),
            sa.func.sum(_ratings(told)),
            sa.func.sum(_ratings(told, least=SATISFIED)),
            _sum(_blocked(told)),
            _sum(since > micros(now - WEEK)),
        ).group_by(told.c.channel, told.c.part)
    )
    found: dict[str, dict[str, Group]] = {}
    for row in rows:
        channel, part, *numbers = cast("tuple[str, str, *tuple[int, ...]]", tuple(row))
        found.setdefault(channel, {})[part] = Group(*map(int, numbers))  # PostgreSQL sums to Decimal
    return {
        channel: Figures(
            parts.get("sent", Group()),
            parts.get("failed", Group()),
            parts.get("unknown", Group()),
            parts.get(HELD_OUT, Group()),
        )
        for channel, parts in found.items()
    }


def _told(which: sa.ColumnElement[bool]) -> sa.CTE:
    """Select each message with what became of it and when; who was held out, from when the run was due."""
    at = sa.func.coalesce(
        sa.type_coerce(Reservation.at, sa.BigInteger), sa.type_coerce(Occurrence.due, sa.BigInteger)
    )
    held_out = Recipient.reason == HELD_OUT
    return (
        sa.select(
            Recipient.customer_id,
            Recipient.outbox_id,
            Campaign.channel,
            Campaign.topic,
            sa.case((held_out, sa.literal(HELD_OUT, sa.Text)), else_=Recipient.state).label("part"),
            at.label("at"),
        )
        .join(Occurrence, Occurrence.id == Recipient.occurrence_id)
        .join(Campaign, Campaign.id == Occurrence.campaign_id)
        .outerjoin(
            Reservation,
            sa.and_(
                Reservation.occurrence_id == Recipient.occurrence_id,
                Reservation.customer_id == Recipient.customer_id,
            ),
        )
        .where(which, sa.or_(Recipient.state.in_(_TRIED), held_out))
        .cte("told")
    )


def _sum(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((condition, 1), else_=0))


def _within(at: sa.ColumnElement[datetime], told: sa.CTE, span: timedelta) -> sa.ColumnElement[bool]:
    instant = sa.type_coerce(at, sa.BigInteger)
    return sa.and_(instant >= told.c.at, instant < told.c.at + span // MICROSECOND)


def _wrote(told: sa.CTE) -> sa.ColumnElement[bool]:
    return (
        sa.select(Message.id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(
            Conversation.customer_id == told.c.customer_id,
            Message.direction == Direction.INBOUND,
            _within(Message.__table__.c.at, told, WROTE_WITHIN),
        )
        .correlate(told)
        .exists()
    )


def _left(told: sa.CTE) -> sa.ColumnElement[bool]:
    return (
        sa.select(Consent.id)
        .where(
            Consent.customer_id == told.c.customer_id,
            Consent.channel == told.c.channel,
            Consent.topic == told.c.topic,
            Consent.withdrawn.is_not(None),
            _within(Consent.__table__.c.withdrawn, told, LEFT_WITHIN),
        )
        .correlate(told)
        .exists()
    )


def _bought(told: sa.CTE) -> sa.ColumnElement[bool]:
    return (
        sa.select(Order.id)
        .where(Order.customer_id == told.c.customer_id, _within(Order.__table__.c.at, told, WEEK))
        .correlate(told)
        .exists()
    )


def _ratings(told: sa.CTE, *, least: int = 0) -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.count(Rating.id))
        .where(
            Rating.customer_id == told.c.customer_id,
            Rating.kind == SurveyKind.CSAT,
            Rating.score >= least,
            _within(Rating.__table__.c.at, told, WEEK),
        )
        .correlate(told)
        .scalar_subquery()
    )


def _blocked(told: sa.CTE) -> sa.ColumnElement[bool]:
    return (
        sa.select(Delivery.id)
        .where(Delivery.outbox_id == told.c.outbox_id, Delivery.outcome == "unreachable")
        .correlate(told)
        .exists()
    )

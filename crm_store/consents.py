"""Consent and suppression: the yes and the no of a customer, each with when, where and in which words."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.customers import by_id
from crm_store.models.consent import Consent, Suppression

TOPICS = ("news",)


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose consent, on which channel, about which topic."""

    customer_id: int
    channel: str
    topic: str


def _current(scope: Scope) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Consent.customer_id == scope.customer_id,
        Consent.channel == scope.channel,
        Consent.topic == scope.topic,
        Consent.withdrawn.is_(None),
    )


def _stands(customer_id: int, channel: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Suppression.customer_id == customer_id,
        Suppression.channel == channel,
        Suppression.lifted.is_(None),
    )


def grant(session: Session, scope: Scope, *, wording: str, source: str, now: datetime) -> bool:
    """Record a yes and lift the no that stood against it; False when it was given already."""
    session.execute(
        sa.update(Suppression).where(*_stands(scope.customer_id, scope.channel)).values(lifted=now)
    )
    if session.scalar(sa.select(Consent.id).where(*_current(scope))) is not None:
        return False
    session.add(
        Consent(
            customer_id=scope.customer_id,
            channel=scope.channel,
            topic=scope.topic,
            granted=now,
            source=source,
            wording=wording,
        )
    )
    session.flush()
    return True


def withdraw(session: Session, scope: Scope, *, source: str, now: datetime) -> bool:
    """Take a yes back; False when there was none."""
    taken = session.execute(
        sa.update(Consent)
        .where(*_current(scope))
        .values(withdrawn=now, withdrawn_source=source)
        .returning(Consent.id)
    ).all()
    return bool(taken)


def suppress(session: Session, customer_id: int, channel: str, *, reason: str, now: datetime) -> bool:
    """Record a no to every topic of a channel and take back each yes; False when the no stood already."""
    session.execute(
        sa.update(Consent)
        .where(Consent.customer_id == customer_id, Consent.channel == channel, Consent.withdrawn.is_(None))
        .values(withdrawn=now, withdrawn_source=reason)
    )
    if is_suppressed(session, customer_id, channel):
        return False
    session.add(Suppression(customer_id=customer_id, channel=channel, at=now, reason=reason))
    session.flush()
    return True


def is_suppressed(session: Session, customer_id: int, channel: str) -> bool:
    """Tell whether a customer said no to a channel."""
    return session.scalar(sa.select(Suppression.id).where(*_stands(customer_id, channel))) is not None


def is_granted(session: Session, scope: Scope) -> bool:
    """Tell whether a yes holds and no no stands against it."""
    given = session.scalar(sa.select(Consent.id).where(*_current(scope))) is not None
    return given and not is_suppressed(session, scope.customer_id, scope.channel)


def mark_asked(session: Session, scope: Scope, *, now: datetime) -> None:
    """Write down that the question was put, so that it is put once."""
    customer = by_id(session, scope.customer_id)
    customer.attributes = {**customer.attributes, _asked(scope): now.isoformat()}


def asked_before(session: Session, scope: Scope) -> bool:
    """Tell whether the question was put, or a yes or no is on record without it."""
    if _asked(scope) in by_id(session, scope.customer_id).attributes:
        return True
    yes = sa.select(Consent.id).where(
        Consent.customer_id == scope.customer_id,
        Consent.channel == scope.channel,
        Consent.topic == scope.topic,
    )
    no = sa.select(Suppression.id).where(
        Suppression.customer_id == scope.customer_id, Suppression.channel == scope.channel
    )
    return session.scalar(yes.limit(1)) is not None or session.scalar(no.limit(1)) is not None


def _asked(scope: Scope) -> str:
    return f"asked:{scope.channel}:{scope.topic}"

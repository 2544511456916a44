"""What customers bought."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.customer import Order


@dataclass(frozen=True, slots=True)
class Purchases:
    """A customer's orders in one currency: how many, their sum in hundredths, and the last of them."""

    currency: str
    count: int
    total: int
    last: datetime


@dataclass(frozen=True, slots=True)
class Spending:
    """What one customer bought in a currency: first, last, on how many days, and the sum in hundredths."""

    first: datetime
    last: datetime
    days: int
    total: int


DAY = 86_400_000_000  # microseconds


def spending(session: Session, currency: str, *, until: datetime) -> Mapping[int, Spending]:
    """Sum up what every customer bought in a currency up to an instant."""
    days = sa.func.count((sa.type_coerce(Order.at, sa.BigInteger) // DAY).distinct())
    rows = session.execute(
        sa.select(
            Order.customer_id, sa.func.min(Order.at), sa.func.max(Order.at), days, sa.func.sum(Order.amount)
        )
        .where(Order.currency == currency, Order.at <= until)
        .group_by(Order.customer_id)
    )
    return {who: Spending(first, last, count, int(total)) for who, first, last, count, total in rows}


def latest(session: Session, customer_id: int, *, limit: int) -> Sequence[Order]:
    """List a customer's orders, newest first."""
    newest = (Order.at.desc(), Order.id.desc())
    return session.scalars(
        sa.select(Order).where(Order.customer_id == customer_id).order_by(*newest).limit(limit)
    ).all()


def of_customer(session: Session, customer_id: int) -> Sequence[Purchases]:
    """Sum up a customer's orders, one line a currency."""
    rows = session.execute(
        sa.select(Order.currency, sa.func.count(Order.id), sa.func.sum(Order.amount), sa.func.max(Order.at))
        .where(Order.customer_id == customer_id)
        .group_by(Order.currency)
        .order_by(Order.currency)
    )
    return [Purchases(currency, count, int(total), last) for currency, count, total, last in rows]

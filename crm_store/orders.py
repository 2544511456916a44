"""What customers bought."""

from collections.abc import Sequence
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


def of_customer(session: Session, customer_id: int) -> Sequence[Purchases]:
    """Sum up a customer's orders, one line a currency."""
    rows = session.execute(
        sa.select(Order.currency, sa.func.count(Order.id), sa.func.sum(Order.amount), sa.func.max(Order.at))
        .where(Order.customer_id == customer_id)
        .group_by(Order.currency)
        .order_by(Order.currency)
    )
    return [Purchases(currency, count, int(total), last) for currency, count, total, last in rows]

"""Orders from outside: matched to customers by what identifies them, kept once by their number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.customer import Customer, Identity, Order

KEYS = ("telegram_id", "phone", "email", "customer_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedOrder:
    """One order as a file describes it, with the customer it was matched to; money in hundredths."""

    line: int
    number: str
    customer_id: int
    product: str
    category: str | None
    channel: str | None
    amount: int
    currency: str
    at: datetime


@dataclass(slots=True)
class Kept:
    """What became of orders: how many are new, changed or as they were, and the lines that were refused."""

    created: int = 0
    updated: int = 0
    same: int = 0
    refused: list[int] = field(default_factory=list)
    earliest: datetime | None = None

    def note(self, at: datetime) -> None:
        """Remember the earliest order that is new or changed."""
        self.earliest = at if self.earliest is None else min(self.earliest, at)


def customers_by_key(session: Session, inbox_id: int | None) -> Mapping[str, Mapping[str, int]]:
    """Return the customers by each kind of key; of two with one key the first counts."""
    found: dict[str, dict[str, int]] = {key: {} for key in KEYS}
    outside = sa.type_coerce(Customer.attributes["customer_id"].as_string(), sa.Text)
    rows = session.execute(
        sa.select(Customer.id, Customer.phone, Customer.email, outside)
        .where(Customer.erased.is_(None))
        .order_by(Customer.id)
    )
    for number, *given in rows:
        for key, value in zip(("phone", "email", "customer_id"), given, strict=True):
            if value:
                found[key].setdefault(value, number)
    query = sa.select(Identity.address, Identity.customer_id).where(Identity.inbox_id == inbox_id)
    found["telegram_id"] |= {address: number for address, number in session.execute(query)}
    return found


def keep(session: Session, orders: Sequence[ImportedOrder]) -> Kept:
    """Write orders down; one that is known by its number is updated, one of another customer refused."""
    known = {
        order.number: order
        for order in session.scalars(
            sa.select(Order).where(Order.number.in_([order.number for order in orders]))
        )
    }
    kept = Kept()
    for new in orders:
        old = known.get(new.number)
        if old is None:
            session.add(_row(new))
            kept.created += 1
            kept.note(new.at)
        elif old.customer_id != new.customer_id:
            kept.refused.append(new.line)
        else:
            before = old.at
            if _update(old, new):
                kept.updated += 1
                kept.note(min(before, new.at))
            else:
                kept.same += 1
    session.flush()
    return kept


def _row(new: ImportedOrder) -> Order:
    return Order(
        number=new.number,
        customer_id=new.customer_id,
        product=new.product,
        category=new.category,
        channel=new.channel,
        amount=new.amount,
        currency=new.currency,
        at=new.at,
    )


def _update(old: Order, new: ImportedOrder) -> bool:
    """Change what a file tells differently; what it leaves empty stays."""
    told = {
        "product": new.product or None,
        "category": new.category,
        "channel": new.channel,
        "amount": new.amount,
        "currency": new.currency,
        "at": new.at,
    }
    changed = {
        name: value for name, value in told.items() if value is not None and getattr(old, name) != value
    }
    for name, value in changed.items():
        setattr(old, name, value)
    return bool(changed)

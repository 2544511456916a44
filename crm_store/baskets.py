"""What customers bought beside each other: the baskets of those who bought one of the same things."""

from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.customer import Order
from crm_store.models.score import CustomerScore

OWN, NEIGHBOURS, POPULAR = 20, 2000, 20


def own(session: Session, customer_id: int) -> Sequence[str]:
    """List what a customer bought, the newest first."""
    query = (
        sa.select(Order.product)
        .where(Order.customer_id == customer_id, Order.product != "")
        .group_by(Order.product)
        .order_by(sa.func.max(Order.at).desc(), Order.product)
        .limit(OWN)
    )
    return session.scalars(query).all()


def alike(session: Session, products: Collection[str]) -> Sequence[Collection[str]]:
    """Return the baskets of customers who bought any of these products."""
    who = (
        sa.select(Order.customer_id)
        .where(Order.product.in_(products))
        .distinct()
        .order_by(Order.customer_id.desc())
        .limit(NEIGHBOURS)
        .subquery()
    )
    rows = session.execute(
        sa.select(Order.customer_id, Order.product)
        .where(Order.customer_id.in_(sa.select(who.c.customer_id)), Order.product != "")
        .distinct()
        .order_by(Order.customer_id, Order.product)
    )
    baskets: dict[int, list[str]] = {}
    for customer_id, product in rows:
        baskets.setdefault(customer_id, []).append(product)
    return list(baskets.values())


def of_segment(session: Session, segment: str) -> Mapping[str, int]:
    """Count the buyers of what customers whose purchases have one name bought most."""
    number = sa.func.count(Order.customer_id.distinct())
    rows = session.execute(
        sa.select(Order.product, number)
        .join(CustomerScore, CustomerScore.customer_id == Order.customer_id)
        .where(CustomerScore.segment == segment, Order.product != "")
        .group_by(Order.product)
        .order_by(number.desc(), Order.product)
        .limit(POPULAR)
    )
    return {product: buyers for product, buyers in rows}

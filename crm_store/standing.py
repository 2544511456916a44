"""What is known of a customer who opens a ticket: found in one look, for intake is in a hurry."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.customer import CustomerTag
from crm_store.models.survey import Rating
from crm_store.models.ticket import Ticket
from crm_store.rules.priority import AGAIN_WITHIN, REMEMBERED, Standing
from crm_store.store import Prepared
from crm_store.types import micros

_who = sa.bindparam("customer", type_=sa.BigInteger)
_lately = sa.exists().where(
    Ticket.customer_id == _who,
    Ticket.opened > sa.bindparam("lately", type_=sa.BigInteger),
    Ticket.kind != sa.literal_column("'feedback'"),
)
_let_down = sa.exists().where(
    Rating.customer_id == _who,
    Rating.kind.in_([sa.literal_column("'csat'"), sa.literal_column("'feedback'")]),
    Rating.score <= sa.literal_column("2"),
    Rating.at > sa.bindparam("remembered", type_=sa.BigInteger),
)
_vip = sa.exists().where(
    CustomerTag.customer_id == _who, sa.func.lower(CustomerTag.tag) == sa.literal_column("'vip'")
)
_STANDING = Prepared(sa.select(_lately, _let_down, _vip))


def of_customer(session: Session, customer_id: int, *, now: datetime) -> Standing:
    """Tell what lifts the priority of a customer's next ticket."""
    row = _STANDING.first(
        session, customer=customer_id, lately=micros(now - AGAIN_WITHIN), remembered=micros(now - REMEMBERED)
    )
    assert row is not None  # noqa: S101 - the question itself is a row
    return Standing(*(bool(found) for found in row))

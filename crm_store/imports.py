"""Customers from outside: matched by what identifies them, updated or added, never doubled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import customers
from crm_store.models.customer import Customer, Identity


@dataclass(frozen=True, slots=True)
class Imported:
    """A customer as a file describes one; None leaves what is known."""

    name: str | None
    language: str | None
    phone: str | None
    email: str | None
    region: str | None
    address: str | None
    tags: Sequence[str]
    attributes: dict[str, object]


def keep(session: Session, inbox_id: int | None, found: Imported, *, language: str, now: datetime) -> bool:
    """Write one customer down; True when it is a new one.

    A language the customer chose stands. Without an inbox there is nowhere an address could belong to.
    """
    customer = _known(session, inbox_id, found)
    is_new = customer is None
    if customer is None:
        name = found.name or found.email or found.phone or found.address or ""
        customer = Customer(name=name, language=found.language or language, created=now, attributes={})
        session.add(customer)
        session.flush()
    if found.language is not None and not customer.language_chosen:
        customer.language = found.language
    if found.name is not None:
        customers.rename(session, customer.id, found.name)
    for field in ("phone", "email", "region"):
        given = getattr(found, field)
        if given is not None:
            setattr(customer, field, given)
    customer.attributes = {**customer.attributes, **found.attributes}
    if inbox_id is not None and found.address is not None:
        _identify(session, inbox_id, customer.id, found.address, now=now)
    for word in found.tags:
        customers.tag(session, customer.id, word, by="import", now=now)
    return is_new


def _known(session: Session, inbox_id: int | None, found: Imported) -> Customer | None:
    if found.address is not None:
        by_address = session.scalar(
            sa.select(Customer)
            .join(Identity, Identity.customer_id == Customer.id)
            .where(Identity.inbox_id == inbox_id, Identity.address == found.address)
        )
        if by_address is not None:
            return by_address
    for column, value in ((Customer.phone, found.phone), (Customer.email, found.email)):
        if value is not None:
            same = sa.select(Customer).where(column == value).order_by(Customer.id).limit(1)
            if found.address is not None:
                # Who has another address here is another person, though they share a phone.
                same = same.where(~sa.exists().where(_has_address(inbox_id)))
            known = session.scalar(same)
            if known is not None:
                return known
    return None


def _has_address(inbox_id: int | None) -> sa.ColumnElement[bool]:
    return sa.and_(Identity.customer_id == Customer.id, Identity.inbox_id == inbox_id)


def _identify(session: Session, inbox_id: int, customer_id: int, address: str, *, now: datetime) -> None:
    taken = session.scalar(
        sa.select(Identity.id).where(Identity.inbox_id == inbox_id, Identity.address == address)
    )
    if taken is None:
        session.add(Identity(inbox_id=inbox_id, address=address, customer_id=customer_id, created=now))
        session.flush()

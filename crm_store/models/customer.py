"""A customer is a person we serve; an identity is that person's address on an inbox."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base


class Customer(Base):
    """A person we serve."""

    __tablename__ = "customer"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    language: Mapped[str]
    language_chosen: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.false())
    zone: Mapped[str | None]
    phone: Mapped[str | None] = mapped_column(index=True)
    email: Mapped[str | None] = mapped_column(index=True)
    region: Mapped[str | None]
    attributes: Mapped[dict[str, object]] = mapped_column(server_default="{}")
    created: Mapped[datetime]
    erased: Mapped[datetime | None]


class Identity(Base):
    """A customer's address on an inbox, and whether it can be reached."""

    __tablename__ = "identity"
    __table_args__ = (sa.UniqueConstraint("inbox_id", "address"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    inbox_id: Mapped[int] = mapped_column(sa.ForeignKey("inbox.id"))
    address: Mapped[str]
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customer.id"), index=True)
    created: Mapped[datetime]
    unreachable_since: Mapped[datetime | None]
    unreachable_reason: Mapped[str | None]


class CustomerTag(Base):
    """A word someone put on a customer, with who and when."""

    __tablename__ = "customer_tag"

    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customer.id"), primary_key=True)
    tag: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str]


class Order(Base):
    """One purchase of a customer."""

    __tablename__ = "purchase"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customer.id"), index=True)
    product: Mapped[str] = mapped_column(index=True)
    category: Mapped[str | None]
    channel: Mapped[str | None]
    amount: Mapped[int]
    currency: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)

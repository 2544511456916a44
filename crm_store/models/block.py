"""A block keeps a customer's messages away from the desk; a mute only keeps quiet about them."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base, one_of


class BarKind(StrEnum):
    """How far a customer is kept away."""

    BLOCK = "block"
    MUTE = "mute"


class Bar(Base):
    """One block or mute of a customer: who, when, why and until when; one at a time."""

    __tablename__ = "bar"
    __table_args__ = (
        one_of("kind", BarKind),
        sa.Index(
            "ix_bar_living",
            "customer_id",
            unique=True,
            sqlite_where=sa.text("lifted IS NULL"),
            postgresql_where=sa.text("lifted IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customer.id"))
    ticket_id: Mapped[int] = mapped_column(sa.ForeignKey("ticket.id"))
    at: Mapped[datetime]
    by: Mapped[str]
    reason: Mapped[str | None]
    until: Mapped[datetime | None]
    told: Mapped[datetime | None]
    lifted: Mapped[datetime | None]
    lifted_by: Mapped[str | None]


class HeldMessage(Base):
    """A message kept away from the desk, with its cause, until someone recovers it."""

    __tablename__ = "held_message"
    __table_args__ = (
        sa.Index(
            "ix_held_message_waiting",
            "customer_id",
            "message_id",
            sqlite_where=sa.text("recovered IS NULL"),
            postgresql_where=sa.text("recovered IS NULL"),
        ),
    )

    message_id: Mapped[int] = mapped_column(sa.ForeignKey("message.id"), primary_key=True)
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customer.id"))
    bar_id: Mapped[int | None] = mapped_column(sa.ForeignKey("bar.id"))
    cause: Mapped[str]
    at: Mapped[datetime]
    recovered: Mapped[datetime | None]
    recovered_by: Mapped[str | None]

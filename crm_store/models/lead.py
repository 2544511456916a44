"""A lead is a sale that may come of a ticket: what, how much, how far, and what is done next."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base, one_of
from crm_store.rules.leads import Stage


class Lead(Base):
    """One sale that may come; the amount is in hundredths of its currency."""

    __tablename__ = "lead"
    __table_args__ = (one_of("stage", Stage), sa.Index("ix_lead_owner", "owner_id", "stage"))

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(sa.ForeignKey("ticket.id"), index=True)
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customer.id"), index=True)
    owner_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    product: Mapped[str]
    amount: Mapped[int]
    currency: Mapped[str]
    stage: Mapped[str]
    opened: Mapped[datetime]
    next_step: Mapped[str | None]
    next_due: Mapped[datetime | None]
    ended: Mapped[datetime | None]


class LeadMove(Base):
    """A stage that a lead came to, with who, when and why."""

    __tablename__ = "lead_move"

    id: Mapped[int] = mapped_column(primary_key=True)
    lead_id: Mapped[int] = mapped_column(sa.ForeignKey("lead.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[str]
    to: Mapped[str]
    reason: Mapped[str | None]

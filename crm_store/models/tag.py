"""A tag is a word on tickets; one that is a skill also says who can answer them."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base


class Tag(Base):
    """One word the house sorts its tickets by."""

    __tablename__ = "tag"

    name: Mapped[str] = mapped_column(primary_key=True)
    is_skill: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.false())
    made: Mapped[datetime]
    made_by: Mapped[str]


class TicketTag(Base):
    """A tag someone put on a ticket, with who and when."""

    __tablename__ = "ticket_tag"
    __table_args__ = (sa.Index("ix_ticket_tag_tag", "tag", "ticket_id"),)

    ticket_id: Mapped[int] = mapped_column(sa.ForeignKey("ticket.id"), primary_key=True)
    tag: Mapped[str] = mapped_column(sa.ForeignKey("tag.name"), primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str]

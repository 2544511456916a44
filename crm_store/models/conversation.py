"""A conversation is one customer on one inbox; a message is one line in it."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base, one_of


class Conversation(Base):
    """The thread of one customer on one inbox."""

    __tablename__ = "conversation"
    __table_args__ = (sa.UniqueConstraint("inbox_id", "chat"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    inbox_id: Mapped[int] = mapped_column(sa.ForeignKey("inbox.id"))
    chat: Mapped[str]
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customer.id"), index=True)
    identity_id: Mapped[int] = mapped_column(sa.ForeignKey("identity.id"))
    started: Mapped[datetime]


class Direction(StrEnum):
    """Who a message is for: a note never leaves the staff."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    NOTE = "note"


class Message(Base):
    """One line of a conversation."""

    __tablename__ = "message"
    __table_args__ = (
        one_of("direction", Direction),
        sa.Index("ix_message_conversation", "conversation_id", "id"),
        sa.Index("ix_message_ticket", "ticket_id", "id"),
        sa.Index("ix_message_provider", "conversation_id", "provider_id"),
        sa.Index(
            "ix_message_source",
            "source_chat",
            "source_id",
            sqlite_where=sa.text("source_id IS NOT NULL"),
            postgresql_where=sa.text("source_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(sa.ForeignKey("conversation.id"))
    ticket_id: Mapped[int | None] = mapped_column(sa.ForeignKey("ticket.id"))
    direction: Mapped[str]
    at: Mapped[datetime]
    body: Mapped[str]
    file_kind: Mapped[str | None]
    file_id: Mapped[str | None]
    file_name: Mapped[str | None]
    provider_id: Mapped[str | None]
    album: Mapped[str | None]
    source_chat: Mapped[str | None]
    source_id: Mapped[str | None]
    staff_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    edited: Mapped[datetime | None]


class MessageEdit(Base):
    """What a message said before its author changed it."""

    __tablename__ = "message_edit"

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(sa.ForeignKey("message.id"), index=True)
    at: Mapped[datetime]
    was: Mapped[str]

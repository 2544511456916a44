"""Everything that must go out is a row first; a delivery is one attempt of it."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base, one_of


class Lane(StrEnum):
    """What goes first when not everything can."""

    REPLY = "reply"
    NOTICE = "notice"
    CAMPAIGN = "campaign"


class Action(StrEnum):
    """What a row asks the channel to do."""

    SEND = "send"
    EDIT = "edit"
    COPY = "copy"
    REACT = "react"
    PIN = "pin"
    MAKE_THREAD = "make_thread"
    CLOSE_THREAD = "close_thread"
    OPEN_THREAD = "open_thread"


class OutboxState(StrEnum):
    """How far an outgoing row has come."""

    READY = "ready"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


READY = "state = 'ready'"
LOST = "state = 'failed' AND action = 'copy' AND message_id IS NULL"
FLYING = "state IN ('claimed', 'sending')"


class OutboxRow(Base):
    """One thing that must go out, once."""

    __tablename__ = "outbox"
    __table_args__ = (
        one_of("priority", Lane),
        one_of("action", Action),
        one_of("state", OutboxState),
        sa.UniqueConstraint("dedupe_key"),
        # SQLite uses a partial index only where its condition stands in the query to the letter.
        sa.Index(
            "ix_outbox_ready",
            "inbox_id",
            "rank",
            "id",
            "chat",
            sqlite_where=sa.text(READY),
            postgresql_where=sa.text(READY),
        ),
        sa.Index(
            "ix_outbox_ready_chat",
            "inbox_id",
            "chat",
            sqlite_where=sa.text(READY),
            postgresql_where=sa.text(READY),
        ),
        sa.Index(
            "ix_outbox_flying",
            "inbox_id",
            "chat",
            sqlite_where=sa.text(FLYING),
            postgresql_where=sa.text(FLYING),
        ),
        sa.Index("ix_outbox_provider", "inbox_id", "chat", "provider_id"),
        sa.Index("ix_outbox_recipient", "occurrence_id", "customer_id"),
        sa.Index(
            "ix_outbox_line",
            "ticket_id",
            sqlite_where=sa.text("combinable"),
            postgresql_where=sa.text("combinable"),
        ),
        # Where an answer of staff is at its customer.
        sa.Index(
            "ix_outbox_message",
            "message_id",
            sqlite_where=sa.text("message_id IS NOT NULL"),
            postgresql_where=sa.text("message_id IS NOT NULL"),
        ),
        # Files that could not be passed on, until somebody was told.
        sa.Index(
            "ix_outbox_lost",
            "inbox_id",
            sqlite_where=sa.text(LOST),
            postgresql_where=sa.text(LOST),
        ),
        # What the staff were shown of a ticket: the newest message of its customer that a row shows.
        sa.Index(
            "ix_outbox_shows",
            "ticket_id",
            "shows_id",
            sqlite_where=sa.text("shows_id IS NOT NULL"),
            postgresql_where=sa.text("shows_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    inbox_id: Mapped[int] = mapped_column(sa.ForeignKey("inbox.id"))
    chat: Mapped[str]
    thread_id: Mapped[int | None] = mapped_column(sa.ForeignKey("thread.id"))
    priority: Mapped[str]
    rank: Mapped[int] = mapped_column(sa.SmallInteger)
    action: Mapped[str]
    target_id: Mapped[int | None] = mapped_column(sa.ForeignKey("outbox.id"))
    combinable: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.false())
    customer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("customer.id"))
    ticket_id: Mapped[int | None] = mapped_column(sa.ForeignKey("ticket.id"))
    message_id: Mapped[int | None] = mapped_column(sa.ForeignKey("message.id"))
    shows_id: Mapped[int | None] = mapped_column(sa.ForeignKey("message.id"))
    occurrence_id: Mapped[int | None] = mapped_column(sa.ForeignKey("occurrence.id"))
    dedupe_key: Mapped[str | None]
    state: Mapped[str] = mapped_column(server_default="ready")
    created: Mapped[datetime]
    not_before: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(server_default="0")
    epoch: Mapped[int] = mapped_column(server_default="0")
    started: Mapped[datetime | None]
    may_repeat: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.false())
    reason: Mapped[str | None]
    body: Mapped[str]
    provider_id: Mapped[str | None]


class Delivery(Base):
    """One attempt to send a row; only ever added to."""

    __tablename__ = "delivery"

    id: Mapped[int] = mapped_column(primary_key=True)
    outbox_id: Mapped[int] = mapped_column(sa.ForeignKey("outbox.id"), index=True)
    attempt: Mapped[int]
    ended: Mapped[datetime]
    outcome: Mapped[str]
    reason: Mapped[str | None]
    retry_after: Mapped[float | None]


class Attachment(Base):
    """Bytes that an outgoing row carries, a chart for one."""

    __tablename__ = "attachment"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    mime: Mapped[str]
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)


class ChatGate(Base):
    """Until when a chat may not be written to, and why."""

    __tablename__ = "chat_gate"

    inbox_id: Mapped[int] = mapped_column(sa.ForeignKey("inbox.id"), primary_key=True)
    chat: Mapped[str] = mapped_column(primary_key=True)
    blocked_until: Mapped[datetime | None]
    dead_reason: Mapped[str | None]


class ThreadState(StrEnum):
    """How far a forum topic has come."""

    WANTED = "wanted"
    OPEN = "open"
    CLOSED = "closed"
    GONE = "gone"


class Thread(Base):
    """A forum topic in the staff group for one ticket."""

    __tablename__ = "thread"
    __table_args__ = (
        one_of("state", ThreadState),
        sa.Index("ix_thread_provider", "inbox_id", "chat", "provider_id"),
        sa.Index("ix_thread_ticket", "ticket_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    inbox_id: Mapped[int] = mapped_column(sa.ForeignKey("inbox.id"))
    chat: Mapped[str]
    ticket_id: Mapped[int] = mapped_column(sa.ForeignKey("ticket.id"))
    provider_id: Mapped[str | None]
    name: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="wanted")
    created: Mapped[datetime]


class ThreadCard(Base):
    """The message in a topic that shows how its ticket stands, and what it shows now."""

    __tablename__ = "thread_card"
    __table_args__ = (
        sa.Index(
            "ix_thread_card_due",
            "due",
            sqlite_where=sa.text("due IS NOT NULL"),
            postgresql_where=sa.text("due IS NOT NULL"),
        ),
    )

    thread_id: Mapped[int] = mapped_column(sa.ForeignKey("thread.id"), primary_key=True)
    outbox_id: Mapped[int] = mapped_column(sa.ForeignKey("outbox.id"))
    shown: Mapped[str]
    edited: Mapped[datetime | None]
    due: Mapped[datetime | None]

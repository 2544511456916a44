"""An inbox is one configured account of a channel; the journal is what arrived there."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base, one_of


class Inbox(Base):
    """One configured account of a channel."""

    __tablename__ = "inbox"
    __table_args__ = (sa.UniqueConstraint("channel", "account"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str]
    account: Mapped[str]
    epoch: Mapped[int] = mapped_column(server_default="0")
    paused_until: Mapped[datetime | None]


class JournalState(StrEnum):
    """How far an arrived event has come."""

    NEW = "new"
    DONE = "done"
    FAILED = "failed"


class JournalEntry(Base):
    """One event as it arrived, kept before it is confirmed to the channel."""

    __tablename__ = "journal"
    __table_args__ = (
        sa.UniqueConstraint("inbox_id", "update_id"),
        one_of("state", JournalState),
        sa.Index(
            "ix_journal_waiting",
            "inbox_id",
            "id",
            sqlite_where=sa.text("state = 'new'"),
            postgresql_where=sa.text("state = 'new'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    inbox_id: Mapped[int] = mapped_column(sa.ForeignKey("inbox.id"))
    update_id: Mapped[int]
    received: Mapped[datetime]
    lane: Mapped[str]
    raw: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="new")
    attempts: Mapped[int] = mapped_column(server_default="0")
    error: Mapped[str | None]

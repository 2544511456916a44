"""A flood is one customer writing faster than anyone can read: told in one line a minute, once alerted."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base


class Flood(Base):
    """One flood in a conversation: since when, up to which message the desk was told, until when."""

    __tablename__ = "flood"
    __table_args__ = (
        sa.Index(
            "ix_flood_living",
            "conversation_id",
            unique=True,
            sqlite_where=sa.text("ended IS NULL"),
            postgresql_where=sa.text("ended IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(sa.ForeignKey("conversation.id"))
    ticket_id: Mapped[int] = mapped_column(sa.ForeignKey("ticket.id"))
    started: Mapped[datetime]
    told: Mapped[datetime]
    told_up_to: Mapped[int]
    ended: Mapped[datetime | None]

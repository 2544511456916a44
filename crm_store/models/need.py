"""What customers ask for: the themes read off every ticket's words, and how far the reading has come."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base

NO_THEME = "other"


class TicketTheme(Base):
    """One theme of a ticket's words; the one named first has place 0, and words without any have `other`."""

    __tablename__ = "ticket_theme"
    __table_args__ = (sa.Index("ix_ticket_theme_when", "at", "place", "theme"),)

    ticket_id: Mapped[int] = mapped_column(sa.ForeignKey("ticket.id"), primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    theme: Mapped[str]
    at: Mapped[datetime]


class ThemesRead(Base):
    """Up to which ticket, that one taken in, themes have been read; one row."""

    __tablename__ = "themes_read"

    id: Mapped[int] = mapped_column(primary_key=True)
    upto: Mapped[int]

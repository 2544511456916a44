"""What people say of their own accord: how pleased a feedback or a complaint is, and about which themes."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base, one_of
from crm_store.rules.lifecycle import Kind


class Opinion(Base):
    """How pleased one ticket's words are, from 0 to 1."""

    __tablename__ = "opinion"
    __table_args__ = (one_of("kind", Kind), sa.Index("ix_opinion_when", "kind", "at", "sentiment"))

    ticket_id: Mapped[int] = mapped_column(sa.ForeignKey("ticket.id"), primary_key=True, autoincrement=False)
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customer.id"), index=True)
    kind: Mapped[str]
    sentiment: Mapped[float]
    at: Mapped[datetime]


class OpinionTheme(Base):
    """One theme of an opinion."""

    __tablename__ = "opinion_theme"
    __table_args__ = (sa.Index("ix_opinion_theme_when", "theme", "at"),)

    ticket_id: Mapped[int] = mapped_column(sa.ForeignKey("ticket.id"), primary_key=True, autoincrement=False)
    theme: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class Fix(Base):
    """A theme that was put right: who said so, in which words, and when it was confirmed."""

    __tablename__ = "fix"
    __table_args__ = (
        sa.Index(
            "ix_fix_telling",
            "id",
            sqlite_where=sa.text("confirmed IS NOT NULL AND told IS NULL"),
            postgresql_where=sa.text("confirmed IS NOT NULL AND told IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    inbox_id: Mapped[int] = mapped_column(sa.ForeignKey("inbox.id"))
    theme: Mapped[str]
    text: Mapped[str]
    by: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    made: Mapped[datetime]
    confirmed: Mapped[datetime | None]
    told: Mapped[datetime | None]


class FixNotice(Base):
    """One customer told of one fix."""

    __tablename__ = "fix_notice"

    fix_id: Mapped[int] = mapped_column(sa.ForeignKey("fix.id"), primary_key=True, autoincrement=False)
    customer_id: Mapped[int] = mapped_column(
        sa.ForeignKey("customer.id"), primary_key=True, autoincrement=False, index=True
    )
    at: Mapped[datetime]

"""How well tickets were talked through: checked by rule, and by a supervisor on a few drawn at random."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base


class QualityCheck(Base):
    """The four checks of one resolution, a week after it; null where one does not apply."""

    __tablename__ = "quality_check"
    __table_args__ = (sa.Index("ix_quality_check_at", "at", "agent_id"),)

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(sa.ForeignKey("ticket.id"), index=True)
    agent_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    channel: Mapped[str]
    at: Mapped[datetime]
    answered: Mapped[bool | None] = mapped_column(sa.Boolean)
    in_time: Mapped[bool | None] = mapped_column(sa.Boolean)
    language: Mapped[bool | None] = mapped_column(sa.Boolean)
    settled: Mapped[bool | None] = mapped_column(sa.Boolean)


class QualitySample(Base):
    """A resolution drawn for a supervisor to read, with four answers of yes or no."""

    __tablename__ = "quality_sample"
    __table_args__ = (
        sa.Index(
            "ix_quality_sample_open",
            "id",
            sqlite_where=sa.text("done IS NULL"),
            postgresql_where=sa.text("done IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    week: Mapped[str] = mapped_column(index=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"), unique=True)
    ticket_id: Mapped[int] = mapped_column(sa.ForeignKey("ticket.id"))
    agent_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    drawn: Mapped[datetime]
    understood: Mapped[bool | None] = mapped_column(sa.Boolean)
    right: Mapped[bool | None] = mapped_column(sa.Boolean)
    friendly: Mapped[bool | None] = mapped_column(sa.Boolean)
    clear: Mapped[bool | None] = mapped_column(sa.Boolean)
    reader_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    done: Mapped[datetime | None]


class QualityDraw(Base):
    """The week up to which tickets were drawn, by its Monday."""

    __tablename__ = "quality_draw"

    week: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]

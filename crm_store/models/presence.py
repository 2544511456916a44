"""Who is there: whether someone takes work now, when they usually do, and what they can answer."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base, one_of


class PresenceState(StrEnum):
    """Whether someone takes work."""

    HERE = "here"
    AWAY = "away"


class Presence(Base):
    """A stretch in which someone was there or away, with who said so and why; the open one is now."""

    __tablename__ = "presence"
    __table_args__ = (
        one_of("state", PresenceState),
        sa.Index(
            "ix_presence_now",
            "staff_id",
            unique=True,
            sqlite_where=sa.text("until IS NULL"),
            postgresql_where=sa.text("until IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    state: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    by: Mapped[str]
    reason: Mapped[str] = mapped_column(server_default="")


class Shift(Base):
    """A weekly stretch in which someone works; whoever has none works while the house is open."""

    __tablename__ = "shift"

    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), primary_key=True)
    weekday: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True)
    starts: Mapped[str] = mapped_column(primary_key=True)
    ends: Mapped[str]


class StaffSkill(Base):
    """A skill someone has: a tag of tickets they can answer."""

    __tablename__ = "staff_skill"

    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), primary_key=True)
    tag: Mapped[str] = mapped_column(sa.ForeignKey("tag.name"), primary_key=True)


class StaffLanguage(Base):
    """A language someone answers customers in; whoever names none answers in any."""

    __tablename__ = "staff_language"

    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)

"""The calendar of the desk: each change is a new version, so that what was promised stays explained."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base, one_of


class CalendarVersion(Base):
    """A week of opening hours in a zone, with who wrote it; what the settings said is kept beside it."""

    __tablename__ = "calendar_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    zone: Mapped[str]
    week: Mapped[str]
    settings: Mapped[str]
    digest: Mapped[str]
    made: Mapped[datetime]
    made_by: Mapped[str]


class Source(StrEnum):
    """Who says that a day is special; the later one wins."""

    HOLIDAY = "holiday"
    SETTINGS = "settings"
    OVERRIDE = "override"


class SpecialDay(Base):
    """A date with hours of its own, or closed, in one version."""

    __tablename__ = "special_day"
    __table_args__ = (one_of("source", Source), sa.UniqueConstraint("version_id", "day", "source"))

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("calendar_version.id"))
    day: Mapped[str]
    shifts: Mapped[str]
    source: Mapped[str]

"""What supervisors were told unasked: an alert once an episode, a digest once a week."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base, one_of


class AlertKind(StrEnum):
    """What left its usual range: a share of bad ratings by week, or a number of tickets by day."""

    BAD_SHARE = "bad_share"
    VOLUME = "volume"


class Alert(Base):
    """One episode of a figure outside its usual range, with the rule that says so; told once."""

    __tablename__ = "alert"
    __table_args__ = (one_of("kind", AlertKind), sa.UniqueConstraint("kind", "key", "started"))

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    key: Mapped[str]
    started: Mapped[datetime]
    told: Mapped[datetime]
    rule: Mapped[dict[str, object]] = mapped_column(server_default="{}")


class AlertWatch(Base):
    """On which day, counted from 0001-01-01 in the house's zone, the figures were last looked at; one row."""

    __tablename__ = "alert_watch"

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[int]


class Digest(Base):
    """The digest of one week, sent to one reader."""

    __tablename__ = "digest"

    week: Mapped[datetime] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), primary_key=True, autoincrement=False)
    sent: Mapped[datetime]

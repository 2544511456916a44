"""Ratings summed by day, so that nobody counts ten million of them twice."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base


class RatingDay(Base):
    """How many ratings of a score one agent had on one channel on one UTC day (days since 1970)."""

    __tablename__ = "rating_day"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy reads this class attribute

    kind: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    agent_id: Mapped[int] = mapped_column(primary_key=True)  # 0 is nobody
    channel: Mapped[str] = mapped_column(primary_key=True)
    score: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True)
    count: Mapped[int]


class RatingDayStale(Base):
    """A day that was summed and has changed since."""

    __tablename__ = "rating_day_stale"

    day: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)


class RatingSummed(Base):
    """Up to which day, that day left out, ratings are summed; one row."""

    __tablename__ = "rating_summed"

    id: Mapped[int] = mapped_column(primary_key=True)
    upto: Mapped[int] = mapped_column(sa.Integer)

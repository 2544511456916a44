"""A survey asks once per episode; a rating is the answer, its history kept."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base, one_of


class SurveyState(StrEnum):
    """How far a survey has come."""

    PLANNED = "planned"
    ASKED = "asked"
    ANSWERED = "answered"
    CANCELLED = "cancelled"


class SurveyKind(StrEnum):
    """What is asked: about the service, or what a feedback was worth in figures."""

    CSAT = "csat"
    FEEDBACK = "feedback"


class Survey(Base):
    """One question to a customer about one episode."""

    __tablename__ = "survey"
    __table_args__ = (
        one_of("kind", SurveyKind),
        one_of("state", SurveyState),
        sa.UniqueConstraint("ticket_id", "episode", "kind"),
        sa.Index(
            "ix_survey_due",
            "due",
            sqlite_where=sa.text("state = 'planned'"),
            postgresql_where=sa.text("state = 'planned'"),
        ),
        sa.Index("ix_survey_asked", "kind", "asked"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    ticket_id: Mapped[int] = mapped_column(sa.ForeignKey("ticket.id"))
    episode: Mapped[int]
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customer.id"), index=True)
    agent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    channel: Mapped[str]
    due: Mapped[datetime]
    asked: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(server_default="planned")


class Rating(Base):
    """The answer to one survey."""

    __tablename__ = "rating"
    __table_args__ = (
        sa.CheckConstraint("score BETWEEN 1 AND 5", name="score"),
        sa.Index("ix_rating_when", "kind", "at", "score", "agent_id", "channel"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(sa.ForeignKey("survey.id"), unique=True)
    kind: Mapped[str]
    ticket_id: Mapped[int] = mapped_column(sa.ForeignKey("ticket.id"), index=True)
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customer.id"), index=True)
    agent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    channel: Mapped[str]
    score: Mapped[int] = mapped_column(sa.SmallInteger)
    at: Mapped[datetime]
    comment: Mapped[str | None]


class RatingChange(Base):
    """A score as it was given at one moment."""

    __tablename__ = "rating_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    rating_id: Mapped[int] = mapped_column(sa.ForeignKey("rating.id"), index=True)
    score: Mapped[int] = mapped_column(sa.SmallInteger)
    at: Mapped[datetime]


class RemedyCheck(Base):
    """One question, a day after a complaint was resolved: is it put right?"""

    __tablename__ = "remedy_check"
    __table_args__ = (
        sa.UniqueConstraint("ticket_id", "episode"),
        sa.Index(
            "ix_remedy_check_due",
            "due",
            sqlite_where=sa.text("asked IS NULL AND cancelled IS NULL"),
            postgresql_where=sa.text("asked IS NULL AND cancelled IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(sa.ForeignKey("ticket.id"))
    episode: Mapped[int]
    due: Mapped[datetime]
    asked: Mapped[datetime | None]
    cancelled: Mapped[datetime | None]
    answered: Mapped[datetime | None]
    is_right: Mapped[bool | None] = mapped_column(sa.Boolean)

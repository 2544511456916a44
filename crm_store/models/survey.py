"""A survey asks once per episode; a rating is the answer, its history kept."""

from collections.abc import Mapping
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
    """What is asked: about a service, a feedback in figures, would you recommend us, was it easy."""

    CSAT = "csat"
    FEEDBACK = "feedback"
    NPS = "nps"
    CES = "ces"


SCALES: Mapping[SurveyKind, range] = {
    SurveyKind.CSAT: range(1, 6),
    SurveyKind.FEEDBACK: range(1, 6),
    SurveyKind.NPS: range(11),
    SurveyKind.CES: range(1, 8),
}


def _on_its_scale() -> str:
    """Word the condition that a score is one of its kind's."""
    return " OR ".join(
        f"(kind = '{kind.value}' AND score BETWEEN {scale[0]} AND {scale[-1]})"
        for kind, scale in SCALES.items()
    )


class Survey(Base):
    """One question to a customer about one episode; a cancelled one keeps its reason."""

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
    reason: Mapped[str | None]


class SurveyRefusal(Base):
    """A customer's wish not to be asked: since when, by what, and until when."""

    __tablename__ = "survey_refusal"
    __table_args__ = (
        sa.Index(
            "ix_survey_refusal_living",
            "customer_id",
            unique=True,
            sqlite_where=sa.text("ended IS NULL"),
            postgresql_where=sa.text("ended IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customer.id"))
    since: Mapped[datetime]
    source: Mapped[str]
    ended: Mapped[datetime | None]


class Rating(Base):
    """The answer to one survey."""

    __tablename__ = "rating"
    __table_args__ = (
        sa.CheckConstraint(_on_its_scale(), name="score"),
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

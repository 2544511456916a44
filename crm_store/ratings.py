"""Ratings: one answer a survey, changed within a window."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import rating_counts
from crm_store.models.survey import Rating, RatingChange, Survey, SurveyKind, SurveyState
from crm_store.models.ticket import RecoveryTask

SATISFIED = 4  # from this score of 5 on somebody is satisfied
LOW = 2  # up to this score of 5 somebody was let down
LOW_OF: Mapping[str, int] = {
    SurveyKind.CSAT: LOW,
    SurveyKind.FEEDBACK: LOW,
    SurveyKind.NPS: 6,
    SurveyKind.CES: 3,
}
SERVICE = frozenset({SurveyKind.CSAT, SurveyKind.FEEDBACK})


class Outcome(StrEnum):
    """What a press of a score came to."""

    FIRST = "first"
    CHANGED = "changed"
    SAME = "same"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Response:
    """How many were asked and how many of them answered."""

    asked: int
    answered: int


def by_survey(session: Session, survey_id: int) -> Rating | None:
    """Return the answer to a survey, if there is one."""
    return session.scalar(sa.select(Rating).where(Rating.survey_id == survey_id))


def is_open(survey: Survey, rating: Rating | None, *, now: datetime, window: timedelta) -> bool:
    """Tell whether a survey still takes an answer: up to the window after it was asked or first rated."""
    since = survey.asked if rating is None else rating.at
    return since is not None and now - since <= window


def is_low(kind: str, score: int) -> bool:
    """Tell whether a score of a kind says that somebody was let down."""
    return score <= LOW_OF[kind]


def record(session: Session, survey: Survey, score: int, *, now: datetime, window: timedelta) -> Outcome:
    """Take a score for a survey; the last one within the window counts, and every one is kept."""
    rating = by_survey(session, survey.id)
    if not is_open(survey, rating, now=now, window=window):
        return Outcome.CLOSED
    if rating is not None and rating.score == score:
        return Outcome.SAME
    outcome = Outcome.FIRST if rating is None else Outcome.CHANGED
    if rating is None:
        rating = _first(session, survey, score, now=now)
    rating.score, survey.state = score, SurveyState.ANSWERED
    session.add(RatingChange(rating_id=rating.id, score=score, at=now))
    rating_counts.touch(session, rating.at)
    session.flush()
    return outcome


def _first(session: Session, survey: Survey, score: int, *, now: datetime) -> Rating:
    rating = Rating(
        survey_id=survey.id,
        kind=survey.kind,
        ticket_id=survey.ticket_id,
        customer_id=survey.customer_id,
        agent_id=survey.agent_id,
        channel=survey.channel,
        score=score,
        at=now,
    )
    session.add(rating)
    session.flush()
    return rating


def recover(session: Session, rating: Rating, *, now: datetime) -> bool:
    """Open the one recovery task of a low rating; False when there is one already or none is due."""
    task = sa.select(RecoveryTask.id).where(RecoveryTask.rating_id == rating.id)
    if (
        rating.kind not in SERVICE
        or not is_low(rating.kind, rating.score)
        or session.scalar(task) is not None
    ):
        return False
    session.add(
        RecoveryTask(
            rating_id=rating.id, customer_id=rating.customer_id, ticket_id=rating.ticket_id, opened=now
        )
    )
    session.flush()
    return True


def response(
    session: Session, start: datetime, end: datetime, *, kind: SurveyKind = SurveyKind.CSAT
) -> Response:
    """Count the surveys asked in [start, end), and how many of those were answered by now."""
    answered = sa.func.sum(sa.case((Survey.state == SurveyState.ANSWERED, 1), else_=0))
    asked, given = session.execute(
        sa.select(sa.func.count(Survey.id), answered).where(
            Survey.kind == kind, Survey.asked >= start, Survey.asked < end
        )
    ).one()
    return Response(cast("int", asked), cast("int | None", given) or 0)


def of_customer(session: Session, customer_id: int, *, limit: int = 5) -> Sequence[Rating]:
    """List a customer's ratings, newest first."""
    newest_first = (Rating.at.desc(), Rating.id.desc())
    return session.scalars(
        sa.select(Rating).where(Rating.customer_id == customer_id).order_by(*newest_first).limit(limit)
    ).all()

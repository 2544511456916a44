"""Surveys: one question about one episode, planned, asked once, cancelled when the work goes on."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.conversation import Conversation
from crm_store.models.survey import Survey, SurveyKind, SurveyState
from crm_store.models.ticket import Ticket
from crm_store.rules.lifecycle import Kind
from crm_store.store import Prepared
from crm_store.types import micros

_FIELDS = ("ticket_id", "customer_id", "channel", "due", "asked")
_ASK_AT_ONCE = Prepared(
    sa.insert(Survey)
    .values(
        {name: sa.bindparam(name) for name in _FIELDS}
        | {
            "kind": sa.literal_column("'feedback'"),
            "state": sa.literal_column("'asked'"),
            "episode": sa.literal_column("1"),
        }
    )
    .returning(Survey.id)
)


def plan(session: Session, ticket: Ticket, *, at: datetime, delay: timedelta, channel: str) -> Survey | None:
    """Plan to ask about the episode just resolved; None when that is done already or nobody served it."""
    if ticket.kind == Kind.FEEDBACK and ticket.first_replied is None:
        return None  # praise that was only read has been rated where it was given
    asked = sa.select(Survey.id).where(
        Survey.ticket_id == ticket.id, Survey.episode == ticket.episode, Survey.kind == SurveyKind.CSAT
    )
    if session.scalar(asked) is not None:
        return None
    survey = Survey(
        kind=SurveyKind.CSAT,
        ticket_id=ticket.id,
        episode=ticket.episode,
        customer_id=ticket.customer_id,
        agent_id=ticket.assignee_id,
        channel=channel,
        due=at + delay,
        state=SurveyState.PLANNED,
    )
    session.add(survey)
    session.flush()
    return survey


def ask_feedback(session: Session, ticket_id: int, customer_id: int, *, channel: str, now: datetime) -> int:
    """Write down that a feedback's score is asked for in its acknowledgement, and return the survey's id."""
    at = micros(now)
    row = _ASK_AT_ONCE.first(
        session, ticket_id=ticket_id, customer_id=customer_id, channel=channel, due=at, asked=at
    )
    return cast("int", cast("tuple[object, ...]", row)[0])


def due(session: Session, inbox_id: int, *, now: datetime, limit: int = 50) -> Sequence[Survey]:
    """List the planned surveys of an inbox whose time has come, oldest first."""
    return session.scalars(
        sa.select(Survey)
        .join(Ticket, Ticket.id == Survey.ticket_id)
        .join(Conversation, Conversation.id == Ticket.conversation_id)
        .where(
            Survey.state == sa.literal_column("'planned'"),
            Survey.due <= now,
            Conversation.inbox_id == inbox_id,
        )
        .order_by(Survey.due, Survey.id)
        .limit(limit)
    ).all()


def by_id(session: Session, survey_id: int) -> Survey | None:
    """Return a survey, locked against a second answer at the same moment."""
    return session.get(Survey, survey_id, with_for_update=True)


def mark_asked(survey: Survey, *, now: datetime) -> bool:
    """Write down that it is asked now; False when it was asked or cancelled before."""
    if survey.state != SurveyState.PLANNED:
        return False
    survey.state, survey.asked = SurveyState.ASKED, now
    return True


def cancel(session: Session, ticket_id: int) -> None:
    """Cancel what is planned about a ticket and not asked yet."""
    session.execute(
        sa.update(Survey)
        .where(Survey.ticket_id == ticket_id, Survey.state == SurveyState.PLANNED)
        .values(state=SurveyState.CANCELLED)
    )


def newest_of_ticket(session: Session, ticket_id: int) -> Survey | None:
    """Return the survey a ticket's customer was asked last."""
    return _newest(session, Survey.ticket_id == ticket_id)


def newest_of_customer(session: Session, customer_id: int) -> Survey | None:
    """Return the survey a customer was asked last."""
    return _newest(session, Survey.customer_id == customer_id)


def planned_of_customer(session: Session, customer_id: int) -> Survey | None:
    """Return the survey a customer is to be asked next."""
    waiting = sa.select(Survey).where(Survey.customer_id == customer_id, Survey.state == SurveyState.PLANNED)
    return session.scalar(waiting.order_by(Survey.id.desc()).limit(1))


def _newest(session: Session, whose: sa.ColumnElement[bool]) -> Survey | None:
    told = Survey.state.in_([SurveyState.ASKED, SurveyState.ANSWERED])
    newest_first = (Survey.asked.desc(), Survey.id.desc())
    return session.scalar(sa.select(Survey).where(whose, told).order_by(*newest_first).limit(1))


def of_ticket(session: Session, ticket_id: int) -> Sequence[Survey]:
    """List every survey of a ticket, oldest first."""
    return session.scalars(sa.select(Survey).where(Survey.ticket_id == ticket_id).order_by(Survey.id)).all()

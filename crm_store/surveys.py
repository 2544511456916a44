"""Surveys: one question about one episode, planned, asked once, cancelled when the work goes on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.conversation import Conversation
from crm_store.models.survey import Survey, SurveyKind, SurveyRefusal, SurveyState
from crm_store.models.ticket import Event, Ticket
from crm_store.rules.asking import Obstacle
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


_OPTED_OUT = Prepared(
    sa.select(SurveyRefusal.id).where(
        SurveyRefusal.customer_id == sa.bindparam("customer"), SurveyRefusal.ended.is_(None)
    )
)


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask about an episode just resolved: which kind, where, when, and if not, why not."""

    kind: SurveyKind
    channel: str
    due: datetime
    obstacle: str | None = None


def plan(session: Session, ticket: Ticket, question: Question) -> Survey | None:
    """Plan to ask about the episode just resolved, or keep why nobody is; None when that is done already."""
    known = sa.select(Survey.id).where(
        Survey.ticket_id == ticket.id, Survey.episode == ticket.episode, Survey.kind == question.kind
    )
    if session.scalar(known) is not None:
        return None
    survey = Survey(
        kind=question.kind,
        ticket_id=ticket.id,
        episode=ticket.episode,
        customer_id=ticket.customer_id,
        agent_id=None if question.kind == SurveyKind.NPS else ticket.assignee_id,
        channel=question.channel,
        due=question.due,
        state=SurveyState.PLANNED if question.obstacle is None else SurveyState.CANCELLED,
        reason=question.obstacle,
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
    """Take the planned surveys of an inbox whose time has come, oldest first; nobody else gets them now."""
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
        .with_for_update(of=Survey, skip_locked=True)
    ).all()


def by_id(session: Session, survey_id: int) -> Survey | None:
    """Return a survey, locked against a second answer at the same moment."""
    return session.get(Survey, survey_id, with_for_update=True)


def mark_asked(survey: Survey, *, now: datetime) -> bool:
    """Write down that it is asked now; False when it was asked before."""
    if survey.asked is not None:
        return False
    survey.state, survey.asked, survey.reason = SurveyState.ASKED, now, None
    return True


def cancel(session: Session, ticket_id: int, *, reason: str = "reopened") -> Sequence[str]:
    """Cancel what is planned about a ticket and not asked yet, and list the kinds it was."""
    return session.scalars(
        sa.update(Survey)
        .where(Survey.ticket_id == ticket_id, Survey.state == SurveyState.PLANNED)
        .values(state=SurveyState.CANCELLED, reason=reason)
        .returning(Survey.kind)
    ).all()


def last_asked(session: Session, customer_id: int, *, kind: SurveyKind | None = None) -> datetime | None:
    """Tell when a customer was asked last: anything, or a question of one kind."""
    asked = sa.select(sa.func.max(Survey.asked)).where(Survey.customer_id == customer_id)
    return session.scalar(asked if kind is None else asked.where(Survey.kind == kind))


def is_planned(session: Session, customer_id: int, kind: SurveyKind) -> bool:
    """Tell whether a question of a kind waits for a customer already."""
    waits = sa.select(Survey.id).where(
        Survey.customer_id == customer_id, Survey.kind == kind, Survey.state == SurveyState.PLANNED
    )
    return session.scalar(waits.limit(1)) is not None


def planned_of_ticket(session: Session, ticket_id: int, kind: SurveyKind) -> Survey | None:
    """Return a question of a kind that waits to be asked about a ticket."""
    waits = (Survey.ticket_id == ticket_id, Survey.kind == kind, Survey.state == SurveyState.PLANNED)
    return session.scalar(sa.select(Survey).where(*waits).with_for_update())


def was_answered(session: Session, ticket: Ticket) -> bool:
    """Tell whether a person answered the customer in the present episode of a ticket."""
    began = (
        sa.select(sa.func.coalesce(sa.func.max(Event.id), 0))
        .where(Event.ticket_id == ticket.id, Event.kind == "reopened")
        .scalar_subquery()
    )
    answered = sa.select(Event.id).where(
        Event.ticket_id == ticket.id, Event.kind == "replied", Event.by.like("staff:%"), Event.id > began
    )
    return session.scalar(answered.limit(1)) is not None


def ended_with(session: Session, ticket_id: int) -> str | None:
    """Return the reason a ticket was resolved with last, if one was given."""
    ended = sa.select(Event.detail).where(Event.ticket_id == ticket_id, Event.kind == "resolved")
    detail = session.scalar(ended.order_by(Event.id.desc()).limit(1))
    reason = None if detail is None else cast("dict[str, object]", orjson.loads(detail)).get("reason")
    return None if reason is None else str(reason)


def has_opted_out(session: Session, customer_id: int) -> bool:
    """Tell whether a customer does not want to be asked."""
    return _OPTED_OUT.first(session, customer=customer_id) is not None


def opt_out(session: Session, customer_id: int, *, source: str, now: datetime) -> None:
    """Ask a customer nothing from now on, and cancel what was planned."""
    if not has_opted_out(session, customer_id):
        session.add(SurveyRefusal(customer_id=customer_id, since=now, source=source))
    session.execute(
        sa.update(Survey)
        .where(Survey.customer_id == customer_id, Survey.state == SurveyState.PLANNED)
        .values(state=SurveyState.CANCELLED, reason=Obstacle.OPTED_OUT)
    )
    session.flush()


def opt_in(session: Session, customer_id: int, *, now: datetime) -> None:
    """Ask a customer again from the next time on."""
    session.execute(
        sa.update(SurveyRefusal)
        .where(SurveyRefusal.customer_id == customer_id, SurveyRefusal.ended.is_(None))
        .values(ended=now)
    )


def newest_of_ticket(session: Session, ticket_id: int) -> Survey | None:
    """Return the survey a ticket's customer was asked last."""
    return _newest(session, Survey.ticket_id == ticket_id)


def newest_of_customer(session: Session, customer_id: int) -> Survey | None:
    """Return the survey a customer was asked last."""
    return _newest(session, Survey.customer_id == customer_id)


def unasked_of_customer(session: Session, customer_id: int, *, since: datetime) -> Survey | None:
    """Return the question about a service that a customer may be asked if they wish to be.

    It waits still, or it was spared them lately: they were asked enough, or wanted not to be asked.
    """
    spared = sa.and_(
        Survey.state == SurveyState.CANCELLED,
        Survey.reason.in_([Obstacle.ASKED_LATELY, Obstacle.OPTED_OUT]),
        Survey.due >= since,
    )
    waiting = sa.select(Survey).where(
        Survey.customer_id == customer_id,
        Survey.kind == SurveyKind.CSAT,
        sa.or_(Survey.state == SurveyState.PLANNED, spared),
    )
    return session.scalar(waiting.order_by(Survey.id.desc()).limit(1))


def _newest(session: Session, whose: sa.ColumnElement[bool]) -> Survey | None:
    told = Survey.state.in_([SurveyState.ASKED, SurveyState.ANSWERED])
    newest_first = (Survey.asked.desc(), Survey.id.desc())
    return session.scalar(sa.select(Survey).where(whose, told).order_by(*newest_first).limit(1))


def of_ticket(session: Session, ticket_id: int) -> Sequence[Survey]:
    """List every survey of a ticket, oldest first."""
    return session.scalars(sa.select(Survey).where(Survey.ticket_id == ticket_id).order_by(Survey.id)).all()

"""Ratings by what they are about: agent, channel, ticket kind, theme or customer tag; and the low ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import rating_counts, ratings
from crm_store.models.customer import CustomerTag
from crm_store.models.need import TicketTheme
from crm_store.models.staff import Staff
from crm_store.models.survey import Rating, Survey, SurveyKind, SurveyState
from crm_store.models.ticket import RecoveryTask, Ticket
from crm_store.rating_counts import Histogram
from crm_store.spans import FIRST, Page

Dimension = Literal["agent", "channel", "kind", "theme", "segment"]
NOBODY = "0"  # the agent of a rating that nobody is answerable for


@dataclass(frozen=True, slots=True)
class Group:
    """The ratings of one agent, channel, ticket kind, theme or customer tag; without a value, all."""

    dimension: Dimension = "channel"
    value: str = ""


@dataclass(frozen=True, slots=True)
class Stratum:
    """How many were asked on a channel, how many of those answered, and how many of these are satisfied."""

    channel: str
    asked: int
    answered: int
    satisfied: int


class LowRating(NamedTuple):
    """A rating of somebody who was let down."""

    rating_id: int
    ticket_id: int
    score: int
    at: datetime
    agent: str | None
    comment: str | None


EVERYTHING = Group()


def by(session: Session, dimension: Dimension, *, start: datetime, end: datetime) -> Mapping[str, Histogram]:
    """Count the ratings in [start, end) by group and score; a customer with two tags counts in both."""
    if dimension == "agent" or dimension == "channel":  # noqa: PLR1714 - this is how the type is narrowed
        found = rating_counts.by(session, dimension, kind=SurveyKind.CSAT, start=start, end=end)
        return {str(value): scores for value, scores in found.items()}
    value = _VALUES[dimension]
    rows = session.execute(
        sa.select(value, Rating.score, sa.func.count())
        .select_from(_source(dimension))
        .where(*_within(start, end))
        .group_by(value, Rating.score)
    )
    groups: dict[str, dict[int, int]] = {}
    for name, score, count in rows:
        groups.setdefault(name, {})[score] = count
    return groups


def strata(session: Session, *, start: datetime, end: datetime) -> Sequence[Stratum]:
    """Count the surveys asked in [start, end) by channel, with what became of them."""
    answered = sa.func.sum(sa.case((Survey.state == SurveyState.ANSWERED, 1), else_=0))
    satisfied = sa.func.sum(sa.case((Rating.score >= ratings.SATISFIED, 1), else_=0))
    rows = session.execute(
        sa.select(Survey.channel, sa.func.count(), answered, satisfied)
        .outerjoin(Rating, Rating.survey_id == Survey.id)
        .where(Survey.kind == SurveyKind.CSAT, Survey.asked >= start, Survey.asked < end)
        .group_by(Survey.channel)
        .order_by(Survey.channel)
    )
    return [_stratum(tuple(row)) for row in rows]


def _stratum(row: tuple[object, ...]) -> Stratum:
    channel, asked, answered, satisfied = cast("tuple[str, int, int, int]", row)  # PostgreSQL sums to Decimal
    return Stratum(channel, int(asked), int(answered), int(satisfied))


def low(
    session: Session, group: Group, *, start: datetime, end: datetime, page: Page = FIRST
) -> Sequence[LowRating]:
    """List the low ratings given in [start, end), newest first."""
    rows = session.execute(
        sa.select(Rating.id, Rating.ticket_id, Rating.score, Rating.at, Staff.name, Rating.comment)
        .select_from(_source(group.dimension).outerjoin(Staff, Staff.id == Rating.agent_id))
        .where(*_low(group, start, end))
        .order_by(Rating.at.desc(), Rating.id.desc())
        .offset(page.offset)
        .limit(page.limit)
    )
    return [LowRating(*row) for row in rows]


def count_low(session: Session, group: Group, *, start: datetime, end: datetime) -> int:
    """Count the low ratings given in [start, end)."""
    counted = sa.select(sa.func.count()).select_from(_source(group.dimension))
    return session.scalar(counted.where(*_low(group, start, end))) or 0


def recover(session: Session, group: Group, *, start: datetime, end: datetime, now: datetime) -> int:
    """Open a recovery task for every low rating in [start, end) without one; return how many are open now."""
    mine = sa.select(Rating.id).select_from(_source(group.dimension)).where(*_low(group, start, end))
    had = sa.select(RecoveryTask.id).where(RecoveryTask.rating_id == Rating.id)
    new = sa.select(
        Rating.id, Rating.customer_id, Rating.ticket_id, sa.literal(now, RecoveryTask.opened.type)
    )
    session.execute(
        sa.insert(RecoveryTask).from_select(
            ["rating_id", "customer_id", "ticket_id", "opened"],
            new.where(Rating.id.in_(mine), ~had.exists()),
        )
    )
    still = sa.select(sa.func.count()).where(RecoveryTask.rating_id.in_(mine), RecoveryTask.done.is_(None))
    return session.scalar(still) or 0


def _source(dimension: Dimension) -> sa.FromClause:
    """Join ratings with what tells their group."""
    rating = Rating.__table__
    if dimension == "kind":
        return rating.join(Ticket.__table__, Ticket.id == Rating.ticket_id)
    if dimension == "theme":
        first = sa.and_(TicketTheme.ticket_id == Rating.ticket_id, TicketTheme.place == 0)
        return rating.join(TicketTheme.__table__, first)
    if dimension == "segment":
        tagged = CustomerTag.__table__
        return rating.join(tagged, CustomerTag.customer_id == Rating.customer_id)
    return rating


def _within(start: datetime, end: datetime) -> Sequence[sa.ColumnElement[bool]]:
    return [Rating.kind == SurveyKind.CSAT, Rating.at >= start, Rating.at < end]


def _low(group: Group, start: datetime, end: datetime) -> Sequence[sa.ColumnElement[bool]]:
    chosen = [_VALUES[group.dimension] == group.value] if group.value else []
    return [*_within(start, end), Rating.score <= ratings.LOW, *chosen]


_VALUES: Mapping[Dimension, sa.ColumnElement[str]] = {
    "agent": sa.cast(sa.func.coalesce(Rating.agent_id, 0), sa.Text),
    "channel": cast("sa.ColumnElement[str]", Rating.channel),
    "kind": cast("sa.ColumnElement[str]", Ticket.kind),
    "theme": cast("sa.ColumnElement[str]", TicketTheme.theme),
    "segment": cast("sa.ColumnElement[str]", CustomerTag.tag),
}

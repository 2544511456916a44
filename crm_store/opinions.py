"""Opinions: how pleased people are in their own words, and what they speak about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.opinion import Opinion, OpinionTheme
from crm_store.rules.lifecycle import Kind
from crm_store.store import Prepared
from crm_store.types import micros

PLEASED, DISPLEASED = 0.55, 0.45  # between them the words tell nothing
_FIELDS = ("ticket_id", "customer_id", "kind", "sentiment", "at")
_INSERT = Prepared(sa.insert(Opinion).values({name: sa.bindparam(name) for name in _FIELDS}))
_THEME = Prepared(
    sa.insert(OpinionTheme).values({name: sa.bindparam(name) for name in ("ticket_id", "theme", "at")})
)


@dataclass(frozen=True, slots=True)
class Said:
    """What one ticket's words let feel."""

    kind: Kind
    sentiment: float
    themes: Sequence[str]


@dataclass(frozen=True, slots=True)
class Mood:
    """How many opinions told something, how many of them were pleased, and how many told nothing."""

    told: int
    pleased: int
    silent: int


def keep(session: Session, ticket_id: int, customer_id: int, said: Said, *, at: datetime) -> None:
    """Keep what a new ticket's words let feel."""
    _INSERT.run(
        session, ticket_id=ticket_id, customer_id=customer_id, kind=said.kind.value,
        sentiment=said.sentiment, at=micros(at),
    )  # fmt: skip
    for theme in dict.fromkeys(said.themes):
        _THEME.run(session, ticket_id=ticket_id, theme=theme, at=micros(at))


def mood(session: Session, *, start: datetime, end: datetime, kind: Kind = Kind.FEEDBACK) -> Mood:
    """Count the opinions in [start, end) by what they let feel."""
    pleased = sa.func.sum(sa.case((Opinion.sentiment >= PLEASED, 1), else_=0))
    displeased = sa.func.sum(sa.case((Opinion.sentiment <= DISPLEASED, 1), else_=0))
    row = session.execute(
        sa.select(sa.func.count(), pleased, displeased).where(
            Opinion.kind == kind, Opinion.at >= start, Opinion.at < end
        )
    ).one()
    count, good, bad = (cast("int | None", value) or 0 for value in row)
    return Mood(good + bad, good, count - good - bad)


def themes(
    session: Session, *, start: datetime, end: datetime, kind: Kind = Kind.FEEDBACK, limit: int = 3
) -> Sequence[tuple[str, int]]:
    """List the themes most spoken about in [start, end), with how often."""
    count = sa.func.count()
    rows = session.execute(
        sa.select(OpinionTheme.theme, count)
        .join(Opinion, Opinion.ticket_id == OpinionTheme.ticket_id)
        .where(Opinion.kind == kind, OpinionTheme.at >= start, OpinionTheme.at < end)
        .group_by(OpinionTheme.theme)
        .order_by(count.desc(), OpinionTheme.theme)
        .limit(limit)
    )
    return [(theme, number) for theme, number in rows]

"""Ratings counted: whole days from their sums, the rest from the ratings themselves, always exact."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Literal, cast

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from crm_store.models.rating_day import RatingDay, RatingDayStale, RatingSummed
from crm_store.models.survey import Rating, SurveyKind
from crm_store.store import adding
from crm_store.types import micros

DAY = 86_400_000_000  # microseconds
DAYS_AT_ONCE = 2
Dimension = Literal["agent", "channel"]
Histogram = Mapping[int, int]
Span = tuple[int, int, int]  # the place of its bucket, from, until before


@dataclass(frozen=True, slots=True)
class Only:
    """Whose ratings to count; None counts everyone's."""

    agent_id: int | None = None
    channel: str | None = None


EVERYONE = Only()


@dataclass(frozen=True, slots=True)
class _Counted:
    """So many ratings of a score in a bucket, with the value of the dimension asked for."""

    bucket: int
    score: int
    count: int
    value: int | str | None


def histogram(
    session: Session, *, kind: SurveyKind, start: datetime, end: datetime, only: Only | None = None
) -> Histogram:
    """Count the ratings in [start, end) by score."""
    found = by_bucket(session, [start, end], kind=kind, only=only)
    return found[0] if found else {}


def by_bucket(
    session: Session,
    bounds: Sequence[datetime],
    *,
    kind: SurveyKind = SurveyKind.CSAT,
    only: Only | None = None,
) -> Sequence[Histogram]:
    """Count the ratings by score in each [bounds[i], bounds[i + 1])."""
    found: list[dict[int, int]] = [{} for _ in bounds[1:]]
    for row in _counted(session, bounds, kind=kind, only=only or EVERYONE):
        found[row.bucket][row.score] = found[row.bucket].get(row.score, 0) + row.count
    return found


def by(
    session: Session, dimension: Dimension, *, kind: SurveyKind, start: datetime, end: datetime
) -> Mapping[int | str, Histogram]:
    """Count the ratings in [start, end) by agent or channel, and score; agent 0 is nobody."""
    found: dict[int | str, dict[int, int]] = {}
    for row in _counted(session, [start, end], kind=kind, only=EVERYONE, dimension=dimension):
        if row.value is not None:
            scores = found.setdefault(row.value, {})
            scores[row.score] = scores.get(row.score, 0) + row.count
    return found


def touch(session: Session, at: datetime) -> None:
    """Write down that a rating of a time has changed; a day not summed yet needs no word."""
    day = micros(at) // DAY
    if day < _upto(session):
        session.execute(adding(session, RatingDayStale).values(day=day).on_conflict_do_nothing())


def sum_days(session: Session, *, now: datetime) -> bool:
    """Sum some days that are over or have changed, and tell whether there is more to do."""
    stale = session.scalars(sa.select(RatingDayStale.day).order_by(RatingDayStale.day).limit(DAYS_AT_ONCE))
    days, upto = list(stale), _upto(session)
    if not days:
        first = _first_day(session)
        start = upto if upto or first is None else first
        days = list(range(start, min(start + DAYS_AT_ONCE, micros(now) // DAY))) if first is not None else []
        if not days:
            return False
        _advance(session, days[-1] + 1)
    for day in days:
        _sum(session, day)
    session.execute(sa.delete(RatingDayStale).where(RatingDayStale.day.in_(days)))
    return True


def _sum(session: Session, day: int) -> None:
    session.execute(sa.delete(RatingDay).where(RatingDay.day == day))
    agent = sa.func.coalesce(Rating.agent_id, 0)
    names = ["kind", "day", "agent_id", "channel", "score", "count"]
    summed = (
        sa.select(Rating.kind, sa.literal(day), agent, Rating.channel, Rating.score, sa.func.count())
        .where(Rating.at >= day * DAY, Rating.at < (day + 1) * DAY)
        .where(Rating.kind.in_(list(SurveyKind)))
        .group_by(Rating.kind, agent, Rating.channel, Rating.score)
    )
    session.execute(sa.insert(RatingDay).from_select(names, summed))


def _first_day(session: Session) -> int | None:
    """Return the day of the first rating; the smallest of each kind's, for the index begins with the kind."""
    firsts = [
        session.scalar(sa.select(sa.func.min(Rating.at)).where(Rating.kind == kind)) for kind in SurveyKind
    ]
    found = [micros(first) // DAY for first in firsts if first is not None]
    return min(found, default=None)


def _upto(session: Session) -> int:
    return session.scalar(sa.select(RatingSummed.upto)) or 0


def _advance(session: Session, upto: int) -> None:
    session.execute(
        adding(session, RatingSummed)
        .values(id=1, upto=upto)
        .on_conflict_do_update(index_elements=["id"], set_={"upto": upto})
    )


def _counted(
    session: Session,
    bounds: Sequence[datetime],
    *,
    kind: SurveyKind,
    only: Only,
    dimension: Dimension | None = None,
) -> Iterator[_Counted]:
    """Count from sums and from ratings; a bucket and score may come twice."""
    cuts = [micros(bound) for bound in bounds]
    if not cuts:
        return
    upto = _upto(session)
    first, last = -(-cuts[0] // DAY), cuts[-1] // DAY
    stale = frozenset(
        session.scalars(
            sa.select(RatingDayStale.day).where(RatingDayStale.day >= first, RatingDayStale.day < last)
        )
    )
    whole: list[Span] = []
    parts: list[Span] = []
    for bucket, (low, high) in enumerate(pairwise(cuts)):
        _divide(whole, parts, (bucket, low, high), upto=upto, stale=stale)
    yield from _rows(session, _from_sums(whole, kind, only, dimension))
    yield from _rows(session, _from_ratings(parts, kind, only, dimension))


def _divide(whole: list[Span], parts: list[Span], span: Span, *, upto: int, stale: frozenset[int]) -> None:
    """Part a span into runs of days whose sums are good, and pieces that must be counted."""
    bucket, low, high = span
    first, last = -(-low // DAY), min(high // DAY, upto)
    if first >= last:
        parts.append(span)
        return
    parts.append((bucket, low, first * DAY))
    start = first
    for day in sorted(day for day in stale if first <= day < last):
        whole.append((bucket, start, day))
        parts.append((bucket, day * DAY, (day + 1) * DAY))
        start = day + 1
    whole.append((bucket, start, last))
    parts.append((bucket, last * DAY, high))


def _rows(session: Session, query: sa.Select[tuple[object, ...]] | None) -> Iterator[_Counted]:
    if query is not None:
        for row in session.execute(query):
            bucket, score, count, value = cast("tuple[int, int, int, int | str | None]", tuple(row))
            yield _Counted(bucket, score, int(count), value)


def _spans(spans: Sequence[Span], name: str) -> sa.CTE | None:
    listed = [span for span in spans if span[1] < span[2]]
    if not listed:
        return None
    columns = (
        sa.column("bucket", sa.Integer),
        sa.column("low", sa.BigInteger),
        sa.column("high", sa.BigInteger),
    )
    return sa.values(*columns, name=name, literal_binds=True).data(listed).cte(name)


def _from_sums(
    spans: Sequence[Span], kind: SurveyKind, only: Only, dimension: Dimension | None
) -> sa.Select[tuple[object, ...]] | None:
    pieces = _spans(spans, "whole")
    if pieces is None:
        return None
    values = {"agent": RatingDay.agent_id, "channel": RatingDay.channel}
    value = sa.null() if dimension is None else values[dimension]
    return (
        sa.select(pieces.c.bucket, RatingDay.score, sa.func.sum(RatingDay.count), value)
        .join_from(pieces, RatingDay, sa.and_(RatingDay.day >= pieces.c.low, RatingDay.day < pieces.c.high))
        .where(RatingDay.kind == kind, *_whose(only, RatingDay.agent_id, RatingDay.channel))
        .group_by(pieces.c.bucket, RatingDay.score, *([] if dimension is None else [value]))
    )


def _from_ratings(
    spans: Sequence[Span], kind: SurveyKind, only: Only, dimension: Dimension | None
) -> sa.Select[tuple[object, ...]] | None:
    pieces = _spans(spans, "parts")
    if pieces is None:
        return None
    agent = sa.func.coalesce(Rating.agent_id, 0)
    values: Mapping[Dimension, sa.ColumnElement[object]] = {
        "agent": cast("sa.ColumnElement[object]", agent),
        "channel": cast("sa.ColumnElement[object]", Rating.channel),
    }
    value = sa.null() if dimension is None else values[dimension]
    return (
        sa.select(pieces.c.bucket, Rating.score, sa.func.count(), value)
        .join_from(pieces, Rating, sa.and_(Rating.at >= pieces.c.low, Rating.at < pieces.c.high))
        .where(Rating.kind == kind, *_whose(only, Rating.agent_id, Rating.channel))
        .group_by(pieces.c.bucket, Rating.score, *([] if dimension is None else [value]))
    )


def _whose(
    only: Only,
    agent: InstrumentedAttribute[int] | InstrumentedAttribute[int | None],
    channel: InstrumentedAttribute[str],
) -> Iterator[sa.ColumnElement[bool]]:
    if only.agent_id is not None:
        yield agent == only.agent_id
    if only.channel is not None:
        yield channel == only.channel

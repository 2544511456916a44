"""Segments: rules that were given a name, and as conditions on customers wherever they are used.

A rule is `{field: [values]}`: each field must have one of its values. Membership is found when asked for.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.errors import RefusedError
from crm_store.models.customer import Customer, CustomerTag
from crm_store.models.score import CustomerScore
from crm_store.models.segment import Segment

Rule = Mapping[str, Sequence[str]]
LIKELY = 0.5
"""From this chance of buying within 90 days on a customer counts as likely to."""
GROWING = ("keep", "grow")
LONGEST_NAME = 40

_customer = Customer.__table__
_score = CustomerScore.__table__.alias("scored")


@dataclass(frozen=True, slots=True)
class Portrait:
    """What marks the customers of a segment: how many, how many of them bought, and their usual figures."""

    members: int
    buyers: int
    revenue: int | None
    orders: float | None
    last_day: str | None
    p_active: float | None


def condition(rule: Mapping[str, object]) -> sa.ColumnElement[bool]:
    """Turn a rule into a condition on customers; a field nobody knows lets nobody in."""
    parts = [
        _FIELDS[field]([str(value) for value in cast("Sequence[object]", values)])
        if field in _FIELDS
        else sa.false()
        for field, values in rule.items()
    ]
    return sa.and_(sa.true(), *parts)


def knows(field: str) -> bool:
    """Tell whether rules may ask for a field."""
    return field in _FIELDS


def save(session: Session, name: str, rule: Rule, *, by: str, now: datetime) -> Segment:
    """Give a rule a name; a segment that has the name gets the rule."""
    called = " ".join(name.split())
    if not called or len(called) > LONGEST_NAME:
        raise RefusedError("segment_name", most=LONGEST_NAME)
    found = session.scalar(sa.select(Segment).where(Segment.name == called))
    if found is None:
        found = Segment(name=called, rule={}, made_by=by, made=now)
        session.add(found)
    found.rule = {field: list(values) for field, values in rule.items()}
    session.flush()
    return found


def saved(session: Session) -> Sequence[Segment]:
    """List the segments that were given a name."""
    return session.scalars(sa.select(Segment).order_by(Segment.name)).all()


def size(session: Session, rule: Mapping[str, object]) -> int:
    """Count who belongs to a segment now."""
    query = sa.select(sa.func.count()).select_from(_customer).where(_whole(rule))
    return session.scalar(query) or 0


def portrait(session: Session, rule: Mapping[str, object]) -> Portrait:
    """Sum up who belongs to a segment now."""
    found = session.execute(
        sa.select(
            sa.func.count(),
            sa.func.count(CustomerScore.customer_id),
            sa.cast(sa.func.avg(CustomerScore.revenue), sa.Float),
            sa.cast(sa.func.avg(CustomerScore.orders), sa.Float),
            sa.cast(sa.func.avg(CustomerScore.p_active), sa.Float),
        )
        .select_from(Customer)
        .outerjoin(CustomerScore, CustomerScore.customer_id == Customer.id)
        .where(_whole(rule))
    ).one()
    members, buyers, revenue, orders, p_active = found
    return Portrait(
        members,
        buyers,
        None if revenue is None else round(revenue),
        orders,
        _median_last_day(session, rule, buyers),
        p_active,
    )


def names(session: Session, rule: Mapping[str, object], *, most: int) -> Sequence[tuple[int, str]]:
    """List some who belong to a segment, those who brought most first."""
    rows = session.execute(
        sa.select(Customer.id, Customer.name)
        .select_from(Customer)
        .outerjoin(CustomerScore, CustomerScore.customer_id == Customer.id)
        .where(_whole(rule))
        .order_by(sa.func.coalesce(CustomerScore.revenue, 0).desc(), Customer.id)
        .limit(most)
    )
    return [(number, name) for number, name in rows]


def _whole(rule: Mapping[str, object]) -> sa.ColumnElement[bool]:
    return sa.and_(_customer.c.erased.is_(None), condition(rule))


def _median_last_day(session: Session, rule: Mapping[str, object], buyers: int) -> str | None:
    """Return the day on which the customer in the middle bought last."""
    if not buyers:
        return None
    return session.scalar(
        sa.select(CustomerScore.last_day)
        .join(Customer, Customer.id == CustomerScore.customer_id)
        .where(_whole(rule))
        .order_by(CustomerScore.last_day)
        .offset(buyers // 2)
        .limit(1)
    )


def _scored(*rules: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists().where(_score.c.customer_id == _customer.c.id, *rules)


def _of(column: str) -> Callable[[Sequence[str]], sa.ColumnElement[bool]]:
    return lambda values: _scored(_score.c[column].in_(values))


def _cluster(values: Sequence[str]) -> sa.ColumnElement[bool]:
    return _scored(_score.c.cluster.in_([int(value) for value in values if value.isdecimal()]))


def _tag(values: Sequence[str]) -> sa.ColumnElement[bool]:
    return sa.exists().where(CustomerTag.customer_id == _customer.c.id, CustomerTag.tag.in_(values))


_FIELDS: Mapping[str, Callable[[Sequence[str]], sa.ColumnElement[bool]]] = {
    "class": _of("abc"),
    "rfm": _of("segment"),
    "stage": _of("stage"),
    "region": _of("region"),
    "corner": _of("corner"),
    "cluster": _cluster,
    "tag": _tag,
    "language": lambda values: _customer.c.language.in_(values),
    "likely": lambda values: _scored(_score.c.p_active >= LIKELY),
    "potential": lambda values: _scored(_score.c.potential > 0, _score.c.corner.in_(GROWING)),
    "customer": lambda values: _customer.c.id.in_([int(value) for value in values if value.isdecimal()]),
}

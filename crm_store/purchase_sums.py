"""Purchases summed up by customer in SQL, a page of customers at a time, by the days of the house's clock."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.customer import Customer, Order
from crm_store.rules.zones import pieces

PAGE = 5000
DAY, HOUR = 86_400_000_000, 3_600_000_000  # microseconds
HOURS_A_BLOCK = 4
YEAR = 365  # days up to now that count as the last year
CYCLE, YEARS = 1461, 4  # four years of 365¼ days
EPOCH = date(1970, 1, 1).toordinal()

Number = sa.ColumnElement[int]
Counts = Mapping[str | int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Up to where purchases count, by whose clock, and which currency's money."""

    until: datetime
    as_of: date
    zone: str
    currency: str


@dataclass(frozen=True, slots=True)
class PurchaseSum:
    """What one customer bought: days, orders and money in hundredths; a year is one after the first day."""

    customer_id: int
    first: date
    last: date
    days: int
    orders: int
    revenue: int
    first_day: int
    last_year: int
    region: str | None
    by_year: tuple[int, ...] = ()
    hours: Counts = field(default_factory=dict)
    channels: Counts = field(default_factory=dict)
    categories: Counts = field(default_factory=dict)


def newest(session: Session) -> int:
    """Return the number of the newest row of the orders, 0 without any."""
    return session.scalar(sa.select(sa.func.max(Order.id))) or 0


def main_currency(session: Session) -> str | None:
    """Return the currency most orders are in."""
    return session.scalar(
        sa.select(Order.currency)
        .group_by(Order.currency)
        .order_by(sa.func.count().desc(), Order.currency)
        .limit(1)
    )


def first_order(session: Session) -> datetime | None:
    """Find when anybody bought first."""
    return session.scalar(sa.select(sa.func.min(Order.at)))


def summed(
    session: Session, span: Span, *, with_habits: bool = True, page: int = PAGE
) -> Iterator[PurchaseSum]:
    """Yield every customer's purchases up to the end of a span, who is erased left out, by their numbers."""
    began = first_order(session)
    if began is None:
        return
    local = _local(began, span)
    after = 0
    while True:
        ids = session.scalars(
            sa.select(Order.customer_id)
            .where(Order.customer_id > after, Order.at < span.until)
            .distinct()
            .order_by(Order.customer_id)
            .limit(page)
        ).all()
        if not ids:
            return
        yield from _page(session, span, local, (ids[0], ids[-1]), with_habits=with_habits)
        after = ids[-1]


def _page(
    session: Session, span: Span, local: Number, between: tuple[int, int], *, with_habits: bool
) -> Iterator[PurchaseSum]:
    mine = sa.and_(Order.customer_id.between(*between), Order.at < span.until)
    days = _days(span, local, mine)
    regions = _regions(session, between)
    years = _years(session, days)
    hours = _mix(session, local % DAY // (HOURS_A_BLOCK * HOUR) * HOURS_A_BLOCK, mine) if with_habits else {}
    channels = _mix(session, Order.channel, mine) if with_habits else {}
    categories = _mix(session, Order.category, mine) if with_habits else {}
    for who, first, last, number, orders, revenue, first_day, last_year in session.execute(
        _totals(days, span)
    ):
        if who not in regions:
            continue
        yield PurchaseSum(
            who, _date(first), _date(last), int(number), int(orders), int(revenue), int(first_day),
            int(last_year), regions[who], years.get(who, ()),
            hours.get(who, {}), channels.get(who, {}), categories.get(who, {}),
        )  # fmt: skip


def _local(began: datetime, span: Span) -> Number:
    """Say in SQL what the house's clock shows at an order, in microseconds since 1970."""
    runs: list[tuple[datetime, timedelta]] = []
    for _, end, offset in pieces(began, max(span.until, began + timedelta(days=1)), ZoneInfo(span.zone)):
        if runs and runs[-1][1] == offset:
            runs[-1] = (end, offset)
        else:
            runs.append((end, offset))
    at = sa.type_coerce(Order.at, sa.BigInteger)
    shifts = [(end, _number(offset // timedelta(microseconds=1))) for end, offset in runs]
    if len(shifts) == 1:
        return at + shifts[0][1]
    return at + sa.case(*((Order.at < end, by) for end, by in shifts[:-1]), else_=shifts[-1][1])


def _number(value: int) -> Number:
    return sa.literal_column(str(value), sa.BigInteger)


def _days(span: Span, local: Number, mine: sa.ColumnElement[bool]) -> sa.CTE:
    """Sum the orders of each customer and day, with the customer's first day beside each."""
    money = sa.case((Order.currency == span.currency, Order.amount), else_=0)
    one = (
        sa.select(
            Order.customer_id.label("who"),
            (local // DAY).label("day"),
            sa.func.count().label("orders"),
            sa.func.sum(money).label("money"),
        )
        .where(mine)
        .group_by("who", "day")
        .subquery("one")
    )
    first = sa.func.min(one.c.day).over(partition_by=one.c.who)
    return sa.select(one, first.label("first")).cte("days")


def _totals(days: sa.CTE, span: Span) -> sa.Select[int, int, int, int, int, int, int, int]:
    a_year_ago = span.as_of.toordinal() - EPOCH - YEAR
    return (
        sa.select(
            days.c.who,
            sa.func.min(days.c.day),
            sa.func.max(days.c.day),
            sa.func.count(),
            sa.func.sum(days.c.orders),
            sa.func.sum(days.c.money),
            sa.func.sum(sa.case((days.c.day == days.c.first, days.c.money), else_=0)),
            sa.func.sum(sa.case((days.c.day > a_year_ago, days.c.money), else_=0)),
        )
        .group_by(days.c.who)
        .order_by(days.c.who)
    )


def _years(session: Session, days: sa.CTE) -> Mapping[int, tuple[int, ...]]:
    """Sum each customer's money by years after their first day; a year without an order counts 0."""
    nth = ((days.c.day - days.c.first) * YEARS // CYCLE).label("nth")
    query: sa.Select[int, int, int] = sa.select(days.c.who, nth, sa.func.sum(days.c.money))
    found: dict[int, dict[int, int]] = {}
    for who, year, money in session.execute(query.group_by(days.c.who, nth)):
        found.setdefault(who, {})[int(year)] = int(money)
    return {who: tuple(own.get(year, 0) for year in range(max(own) + 1)) for who, own in found.items()}


def _regions(session: Session, between: tuple[int, int]) -> Mapping[int, str | None]:
    rows = session.execute(
        sa.select(Customer.id, Customer.region).where(
            Customer.id.between(*between), Customer.erased.is_(None)
        )
    )
    return {who: region for who, region in rows}


def _mix(
    session: Session,
    column: sa.ColumnElement[int] | sa.ColumnElement[str] | object,
    mine: sa.ColumnElement[bool],
) -> Mapping[int, Counts]:
    """Count each customer's orders by what a column says, leaving out those of which it says nothing."""
    kind = cast("sa.ColumnElement[str | int | None]", column).label("kind")
    rows = session.execute(
        sa.select(Order.customer_id, kind, sa.func.count()).where(mine).group_by(Order.customer_id, "kind")
    )
    found: dict[int, dict[str | int, int]] = {}
    for who, value, number in rows:
        if value is not None:
            found.setdefault(who, {})[value] = number
    return found


def _date(day: int) -> date:
    return date.fromordinal(EPOCH + int(day))

"""Purchases summed up in SQL say what adding them up one by one says, on both databases."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from crm_store import purchase_sums
from crm_store.models.customer import Customer, Order
from crm_store.purchase_sums import PurchaseSum, Span
from crm_store.store import Store
from scoring import value

UNTIL = datetime(2026, 3, 1, 5, tzinfo=UTC)
ZONES = ("Asia/Shanghai", "America/New_York", "UTC")


def bought(store: Store, orders: list[Order], *, customers: int) -> None:
    def unit(session: Session) -> None:
        session.add_all(
            [
                Customer(
                    id=number, name=str(number), language="zh", region="上海", created=UNTIL, attributes={}
                )
                for number in range(1, customers + 1)
            ]
        )
        session.flush()
        session.add_all(orders)

    store.write_now(unit)


def some(seed: int, *, customers: int) -> list[Order]:
    random = Random(seed)
    return [
        Order(
            number=f"N-{nth}", customer_id=random.randint(1, customers), product=random.choice("abc"),
            category=random.choice(["tea", "cups", None]), channel=random.choice(["telegram", None]),
            amount=random.randint(0, 9_999), currency=random.choice(["CNY", "CNY", "EUR"]),
            at=UNTIL - timedelta(minutes=random.randint(-9_000, 1_000_000)),
        )
        for nth in range(120)
    ]  # fmt: skip


def span(zone: str, currency: str = "CNY") -> Span:
    return Span(until=UNTIL, as_of=UNTIL.astimezone(ZoneInfo(zone)).date(), zone=zone, currency=currency)


def summed(store: Store, zone: str) -> list[PurchaseSum]:
    return store.read_now(lambda session: list(purchase_sums.summed(session, span(zone), page=3)))


@pytest.mark.parametrize("zone", ZONES)
def test_sums_are_those_of_the_orders(store: Store, zone: str) -> None:
    tz = ZoneInfo(zone)
    rows = [
        (one.customer_id, one.at.astimezone(tz), one.amount * (one.currency == "CNY"), one)
        for one in some(7, customers=10)
        if one.at < UNTIL
    ]
    facts = [(who, at.date(), amount, (one.channel, one.category), at.hour) for who, at, amount, one in rows]
    bought(store, some(7, customers=10), customers=10)
    found = summed(store, zone)
    assert [one.customer_id for one in found] == sorted({who for who, *_ in facts})
    as_of = span(zone).as_of
    histories = value.histories([(who, day, amount) for who, day, amount, _, _ in facts], as_of)
    for one in found:
        mine = [fact for fact in facts if fact[0] == one.customer_id]
        days = sorted({fact[1] for fact in mine})
        assert (one.first, one.last, one.days, one.orders) == (days[0], days[-1], len(days), len(mine))
        assert one.revenue == sum(fact[2] for fact in mine) == sum(one.by_year)
        assert one.first_day == sum(fact[2] for fact in mine if fact[1] == days[0])
        assert one.last_year == sum(fact[2] for fact in mine if (as_of - fact[1]).days < 365)
        assert one.channels == Counter(fact[3][0] for fact in mine if fact[3][0])
        assert one.categories == Counter(fact[3][1] for fact in mine if fact[3][1])
        assert one.hours == Counter(fact[4] // 4 * 4 for fact in mine)
        repeat = histories[one.customer_id]
        assert repeat.x == one.days - 1
        assert repeat.age == pytest.approx((as_of - one.first).days / 7)
        if repeat.x:
            assert repeat.value == pytest.approx((one.revenue - one.first_day) / repeat.x)


def test_an_erased_customer_and_no_orders_give_nothing(store: Store) -> None:
    assert summed(store, "UTC") == []
    bought(store, some(1, customers=1), customers=1)

    def erase(session: Session) -> None:
        session.get_one(Customer, 1).erased = UNTIL

    store.write_now(erase)
    assert summed(store, "UTC") == []


def test_the_day_is_the_houses_even_when_its_clock_was_changed_between(store: Store) -> None:
    late = [datetime(2025, 7, 2, 3, 30, tzinfo=UTC), datetime(2025, 12, 2, 4, 30, tzinfo=UTC)]
    bought(
        store,
        [Order(number=str(at), customer_id=1, product="a", amount=100, currency="CNY", at=at) for at in late],
        customers=1,
    )
    [one] = summed(store, "America/New_York")
    assert (one.first, one.last) == (date(2025, 7, 1), date(2025, 12, 1))
    assert one.hours == {20: 2}

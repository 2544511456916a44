"""Orders from outside on both databases: matched, kept once, and never another customer's."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import customers, order_imports
from crm_store.models.customer import Customer, Order
from crm_store.order_imports import ImportedOrder, Kept
from crm_store.store import Store

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def cast(store: Store, inbox_id: int) -> dict[str, int]:
    """Make Mei, known by address and number, and Li, known by phone and mail."""

    def unit(session: Session) -> dict[str, int]:
        mei = customers.create(session, inbox_id, "101", name="Mei", language="zh", now=NOW).customer_id
        customers.by_id(session, mei).attributes = {"customer_id": "C-1"}
        li = Customer(name="Li", language="en", phone="+8613900139000", email="li@example.org", created=NOW,
                      attributes={})  # fmt: skip
        gone = Customer(
            name="?", language="en", phone="+8613700137000", created=NOW, erased=NOW, attributes={}
        )
        session.add_all([li, gone])
        session.flush()
        return {"mei": mei, "li": li.id}

    return store.write_now(unit)


def order(
    who: int, number: str = "N-1", *, amount: int = 100, ago: int = 3, product: str = "tea"
) -> ImportedOrder:
    return ImportedOrder(
        line=2, number=number, customer_id=who, product=product, category=None, channel=None, amount=amount,
        currency="CNY", at=NOW - timedelta(days=ago),
    )  # fmt: skip


def keep(store: Store, *orders: ImportedOrder) -> Kept:
    return store.write_now(lambda session: order_imports.keep(session, orders))


def test_customers_are_known_by_every_key_and_erased_ones_by_none(
    store: Store, inbox_id: int, cast: dict[str, int]
) -> None:
    known = store.read_now(lambda session: order_imports.customers_by_key(session, inbox_id))
    assert known["telegram_id"] == {"101": cast["mei"]}
    assert known["customer_id"] == {"C-1": cast["mei"]}
    assert known["phone"] == {"+8613900139000": cast["li"]}
    assert known["email"] == {"li@example.org": cast["li"]}


def test_an_order_is_kept_once(store: Store, cast: dict[str, int]) -> None:
    first = keep(store, order(cast["mei"]), order(cast["li"], "N-2"))
    assert (first.created, first.updated, first.same) == (2, 0, 0)
    again = keep(store, order(cast["mei"]), order(cast["li"], "N-2"))
    assert (again.created, again.updated, again.same, again.earliest) == (0, 0, 2, None)
    assert store.read_now(lambda session: session.scalar(sa.select(sa.func.count(Order.id)))) == 2


def test_a_change_is_written_and_what_is_left_empty_stays(store: Store, cast: dict[str, int]) -> None:
    keep(store, order(cast["mei"], ago=3))
    changed = keep(store, order(cast["mei"], amount=250, ago=30, product=""))
    assert (changed.updated, changed.earliest) == (1, NOW - timedelta(days=30))
    later = keep(store, order(cast["mei"], amount=250, ago=1, product=""))
    assert later.earliest == NOW - timedelta(days=30)  # months since then were told with it
    kept = store.read_now(lambda session: session.scalars(sa.select(Order)).one())
    assert (kept.product, kept.amount, kept.at) == ("tea", 250, NOW - timedelta(days=1))


def test_another_customers_order_stays_theirs(store: Store, cast: dict[str, int]) -> None:
    keep(store, order(cast["mei"]))
    assert keep(store, order(cast["li"])).refused == [2]
    assert store.read_now(lambda session: session.scalars(sa.select(Order.customer_id)).one()) == cast["mei"]

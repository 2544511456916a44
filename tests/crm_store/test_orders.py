"""What customers bought, summed up the same on both databases."""

from datetime import timedelta

from sqlalchemy.orm import Session

from crm_store import customers, orders
from crm_store.models.customer import Order
from crm_store.orders import Spending
from crm_store.store import Store
from tests.crm_store.post import NOW

DAY = timedelta(days=1)


def test_spending_is_summed_by_customer_currency_and_day(store: Store, inbox_id: int) -> None:
    def unit(session: Session) -> None:
        for nth in (1, 2):
            customers.create(session, inbox_id, str(nth), name="Mei 梅", language="zh", now=NOW)
        bought = [(1, 5, "CNY"), (1, 5, "CNY"), (1, 1, "CNY"), (1, 2, "EUR"), (2, 3, "CNY"), (2, -1, "CNY")]
        for nth, (who, ago, currency) in enumerate(bought):
            session.add(
                Order(
                    number=str(nth), customer_id=who, product="cup", amount=100, currency=currency,
                    at=NOW - ago * DAY,
                )
            )  # fmt: skip

    store.write_now(unit)
    assert store.read_now(lambda session: dict(orders.spending(session, "CNY", until=NOW))) == {
        1: Spending(NOW - 5 * DAY, NOW - DAY, 2, 300),
        2: Spending(NOW - 3 * DAY, NOW - 3 * DAY, 1, 100),
    }
    newest = store.read_now(lambda session: [one.number for one in orders.latest(session, 1, limit=2)])
    assert newest == ["2", "3"]

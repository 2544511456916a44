"""A shop with a past: customers who bought, stopped buying or came lately, for reports about their worth."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import cast

from sqlalchemy.orm import Session

from crm_store.models.customer import Customer, Identity, Order
from handlers.context import TickContext
from handlers.routes import ROUTES
from tests.factories import House, house
from tests.handlers.staffed import speaks_english

TEA, CUPS = "tea", "cups"


def stock(at: House, *, customers: int, seed: int = 1) -> None:
    """Give a house customers who bought over two years; every fifth lives in Shanghai."""
    random = Random(seed)

    def unit(session: Session) -> None:
        for number in range(customers):
            one = Customer(
                id=1000 + number, name=f"Customer {number}", language="en" if number % 3 else "zh",
                region="上海" if number % 5 == 0 else "广州", created=at.now, attributes={},
            )  # fmt: skip
            session.add(one)
            session.flush()
            session.add(
                Identity(inbox_id=at.inbox_id, address=f"c{number}", customer_id=one.id, created=at.now)
            )
            session.add_all(bought(random, one.id, at.now))

    at.store.write_now(unit)


def scored_shop(folder: Path, url: str = "sqlite", *, customers: int) -> House:
    """Open a house whose customers have bought for two years, scored; on SQLite it is computed once."""
    if not url.startswith("sqlite"):
        return _computed(folder, customers, url=url)
    file = folder / "shop.db"
    file.write_bytes(_kept(customers))
    return house(folder, ROUTES, url=f"sqlite:///{file}")


@lru_cache(maxsize=1)
def _kept(customers: int) -> bytes:
    with TemporaryDirectory() as folder:
        made = _computed(Path(folder), customers, url=None)
        made.store.close()
        return (Path(folder) / "house.db").read_bytes()


def _computed(folder: Path, customers: int, *, url: str | None) -> House:
    made = speaks_english(house(folder, ROUTES, url=url))
    stock(made, customers=customers)
    scored(made)
    return made


def bought(random: Random, who: int, now: datetime) -> Iterable[Order]:
    """Yield what one customer bought: at their own pace, until they lost interest."""
    pace, amount = random.gammavariate(1.2, 30) + 2, random.choice([900, 4_000, 25_000])
    day, nth, leaves = random.uniform(20, 700), 0, random.betavariate(0.8, 2.4)
    while day > 0 and (nth == 0 or random.random() > leaves):
        at = now - timedelta(days=day)
        yield Order(
            number=f"N-{who}-{nth}", customer_id=who, product=f"{random.choice([TEA, CUPS])} {nth % 3}",
            category=TEA if who % 2 else CUPS, channel="telegram", amount=amount + 10 * nth,
            currency="CNY", at=at,
        )  # fmt: skip
        day, nth = day - random.expovariate(1 / pace) - 0.5, nth + 1


def scored(at: House) -> int:
    """Let the clock compute what customers are worth, and count the units written."""
    route = at.routes.named("tick", "scores")
    assert route is not None

    def look(session: Session) -> list[Callable[[Session], object]]:
        turn = TickContext(session, at.now, at.desk, at.inbox_id)
        return list(cast("Iterable[Callable[[Session], object]]", route.run(turn)))

    units = at.store.read_now(look)
    for unit in units:
        at.store.write_now(unit)
    return len(units)

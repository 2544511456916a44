"""What the demo's customers bought: some keep coming, some slow down, some came once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.demo.cast import Shopper
from bot.demo.stories import PRODUCTS

Row = dict[str, object]
DAY = timedelta(days=1)
FIRST_NUMBER, LATER_NUMBER, OFFER_NUMBER = 20_000, 30_000, 60_000
MOST = 12  # orders of one customer
TEA, TEAWARE, KETTLES, GIFTS = "茶叶 Tea", "茶具 Teaware", "电器 Appliances", "礼盒 Gifts"
CATEGORIES = (TEAWARE, TEA, KETTLES, TEAWARE, KETTLES, TEA, GIFTS, TEAWARE)
"""The category of each product, in the order of PRODUCTS; one name for readers of both languages."""
CHANNELS = ("telegram", "telegram", "wechat", "telegram", "webchat", "phone", "telegram")
REPEAT = 5  # every so many of those whom an offer reached buy within days


@dataclass(frozen=True, slots=True)
class Habit:
    """How somebody buys: every so many days, and how many days before now they stopped."""

    every: int
    quiet: int
    taste: int


def habit(one: Shopper) -> Habit:
    """Tell how a customer buys; people tagged vip keep coming."""
    turn = (one.number * 13) % 20
    if "vip" in one.tags or turn < 8:
        return Habit(every=21 + one.number % 20, quiet=one.number % 18, taste=one.number % 2)
    if turn < 13:
        return Habit(every=30 + one.number % 25, quiet=75 + one.number % 90, taste=2 + one.number % 3)
    if turn < 16:
        return Habit(every=70 + one.number % 40, quiet=one.number % 60, taste=one.number % 8)
    return Habit(every=1000, quiet=0, taste=3 + one.number % 5)  # once, long ago


def orders(one: Shopper, base: datetime) -> Iterator[Row]:
    """List a customer's orders, the oldest first; the first is the one they write about."""
    since, way = one.since(base), habit(one)
    wobble = timedelta(hours=one.number * 7 % 31)
    for nth in range(1 if one.is_new else MOST):
        at = since + nth * (way.every * DAY + wobble) + (nth * 5 % 9) * DAY
        if nth and at > base - way.quiet * DAY:
            return
        yield _order(one, nth=nth, at=min(at + wobble, base - timedelta(hours=5)))


def answering(people: Sequence[Shopper], at: datetime, *, nth: int, until: datetime) -> Iterator[Row]:
    """List the orders of those who came because of an offer, in the days after it."""
    for one in people:
        then = at + timedelta(hours=3 + one.number * 5 % 130)
        if one.number % REPEAT == nth % REPEAT and then < until:
            row = _order(one, nth=nth, at=then)
            yield row | {"number": f"LD{OFFER_NUMBER + one.number * MOST + nth}", "channel": "telegram"}


def _order(one: Shopper, *, nth: int, at: datetime) -> Row:
    which = (habit(one).taste + nth * (3 if nth % 3 else 0)) % len(PRODUCTS)
    chinese, english, cents = PRODUCTS[which]
    number = LATER_NUMBER + one.number * MOST + nth if nth else FIRST_NUMBER + one.number * 3
    return {
        "number": f"LD{number}", "customer_id": one.number,
        "product": chinese if one.language == "zh" else english, "category": CATEGORIES[which],
        "channel": CHANNELS[(one.number + nth // 3) % len(CHANNELS)],
        "amount": cents * (1 + (one.number + nth) % 7 // 5), "currency": "CNY", "at": at,
    }  # fmt: skip

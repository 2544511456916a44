"""What a customer is worth to the house, in words with their reasons: class, segment and stage."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from crm_store import orders, scores
from crm_store.orders import Purchases, Spending
from handlers.agent import outlook
from handlers.context import Context


@dataclass(frozen=True, slots=True)
class Shop:
    """What everybody bought in one currency, by the calendar of the house."""

    spending: Mapping[int, Spending]
    zone: ZoneInfo
    today: date

    def day(self, at: datetime) -> date:
        """Return the house's day of an instant."""
        return at.astimezone(self.zone).date()


def lines(ctx: Context, customer_id: int, bought: list[Purchases]) -> Iterator[str]:
    """Word class, segment and stage, as customers were scored last or by the currency they use most."""
    if not bought:
        return
    scored = scores.of_customer(ctx.session, customer_id)
    if scored is not None:
        yield from outlook.lines(ctx, scored)
        return
    currency = max(bought, key=lambda sums: (sums.count, sums.total)).currency
    zone = ZoneInfo(ctx.desk.zone)
    spending = orders.spending(ctx.session, currency, until=ctx.now)
    if customer_id not in spending:
        return
    shop = Shop(spending, zone, ctx.now.astimezone(zone).date())
    yield _class(ctx, shop, customer_id)
    yield _segment(ctx, shop, customer_id)
    yield _stage(ctx, shop, customer_id)


def _class(ctx: Context, shop: Shop, customer_id: int) -> str:
    from scoring import segment  # on first use: few look at a customer's worth

    named = segment.abc({who: one.total / 100 for who, one in shop.spending.items()})[customer_id]
    richer = sum(1 for one in shop.spending.values() if one.total > shop.spending[customer_id].total)
    return ctx.say(f"profile.class.{named}", place=richer + 1, count=len(shop.spending))


def _segment(ctx: Context, shop: Shop, customer_id: int) -> str:
    from scoring import segment

    buyers = {
        who: segment.Buyer(shop.day(one.last), one.days, one.total / 100)
        for who, one in shop.spending.items()
    }
    scores = segment.rfm(buyers, shop.today)
    own = scores[customer_id]
    return ctx.say(
        "profile.segment",
        name=ctx.say(f"profile.segment.{segment.rfm_names({customer_id: own})[customer_id]}"),
        days=own.recency_days, times=own.frequency, r=own.r, f=own.f, m=own.m,
    )  # fmt: skip


def _stage(ctx: Context, shop: Shop, customer_id: int) -> str:
    from scoring import loyalty

    one = shop.spending[customer_id]
    member = loyalty.Member(shop.day(one.first), shop.day(one.last), None)
    standing = loyalty.lifecycle({customer_id: member}, shop.today)[customer_id]
    stage = standing.stage if standing is not None else "new"
    basis = standing.basis if standing is not None else "age"
    silent = (shop.today - shop.day(one.last)).days
    known = (shop.today - shop.day(one.first)).days
    reason = ctx.say(f"profile.basis.{basis}", days=known if basis == "age" else silent)
    return ctx.say("profile.stage", stage=ctx.say(f"profile.stage.{stage}"), reason=reason)

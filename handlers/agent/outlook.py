"""What to expect of a customer, with reasons: value, stage, when to write, and the likely next purchase."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import cast
from zoneinfo import ZoneInfo

from babel.numbers import format_currency

from crm_store import answers, baskets, consents, scores
from crm_store.consents import TOPICS, Scope
from crm_store.models.score import CustomerScore, ScoreRun
from handlers.context import Context
from handlers.texts import catalogue

BLOCK = 4  # hours


def lines(ctx: Context, found: CustomerScore) -> Iterator[str]:
    """Word what the newest run computed of a customer, and what follows from it now."""
    run = scores.newest(ctx.session)
    if run is None:
        return
    yield ctx.say(
        f"outlook.class.{found.abc}",
        money=_money(ctx, found.revenue, run),
        ltv=_money(ctx, found.ltv, run),
        orders=found.orders,
    )
    yield _segment(ctx, found, run)
    yield _stage(ctx, found, run)
    if found.clv is not None and found.potential is not None and found.corner is not None:
        yield ctx.say(
            f"outlook.corner.{found.corner}",
            clv=_money(ctx, found.clv, run),
            last_year=_money(ctx, found.last_year, run),
        )
    yield from _habits(ctx, found)
    yield from _best_time(ctx, found)
    yield from _next(ctx, found)


def _segment(ctx: Context, found: CustomerScore, run: ScoreRun) -> str:
    return ctx.say(
        "profile.segment",
        name=ctx.say(f"profile.segment.{found.segment}"),
        days=_days(found.last_day, run),
        times=found.days, r=found.recency, f=found.frequency, m=found.monetary,
    )  # fmt: skip


def _stage(ctx: Context, found: CustomerScore, run: ScoreRun) -> str:
    stage = ctx.say(f"profile.stage.{found.stage}")
    if found.p_active is not None and found.usual is not None:
        chance, usual = f"{found.p_active:.0%}", f"{found.usual:.0%}"
        reason = ctx.say("outlook.chance", chance=chance, usual=usual, abc=found.abc)
    elif found.basis == "age":
        reason = ctx.say("profile.basis.age", days=_days(found.first_day, run))
    else:
        reason = ctx.say("profile.basis.silence", days=_days(found.last_day, run))
    return ctx.say("profile.stage", stage=stage, reason=reason)


def _habits(ctx: Context, found: CustomerScore) -> Iterator[str]:
    """Word when, where and what a customer mostly buys."""
    led = cast("Mapping[str, Sequence[object]]", found.habits)
    parts = []
    for name in ("category", "hour", "channel"):
        if name in led:
            value, k, n = led[name]
            told = _hours(cast("int", value)) if name == "hour" else _channel(ctx, str(value), name)
            parts.append(ctx.say(f"outlook.habit.{name}", value=told, k=k, n=n))
    if parts:
        yield ctx.say("outlook.habits", habits=ctx.say("segment.between").join(parts))


def _channel(ctx: Context, value: str, name: str) -> str:
    """Name a channel; what else is bought or where keeps the name the operator gave it."""
    key = f"group.channel.{value}"
    return ctx.say(key) if name == "channel" and catalogue.knows(key) else value


def _best_time(ctx: Context, found: CustomerScore) -> Iterator[str]:
    """Suggest when to write, within consent and quiet hours, by who answered what was sent before."""
    channel = ctx.place.channel
    topics = (Scope(found.customer_id, channel, topic) for topic in TOPICS)
    if consents.is_suppressed(ctx.session, found.customer_id, channel) or not any(
        consents.is_granted(ctx.session, scope) for scope in topics
    ):
        return
    from scoring import contact  # on first use: few look at a customer's worth

    best = contact.best(
        answers.of_customer(ctx.session, found.customer_id, now=ctx.now, zone=ctx.desk.zone),
        segment=answers.of_segment(ctx.session, found.segment, now=ctx.now, zone=ctx.desk.zone),
        everybody=answers.of_everybody(ctx.session, now=ctx.now, zone=ctx.desk.zone),
        allowed=[(channel, hour) for hour in range(0, 24, BLOCK) if not _is_quiet(ctx, hour)],
    )
    if best and best[0].n:
        first = best[0]
        yield ctx.say(
            f"outlook.best.{first.source}", hours=_hours(first.hour), share=f"{first.expected:.0%}",
            low=f"{100 * first.low:.0f}", high=f"{first.high:.0%}", n=first.n,
        )  # fmt: skip


def _is_quiet(ctx: Context, hour: int) -> bool:
    zone = ZoneInfo(ctx.desk.zone)
    at = datetime.combine(ctx.now.astimezone(zone).date(), time(hour), zone)
    return ctx.desk.quiet is not None and ctx.desk.quiet.is_quiet(at, ctx.desk.zone)


def _next(ctx: Context, found: CustomerScore) -> Iterator[str]:
    """Name what the customer may want next, and who says so."""
    own = baskets.own(ctx.session, found.customer_id)
    if not own:
        return
    from scoring import recommend

    known = recommend.learn(baskets.alike(ctx.session, own))
    popular = baskets.of_segment(ctx.session, found.segment)
    for one in recommend.next_items(known, own, segment=popular, limit=1):
        yield ctx.say(
            f"outlook.next.{one.reason}", item=one.item, because=one.because or "", k=one.rate.k, n=one.rate.n
        )


def _hours(first: int) -> str:
    return f"{first:02}–{first + BLOCK:02}"


def _days(day: str, run: ScoreRun) -> int:
    return (date.fromisoformat(run.as_of) - date.fromisoformat(day)).days


def _money(ctx: Context, hundredths: int, run: ScoreRun) -> str:
    locale = "zh_Hans_CN" if ctx.language == "zh" else "en"
    return format_currency(hundredths / 100, run.currency, locale=locale)

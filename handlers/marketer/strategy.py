"""The company's strategy for each channel, loaded, and shown in words beside what was measured."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from crm_store import policies, staff
from crm_store.policies import ChannelRow
from crm_store.rules.frequency import Cap, Mode
from crm_store.rules.roles import Role
from crm_store.rules.strategy import ANSWER_WITHIN, ANSWERED_IN_TIME, CSAT_AT_LEAST, MESSAGES
from handlers.context import Context
from handlers.marketer import measured
from handlers.marketer.measured import Found
from handlers.router import RoleError, UsageError

LOADS = frozenset({"load", "加载"})
ROOM = 3500  # letters of one message
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


def strategy(ctx: Context, word: str | None) -> None:
    """Show the strategy, or load the presets as a new version."""
    if word is None:
        _show(ctx)
    elif word.strip().casefold() in LOADS:
        _load(ctx)
    else:
        raise UsageError("strategy")


def _load(ctx: Context) -> None:
    if not ctx.staff.may(Role.MARKETER):  # supervisors read it
        raise RoleError(Role.MARKETER)
    version = policies.load(ctx.session, by=ctx.by, now=ctx.now)
    staff.audit(ctx.session, by=ctx.by, what="policy.loaded", subject=f"policy:{version}", now=ctx.now)
    ctx.reply("strategy.loaded", version=version, number=len(policies.table(ctx.session)))


def _show(ctx: Context) -> None:
    rows = policies.table(ctx.session)
    newest = policies.newest(ctx.session)
    if newest is None:
        ctx.reply("strategy.none")
        return
    found = measured.look(ctx)
    blocks = [_told(ctx, row, found.get(row.channel, Found())) for row in rows]
    head = "\n".join(
        [
            ctx.say("strategy.head", version=newest.id),
            ctx.say("measured.head", days=measured.PERIOD // _DAY),
        ]
    )
    for part in _parts([head, *blocks]):
        ctx.reply_text(part)


def _parts(blocks: Sequence[str]) -> Iterator[str]:
    """Put blocks together into as few messages as they fit."""
    part = ""
    for block in blocks:
        if part and len(part) + len(block) > ROOM:
            yield part
            part = ""
        part = f"{part}\n\n{block}" if part else block
    yield part


def _told(ctx: Context, row: ChannelRow, found: Found) -> str:
    """Word one channel's row: each line of what is asked for, and below it what was measured."""
    said, served, sold = row.strategy.communication, row.strategy.service, row.strategy.marketing
    targets = MESSAGES[said.quality]
    lines = [
        ctx.say(f"strategy.channel.{row.channel}"),
        ctx.say(
            "strategy.says",
            cadence=ctx.say(f"strategy.cadence.{said.cadence.value}"),
            content=ctx.say(f"strategy.content.{said.content}"),
            quality=ctx.say(f"strategy.level.{said.quality.value}"),
            delivered=f"{targets.delivered:.0%}",
            opted_out=f"{targets.opted_out:.1%}",
        ),
        *measured.said(ctx, row.strategy, found),
        *(limit(ctx, topic, cap) for topic, cap in row.caps),
        ctx.say(
            "strategy.serves",
            channel=ctx.say(f"strategy.service.{served.channel}"),
            speed=ctx.say(f"strategy.speed.{served.speed.value}"),
            share=f"{ANSWERED_IN_TIME:.0%}",
            hours=ANSWER_WITHIN[served.speed] // _HOUR,
            quality=ctx.say(f"strategy.level.{served.quality.value}"),
            csat=f"{CSAT_AT_LEAST[served.quality]:.0%}",
        ),
        *measured.served(ctx, row.strategy, found),
        ctx.say(
            "strategy.asks",
            feedback=ctx.say(f"strategy.feedback.{served.feedback}"),
            goal=ctx.say(f"strategy.goal.{sold.goal}"),
            method=ctx.say(f"strategy.method.{sold.method}"),
        ),
        *([ctx.say("measured.nothing")] if found.is_empty else []),
    ]
    return "\n".join(lines)


def limit(ctx: Context, topic: str | None, cap: Cap) -> str:
    """Word a cap."""
    about = ctx.say("strategy.any") if topic is None else ctx.say(f"strategy.content.{topic}")
    if cap.limit == 0:
        return ctx.say("strategy.never", about=about)
    window = ctx.say("strategy.day") if cap.mode is Mode.CALENDAR_DAY else span(ctx, cap.window)
    words = ctx.say("strategy.limit", about=about, most=cap.limit, window=window)
    return words if not cap.min_gap else ctx.say("strategy.gap", limit=words, gap=cap.min_gap // _HOUR)


def span(ctx: Context, window: timedelta) -> str:
    """Word a length of time in days or hours."""
    if window % _DAY:
        return ctx.say("strategy.hours", number=window // _HOUR)
    return ctx.say("strategy.days", number=window // _DAY)

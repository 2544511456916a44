"""The frequency policy: shown in words with its version, and changed line by line into a new one."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import groupby

from crm_store import policies, staff
from crm_store.errors import RefusedError
from crm_store.rules.frequency import MONTH, WEEK, Cap, FrequencyPolicy, Mode, Scope
from crm_store.rules.roles import Role
from crm_store.rules.strategy import STRATEGY
from handlers.agent import naming
from handlers.context import Context
from handlers.marketer import strategy
from handlers.router import RoleError
from handlers.texts import catalogue

Line = tuple[str | None, Cap]  # the topic a cap is for, or None for all, and the cap
DAY = timedelta(days=1)
APART = timedelta(hours=12)  # between two messages of which each has a day of its own
MOST, LONGEST = 1000, 366
OFF = frozenset({"off", "none", "unlimited", "不限", "取消"})
NEVER = frozenset({"never", "0", "从不", "停发"})
UNITS: Mapping[str, timedelta] = {
    **dict.fromkeys(("day", "days", "d", "天", "日"), DAY),
    **dict.fromkeys(("week", "weeks", "w", "周", "星期"), WEEK),
    **dict.fromkeys(("month", "months", "m", "月"), MONTH),
}
RATE = re.compile(r"(?P<most>\d{1,6})(?:条|次)?/(?P<number>\d{0,6})个?(?P<unit>[a-z]+|[天日周月]|星期)")


def policy(ctx: Context, text: str | None) -> None:
    """Show the policy, or change the limit of a channel, perhaps for one topic only."""
    words = unicodedata.normalize("NFKC", text or "").split()
    if not words:
        _show(ctx)
        return
    if not ctx.staff.may(Role.MARKETER):  # supervisors read it
        raise RoleError(Role.MARKETER)
    channel = _meant(ctx, words[0], STRATEGY, "strategy.channel", "channel")
    if len(words) == 1 or len(words) > 3:
        raise RefusedError("policy_usage")
    topics = sorted({row.communication.content for row in STRATEGY.values()})
    topic = _meant(ctx, words[2], topics, "strategy.content", "topic") if words[2:] else None
    _change(ctx, channel, topic, words[1].casefold())


def _show(ctx: Context) -> None:
    newest = policies.newest(ctx.session)
    if newest is None:
        ctx.reply("policy.none")
        return
    head = ctx.say(
        "policy.head",
        version=newest.id,
        at=catalogue.moment(ctx.language, newest.loaded, ctx.desk.zone),
        who=_author(ctx, newest.loaded_by),
    )
    rows = policies.table(ctx.session)
    ctx.reply_text("\n\n".join([head, *(_told(ctx, row.channel, row.caps) for row in rows), _hint(ctx)]))


def _hint(ctx: Context) -> str:
    return ctx.say("policy.hint")


def _author(ctx: Context, by: str) -> str:
    """Name whoever made a version."""
    kind, _, number = by.partition(":")
    return staff.by_id(ctx.session, int(number)).name if kind == "staff" and number.isdecimal() else by


def _told(ctx: Context, channel: str, caps: Sequence[Line]) -> str:
    """Word the limits of a channel."""
    lines = [strategy.limit(ctx, topic, cap) for topic, cap in caps]
    return "\n".join([ctx.say(f"strategy.channel.{channel}"), *(lines or [ctx.say("policy.unlimited")])])


def _change(ctx: Context, channel: str, topic: str | None, wanted: str) -> None:
    """Make a new version in which one line is another."""
    held = {row.channel: row.caps for row in policies.table(ctx.session)}
    was = held.get(channel, ())
    mine = [line for line in was if line[0] != topic]
    if wanted in OFF:
        mine = [] if topic is None else mine
    else:
        replaced = next((cap for about, cap in was if about == topic), None)
        mine.append((topic, _read(wanted, topic, replaced)))
    held[channel] = mine
    version = policies.load(ctx.session, _whole(held), by=ctx.by, now=ctx.now)
    staff.audit(
        ctx.session, by=ctx.by, what="policy.changed", subject=f"policy:{version}", now=ctx.now,
        channel=channel, topic=topic, limit=wanted,
    )  # fmt: skip
    ctx.reply("policy.changed", version=version, limits=_told(ctx, channel, mine))


def _whole(held: Mapping[str, Sequence[Line]]) -> list[FrequencyPolicy]:
    """Put the lines of every channel together by topic, as a version keeps them."""
    return [
        FrequencyPolicy(channel, topic, tuple(cap for _, cap in lines))
        for channel, caps in held.items()
        for topic, lines in groupby(caps, key=lambda line: line[0])
    ]


def _read(wanted: str, topic: str | None, replaced: Cap | None) -> Cap:
    """Read a limit such as 2/week, or refuse it with an example."""
    scope = Scope.CHANNEL if topic is None else Scope.TOPIC
    if wanted in NEVER:
        return Cap(0, DAY, scope=scope)
    found = RATE.fullmatch(wanted)
    unit = None if found is None else UNITS.get(found["unit"])
    if found is None or unit is None:
        raise RefusedError("policy_usage")
    most, number = int(found["most"]), int(found["number"] or 1)
    window = unit * min(number, LONGEST)
    if most > MOST or not DAY <= window <= LONGEST * DAY:
        raise RefusedError("policy_range", most=MOST, days=LONGEST)
    if window == DAY:
        return Cap(most, DAY, Mode.CALENDAR_DAY, APART if most == 1 else timedelta(0), scope)
    apart = timedelta(0) if replaced is None or replaced.mode is Mode.CALENDAR_DAY else replaced.min_gap
    fits = apart * most <= window
    return Cap(most, window, min_gap=apart if fits else timedelta(0), scope=scope)


def _meant(ctx: Context, word: str, codes: Iterable[str], key: str, refusal: str) -> str:
    """Return the code that a word names in any language, or refuse with the one most likely meant."""
    named = {code: code for code in codes}
    for code in codes:
        for language in catalogue.LANGUAGES:
            named[_bare(catalogue.say(language, f"{key}.{code}"))] = code
    found = named.get(_bare(word))
    if found is None:
        raise naming.unknown(word, named, f"policy_{refusal}", choices=ctx.say("campaign.comma").join(codes))
    return found


def _bare(words: str) -> str:
    """Return a name without the sign before it."""
    return re.sub(r"^\W+", "", words.casefold()).replace(" ", "")

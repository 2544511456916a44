"""Who would get a campaign now, later or never, and why: counts in words, with the names behind them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from crm_store import campaigns, caps, policies
from crm_store.campaigns import NewCampaign
from crm_store.models.campaign import Verdict
from handlers.context import Context
from handlers.marketer import schedules
from handlers.ports import Button
from handlers.texts import catalogue

Counts = Mapping[tuple[Verdict, str], int]
SHOWN = 20
EXCERPT = 300


def told(ctx: Context, new: NewCampaign, counts: Counts) -> str:
    """Word a draft and its counts."""
    lines = [*heading(ctx, new), "", ctx.say("preview.matched", number=sum(counts.values()))]
    for verdict in Verdict:
        parts = {reason: number for (judged, reason), number in counts.items() if judged is verdict}
        if parts:
            lines.append(_line(ctx, verdict, parts))
    if not any(verdict is not Verdict.NEVER for verdict, _ in counts):
        lines += ["", ctx.say("preview.nobody")]
    if policies.newest(ctx.session) is None:
        lines += ["", ctx.say("preview.no_policy")]
    return "\n".join(lines)


def heading(ctx: Context, new: NewCampaign) -> list[str]:
    """Word what a draft says, to whom and when."""
    texts = (("zh", new.text_zh), ("en", new.text_en))
    return [
        ctx.say("preview.head", name=new.name),
        *(ctx.say(f"preview.text_{code}", text=_short(text)) for code, text in texts if text),
        ctx.say("preview.audience", audience=audience(ctx, new.audience)),
        ctx.say("preview.when", when=schedules.told(ctx.say, new.schedule)),
    ]


def _short(text: str) -> str:
    return text if len(text) <= EXCERPT else text[:EXCERPT] + "…"


def audience(ctx: Context, wanted: Mapping[str, object]) -> str:
    """Word an audience."""
    value = str(wanted.get("value", ""))
    if wanted["kind"] == "language":
        return ctx.say(f"audience.{value}")
    return ctx.say(f"audience.{wanted['kind']}", tag=value)


def _line(ctx: Context, verdict: Verdict, parts: Mapping[str, int]) -> str:
    ordered = sorted(parts.items(), key=lambda part: (-part[1], part[0]))
    why = ctx.say("preview.comma").join(
        f"{ctx.say(f'word.reason_{reason}')} {number}" for reason, number in ordered
    )
    number = sum(parts.values())
    key = f"preview.{verdict.value}"
    return ctx.say(key, number=number) if verdict is Verdict.NOW else ctx.say(key, number=number, why=why)


def buttons(ctx: Context, counts: Counts, *, revision: int) -> Sequence[Sequence[Button]]:
    """Offer the names behind each number that is not simply now."""
    keys = [
        Button(f"{ctx.say(f'word.reason_{reason}')} · {number}", "campaign_who", reason, revision)
        for (verdict, reason), number in sorted(counts.items())
        if verdict is not Verdict.NOW
    ]
    return [keys[start : start + 2] for start in range(0, len(keys), 2)]


def names(ctx: Context, new: NewCampaign, reason: str) -> str:
    """List some of those whom a reason touches in a draft."""
    rules = campaigns.draft_ruling(ctx.session, new, now=ctx.now)
    found = caps.names(ctx.session, rules, new.audience, reason, most=SHOWN)
    return listed(ctx, reason, [line(ctx, name, complaint=detail) for name, detail in found])


def line(ctx: Context, name: str, *, complaint: str | None = None, until: datetime | None = None) -> str:
    """Word one name, with the complaint that holds it or the time it waits for."""
    if complaint is not None:
        return ctx.say("who.complaint", name=name, number=complaint)
    if until is not None:
        return ctx.say("who.until", name=name, at=catalogue.moment(ctx.language, until, ctx.desk.zone))
    return f"· {name}"


def listed(ctx: Context, reason: str, found: Sequence[str]) -> str:
    """Put names under their reason."""
    words = ctx.say(f"word.reason_{reason}")
    if not found:
        return ctx.say("who.nobody", reason=words)
    more = [ctx.say("who.first", number=SHOWN)] if len(found) == SHOWN else []
    return "\n".join([ctx.say("who.head", reason=words), *found, *more])

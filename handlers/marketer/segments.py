"""Segments: who belongs to which, what marks them, and a campaign to them in one tap."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import cast

from babel.numbers import format_currency

from crm_store import campaigns, dialogs, scores, segments, staff
from crm_store.campaigns import NewCampaign
from crm_store.errors import RefusedError
from crm_store.models.campaign import Verdict
from crm_store.models.score import ScoreRun
from crm_store.rules.roles import Role
from crm_store.segments import Portrait
from handlers.context import Context
from handlers.marketer import campaigns as campaign_dialog
from handlers.marketer import naming
from handlers.marketer.naming import Named
from handlers.ports import Button
from handlers.router import seat
from handlers.supervisor import sheets

LASTS = timedelta(days=7)
SHOWN = 5
WIN_BACK: segments.Rule = {"stage": ["at_risk"]}


def segment(ctx: Context, text: str | None) -> None:
    """Show every segment with its size, or one with what marks it."""
    if text is None:
        _list(ctx)
    else:
        _show(ctx, naming.read(ctx, text))


def pressed(ctx: Context, subject: str, revision: int) -> None:
    """Show the segment of a button."""
    _show(ctx, naming.of_code(ctx, subject))


def save(ctx: Context, subject: str, revision: int) -> None:
    """Give the rule of a button its name, so that it is on the list."""
    _save(ctx, naming.of_code(ctx, subject))


def win_back(ctx: Context, subject: str, revision: int) -> None:
    """Make a segment of the customers at risk, ready to be written to."""
    _save(ctx, Named(ctx.say("segment.win_back"), WIN_BACK))


def campaign(ctx: Context, subject: str, revision: int) -> None:
    """Start a campaign to a segment; a draft that is going on is not thrown away for it."""
    going_on = dialogs.live(ctx.session, seat(ctx.event), now=ctx.now)
    if going_on is not None and going_on.kind == campaign_dialog.KIND:
        raise RefusedError("campaign_unfinished")
    found = naming.of_code(ctx, subject)
    audience = {"kind": "segment", "value": found.name, "rule": found.rule}
    campaign_dialog.start_for(ctx, audience)


def _save(ctx: Context, found: Named) -> None:
    kept = segments.save(ctx.session, found.name, found.rule, by=ctx.by, now=ctx.now)
    staff.audit(ctx.session, by=ctx.by, what="segment.saved", subject=f"segment:{kept.id}", now=ctx.now)
    number = segments.size(ctx.session, kept.rule)
    named = Named(kept.name, found.rule, f"id={kept.id}")
    ctx.reply("segment.saved", name=kept.name, count=number, buttons=_campaign_key(ctx, named))


def _list(ctx: Context) -> None:
    run = scores.newest(ctx.session)
    lines = [ctx.say("segment.head")]
    for heading, found in naming.groups(ctx, run):
        sized = [(one, segments.size(ctx.session, one.rule)) for one in found]
        parts = [ctx.say("segment.sized", name=one.name, count=number) for one, number in sized if number]
        if parts:
            lines.append(ctx.say(f"segment.by.{heading}", names=ctx.say("segment.between").join(parts)))
    if run is None:
        lines.append(ctx.say("segment.no_scores"))
    lines.append(ctx.say("segment.how"))
    peopled = [one for one in naming.offered(ctx, run) if segments.size(ctx.session, one.rule)]
    keys = [Button(one.name[:40], "segment", one.code) for one in peopled]
    ctx.reply_text("\n".join(lines), buttons=[keys[at : at + 3] for at in range(0, len(keys), 3)])


def _show(ctx: Context, found: Named) -> None:
    run = scores.newest(ctx.session)
    seen = segments.portrait(ctx.session, found.rule)
    lines = [
        ctx.say("segment.one", name=found.name, count=seen.members),
        *_marks(ctx, seen, run),
        *_traits(ctx, found, run),
        *_who(ctx, found, seen),
        *_reach(ctx, found, seen),
    ]
    ctx.reply_text("\n".join(lines), buttons=_keys(ctx, found, seen))


def _marks(ctx: Context, seen: Portrait, run: ScoreRun | None) -> Iterator[str]:
    """Word what those of a segment who bought have in common."""
    if run is None:
        yield ctx.say("segment.no_scores")
        return
    if not seen.members:
        yield ctx.say("segment.nobody")
        return
    if not seen.buyers or seen.revenue is None or seen.orders is None:
        yield ctx.say("segment.no_buyers")
        return
    few = "" if seen.buyers >= sheets.FEW else ".few"
    yield ctx.say(
        f"segment.marks{few}",
        buyers=seen.buyers,
        least=sheets.FEW,
        money=_money(ctx, seen.revenue, run),
        orders=f"{seen.orders:.1f}",
        last=seen.last_day,
    )
    if seen.p_active is not None and not few:
        yield ctx.say("segment.chance", chance=sheets.percent(seen.p_active))


def _traits(ctx: Context, found: Named, run: ScoreRun | None) -> Iterator[str]:
    """Word what marks a cluster beside everybody, as it was found."""
    if run is None or list(found.rule) != ["cluster"]:
        return
    for profile in cast("Sequence[Mapping[str, object]]", run.findings.get("clusters", ())):
        if str(profile["label"]) not in found.rule["cluster"]:
            continue
        for trait in cast("Sequence[Mapping[str, object]]", profile["traits"]):
            own, everybody = (_figure(ctx, trait, side, run) for side in ("median", "everybody"))
            what, level = ctx.say(f"trait.{trait['name']}"), ctx.say(f"trait.{trait['level']}")
            yield ctx.say("segment.trait", what=what, level=level, own=own, everybody=everybody)


def _figure(ctx: Context, trait: Mapping[str, object], side: str, run: ScoreRun) -> str:
    value = cast("float", trait[side])
    return _money(ctx, value, run) if trait["name"] == "revenue" else f"{value:g}"


def _who(ctx: Context, found: Named, seen: Portrait) -> Iterator[str]:
    known = segments.names(ctx.session, found.rule, most=SHOWN)
    if known:
        names = ctx.say("segment.between").join(name for _, name in known)
        yield ctx.say("segment.who" if seen.members <= SHOWN else "segment.who_first", names=names)


def _reach(ctx: Context, found: Named, seen: Portrait) -> Iterator[str]:
    """Say how many of a segment may be written to now, later and never, as a campaign would find."""
    if not seen.members:
        return
    counts = campaigns.preview(ctx.session, _draft(ctx, found), now=ctx.now)
    by = {verdict: sum(n for (one, _), n in counts.items() if one is verdict) for verdict in Verdict}
    silent = sum(n for (_, reason), n in counts.items() if reason == "no_consent")
    yield ctx.say(
        "segment.reach", now=by[Verdict.NOW], later=by[Verdict.LATER], never=by[Verdict.NEVER], silent=silent
    )


def _draft(ctx: Context, found: Named) -> NewCampaign:
    return NewCampaign(
        inbox_id=ctx.place.inbox_id,
        owner_id=ctx.staff.id,
        chat=ctx.place.chat,
        channel=ctx.place.channel,
        text_zh="",
        text_en="",
        audience={"kind": "segment", "value": found.name, "rule": found.rule},
        zone=ctx.desk.zone,
        quiet=ctx.desk.quiet,
    )


def _keys(ctx: Context, found: Named, seen: Portrait) -> Sequence[Sequence[Button]]:
    keep = sheets.key(ctx.say("key.segment.save"), "segment_save", found.code)
    if not seen.members:
        return []
    is_new = not found.kept and len(found.rule) > 1
    return [*_campaign_key(ctx, found), *([keep] if is_new and keep else [])]


def _campaign_key(ctx: Context, found: Named) -> list[list[Button]]:
    if not ctx.staff.may(Role.MARKETER):
        return []
    key = sheets.key(ctx.say("key.segment.campaign"), "segment_campaign", found.code)
    return [key] if key else []


def _money(ctx: Context, hundredths: float, run: ScoreRun) -> str:
    locale = "zh_Hans_CN" if ctx.language == "zh" else "en"
    return format_currency(hundredths / 100, run.currency, locale=locale)

"""Four eyes: a campaign that could reach many waits until somebody else has looked at it."""

from dataclasses import replace

from crm_store import approvals, campaigns, caps, readers, staff
from crm_store.campaigns import NewCampaign
from crm_store.models.campaign import Campaign
from crm_store.readers import Reader
from crm_store.rules.roles import Role
from handlers.context import Context
from handlers.marketer import previews
from handlers.ports import Button, OutboundMessage
from handlers.router import UsageError
from handlers.texts import catalogue


def is_needed(ctx: Context, new: NewCampaign) -> bool:
    """Tell whether the house wants a second person to look at a draft."""
    over = ctx.desk.approve_over
    return over > 0 and approvals.reaches_more(ctx.session, new, over)


def ask(ctx: Context, campaign: Campaign) -> None:
    """Let a campaign wait, and tell everyone who may approve it."""
    over = ctx.desk.approve_over
    approvals.ask(ctx.session, campaign, over=over, now=ctx.now)
    others = _others(ctx, campaign)
    for other in others:
        words = catalogue.say(
            other.language, "approval.wanted", who=ctx.staff.name, number=campaign.id, name=campaign.name,
            over=over,
        )  # fmt: skip
        look = Button(catalogue.say(other.language, "key.approval"), "approval", campaign.id)
        ctx.tell_staff(other.address, OutboundMessage(words, [[look]]))
    key = "approval.asked" if others else "approval.nobody"
    ctx.reply(key, number=campaign.id, name=campaign.name, over=over)


def approve(ctx: Context, word: str | None) -> None:
    """Show a waiting campaign with what it would do and the buttons to decide, or list those that wait."""
    if word is not None:
        _show(ctx, _number(word))
        return
    found = approvals.waiting(ctx.session, ctx.place.inbox_id)
    lines = [
        ctx.say(
            "approval.line", number=one.id, name=one.name, who=staff.by_id(ctx.session, one.owner_id).name
        )
        for one in found
    ]
    ctx.reply_text("\n".join([ctx.say("approval.waiting"), *lines]) if lines else ctx.say("approval.none"))


def show(ctx: Context, subject: str, revision: int) -> None:
    """Show the campaign of the notice."""
    _show(ctx, _number(subject))


def grant(ctx: Context, subject: str, revision: int) -> None:
    """Approve a campaign that was shown."""
    campaign = campaigns.by_number(ctx.session, _number(subject))
    approvals.grant(ctx.session, campaign, by=ctx.staff.id, now=ctx.now)
    _decided(ctx, campaign, "granted")


def turn_down(ctx: Context, subject: str, revision: int) -> None:
    """Turn down a campaign that was shown."""
    campaign = campaigns.by_number(ctx.session, _number(subject))
    approvals.turn_down(ctx.session, campaign, by=ctx.staff.id, now=ctx.now)
    _decided(ctx, campaign, "turned_down")


def _number(word: str) -> int:
    digits = word.strip().lstrip("#＃")
    if not digits.isdecimal() or len(digits) > 15:
        raise UsageError("approve")
    return int(digits)


def _others(ctx: Context, campaign: Campaign) -> list[Reader]:
    """List who may approve a campaign: supervisors and marketers, but not its author."""
    able = [
        one
        for role in (Role.SUPERVISOR, Role.MARKETER)
        for one in readers.with_role(ctx.session, campaign.inbox_id, role)
    ]
    return list(dict.fromkeys(one for one in able if one.staff_id != campaign.owner_id))


def _show(ctx: Context, number: int) -> None:
    campaign = campaigns.by_number(ctx.session, number)
    approvals.check(campaign, by=ctx.staff.id)
    new, upcoming = campaigns.as_draft(campaign), campaigns.next_run(ctx.session, campaign, now=ctx.now)
    if upcoming is None:
        new = replace(new, schedule=None)
    rules = campaigns.ruling(ctx.session, campaign, occurrence_id=0, at=upcoming or ctx.now)
    author = staff.by_id(ctx.session, campaign.owner_id).name
    lines = [
        ctx.say("approval.head", number=number, who=author),
        previews.told(ctx, new, caps.count(ctx.session, rules, new.audience)),
    ]
    keys = [
        Button(ctx.say("key.approve"), "approve", number),
        Button(ctx.say("key.approve_not"), "approve_not", number),
    ]
    ctx.reply_text("\n".join(lines), buttons=[keys])


def _decided(ctx: Context, campaign: Campaign, what: str) -> None:
    """Write down who decided, and tell them and the author."""
    subject = f"campaign:{campaign.id}"
    staff.audit(ctx.session, by=ctx.by, what=f"campaign.{what}", subject=subject, now=ctx.now)
    values = {"number": campaign.id, "name": campaign.name, "who": ctx.staff.name}
    ctx.edit(ctx.say(f"approval.{what}", **values))
    author = staff.by_id(ctx.session, campaign.owner_id)
    language = ctx.desk.language if campaign.chat == ctx.desk.staff_group else author.language
    if campaign.chat != ctx.place.chat:
        ctx.tell_staff(campaign.chat, OutboundMessage(catalogue.say(language, f"approval.{what}", **values)))

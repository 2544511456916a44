"""Campaigns that are under way: listed, paused, resumed, cancelled, and the people behind their numbers."""

from crm_store import approvals, campaigns, caps, dialogs, recipients, runs, staff
from crm_store.errors import RefusedError
from crm_store.models.campaign import Campaign, CampaignState, Recipient, RecipientState
from crm_store.rules.roles import Role
from handlers.context import Context
from handlers.marketer import cards, previews, schedules
from handlers.ports import Button
from handlers.router import UsageError, seat
from handlers.texts import catalogue

SHOWN = 20
MOST = 10


def show(ctx: Context) -> None:
    """List the newest campaigns with their state and how far they have come."""
    found = campaigns.latest(ctx.session, ctx.place.inbox_id, most=MOST)
    if not found:
        ctx.reply("campaigns.none")
        return
    lost = [one for campaign in found for run in runs.runs(ctx.session, campaign.id)[:1]
            for one in recipients.unknowns(ctx.session, run.id)]  # fmt: skip
    texts = [ctx.say("campaigns.head"), *(_line(ctx, campaign) for campaign in found)]
    ctx.reply_text("\n\n".join(texts), buttons=cards.resend_keys(ctx.say, lost))


def _line(ctx: Context, campaign: Campaign) -> str:
    state = ctx.say(f"word.campaign_{campaign.state}")
    lines = [
        ctx.say("campaigns.line", number=campaign.id, name=campaign.name, state=state),
        schedules.told(ctx.say, campaigns.schedule_of(campaign)),
    ]
    waits = approvals.of_campaign(ctx.session, campaign.id)
    if waits is not None and campaign.state == CampaignState.WAITING:
        at = catalogue.moment(ctx.language, waits.asked, ctx.desk.zone)
        lines.append(ctx.say("approval.since", number=campaign.id, at=at))
    upcoming = None
    if campaign.state == CampaignState.SCHEDULED:
        upcoming = campaigns.next_run(ctx.session, campaign, now=ctx.now)
    if upcoming is not None:
        lines.append(ctx.say("campaigns.next", at=catalogue.moment(ctx.language, upcoming, ctx.desk.zone)))
    for run in runs.runs(ctx.session, campaign.id)[:1]:
        text = cards.told(ctx.say, run, campaign, runs.progress(ctx.session, run.id))
        lines += text.splitlines()[1:]
    return "\n".join(lines)


def pause(ctx: Context, word: str) -> None:
    """Stop a campaign where it is."""
    _pause(ctx, _number("pause", word))


def resume(ctx: Context, word: str) -> None:
    """Go on with a paused campaign."""
    _resume(ctx, _number("resume", word))


def cancel(ctx: Context, word: str | None) -> None:
    """End a campaign for good; without a number, end the dialog that is going on here."""
    markets = ctx.sender.staff is not None and ctx.staff.may(Role.MARKETER)
    if word is not None and markets:
        _cancel(ctx, _number("cancel", word))
        return
    going_on = dialogs.live(ctx.session, seat(ctx.event), now=ctx.now)
    if going_on is None and markets:
        raise UsageError("cancel")
    if going_on is None:
        ctx.reply("cancel.nothing")
        return
    is_campaign = going_on.kind == "campaign"
    dialogs.end(ctx.session, seat(ctx.event))
    ctx.reply("campaign.discarded" if is_campaign else "cancel.done")


def pause_pressed(ctx: Context, subject: str, revision: int) -> None:
    """Stop the campaign of the card."""
    _pause(ctx, _number("pause", subject))


def resume_pressed(ctx: Context, subject: str, revision: int) -> None:
    """Go on with the campaign of the card."""
    _resume(ctx, _number("resume", subject))


def cancel_pressed(ctx: Context, subject: str, revision: int) -> None:
    """Ask whether to end the campaign of the card, and end it on the second tap."""
    campaign = campaigns.by_number(ctx.session, _number("cancel", subject))
    if revision:
        _cancel(ctx, campaign.id)
        return
    sure = Button(ctx.say("key.cancel_sure", number=campaign.id), "campaign_cancel", campaign.id, 1)
    ctx.reply("campaign.cancel_sure", number=campaign.id, name=campaign.name, buttons=[[sure]])


def resend_pressed(ctx: Context, subject: str, revision: int) -> None:
    """Try once more to send a message of which nobody can tell whether it arrived."""
    row_id = int(subject) if subject.isdecimal() else 0
    recipients.resend(ctx.session, row_id, now=ctx.now)
    staff.audit(ctx.session, by=ctx.by, what="campaign.resent", subject=f"outbox:{row_id}", now=ctx.now)
    ctx.reply("campaign.resent")


def _number(command: str, word: str) -> int:
    digits = word.strip().lstrip("#＃")
    if not digits.isdecimal() or len(digits) > 15:
        raise UsageError(command)
    return int(digits)


def _pause(ctx: Context, number: int) -> None:
    campaign = campaigns.by_number(ctx.session, number)
    runs.pause(ctx.session, campaign, now=ctx.now)
    _done(ctx, campaign, "paused")


def _resume(ctx: Context, number: int) -> None:
    campaign = campaigns.by_number(ctx.session, number)
    runs.resume(ctx.session, campaign, now=ctx.now)
    _done(ctx, campaign, "resumed")


def _cancel(ctx: Context, number: int) -> None:
    campaign = campaigns.by_number(ctx.session, number)
    runs.cancel(ctx.session, campaign, now=ctx.now)
    _done(ctx, campaign, "cancelled")


def _done(ctx: Context, campaign: Campaign, what: str) -> None:
    subject = f"campaign:{campaign.id}"
    staff.audit(ctx.session, by=ctx.by, what=f"campaign.{what}", subject=subject, now=ctx.now)
    ctx.reply(f"campaign.{what}", number=campaign.id, name=campaign.name)


def preview(ctx: Context, word: str) -> None:
    """Show whom a campaign's next run would reach."""
    campaign = campaigns.by_number(ctx.session, _number("preview", word))
    upcoming = campaigns.next_run(ctx.session, campaign, now=ctx.now)
    new = campaigns.as_draft(campaign)
    rules = campaigns.ruling(ctx.session, campaign, occurrence_id=0, at=upcoming or ctx.now)
    ctx.reply_text(previews.told(ctx, new, caps.count(ctx.session, rules, new.audience)))


def people(ctx: Context, word: str, reason: str | None) -> None:
    """Name those behind a number of a campaign's newest run, or list its reasons."""
    campaign = campaigns.by_number(ctx.session, _number("recipients", word))
    newest = runs.runs(ctx.session, campaign.id)[:1]
    if not newest:
        raise RefusedError("campaign_not_run", number=campaign.id)
    if reason is None:
        ctx.reply_text(_reasons(ctx, campaign, newest[0].id))
        return
    code = _code(ctx, reason)
    found = recipients.named(ctx.session, newest[0].id, code, most=SHOWN)
    ctx.reply_text(previews.listed(ctx, code, [_named(ctx, name, person) for name, person in found]))


def _reasons(ctx: Context, campaign: Campaign, run_id: int) -> str:
    lines = [ctx.say("recipients.head", number=campaign.id, name=campaign.name)]
    counted = recipients.reasons(ctx.session, run_id)
    lines += [
        f"· {ctx.say(f'word.reason_{code}')} {number} · /recipients {campaign.id} {code}"
        for code, number in counted
    ]
    return "\n".join(lines if counted else [*lines, ctx.say("recipients.none")])


def _code(ctx: Context, reason: str) -> str:
    """Find the reason someone named by its code or in words."""
    said = reason.strip().casefold()
    for key in catalogue.keys():  # noqa: SIM118 - a function of the catalogue, not of a dict
        code = key.removeprefix("word.reason_")
        if code != key and said in {code, code.replace("_", " "), ctx.say(key).casefold()}:
            return code
    raise RefusedError("campaign_reason", reason=reason[:40])


def _named(ctx: Context, name: str, person: Recipient) -> str:
    complaint = person.reason_detail if person.reason == "open_complaint" else None
    at = person.not_before
    waits = person.state == RecipientState.PLANNED and at is not None and at > ctx.now
    return previews.line(ctx, name, complaint=complaint, until=at if waits else None)

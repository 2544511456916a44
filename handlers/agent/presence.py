"""/away and /back: whether someone is given tickets, and what happens to those they leave."""

from crm_store import assignments, calendars, staff
from crm_store import presence as presences
from crm_store.models.presence import Presence, PresenceState
from crm_store.models.ticket import Ticket
from handlers.agent import assigning, cards, topics
from handlers.context import Context
from handlers.texts import catalogue

LONGEST_REASON = 200


def away(ctx: Context, text: str | None) -> None:
    """Take no more tickets, and leave to others what has no answer yet."""
    known = presences.current(ctx.session, ctx.staff.id)
    if known is not None and known.state == PresenceState.AWAY and known.reason != presences.IDLE:
        ctx.reply("away.already", name=ctx.staff.name, since=_since(ctx, known))
        return
    member = staff.by_id(ctx.session, ctx.staff.id)
    if known is not None and known.state == PresenceState.AWAY:  # the clock said so; now they do
        presences.declare(ctx.session, member.id, PresenceState.HERE, by=ctx.by, now=ctx.now)
    reason = " ".join((text or "").split())[:LONGEST_REASON]
    left = assigning.leave(topics.bench(ctx), member, by=ctx.by, reason=reason)
    lines = [ctx.say("away.done", name=ctx.staff.name), *(_became(ctx, ticket) for ticket in left)]
    ctx.reply_text("\n".join(lines))


def back(ctx: Context) -> None:
    """Take tickets again as they come."""
    if not presences.declare(ctx.session, ctx.staff.id, PresenceState.HERE, by=ctx.by, now=ctx.now):
        ctx.reply("back.already", name=ctx.staff.name)
        return
    load = assignments.load_of(ctx.session, [ctx.staff.id]).get(ctx.staff.id, 0)
    capacity = staff.by_id(ctx.session, ctx.staff.id).capacity
    lines = [ctx.say("back.done", name=ctx.staff.name, load=load, capacity=capacity)]
    hours = presences.hours_of(ctx.session, [ctx.staff.id], calendars.current(ctx.session).hours)[
        ctx.staff.id
    ]
    if not hours.is_open(ctx.now):
        opens = hours.next_opening(ctx.now)
        at = None if opens is None else catalogue.moment(ctx.language, opens, ctx.desk.zone)
        lines.append(ctx.say("back.never") if at is None else ctx.say("back.later", at=at))
    ctx.reply_text("\n".join(lines))


def _became(ctx: Context, ticket: Ticket) -> str:
    """Tell who has a ticket now that was left unanswered."""
    owner = cards.owner(ctx.session, ticket)
    if owner is None:
        return ctx.say("away.waits", number=ticket.number)
    return ctx.say("away.went", number=ticket.number, name=owner)


def _since(ctx: Context, known: Presence) -> str:
    return catalogue.moment(ctx.language, known.since, ctx.desk.zone)

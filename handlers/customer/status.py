"""Where a customer's tickets stand."""

from crm_store import tickets
from crm_store.errors import RefusedError
from crm_store.models.ticket import Ticket
from crm_store.rules.lifecycle import Status
from handlers.context import Context
from handlers.texts import catalogue


def status(ctx: Context) -> None:
    """List the sender's open tickets with what happens to each next."""
    if ctx.place.is_group:
        raise RefusedError("private_only")
    contact = ctx.sender.contact
    mine = [] if contact is None else tickets.of_customer(ctx.session, contact.customer_id)
    waiting = [ticket for ticket in mine if not ticket.is_resolved]
    if not waiting:
        done = next((ticket.number for ticket in mine), None)
        ctx.reply("status.none" if done is None else "status.done", number=done)
        return
    zone = (contact.zone if contact is not None else None) or ctx.desk.zone
    ctx.reply_text("\n".join([ctx.say("status.head"), *(_line(ctx, ticket, zone) for ticket in waiting)]))


def _line(ctx: Context, ticket: Ticket, zone: str) -> str:
    line = ctx.say(
        "status.line",
        number=ticket.number,
        kind=ctx.say(f"status.kind.{ticket.kind}"),
        subject=ticket.subject,
        status=ctx.say(f"status.{ticket.status}"),
    )
    since = catalogue.moment(ctx.language, ticket.opened, zone)
    return "\n".join([line, ctx.say("status.since", since=since, next=_next(ctx, ticket, zone))])


def _next(ctx: Context, ticket: Ticket, zone: str) -> str:
    """Word by when something happens next, or that it should have."""
    answered = ticket.first_replied is not None
    at = ticket.resolution_due if answered else ticket.first_due
    if at is None or ticket.status == Status.PENDING:
        return ctx.say("status.soon" if not answered else "status.answered")
    word = "solution" if answered else "answer"
    when = catalogue.moment(ctx.language, at, zone)
    return ctx.say(f"status.{word}.late" if at <= ctx.now else f"status.{word}.by", by=when)

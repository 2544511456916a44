"""Where a customer's tickets stand."""

from crm_store import tickets
from crm_store.errors import RefusedError
from crm_store.models.ticket import Ticket
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
        ctx.reply("status.none")
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
    if ticket.first_replied is None and ticket.first_due is not None and ticket.first_due > ctx.now:
        line += ctx.say("status.by", by=catalogue.moment(ctx.language, ticket.first_due, zone))
    return line

"""While the desk is closed: when it opens, said once to each customer in each closed period."""

from datetime import datetime

from crm_store import deadlines, events
from crm_store.customers import Contact
from handlers.context import Context
from handlers.ports import OutboundMessage
from handlers.texts import catalogue


def next_opening(ctx: Context) -> datetime | None:
    """Tell when the desk opens, if it is closed now and ever opens."""
    hours = ctx.hours
    return None if hours.is_open(ctx.now) else hours.next_opening(ctx.now)


def tell(ctx: Context, contact: Contact, ticket_id: int) -> None:
    """Tell whoever writes while the desk is closed when it opens, unless they know it already."""
    opens = next_opening(ctx)
    if opens is None or not deadlines.tell_opening(ctx.session, ticket_id, opens):
        return
    at = catalogue.moment(ctx.language, opens, contact.zone or ctx.desk.zone)
    words = ctx.say("closed.until", number=ticket_id, opens=at)
    ctx.tell_customer(contact, OutboundMessage(words), ticket=ticket_id)
    events.record(ctx.session, ticket_id, kind="told_closed", by="bot", at=ctx.now, opens=opens)

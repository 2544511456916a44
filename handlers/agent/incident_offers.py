"""What an agent at work on an incident's parent is offered: the same words to all, and an end for all."""

from collections.abc import Mapping

from crm_store import incidents
from crm_store.models.incident import Incident, IncidentState
from crm_store.models.ticket import Ticket
from crm_store.outbox import Draft
from handlers.context import Context
from handlers.ports import Button, OutboundMessage


def to_all(ctx: Context, ticket: Ticket, body: Mapping[str, object], *, message_id: int) -> None:
    """Offer to send what was just answered on a parent to every other customer of its incident."""
    incident = _led_by(ctx, ticket)
    if incident is None:
        return
    reply = incidents.offer(ctx.session, incident, body, staff_id=ctx.staff.id, now=ctx.now)
    incidents.answered(
        ctx.session, reply, ticket.customer_id, ticket_id=ticket.id, outcome="sent", message_id=message_id
    )
    others = {one.customer_id for one in incidents.members(ctx.session, incident.id) if not one.is_resolved}
    count = len(others - {ticket.customer_id})
    if count:
        key = Button(ctx.say("key.to_all", count=count), "to_all", reply.id)
        _tell(ctx, ctx.say("incident.offer", number=ticket.number, count=count), key, ticket)


def end_all(ctx: Context, ticket: Ticket) -> None:
    """Offer to resolve every ticket of the incident whose parent was just resolved."""
    incident = _led_by(ctx, ticket)
    if incident is None:
        return
    count = sum(1 for one in incidents.members(ctx.session, incident.id) if not one.is_resolved)
    if count:
        key = Button(ctx.say("key.end_all", count=count), "incident_end", incident.id)
        _tell(ctx, ctx.say("incident.offer_end", number=ticket.number, count=count), key, ticket)


def _led_by(ctx: Context, ticket: Ticket) -> Incident | None:
    incident = incidents.of_ticket(ctx.session, ticket.id)
    if incident is None or incident.parent_id != ticket.id or incident.state != IncidentState.OPEN:
        return None
    return incident


def _tell(ctx: Context, text: str, key: Button, ticket: Ticket) -> None:
    body = OutboundMessage(text, [[key]]).body()
    if ctx.place.thread:
        body["thread"] = ctx.place.thread
    place = ctx.place
    ctx.enqueue(Draft(inbox_id=place.inbox_id, chat=place.chat, body=body, ticket_id=ticket.id))

"""A day after a complaint was resolved: is it put right?"""

from crm_store import customers, outbox, remedies
from crm_store.models.conversation import Conversation
from crm_store.models.survey import RemedyCheck
from crm_store.models.ticket import Ticket
from crm_store.outbox import Draft
from crm_store.rules.lifecycle import Status
from handlers.context import TickContext
from handlers.ports import Button, OutboundMessage
from handlers.texts import catalogue

CHUNK = 20


def ask_due(ctx: TickContext) -> bool:
    """Ask some of the customers whose day has passed, and tell whether there may be more."""
    waiting = remedies.due(ctx.session, ctx.inbox_id, now=ctx.now, limit=CHUNK)
    for check in waiting:
        _ask(ctx, check)
    return len(waiting) == CHUNK


def _ask(ctx: TickContext, check: RemedyCheck) -> None:
    """Ask, unless the work went on meanwhile or the customer cannot be reached."""
    ticket = ctx.session.get_one(Ticket, check.ticket_id)
    inbox_id = ctx.session.get_one(Conversation, ticket.conversation_id).inbox_id
    contact = customers.contact_of(ctx.session, ticket.customer_id, inbox_id)
    over = ticket.status in {Status.RESOLVED, Status.CLOSED} and ticket.episode == check.episode
    if not over or contact is None or not contact.is_reachable:
        check.cancelled = ctx.now
        return
    check.asked = ctx.now
    words = catalogue.say(contact.language, "remedy.ask", number=ticket.number)
    yes, no = (
        Button(catalogue.say(contact.language, f"key.remedy.{word}"), "remedy", check.id, int(word == "yes"))
        for word in ("yes", "no")
    )
    draft = Draft(
        inbox_id=contact.inbox_id, chat=contact.chat, body=OutboundMessage(words, [[yes, no]]).body(),
        customer_id=contact.customer_id, ticket_id=ticket.id, dedupe_key=f"remedy:{check.id}",
    )  # fmt: skip
    outbox.enqueue(ctx.session, draft, now=ctx.now)

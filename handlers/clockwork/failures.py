"""Telling whoever wrote an answer that it did not reach the customer."""

from crm_store import failures, outbox, tickets
from crm_store.failures import Failure
from crm_store.models.outbox import Lane
from crm_store.outbox import Draft
from handlers.agent import cards
from handlers.context import TickContext
from handlers.ports import Button, OutboundMessage

MOST = 20
REASON = 200


def tell(ctx: TickContext) -> bool:
    """Tell of the answers that failed, with a button to send each again."""
    found = failures.collect(ctx.session, ctx.inbox_id, limit=MOST)
    for failure in found:
        if failure.answer.ticket_id is not None:
            outbox.enqueue(ctx.session, _told(ctx, failure, failure.answer.ticket_id), now=ctx.now)
    return len(found) == MOST


def _told(ctx: TickContext, failure: Failure, number: int) -> Draft:
    ticket = tickets.by_number(ctx.session, number)
    in_group = failure.chat == ctx.desk.staff_group
    say = cards.sayer((not in_group and cards.owner_language(ctx.session, ticket)) or ctx.desk.language)
    customer = cards.contact(ctx.session, ticket)
    words = say("failed.answer", number=number, name=customer.name, reason=failure.reason[:REASON] or "?")
    message = OutboundMessage(words, [[Button(say("key.send_again"), "send_again", failure.answer.id)]])
    body = message.body()
    if failure.thread:
        body["thread"] = failure.thread
    return Draft(inbox_id=ctx.inbox_id, chat=failure.chat, body=body, priority=Lane.NOTICE, ticket_id=number)

"""Erasing what is left of customers who asked for it, a little at a time."""

from crm_store import events, privacy, surveys
from crm_store.models.privacy import Erasure
from crm_store.models.ticket import Ticket
from crm_store.rules.lifecycle import Status
from handlers.agent import boards, topics
from handlers.agent.topics import Bench
from handlers.context import TickContext

CHUNK = 10


def erase(ctx: TickContext) -> bool:
    """Do the next piece of the oldest erasure, and tell whether there is more to do at once."""
    for erasure in privacy.open_erasures(ctx.session):
        if erasure.step in privacy.FIRST:
            _show(ctx, erasure)
            return True
        if privacy.go_on(ctx.session, erasure, now=ctx.now):
            return True
    return False


def _show(ctx: TickContext, erasure: Erasure) -> None:
    """Take the customer's words off what staff see of some tickets: first off all rows, then in the chats."""
    is_blanking = erasure.step == privacy.BLANK
    for ticket in privacy.next_tickets(ctx.session, erasure, limit=CHUNK):
        if is_blanking:
            privacy.blank_cards(ctx.session, ticket)
            continue
        _close(ctx, ticket)
        bench = Bench(ctx.session, ctx.now, ctx.desk, ctx.inbox_id)
        boards.mark_taken(bench, ticket)
        boards.refresh(bench, ticket)
        topics.close(bench, ticket.id)


def _close(ctx: TickContext, ticket: Ticket) -> None:
    """End a ticket whose customer is gone, if it is not over."""
    if not ticket.is_resolved:
        ticket.resolve(ctx.now)
        events.record(ctx.session, ticket.id, kind="resolved", by="bot", at=ctx.now, reason="erased")
    surveys.cancel(ctx.session, ticket.id, reason="erased")
    if ticket.status == Status.RESOLVED:
        ticket.close(ctx.now)
        events.record(ctx.session, ticket.id, kind="closed", by="bot", at=ctx.now, reason="erased")
    ctx.session.flush()

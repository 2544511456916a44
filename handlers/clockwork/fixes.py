"""Customers told that what they reported is put right: once each, some at a time."""

from crm_store import customers, events, outbox, themes
from crm_store.models.opinion import Fix
from crm_store.models.outbox import Lane
from crm_store.outbox import Draft
from handlers.context import TickContext
from handlers.supervisor import fixed

CHUNK = 20


def tell(ctx: TickContext) -> bool:
    """Tell some of those who reported what was fixed, and say whether there may be more."""
    fix = themes.telling(ctx.session, ctx.inbox_id)
    if fix is None:
        return False
    found = themes.reporters(ctx.session, fix, now=ctx.now, limit=CHUNK)
    for customer_id, ticket_id in found:
        if themes.mark_told(ctx.session, fix.id, customer_id, now=ctx.now):
            _tell(ctx, fix, customer_id, ticket_id)
    if len(found) < CHUNK:
        fix.told = ctx.now
    return True


def _tell(ctx: TickContext, fix: Fix, customer_id: int, ticket_id: int) -> None:
    """Write the one message to a customer who can be reached; who cannot is not told later either."""
    events.record(
        ctx.session, ticket_id, kind="told_fixed", by=f"staff:{fix.by}", at=ctx.now, theme=fix.theme
    )
    contact = customers.contact_of(ctx.session, customer_id, ctx.inbox_id)
    if contact is None or not contact.is_reachable:
        return
    draft = Draft(
        inbox_id=contact.inbox_id, chat=contact.chat, customer_id=customer_id, ticket_id=ticket_id,
        body=fixed.message(contact.language, fix.theme, fix.text).body(), priority=Lane.NOTICE,
        dedupe_key=f"fixed:{fix.id}:{customer_id}",
    )  # fmt: skip
    outbox.enqueue(ctx.session, draft, now=ctx.now)

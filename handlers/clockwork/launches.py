"""Campaigns by the clock: runs are made when due, planned in chunks, looked after and shown."""

from crm_store import recipients, runs
from crm_store.store import wake
from handlers.context import TickContext
from handlers.marketer import cards


def plan_chunk(ctx: TickContext) -> bool:
    """Do a short piece of what campaigns need and tell whether there is more to do at once."""
    runs.due(ctx.session, now=ctx.now)
    more = runs.plan(ctx.session, ctx.inbox_id, now=ctx.now)
    more |= runs.tend(ctx.session, ctx.inbox_id, now=ctx.now)
    cards.refresh(ctx)
    if recipients.is_due(ctx.session, ctx.inbox_id, now=ctx.now):
        wake(ctx.session, "outbox")
    return more

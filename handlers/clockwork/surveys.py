"""Surveys that wait: asked when their time has come and the ticket is still resolved."""

from crm_store import surveys
from handlers import asking
from handlers.context import TickContext

CHUNK = 20


def ask_due(ctx: TickContext) -> bool:
    """Ask some of the surveys that are due, and tell whether there may be more."""
    waiting = surveys.due(ctx.session, ctx.inbox_id, now=ctx.now, limit=CHUNK)
    for survey in waiting:
        asking.ask(ctx, survey)
    return len(waiting) == CHUNK

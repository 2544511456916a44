"""The search index follows what was written, a little at a time and out of everybody's way."""

from crm_store import search
from handlers.context import TickContext


def follow(ctx: TickContext) -> bool:
    """Index the next part of what is new, and tell whether there may be more."""
    return search.index(ctx.session, now=ctx.now)

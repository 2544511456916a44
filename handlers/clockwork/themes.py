"""Themes read off the words of new tickets, some at a time, so that needs can be counted."""

from crm_store import needs
from handlers.context import TickContext
from scoring.tone import tone

CHUNK = 20


def read(ctx: TickContext) -> bool:
    """Read the themes of some tickets, and tell whether there may be more."""
    found = needs.unread(ctx.session, limit=CHUNK)
    for ticket in found:
        needs.keep(ctx.session, ticket, [*tone(ticket.words).themes, *ticket.themes])
    return len(found) == CHUNK

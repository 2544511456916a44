"""Cards in topics that changed again soon after they were edited: shown as they stand once they may be."""

from crm_store import thread_cards, tickets
from handlers.agent import boards
from handlers.agent.topics import Bench
from handlers.context import TickContext

CHUNK = 20


def refresh(ctx: TickContext) -> bool:
    """Edit the cards that are due, and tell whether there may be more."""
    waiting = thread_cards.due(ctx.session, ctx.inbox_id, now=ctx.now, limit=CHUNK)
    at = Bench(ctx.session, ctx.now, ctx.desk, ctx.inbox_id)
    for number in waiting:
        boards.refresh(at, tickets.by_number(ctx.session, number))
    return len(waiting) == CHUNK

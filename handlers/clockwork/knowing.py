"""Articles may change beside the running bot: whoever keeps an index of them is told to look again."""

from crm_store import knowledge
from crm_store.store import wake
from handlers.context import TickContext


def look_again(ctx: TickContext) -> bool:
    """Let the index of the articles be compared with what is written; it is built anew only if it differs."""
    wake(ctx.session, knowledge.CHANGED)
    return False

"""Topics for tickets that nobody has taken yet, while the staff group has room to spare."""

from crm_store import threads
from handlers.agent import topics
from handlers.agent.topics import Bench
from handlers.context import TickContext


def spare(ctx: TickContext) -> bool:
    """Make the topic of the oldest untaken ticket without one while the group has half its budget left."""
    group = ctx.desk.staff_group
    if group is None or threads.is_refused(ctx.session, group):
        return False
    if not threads.has_room(ctx.session, ctx.inbox_id, group, now=ctx.now):
        return False
    ticket = threads.oldest_ticket_without(ctx.session)
    if ticket is not None:
        topics.make(Bench(ctx.session, ctx.now, ctx.desk, ctx.inbox_id), ticket)
    return False  # what was just asked for fills the group's lane; the next turn looks again

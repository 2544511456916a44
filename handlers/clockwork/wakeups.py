"""Snoozed tickets whose time has come: back to whoever put them aside."""

from crm_store import events, silences
from crm_store.models.ticket import Ticket
from crm_store.store import wake
from handlers.agent import boards
from handlers.agent.topics import Bench
from handlers.clockwork import telling
from handlers.context import TickContext

CHUNK = 20


def wake_due(ctx: TickContext) -> bool:
    """Wake some of the tickets whose time has come, and tell whether there may be more."""
    found = silences.asleep(ctx.session, ctx.inbox_id, now=ctx.now, limit=CHUNK)
    for ticket in found:
        _wake(ctx, ticket)
    return len(found) == CHUNK


def _wake(ctx: TickContext, ticket: Ticket) -> None:
    ticket.wake()
    events.record(ctx.session, ticket.id, kind="woken", by="clock", at=ctx.now, was="snoozed", reason="time")
    boards.refresh(Bench(ctx.session, ctx.now, ctx.desk, ctx.inbox_id), ticket)
    telling.desk(ctx, ticket, "notice.woken")
    wake(ctx.session, "tick:assignment")

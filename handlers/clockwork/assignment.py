"""Waiting tickets given to those who are there; what the absent have not answered, to others."""

from datetime import timedelta

from crm_store import held_replies, presence, thread_cards
from crm_store.models.staff import Staff
from handlers.agent import assigning
from handlers.agent.topics import Bench
from handlers.context import TickContext

KEPT = timedelta(days=1)  # a held answer too old to be sent; until then its buttons tell why
AT_ONCE = 3  # people found idle in one turn: each may give back a handful of tickets


def assign(ctx: TickContext) -> bool:
    """Give out some tickets, and tell whether there may be more."""
    at = Bench(ctx.session, ctx.now, ctx.desk, ctx.inbox_id)
    found = _idle(ctx)
    for member in found[:AT_ONCE]:
        assigning.leave(at, member, by=presence.CLOCK, reason=presence.IDLE)
        assigning.tell_idle(at, member)
    given = assigning.share_out(at)
    kept = assigning.keep_promises(at)
    held_replies.forget(ctx.session, before=ctx.now - KEPT)
    thread_cards.let_go(ctx.session, ctx.inbox_id, now=ctx.now)
    return len(found) > AT_ONCE or assigning.CHUNK in {given, kept}


def _idle(ctx: TickContext) -> list[Staff]:
    """List who said that they are here and did nothing for so long of their working time."""
    quiet = presence.quiet_since(ctx.session, ctx.inbox_id, before=ctx.now - ctx.desk.idle_after)
    hours = presence.hours_of(ctx.session, [member.id for member in quiet], ctx.hours)
    return [
        member
        for member in quiet
        if presence.is_idle(
            member.active or member.joined, hours[member.id], now=ctx.now, after=ctx.desk.idle_after
        )
    ]

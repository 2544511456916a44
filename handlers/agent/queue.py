"""The open work, most urgent first."""

from crm_store import customers, tickets
from crm_store.models.ticket import Ticket
from crm_store.rules.lifecycle import Kind
from handlers.agent import cards
from handlers.context import Context
from handlers.ports import Button

MOST = 20
IN_A_ROW = 4


def show(ctx: Context) -> None:
    """List the open work: complaints first, then by priority and age."""
    waiting = tickets.unresolved(ctx.session, limit=MOST)
    if not waiting:
        ctx.reply("queue.empty")
        return
    count = tickets.count_unresolved(ctx.session)
    lines = [ctx.say("queue.head", count=count), *(_line(ctx, ticket) for ticket in waiting)]
    if count > len(waiting):
        lines.append(ctx.say("queue.more", count=count - len(waiting)))
    keys = [
        Button(ctx.say("key.take", number=ticket.number), "take", ticket.number)
        for ticket in waiting
        if ticket.assignee_id is None
    ]
    rows = [keys[start : start + IN_A_ROW] for start in range(0, len(keys), IN_A_ROW)]
    ctx.reply_text("\n".join(lines), buttons=rows)


def _line(ctx: Context, ticket: Ticket) -> str:
    return ctx.say(
        "queue.line",
        mark=cards.MARKS[Kind(ticket.kind)],
        number=ticket.number,
        kind=ctx.say(f"word.{ticket.kind}"),
        customer=customers.by_id(ctx.session, ticket.customer_id).name,
        age=cards.span(ctx.say, ctx.now - ticket.opened),
        due=cards.due(ctx.say, ticket, ctx.now),
        owner=cards.owner(ctx.session, ticket) or ctx.say("desk.nobody"),
    )

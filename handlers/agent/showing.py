"""Showing a ticket to whoever took it: where they are, and in its topic."""

from crm_store import tickets
from crm_store.models.outbox import Action
from crm_store.models.ticket import Ticket
from crm_store.outbox import Draft
from handlers.agent import cards, talk, topics
from handlers.context import Context
from handlers.ports import Message


def taken(ctx: Context, ticket: Ticket) -> None:
    """Show a ticket that was taken, in the staff group or in private."""
    if talk.in_staff_group(ctx):
        _show_in_group(ctx, ticket)
    else:
        _show_here(ctx, ticket)


def catch_up(ctx: Context, ticket: Ticket) -> None:
    """Show a ticket to whoever claimed it by answering before they could read all of it."""
    if not talk.in_staff_group(ctx):
        _show_here(ctx, ticket)
    elif tickets.thread_of(ctx.session, ticket.id) is None:
        topics.make(topics.bench(ctx), ticket)


def _show_in_group(ctx: Context, ticket: Ticket) -> None:
    if ctx.place.thread:
        talk.tell(ctx, ctx.say("take.taken", number=ticket.number, name=ctx.staff.name), ticket=ticket.id)
        return
    thread = tickets.thread_of(ctx.session, ticket.id)
    if thread is None:
        topics.make(topics.bench(ctx), ticket)
    else:
        topics.say(topics.bench(ctx), thread, "take.taken", number=ticket.number, name=ctx.staff.name)
    if isinstance(ctx.event, Message):
        talk.tell(ctx, ctx.say("take.taken", number=ticket.number, name=ctx.staff.name), ticket=ticket.id)


def _show_here(ctx: Context, ticket: Ticket) -> None:
    thread = tickets.thread_of(ctx.session, ticket.id)
    if thread is not None:
        topics.say(topics.bench(ctx), thread, "take.taken", number=ticket.number, name=ctx.staff.name)
    text, messages = cards.with_history(ctx.session, ticket, ctx.language, now=ctx.now, zone=ctx.desk.zone)
    how = ctx.say("desk.how_in_private", number=ticket.number)
    shows = cards.newest_heard(messages)
    talk.tell(ctx, f"{text}\n\n{how}", ticket=ticket.id, buttons=cards.keys(ctx.say, ticket), shows=shows)
    for body in topics.files(ctx.session, messages):
        ctx.enqueue(
            Draft(
                inbox_id=ctx.place.inbox_id, chat=ctx.place.chat, body=body, action=Action.COPY,
                ticket_id=ticket.id,
            )
        )  # fmt: skip

"""Leaving a ticket to a person: written down once, and said who comes when."""

from datetime import timedelta

from crm_store import events
from crm_store.customers import Contact
from crm_store.models.ticket import Ticket
from handlers.agent import notices
from handlers.context import Context
from handlers.customer import opening

A_MOMENT = timedelta(seconds=10)


def was_just_called(ctx: Context, ticket: Ticket) -> bool:
    """Tell whether a person was asked for a moment ago, so that a second tap says nothing new."""
    called = [event.at for event in events.of_ticket(ctx.session, ticket.id) if event.kind == "human_wanted"]
    return bool(called) and ctx.now - called[-1] <= A_MOMENT


def call(ctx: Context, contact: Contact, ticket: Ticket) -> None:
    """Write down that a person is wanted, once, and say who comes when."""
    if not any(event.kind == "human_wanted" for event in events.of_ticket(ctx.session, ticket.id)):
        events.record(ctx.session, ticket.id, kind="human_wanted", by=ctx.by, at=ctx.now)
        notices.tell_desk(ctx, ticket.id, "notice.human")
    if ticket.bot_quiet:
        ctx.reply("human.answered", number=ticket.number)
        return
    due = ticket.first_due if ticket.first_due is not None and ticket.first_due > ctx.now else None
    ctx.reply("human.comes", number=ticket.number, promise=opening.promise(ctx, contact, due))

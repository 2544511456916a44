"""What happens to a ticket's topic in the staff group: made by us, closed or opened again by people."""

import re

from crm_store import failures, threads, tickets
from crm_store.errors import RefusedError
from crm_store.models.outbox import ThreadState
from crm_store.models.ticket import Ticket
from crm_store.rules.lifecycle import Kind, Status
from crm_store.rules.roles import Role
from handlers.agent import resolving, talk
from handlers.context import Context
from handlers.ports import ThreadChange
from handlers.router import number_of

NUMBER = re.compile(r"#(\d{1,15})\b")


def changed(ctx: Context) -> None:
    """Follow what became of a topic."""
    event = ctx.event
    if not isinstance(event, ThreadChange) or ctx.place.chat != ctx.desk.staff_group:
        return
    if event.change == "created":
        _adopt(ctx, event)
    elif not event.by_us:
        _follow(ctx, event)


def _adopt(ctx: Context, event: ThreadChange) -> None:
    """Keep the id of a topic we made, in case we stopped before we could write it down."""
    number = NUMBER.match(event.name)
    if number is None or not event.by_us:
        return
    thread = tickets.thread_of(ctx.session, int(number[1]))
    if thread is None or thread.provider_id is not None or thread.state != ThreadState.WANTED:
        return
    threads.adopt(ctx.session, thread, event.place.thread)


def _follow(ctx: Context, event: ThreadChange) -> None:
    ticket = tickets.by_thread(ctx.session, ctx.place.inbox_id, ctx.place.chat, ctx.place.thread)
    if ticket is None:
        return
    thread = tickets.thread_of(ctx.session, ticket.id)
    if thread is None or thread.provider_id != ctx.place.thread:
        return
    staff = ctx.sender.staff
    if event.change == "closed":
        thread.state = ThreadState.CLOSED
        if staff is not None and staff.may(Role.AGENT):
            _closed(ctx, ticket)
    elif event.change == "reopened":
        thread.state = ThreadState.OPEN
        if staff is not None and staff.may(Role.AGENT) and ticket.status == Status.RESOLVED:
            resolving.reopen(ctx, ticket.number)


def _closed(ctx: Context, ticket: Ticket) -> None:
    """Take a topic closed by an agent as a resolve; a complaint still needs its cause and remedy."""
    if ticket.is_resolved:
        return
    if ticket.kind == Kind.COMPLAINT:
        talk.tell(ctx, ctx.say("topic.closed_complaint", number=ticket.number), ticket=ticket.id)
    else:
        resolving.resolve(ctx, ticket.number, None)


def pass_on_again(ctx: Context, subject: str, revision: int) -> None:
    """Try once more to show a file at the desk that could not be passed on."""
    row = failures.pass_on_again(ctx.session, number_of(subject), now=ctx.now)
    if row is None:
        raise RefusedError("stale_button")
    ctx.edit(ctx.say("failed.file_again", number=row.ticket_id))

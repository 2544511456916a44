"""Tickets that wait: for their customer, for a third party, or until a time."""

from crm_store import events, tickets
from crm_store.errors import RefusedError
from crm_store.models.ticket import Ticket
from crm_store.rules.lifecycle import Status
from handlers.agent import boards, desk, talk, topics, until
from handlers.context import Context
from handlers.router import UsageError
from handlers.texts import catalogue

WAITING = frozenset({Status.PENDING, Status.ON_HOLD, Status.SNOOZED})
LONGEST_REASON = 300


def pending(ctx: Context, number: int) -> None:
    """Let a ticket wait for its customer; the time to resolve it stands still."""
    ticket = _workable(ctx, number)
    if ticket.status == Status.PENDING:
        raise RefusedError("waits_already", number=ticket.number)
    _own(ctx, ticket)
    was = ticket.status
    ticket.wait()
    events.record(ctx.session, ticket.id, kind="waiting", by=ctx.by, at=ctx.now, was=was)
    _show(ctx, ticket, "waiting.pending")


def hold(ctx: Context, number: int, reason: str | None) -> None:
    """Let a ticket wait for a third party; the time to resolve it stands still."""
    ticket = _workable(ctx, number)
    words = " ".join((reason or "").split())[:LONGEST_REASON]
    if ticket.status == Status.ON_HOLD and not words:
        raise RefusedError("held_already", number=ticket.number)
    _own(ctx, ticket)
    was = ticket.status
    ticket.hold()
    told = {"words": words} if words else {}
    why = told | ({"reason": "stated"} if words else {})
    events.record(ctx.session, ticket.id, kind="held", by=ctx.by, at=ctx.now, was=was, **why)
    _show(ctx, ticket, "waiting.hold_why" if words else "waiting.hold", **told)


def snooze(ctx: Context, number: int, text: str | None) -> None:
    """Put a ticket aside until a time; the customer's next word or that time brings it back."""
    if not (text or "").strip():
        raise UsageError("snooze")
    number, text = _meant(ctx, number, text or "")
    at = until.read(text, ctx.hours, ctx.desk.zone, now=ctx.now)
    ticket = _workable(ctx, number)
    _own(ctx, ticket)
    was = ticket.status
    ticket.snooze(at)
    events.record(ctx.session, ticket.id, kind="snoozed", by=ctx.by, at=ctx.now, was=was, until=at)
    shown = catalogue.moment(ctx.language, at, ctx.desk.zone)
    _show(ctx, ticket, "waiting.snooze", until=shown)


def _meant(ctx: Context, number: int, text: str) -> tuple[int, str]:
    """Return the ticket and the time meant: in a topic, `2 hours` begins with no ticket's number."""
    here = ctx.ticket_here()
    whole = f"{number} {text}"
    return (here, whole) if here is not None and until.span(whole) is not None else (number, text)


def go_on(ctx: Context, ticket: Ticket) -> None:
    """Take a ticket that waits up again."""
    was = ticket.status
    ticket.wake()
    events.record(ctx.session, ticket.id, kind="woken", by=ctx.by, at=ctx.now, was=was, reason="staff")
    _show(ctx, ticket, "waiting.over")


def _workable(ctx: Context, number: int) -> Ticket:
    ticket = desk.held(ctx, number)
    if ticket.is_resolved:
        raise RefusedError("resolved", number=ticket.number, status=ticket.status)
    desk.check_owner(ctx, ticket, otherwise="not_yours")
    return ticket


def _own(ctx: Context, ticket: Ticket) -> None:
    """Make whoever lets a ticket wait its owner when nobody is: someone must take it up again."""
    if ticket.assignee_id is None:
        desk.claim(ctx, ticket, reason="took")


def _show(ctx: Context, ticket: Ticket, key: str, **values: object) -> None:
    """Tell the staff where they asked, and in the ticket's topic."""
    boards.refresh(topics.bench(ctx), ticket)
    told = {"number": ticket.number, "name": ctx.staff.name, **values}
    thread = tickets.thread_of(ctx.session, ticket.id)
    if thread is not None:
        topics.say(topics.bench(ctx), thread, key, **told)
    if thread is None or thread.provider_id is None or ctx.place.thread != thread.provider_id:
        talk.tell(ctx, ctx.say(key, **told), ticket=ticket.id)

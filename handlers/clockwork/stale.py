"""Customers who do not answer: reminded once, then their ticket is resolved, then closed."""

from datetime import datetime

from crm_store import customers, events, outbox, silences
from crm_store.customers import Contact
from crm_store.models.conversation import Conversation
from crm_store.models.sla import Silence
from crm_store.models.ticket import Ticket
from crm_store.outbox import Draft
from crm_store.rules import stale
from crm_store.rules.lifecycle import Kind, Status
from crm_store.rules.stale import Step
from handlers.agent import boards, topics
from handlers.agent.topics import Bench
from handlers.clockwork import telling
from handlers.context import TickContext
from handlers.texts import catalogue

CHUNK = 20


def tend(ctx: TickContext) -> bool:
    """Look at some of the silences that are due, and tell whether there may be more."""
    found = silences.due(ctx.session, ctx.inbox_id, now=ctx.now, limit=CHUNK)
    for ticket, silence in found:
        _look(ctx, ticket, silence)
    return len(found) == CHUNK


def close_over(ctx: TickContext) -> bool:
    """Close some of the resolved tickets that nobody may reopen any more, and tell whether there are more."""
    before = ctx.now - ctx.desk.reopen_window
    found = silences.over(ctx.session, ctx.inbox_id, before=before, now=ctx.now, limit=CHUNK)
    for ticket in found:
        ticket.close(ctx.now)
        events.record(ctx.session, ticket.id, kind="closed", by="clock", at=ctx.now, reason="window_over")
        silences.end(ctx.session, ticket.id)
    return len(found) == CHUNK


def _look(ctx: TickContext, ticket: Ticket, silence: Silence) -> None:
    """Take the step of a silence that is due, unless it is over."""
    step = Step(silence.step)
    if step is Step.RESOLVED:
        silence.due = None  # from here on it is closed as any resolved ticket is
        return
    if ticket.status != Status.PENDING or not silences.we_spoke_last(ctx.session, ticket.id):
        ctx.session.delete(silence)
        return
    at = _due(ctx, silence)
    if at is None or at > ctx.now:
        silence.due = at
    elif step is Step.WAITING:
        _remind(ctx, ticket, silence)
    else:
        _give_up(ctx, ticket, silence)


def _due(ctx: TickContext, silence: Silence) -> datetime | None:
    return stale.after(ctx.hours, silence.since, ctx.desk.patience.days(Step(silence.step)))


def _remind(ctx: TickContext, ticket: Ticket, silence: Silence) -> None:
    silence.step = Step.REMINDED
    silence.due = _due(ctx, silence)
    contact = _contact(ctx, ticket)
    if contact is not None and silence.due is not None:
        by = catalogue.moment(contact.language, silence.due, contact.zone or ctx.desk.zone)
        _write(ctx, ticket, contact, "stale.remind", by=by)
    events.record(ctx.session, ticket.id, kind="reminded", by="clock", at=ctx.now)


def _give_up(ctx: TickContext, ticket: Ticket, silence: Silence) -> None:
    """Resolve a ticket nobody answers; a complaint goes back to its owner, who owes it cause and remedy."""
    at = Bench(ctx.session, ctx.now, ctx.desk, ctx.inbox_id)
    if ticket.kind == Kind.COMPLAINT:
        ticket.wake()
        events.record(
            ctx.session, ticket.id, kind="woken", by="clock", at=ctx.now, was="pending", reason=silences.STALE
        )
        telling.desk(ctx, ticket, "notice.stale_complaint", days=ctx.desk.patience.resolve)
        boards.refresh(at, ticket)
        return
    ticket.resolve(ctx.now)
    silence.step = Step.RESOLVED
    silence.due = _due(ctx, silence)
    ctx.session.flush()
    events.record(ctx.session, ticket.id, kind="resolved", by="clock", at=ctx.now, reason=silences.STALE)
    contact = _contact(ctx, ticket)
    if contact is not None:
        _write(ctx, ticket, contact, "stale.resolved")
    telling.desk(ctx, ticket, "notice.stale", days=ctx.desk.patience.resolve)
    boards.refresh(at, ticket)
    topics.close(at, ticket.id)


def _contact(ctx: TickContext, ticket: Ticket) -> Contact | None:
    """Return a ticket's customer, if they can be written to."""
    inbox_id = ctx.session.get_one(Conversation, ticket.conversation_id).inbox_id
    contact = customers.contact_of(ctx.session, ticket.customer_id, inbox_id)
    return contact if contact is not None and contact.is_reachable else None


def _write(ctx: TickContext, ticket: Ticket, contact: Contact, key: str, **values: object) -> None:
    words = catalogue.say(contact.language, key, number=ticket.number, **values)
    draft = Draft(
        inbox_id=contact.inbox_id, chat=contact.chat, body={"text": words}, customer_id=contact.customer_id,
        ticket_id=ticket.id,
    )  # fmt: skip
    outbox.enqueue(ctx.session, draft, now=ctx.now)

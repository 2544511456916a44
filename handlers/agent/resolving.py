"""Resolving a ticket and reopening it; a complaint needs its root cause and its remedy first."""

import re
from datetime import timedelta

from crm_store import conversations, dialogs, events, remedies, tickets
from crm_store.errors import RefusedError
from crm_store.models.dialog import Dialog
from crm_store.models.ticket import Ticket
from crm_store.rules.lifecycle import Kind, Status
from handlers import asking
from handlers.agent import boards, cards, desk, incident_offers, notes, talk, topics, waiting
from handlers.context import Context
from handlers.ports import Button, OutboundMessage
from handlers.router import number_of, seat
from handlers.texts import catalogue

BAR = re.compile(r"[|｜]")
PATIENCE = timedelta(hours=1)
A_DAY = timedelta(hours=24)  # after which a complaint's customer is asked whether it is put right


def resolve(ctx: Context, number: int, text: str | None) -> None:
    """Close the work on a ticket and ask its customer for a rating."""
    ticket = _resolvable(ctx, number)
    words = (text or "").strip()
    if ticket.kind == Kind.COMPLAINT:
        cause, remedy = cause_and_remedy(words)
        if cause and remedy:
            settle(ctx, ticket, cause, remedy)
        else:
            _ask(ctx, ticket, cause)
        return
    if words:
        inside = notes.as_note(words)
        if inside is not None:
            raise RefusedError("mixed_note")
        if not desk.answer(ctx, ticket, words):
            return  # the customer has just written: what there is to resolve may be another thing now
    finish(ctx, ticket)


def resolve_pressed(ctx: Context, subject: str, revision: int) -> None:
    """Resolve the ticket whose button was pressed."""
    resolve(ctx, number_of(subject), None)


def steps(ctx: Context, dialog: Dialog, text: str) -> None:
    """Hear the root cause of a complaint, then its remedy, then resolve it."""
    number = int(str(dialog.answers["ticket"]))
    ticket = _resolvable(ctx, number)
    inside = notes.as_note(text)
    if dialog.answers.get("heard") != conversations.newest_heard(ctx.session, ticket.id):
        dialogs.end(ctx.session, seat(ctx.event))
        talk.tell(ctx, ctx.say("resolving.crossed", number=ticket.number), ticket=ticket.id)
    elif inside is not None:
        desk.note(ctx, number, inside)
    elif not text.strip():
        _ask_for(ctx, ticket, dialog)
    elif dialog.step == "cause":
        dialogs.advance(dialog, step="remedy", expires=ctx.now + PATIENCE, cause=text.strip())
        _ask_for(ctx, ticket, dialog)
    else:
        dialogs.end(ctx.session, seat(ctx.event))
        settle(ctx, ticket, str(dialog.answers["cause"]), text.strip())


def leave(ctx: Context, subject: str, revision: int) -> None:
    """Stop asking for cause and remedy; the complaint stays as it is."""
    dialogs.end(ctx.session, seat(ctx.event))
    ctx.edit(ctx.say("resolving.left", number=number_of(subject)))


def cause_and_remedy(text: str) -> tuple[str, str]:
    """Read the root cause and the remedy that a bar parts; what is not there is empty."""
    cause, _, remedy = BAR.sub("|", text, count=1).partition("|")
    return cause.strip(), remedy.strip()


def settle(ctx: Context, ticket: Ticket, cause: str, remedy: str) -> None:
    """Resolve a ticket with what caused it and what put it right; a complaint's customer is asked later."""
    if ticket.kind != Kind.COMPLAINT:
        finish(ctx, ticket)
        return
    ticket.root_cause, ticket.remedy = cause, remedy
    finish(ctx, ticket, cause=cause, remedy=remedy)
    remedies.plan(ctx.session, ticket, due=ctx.now + A_DAY)


def finish(ctx: Context, ticket: Ticket, **why: object) -> None:
    """Resolve a ticket, tell its customer and the staff, and close its topic."""
    if ticket.assignee_id is None:
        desk.claim(ctx, ticket, reason="resolved")
    ticket.resolve(ctx.now)
    events.record(ctx.session, ticket.id, kind="resolved", by=ctx.by, at=ctx.now, **why)
    boards.refresh(topics.bench(ctx), ticket)
    if not asking.after_resolve(ctx, ticket):
        _tell_customer(ctx, ticket)
    _confirm(ctx, ticket, "resolved.staff")
    incident_offers.end_all(ctx, ticket)
    topics.close(topics.bench(ctx), ticket.id)


def _tell_customer(ctx: Context, ticket: Ticket) -> None:
    customer = cards.contact(ctx.session, ticket)
    if customer.is_reachable:
        words = catalogue.say(customer.language, "resolved.customer", number=ticket.number)
        ctx.tell_customer(customer, OutboundMessage(words), ticket=ticket.id)


def reopen(ctx: Context, number: int) -> None:
    """Start work again on a resolved ticket, or on one that waits."""
    ticket = desk.held(ctx, number)
    if ticket.status in {Status.CLOSED, Status.MERGED}:
        raise RefusedError("closed", number=ticket.number)
    if ticket.status in waiting.WAITING:
        desk.check_owner(ctx, ticket, otherwise="not_yours")
        waiting.go_on(ctx, ticket)
        return
    if not ticket.is_resolved:
        raise RefusedError("not_resolved", number=ticket.number, status=ticket.status)
    ticket.reopen()
    asking.cancel(ctx, ticket.id, reason="reopened")
    events.record(ctx.session, ticket.id, kind="reopened", by=ctx.by, at=ctx.now, reason="staff")
    topics.reopen(topics.bench(ctx), ticket.id)
    boards.refresh(topics.bench(ctx), ticket)
    _confirm(ctx, ticket, "reopened.staff")


def reopen_pressed(ctx: Context, subject: str, revision: int) -> None:
    """Reopen the ticket whose button was pressed."""
    reopen(ctx, number_of(subject))


def _resolvable(ctx: Context, number: int) -> Ticket:
    ticket = desk.held(ctx, number)
    if ticket.is_resolved:
        raise RefusedError("resolved", number=ticket.number, status=ticket.status)
    desk.check_owner(ctx, ticket, otherwise="not_yours")
    return ticket


def _ask(ctx: Context, ticket: Ticket, cause: str) -> None:
    dialog = dialogs.start(
        ctx.session,
        seat(ctx.event),
        kind="resolving",
        step="remedy" if cause else "cause",
        expires=ctx.now + PATIENCE,
    )
    heard = conversations.newest_heard(ctx.session, ticket.id)
    dialog.answers = {"ticket": ticket.number, "cause": cause, "heard": heard}
    _ask_for(ctx, ticket, dialog)


def _ask_for(ctx: Context, ticket: Ticket, dialog: Dialog) -> None:
    words = ctx.say(f"resolving.{dialog.step}", number=ticket.number)
    stop = Button(ctx.say("key.not_now"), "resolve_not", ticket.number)
    talk.tell(ctx, words, ticket=ticket.id, buttons=[[stop]])


def _confirm(ctx: Context, ticket: Ticket, key: str) -> None:
    """Tell the staff where they asked, and in the ticket's topic."""
    thread = tickets.thread_of(ctx.session, ticket.id)
    told: dict[str, object] = {"number": ticket.number, "name": ctx.staff.name}
    if thread is not None:
        at = topics.bench(ctx)
        topics.tell(at, thread, OutboundMessage(at.say(key, **told), cards.keys(at.say, ticket)))
    if thread is None or thread.provider_id is None or ctx.place.thread != thread.provider_id:
        talk.tell(ctx, ctx.say(key, **told), ticket=ticket.id)

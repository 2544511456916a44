"""Saying oneself what it is: /ask, /feedback, /complaint, /human and their buttons."""

from crm_store import events, tickets
from crm_store.customers import Contact
from crm_store.errors import RefusedError
from crm_store.models.dialog import Dialog
from crm_store.rules.lifecycle import Kind
from handlers.agent import sorting
from handlers.context import Context
from handlers.customer import human as human_call
from handlers.customer import inquiry, opening, privacy, wishes
from handlers.customer.opening import Request
from handlers.customer.presses import contact_of, end_dialog, own_ticket, start_dialog
from handlers.ports import Message

HUMAN = "human"


def ask(ctx: Context, text: str | None) -> None:
    """Open an inquiry with these words, or wait for them."""
    _begin(ctx, Kind.INQUIRY, text)


def feedback(ctx: Context, text: str | None) -> None:
    """Open a feedback with these words, or wait for them."""
    _begin(ctx, Kind.FEEDBACK, text)


def complain(ctx: Context, text: str | None) -> None:
    """Open a complaint with these words, or wait for them."""
    _begin(ctx, Kind.COMPLAINT, text)


def begin(ctx: Context, subject: str, revision: int) -> None:
    """Wait for the words of what was chosen on a button."""
    _begin(ctx, Kind(subject) if subject in set(Kind) else Kind.INQUIRY, None)


def _begin(ctx: Context, kind: Kind, text: str | None) -> None:
    contact = contact_of(ctx)
    if text is None and inquiry.file_of(ctx) is None:
        start_dialog(ctx, "opening", step=kind.value)
        ctx.reply(f"opening.{kind.value}")
    else:
        _open(ctx, contact, kind, Request(text or "", inquiry.file_of(ctx), chosen=kind))


def go_on(ctx: Context, dialog: Dialog, text: str) -> None:
    """Open what was chosen with the words that followed."""
    step = dialog.step
    if isinstance(ctx.event, Message) and ctx.event.is_machine:
        inquiry.receive(ctx)
        return
    contact = contact_of(ctx)
    if inquiry.file_of(ctx) is None and wishes.is_drop(text):
        inquiry.log(ctx, None, text)
        end_dialog(ctx)
        ctx.reply("cancel.done")
        return
    if inquiry.only_thanks(ctx):
        inquiry.log(ctx, None, text)  # what they came to say is still to come
        return
    end_dialog(ctx)
    if privacy.is_asked(ctx):
        inquiry.receive(ctx)
        return
    kind = Kind.INQUIRY if step == HUMAN else Kind(step)
    request = Request(text, inquiry.file_of(ctx), chosen=kind, with_answers=step != HUMAN)
    _open(ctx, contact, kind, request)


def _open(ctx: Context, contact: Contact, kind: Kind, request: Request) -> None:
    """Open a ticket of a chosen kind, or go on with one of that kind that is open already."""
    latest = tickets.latest(ctx.session, inquiry.conversation_of(ctx, contact))
    going_on = latest if latest is not None and latest.is_unresolved else None
    if going_on is not None and tickets.by_number(ctx.session, going_on.id).kind == kind:
        inquiry.join(ctx, going_on, request.text)
        ctx.reply("joined", number=going_on.id)
        return
    inquiry.open_new(ctx, contact, request)


def correct(ctx: Context, subject: str, revision: int) -> None:
    """Hear once from the customer what a message was that the rules could not tell."""
    ticket = own_ticket(ctx, subject)
    answered = any(event.kind.startswith("kind_") for event in events.of_ticket(ctx.session, ticket.id))
    if ticket.is_resolved or answered or not 0 <= revision < len(opening.KINDS):
        raise RefusedError("stale_button")
    kind = opening.KINDS[revision]
    if ticket.kind == kind:
        events.record(ctx.session, ticket.id, kind="kind_confirmed", by=ctx.by, at=ctx.now)
    else:
        sorting.set_kind(ctx, ticket, kind)
    if kind is Kind.INQUIRY:
        due = opening.promise(ctx, contact_of(ctx), ticket.first_due)
        ctx.edit(ctx.say("ack.inquiry", number=ticket.number, promise=due))
    else:
        told = opening.acknowledge_kind(ctx, contact_of(ctx), ticket)
        ctx.edit(told.text, buttons=told.buttons)


def human(ctx: Context) -> None:
    """Say who looks after the open ticket and by when, or wait for the words of a new one."""
    contact = contact_of(ctx)
    latest = tickets.latest(ctx.session, inquiry.conversation_of(ctx, contact))
    if latest is not None and latest.is_unresolved:
        human_call.call(ctx, contact, tickets.by_number(ctx.session, latest.id))
    else:
        start_dialog(ctx, "opening", step=HUMAN)
        ctx.reply("opening.human")


def human_pressed(ctx: Context, subject: str, revision: int) -> None:
    """Leave a ticket to a person: from here on the bot offers nothing."""
    ticket = own_ticket(ctx, subject)
    if ticket.is_resolved and inquiry.may_reopen(ctx, ticket):
        inquiry.reopen(ctx, ticket, "")
    elif ticket.is_resolved:
        human(ctx)
    elif not human_call.was_just_called(ctx, ticket):
        human_call.call(ctx, contact_of(ctx), ticket)


def reopen(ctx: Context, subject: str, revision: int) -> None:
    """Reopen a ticket of the presser's that is not settled after all."""
    ticket = own_ticket(ctx, subject)
    if not ticket.is_resolved:
        ctx.reply("human.comes", number=ticket.number, promise=ctx.say("promise.soon"))
    elif inquiry.may_reopen(ctx, ticket):
        inquiry.reopen(ctx, ticket, "")
    else:
        start_dialog(ctx, "opening", step=Kind.INQUIRY.value)
        ctx.reply("opening.inquiry")

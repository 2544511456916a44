"""What a customer writes: joined to the work that goes on, reopening what was resolved, or a new ticket."""

from crm_store import conversations, customers, events, tickets
from crm_store.conversations import Line
from crm_store.customers import Contact
from crm_store.models.conversation import Direction
from crm_store.models.ticket import Ticket
from crm_store.rules.lifecycle import Kind, Status
from crm_store.tickets import Latest
from handlers import asking
from handlers.agent import assigning, boards, notices, topics
from handlers.context import Context
from handlers.customer import closed, consent, floods, human, opening, privacy, rating, wishes
from handlers.customer.opening import Request
from handlers.ports import Edit, FileRef, Message

PLAIN = 0.9  # so sure that a text asks something that it is no comment and no "still broken"


def receive(ctx: Context) -> None:
    """Take in what a customer wrote: the newest ticket decides what becomes of it."""
    contact = ctx.contact()
    text = written(ctx)
    latest = tickets.latest(ctx.session, conversation_of(ctx, contact))
    if latest is not None and _overtaken(ctx, contact, text):
        return
    if isinstance(ctx.event, Message | Edit) and ctx.event.is_machine:
        log(ctx, latest.id if latest is not None and latest.is_unresolved else None, text)
    elif privacy.is_asked(ctx):
        log(ctx, None, text)
        privacy.erase(ctx)
    elif file_of(ctx) is None and wishes.is_stop(text):
        _stop(ctx, latest, text)
    elif latest is None:
        open_new(ctx, contact, Request(text, file_of(ctx)))
    elif latest.is_unresolved:
        join(ctx, latest, text)
    else:
        _after_resolve(ctx, contact, latest, text)


def _stop(ctx: Context, latest: Latest | None, text: str) -> None:
    """Send no more offers; an agent who is at work may read more in the same words."""
    if latest is not None and latest.is_unresolved:
        join(ctx, latest, text)
    else:
        log(ctx, None, text)
    consent.stop(ctx)


def _after_resolve(ctx: Context, contact: Contact, latest: Latest, text: str) -> None:
    if only_thanks(ctx):
        log(ctx, latest.id, text)
        events.record(ctx.session, latest.id, kind="thanked", by=ctx.by, at=ctx.now)
    elif file_of(ctx) is None and rating.answer_in_words(ctx, latest.id, text):
        log(ctx, latest.id, text)
    elif _goes_on(ctx, latest):
        log(ctx, latest.id, text)
        reopen(ctx, tickets.by_number(ctx.session, latest.id), text)
    else:
        open_new(ctx, contact, Request(text, file_of(ctx), follow_up_of=latest.id))


def is_served(ctx: Context) -> bool:
    """Tell whether a ticket of the sender's is being worked on, so that its agent waits for their words."""
    latest = tickets.latest(ctx.session, conversation_of(ctx, ctx.contact()))
    return latest is not None and latest.is_unresolved


def _goes_on(ctx: Context, latest: Latest) -> bool:
    """Tell whether what follows belongs to the same work: a person did it, and not long ago."""
    return _in_window(ctx, latest) and events.newest_by(ctx.session, latest.id, kind="resolved") != "bot"


def _in_window(ctx: Context, latest: Latest) -> bool:
    if latest.status is not Status.RESOLVED or latest.resolved is None:
        return False
    return ctx.now - latest.resolved <= ctx.desk.reopen_window


def join(ctx: Context, latest: Latest, text: str) -> None:
    """Add a message to the work that goes on, without a second acknowledgement."""
    message = log(ctx, latest.id, text)
    if only_thanks(ctx):
        events.record(ctx.session, latest.id, kind="thanked", by=ctx.by, at=ctx.now, message=message)
    else:
        events.record(ctx.session, latest.id, kind="heard", by=ctx.by, at=ctx.now, message=message)
        _go_on(ctx, latest)
        closed.tell(ctx, ctx.contact(), latest.id)
    if floods.coalesce(ctx, latest.id, message):
        return
    notices.tell_desk(ctx, latest.id, "notice.wrote", file=file_of(ctx), text=text)
    rating.answer_in_words(ctx, latest.id, text, goes_on=True)
    if file_of(ctx) is None and wishes.is_human(text):
        human.call(ctx, ctx.contact(), tickets.by_number(ctx.session, latest.id))


def _go_on(ctx: Context, latest: Latest) -> None:
    """Wake a ticket that waited for these words."""
    if latest.status not in {Status.PENDING, Status.SNOOZED}:
        return
    ticket = tickets.by_number(ctx.session, latest.id)
    ticket.hear()
    events.record(ctx.session, latest.id, kind="woken", by=ctx.by, at=ctx.now, was=latest.status.value)
    boards.refresh(topics.bench(ctx), ticket)


def open_new(ctx: Context, contact: Contact, request: Request) -> None:
    """Open a ticket with what was just written, acknowledge it once and tell the desk."""
    number = opening.open_ticket(ctx, contact, request)
    log(ctx, number, request.text)


def may_reopen(ctx: Context, ticket: Ticket) -> bool:
    """Tell whether what a customer adds still belongs to a resolved ticket."""
    return _in_window(ctx, Latest(ticket.id, Status(ticket.status), ticket.resolved))


def reopen(ctx: Context, ticket: Ticket, text: str) -> None:
    """Go on with the same ticket, with its agent if they are there, and ask nothing about the old episode."""
    ticket.reopen()
    topics.reopen(topics.bench(ctx), ticket.id)
    asking.cancel(ctx, ticket.id, reason="reopened")
    events.record(ctx.session, ticket.id, kind="reopened", by=ctx.by, at=ctx.now, episode=ticket.episode)
    boards.refresh(topics.bench(ctx), ticket)
    assigning.after_reopen(topics.bench(ctx), ticket, by=ctx.by)
    ctx.reply("reopened.asked" if asks(ctx) else "reopened", number=ticket.number)
    told = "notice.reopened" if text or file_of(ctx) else "notice.reopened_bare"
    if not notices.tell_desk(ctx, ticket.id, told, file=file_of(ctx), text=text):
        notices.announce(ctx, ticket.id, kind=ticket.kind, subject=text or ticket.subject)


def log(ctx: Context, ticket_id: int | None, text: str) -> int:
    """Write down what the customer just wrote, with a reference to the file that came with it."""
    file = file_of(ctx)
    line = Line(
        conversation_id=conversation_of(ctx, ctx.contact()),
        ticket_id=ticket_id,
        direction=Direction.INBOUND,
        body=text,
        file_kind=file.kind if file else None,
        file_id=file.id if file else None,
        file_name=file.name if file else None,
        provider_id=ctx.event.id if isinstance(ctx.event, Message | Edit) else None,
        album=ctx.event.album if isinstance(ctx.event, Message) else None,
    )
    return conversations.log(ctx.session, line, at=ctx.now)


def conversation_of(ctx: Context, contact: Contact) -> int:
    """Return the conversation of a contact."""
    return customers.open_conversation(ctx.session, contact, now=ctx.now)


def _overtaken(ctx: Context, contact: Contact, text: str) -> bool:
    """Tell whether a message is known already because its edit came first, and keep what it first said."""
    conversation, event = conversation_of(ctx, contact), ctx.event
    if not isinstance(event, Message) or not conversations.is_known(ctx.session, conversation, event.id):
        return False
    message = conversations.by_provider_id(ctx.session, conversation, event.id)
    if message is not None:
        conversations.keep_original(ctx.session, message, text=text, at=event.at)
    return True


def only_thanks(ctx: Context) -> bool:
    """Tell whether a message only thanks: in words, or by a sticker."""
    file = file_of(ctx)
    return ctx.understood.thanks_only if file is None else file.kind == "sticker"


def asks(ctx: Context) -> bool:
    """Tell whether a message plainly asks something."""
    return ctx.understood.kind == Kind.INQUIRY and ctx.understood.kind_confidence >= PLAIN


def written(ctx: Context) -> str:
    """Return the words of the event."""
    return ctx.event.text if isinstance(ctx.event, Message | Edit) else ""


def file_of(ctx: Context) -> FileRef | None:
    """Return the file that came with the event, if one did."""
    return ctx.event.file if isinstance(ctx.event, Message) else None

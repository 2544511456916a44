"""Taking a ticket, answering its customer, and notes that stay inside."""

from dataclasses import dataclass
from datetime import timedelta

from crm_store import albums, conversations, events, failures, held_replies, merges, tickets, undo
from crm_store.conversations import Line
from crm_store.customers import Contact
from crm_store.errors import RefusedError
from crm_store.models.conversation import Direction
from crm_store.models.outbox import Action
from crm_store.models.ticket import Ticket
from crm_store.outbox import Draft
from crm_store.rules.lifecycle import Status
from crm_store.rules.roles import Role
from handlers.agent import boards, cards, collision, incident_offers, notes, showing, talk, topics
from handlers.agent.cards import LONGEST_LINE
from handlers.context import Context
from handlers.ports import FileRef, Message
from handlers.router import UsageError, number_of

UNDO_TAKE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Written:
    """What a member of staff wrote: words, perhaps a file, and in which chat under which id."""

    text: str
    file: FileRef | None
    chat: str
    id: str
    is_anyway: bool = False


def take(ctx: Context, number: int) -> None:
    """Make the sender the owner of a ticket and show them what it is about."""
    ticket = held(ctx, number)
    if ticket.is_resolved:
        raise RefusedError("resolved", number=ticket.number, status=ticket.status)
    if ticket.assignee_id == ctx.staff.id:
        talk.tell(ctx, ctx.say("take.yours", number=ticket.number), ticket=ticket.id)
        return
    before = {"was": ticket.assignee_id, "to": ctx.staff.id, "status": ticket.status}
    was = ticket.assignee_id
    claim(ctx, ticket, reason="took" if was is None else "took_over")
    if was is not None:
        talk.tell_colleague(ctx, was, "take.from_you", ticket=ticket.id)
    undo.remember(
        ctx.session, kind="assignment", by=ctx.by, at=ctx.now, window=UNDO_TAKE,
        subject=f"ticket:{ticket.id}", before=before,
    )  # fmt: skip
    showing.taken(ctx, ticket)


def take_pressed(ctx: Context, subject: str, revision: int) -> None:
    """Take the ticket whose button was pressed, unless someone has it: a button may be old."""
    ticket = held(ctx, number_of(subject))
    if not ticket.is_resolved and ticket.assignee_id not in {None, ctx.staff.id}:
        told = "owned_over" if ctx.staff.may(Role.SUPERVISOR) else "owned"
        raise RefusedError(told, number=ticket.number, name=cards.owner(ctx.session, ticket))
    take(ctx, ticket.number)


def reply(ctx: Context, number: int, text: str | None) -> None:
    """Answer a ticket's customer; the first answer claims a ticket nobody owns. A note stays one."""
    inside = notes.as_note(text or "")
    if inside is not None or _is_of_a_note(ctx, number):
        note(ctx, number, inside)
        return
    here = ctx.ticket_here() if ctx.place.thread else None
    if here is not None and merges.current(ctx.session, here) != merges.current(ctx.session, number):
        raise RefusedError("other_topic", here=here, number=number)
    file = file_of(ctx)
    if not (text or "").strip() and file is None:
        raise UsageError("reply")
    answer(ctx, held(ctx, number), text or "")


def answer(ctx: Context, ticket: Ticket, text: str, *, seen: int | None = None) -> bool:
    """Send an answer with the file that came with it, unless its customer wrote what the writer has not seen.

    Then it is kept, shown with what the customer wrote, and goes out by one tap. Returns whether it went out;
    `seen` is the customer's last message it was written against, where the place it was written cannot tell.
    """
    customer = answerable(ctx, ticket)
    missed = collision.missed(ctx, ticket, seen)
    if missed:
        crossed = collision.hold(ctx, ticket, text, missed)
        talk.tell(ctx, crossed.text, ticket=ticket.id, buttons=crossed.buttons, shows=missed[-1].id)
        return False
    send(ctx, ticket, customer, _written(ctx, text))
    return True


def send(ctx: Context, ticket: Ticket, customer: Contact, written: Written) -> None:
    """Send an answer to the customer and show that it went out; the first one claims the ticket."""
    was_unshown = False
    if ticket.assignee_id is None:
        was_unshown = held_replies.unshown(ctx.session, ticket.id)
        claim(ctx, ticket, reason="replied")
    ticket.answer(ctx.now)
    against = events.newest(ctx.session, ticket.id)
    message = log(ctx, ticket, Direction.OUTBOUND, written)
    draft = _to_customer(ticket, customer, written, message_id=message)
    row = ctx.enqueue(draft)
    told: dict[str, object] = {"anyway": True} if written.is_anyway else {}
    events.record(
        ctx.session,
        ticket.id,
        kind="replied",
        by=ctx.by,
        at=ctx.now,
        message=message,
        against=against,
        **told,
    )
    boards.refresh(topics.bench(ctx), ticket)
    _mirror(ctx, ticket, written.text)
    if written.id:  # a macro's words were written by nobody here
        talk.react(ctx, talk.SENT, ticket.id, once_sent=row, on=written.id)
    incident_offers.to_all(ctx, ticket, draft.body, message_id=message)
    if was_unshown:
        showing.catch_up(ctx, ticket)


def _written(ctx: Context, text: str) -> Written:
    """Return what the event brought: words, a file, and where they were written."""
    event = ctx.event
    return Written(text, file_of(ctx), ctx.place.chat, event.id if isinstance(event, Message) else "")


def _mirror(ctx: Context, ticket: Ticket, text: str) -> None:
    """Show an answer given elsewhere in the ticket's topic, so that colleagues see it."""
    thread = tickets.thread_of(ctx.session, ticket.id)
    if thread is None or (thread.provider_id is not None and thread.provider_id == ctx.place.thread):
        return
    topics.say(topics.bench(ctx), thread, "desk.answered", name=ctx.staff.name, text=text[:LONGEST_LINE])


def send_again(ctx: Context, subject: str, revision: int) -> None:
    """Send an answer that failed once more."""
    row = failures.send_again(ctx.session, number_of(subject), now=ctx.now)
    if row is None or row.ticket_id is None:
        raise RefusedError("sent_already")
    ticket = held(ctx, row.ticket_id)
    check_owner(ctx, ticket)
    _reachable(ctx, ticket)
    ctx.edit(ctx.say("failed.again", number=ticket.number))
    talk.react(ctx, talk.SENT, ticket.id, once_sent=row.id)


def answerable(ctx: Context, ticket: Ticket) -> Contact:
    """Return the customer of a ticket that the sender may answer now, or refuse."""
    if ticket.status == Status.RESOLVED:
        raise RefusedError("reply_resolved", number=ticket.number)
    if ticket.is_resolved:
        raise RefusedError("closed", number=ticket.number)
    check_owner(ctx, ticket)
    return _reachable(ctx, ticket)


def _reachable(ctx: Context, ticket: Ticket) -> Contact:
    customer = cards.contact(ctx.session, ticket)
    if not customer.is_reachable:
        raise RefusedError("unreachable", number=ticket.number, name=customer.name)
    return customer


def _to_customer(ticket: Ticket, customer: Contact, written: Written, *, message_id: int) -> Draft:
    body: dict[str, object] = {"text": written.text}
    action = Action.SEND
    if written.file is not None:
        body = {"from_chat": written.chat, "message": written.id, "caption": written.text}
        action = Action.COPY
    return Draft(
        inbox_id=customer.inbox_id, chat=customer.chat, body=body, action=action,
        customer_id=customer.customer_id, ticket_id=ticket.id, message_id=message_id,
    )  # fmt: skip


def note(ctx: Context, number: int, text: str | None) -> None:
    """Keep words about a ticket that only staff will ever read."""
    ticket = held(ctx, number)
    if not (text or "").strip() and file_of(ctx) is None:
        raise UsageError("note")
    message = log(ctx, ticket, Direction.NOTE, _written(ctx, (text or "").strip()))
    events.record(ctx.session, ticket.id, kind="noted", by=ctx.by, at=ctx.now, message=message)
    talk.react(ctx, talk.KEPT, ticket.id)
    here = ctx.ticket_here() if ctx.place.thread else None
    if here is not None and merges.current(ctx.session, here) != ticket.id:
        talk.tell(ctx, ctx.say("note.elsewhere", number=ticket.number, here=here), ticket=here)


def write(ctx: Context, number: int, text: str) -> None:
    """Answer with what was written in a ticket's topic or under its card, or keep it when it is a note."""
    if isinstance(ctx.event, Message) and ctx.event.is_of_machine:
        raise RefusedError("forwarded_machine")
    reply(ctx, number, text)


def _is_of_a_note(ctx: Context, number: int) -> bool:
    """Tell whether the event is one more picture of an album that began as a note."""
    event = ctx.event
    if not isinstance(event, Message) or event.album is None or event.text.strip():
        return False
    return albums.is_inside(ctx.session, merges.current(ctx.session, number), event.album)


def held(ctx: Context, number: int) -> Ticket:
    """Return a ticket that nobody else can change before this event is done with it.

    The number of one that was merged means the ticket it went into, and whoever named it is told.
    """
    ticket = tickets.by_number(ctx.session, merges.current(ctx.session, number))
    ctx.session.refresh(ticket, with_for_update=True)
    if ticket.number != number:
        talk.tell(ctx, ctx.say("merge.goes_on", number=number, into=ticket.number), ticket=ticket.id)
    return ticket


def check_owner(ctx: Context, ticket: Ticket, *, otherwise: str = "taken") -> None:
    """Refuse who does not own a ticket that someone owns; a supervisor may act on any."""
    if ticket.assignee_id in {None, ctx.staff.id} or ctx.staff.may(Role.SUPERVISOR):
        return
    raise RefusedError(otherwise, number=ticket.number, name=cards.owner(ctx.session, ticket))


def claim(ctx: Context, ticket: Ticket, *, reason: str) -> None:
    """Make the sender the owner and write down why."""
    check_owner(ctx, ticket, otherwise="owned")
    before = ticket.assignee_id
    ticket.take(ctx.staff.id)
    events.record(
        ctx.session, ticket.id, kind="assigned", by=ctx.by, at=ctx.now, reason=reason, to=ctx.staff.id,
        **({} if before is None else {"was": before}),
    )  # fmt: skip
    boards.mark_taken(topics.bench(ctx), ticket, pressed=getattr(ctx.event, "message_id", ""))
    boards.refresh(topics.bench(ctx), ticket)


def log(ctx: Context, ticket: Ticket, direction: Direction, written: Written) -> int:
    """Write down what staff said about a ticket, with its file and where it was written."""
    file = written.file
    line = Line(
        conversation_id=ticket.conversation_id, ticket_id=ticket.id, direction=direction, body=written.text,
        file_kind=file.kind if file else None, file_id=file.id if file else None,
        file_name=file.name if file else None, staff_id=ctx.staff.id,
        source_chat=written.chat if written.id else None, source_id=written.id or None,
        album=ctx.event.album if isinstance(ctx.event, Message) else None,
    )  # fmt: skip
    return conversations.log(ctx.session, line, at=ctx.now)


def file_of(ctx: Context) -> FileRef | None:
    """Return the file that came with the event, if one did."""
    return ctx.event.file if isinstance(ctx.event, Message) else None

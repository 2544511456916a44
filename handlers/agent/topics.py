"""A ticket's topic in the staff group: asked for once, filled with its card and files, closed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from crm_store import customers, outbox, tickets
from crm_store.models.conversation import Conversation, Direction, Message
from crm_store.models.outbox import Action, Lane, Thread, ThreadCard, ThreadState
from crm_store.models.ticket import Ticket
from crm_store.outbox import Draft
from handlers.agent import cards
from handlers.context import Context, Desk
from handlers.ports import OutboundMessage

LONGEST_NAME = 128


@dataclass(frozen=True, slots=True)
class Bench:
    """Where and when rows are written: what a topic needs of an event's context or of the clock's."""

    session: Session
    now: datetime
    desk: Desk
    inbox_id: int

    @property
    def say(self) -> cards.Say:
        """Word keys as everyone in the staff group reads them: in the house's language."""
        return cards.sayer(self.desk.language)


def bench(ctx: Context) -> Bench:
    """Return the bench of an event."""
    return Bench(ctx.session, ctx.now, ctx.desk, ctx.place.inbox_id)


def make(at: Bench, ticket: Ticket) -> Thread | None:
    """Ask for a ticket's topic, with its card and history to follow; None without a staff group."""
    if at.desk.staff_group is None:
        return None
    thread = Thread(
        inbox_id=at.inbox_id, chat=at.desk.staff_group, ticket_id=ticket.id,
        name=name(at.session, ticket), state=ThreadState.WANTED, created=at.now,
    )  # fmt: skip
    at.session.add(thread)
    at.session.flush()
    asked = replace(
        _draft(thread), body={"name": thread.name}, action=Action.MAKE_THREAD, priority=Lane.REPLY
    )
    outbox.enqueue(at.session, asked, now=at.now)
    _fill(at, thread, ticket)
    return thread


def _fill(at: Bench, thread: Thread, ticket: Ticket) -> None:
    say, language = at.say, at.desk.language
    text, messages = cards.with_history(at.session, ticket, language, now=at.now, zone=at.desk.zone)
    card = OutboundMessage(f"{text}\n\n{say('desk.how_in_topic')}", cards.keys(say, ticket))
    shows = replace(_draft(thread), body=card.body(), shows_id=cards.newest_heard(messages))
    row = outbox.enqueue(at.session, shows, now=at.now)
    at.session.add(ThreadCard(thread_id=thread.id, outbox_id=row, shown=text.partition("\n\n")[0]))
    outbox.enqueue(at.session, replace(_draft(thread), action=Action.PIN, target_id=row), now=at.now)
    copy(at, thread, messages)


def copy(at: Bench, thread: Thread, messages: Sequence[Message]) -> None:
    """Copy the files among a ticket's messages into a topic."""
    for body in files(at.session, messages):
        outbox.enqueue(at.session, replace(_draft(thread), body=body, action=Action.COPY), now=at.now)


def say(at: Bench, thread: Thread, key: str, **values: object) -> int:
    """Word a key in a topic."""
    return tell(at, thread, OutboundMessage(at.say(key, **values)))


def tell(at: Bench, thread: Thread, message: OutboundMessage, *, said: Sequence[Message] = ()) -> int:
    """Write into a topic, after what was written there before; `said` is what can be read in it."""
    heard = [one.id for one in said if one.direction == Direction.INBOUND]
    draft = replace(_draft(thread), body=message.body(), shows_id=max(heard, default=None))
    return outbox.enqueue(at.session, draft, now=at.now)


def close(at: Bench, ticket_id: int) -> None:
    """Close a ticket's topic once everything written there has gone out."""
    thread = tickets.thread_of(at.session, ticket_id)
    if thread is None or thread.state == ThreadState.CLOSED:
        return
    thread.state = ThreadState.CLOSED
    outbox.enqueue(at.session, replace(_draft(thread), action=Action.CLOSE_THREAD), now=at.now)


def reopen(at: Bench, ticket_id: int) -> None:
    """Open a ticket's topic again, so that everyone in the group can write in it."""
    thread = tickets.thread_of(at.session, ticket_id)
    if thread is None or thread.state != ThreadState.CLOSED:
        return
    thread.state = ThreadState.OPEN
    outbox.enqueue(at.session, replace(_draft(thread), action=Action.OPEN_THREAD), now=at.now)


def _draft(thread: Thread) -> Draft:
    return Draft(
        inbox_id=thread.inbox_id, chat=thread.chat, body={}, priority=Lane.NOTICE,
        thread_id=thread.id, ticket_id=thread.ticket_id,
    )  # fmt: skip


def name(session: Session, ticket: Ticket) -> str:
    """Name a topic: the number first, so that the ticket can be found again by it."""
    customer = customers.by_id(session, ticket.customer_id).name
    words = " ".join(f"#{ticket.number} · {customer} · {ticket.subject}".split()).rstrip(" ·")
    return words if len(words) <= LONGEST_NAME else words[: LONGEST_NAME - 1] + "…"


def files(session: Session, messages: Sequence[Message]) -> Iterator[dict[str, object]]:
    """Give what copies the files among a ticket's messages out of the customer's chat."""
    for message in messages:
        sent_by_customer = message.direction == Direction.INBOUND and message.provider_id is not None
        if message.file_id is not None and sent_by_customer:
            conversation = session.get_one(Conversation, message.conversation_id)
            yield {"from_chat": conversation.chat, "message": message.provider_id}

"""Splitting a ticket: some of its messages become a ticket of their own."""

import re
from collections.abc import Sequence

from crm_store import assignments, conversations, events, outbox, tickets
from crm_store.errors import RefusedError
from crm_store.models.conversation import Direction, Message
from crm_store.models.ticket import Ticket
from crm_store.store import wake
from handlers.agent import boards, cards, desk, offshoots, talk, topics
from handlers.context import Context
from handlers.ports import OutboundMessage
from handlers.router import UsageError
from handlers.texts import catalogue

COUNT = re.compile(r"\d{1,3}")
QUOTED = 80


def split(ctx: Context, text: str | None) -> None:
    """Open a ticket of a ticket's last messages, or of those from the message replied to on."""
    ticket, said = _chosen(ctx, (text or "").split())
    desk.check_owner(ctx, ticket, otherwise="split_owned")
    first = said[0]
    customer = cards.contact_in(ctx.session, first.conversation_id)
    made = offshoots.open_ticket(ctx, customer, said, at=first.at)
    if ticket.assignee_id is not None:
        assignments.assign(ctx.session, made, ticket.assignee_id, by=ctx.by, now=ctx.now, reason="split")
    told = {"count": len(said)}
    events.record(ctx.session, ticket.id, kind="split", by=ctx.by, at=ctx.now, into=made.id, **told)
    events.record(
        ctx.session, made.id, kind="split", by=ctx.by, at=ctx.now, reason="from", source=ticket.id, **told
    )
    _show(ctx, ticket, made, said)
    if customer.is_reachable:
        words = catalogue.say(
            customer.language, "split.customer", number=made.number, text=_short(first), was=ticket.number
        )
        ctx.tell_customer(customer, OutboundMessage(words), ticket=made.id)
    wake(ctx.session, "tick:assignment")


def _chosen(ctx: Context, words: Sequence[str]) -> tuple[Ticket, Sequence[Message]]:
    """Read off which messages of which ticket are meant."""
    numbers = [word.lstrip("#＃") for word in words]
    if len(numbers) > 2 or not all(COUNT.fullmatch(word) or word.isdigit() for word in numbers):
        raise UsageError("split")
    here = ctx.ticket_here()
    if len(numbers) == 2:
        return _last(ctx, int(numbers[0]), int(numbers[1]))
    if here is None:
        raise UsageError("split")
    if numbers:
        return _last(ctx, here, int(numbers[0]))
    return _from_reply(ctx, here)


def _last(ctx: Context, number: int, count: int) -> tuple[Ticket, Sequence[Message]]:
    """Return the last messages that the customer wrote on a ticket."""
    ticket = desk.held(ctx, number)
    heard = conversations.heard(ctx.session, ticket.id)
    if not 0 < count < len(heard):
        raise RefusedError("split_all", number=ticket.number, count=len(heard))
    return ticket, heard[-count:]


def _from_reply(ctx: Context, number: int) -> tuple[Ticket, Sequence[Message]]:
    """Return everything said on a ticket from the message on that was replied to."""
    ticket = desk.held(ctx, number)
    replied = getattr(ctx.event, "reply_to", None)
    message = None if not replied else _shown(ctx, replied)
    if message is None or message.ticket_id != ticket.id:
        raise UsageError("split")
    if not any(one.id < message.id for one in conversations.heard(ctx.session, ticket.id)):
        raise RefusedError("split_all", number=ticket.number, count=1)
    return ticket, conversations.from_on(ctx.session, message)


def _shown(ctx: Context, provider_id: str) -> Message | None:
    """Find the message that something in the staff's chat shows or is."""
    written = conversations.by_source(ctx.session, ctx.place.chat, provider_id)
    if written is not None:
        return written
    row = outbox.by_provider_id(ctx.session, ctx.place.inbox_id, chat=ctx.place.chat, provider_id=provider_id)
    shown = None if row is None else row.shows_id or row.message_id
    return None if shown is None else ctx.session.get(Message, shown)


def _show(ctx: Context, ticket: Ticket, made: Ticket, said: Sequence[Message]) -> None:
    """Tell the old topic, and give the new ticket a topic of its own where the old one has one."""
    at = topics.bench(ctx)
    told = ctx.say("split.done", number=made.number, was=ticket.number, count=len(said))
    thread = tickets.thread_of(ctx.session, ticket.id)
    if thread is not None:
        topics.make(at, made)
    keys = [] if ctx.place.thread else cards.keys(ctx.say, made)
    talk.tell(ctx, told, ticket=made.id, buttons=keys)
    if thread is not None and thread.provider_id != ctx.place.thread:
        topics.say(at, thread, "split.done", number=made.number, was=ticket.number, count=len(said))
    boards.refresh(at, ticket)


def _short(message: Message) -> str:
    heard = message.direction == Direction.INBOUND
    words = " ".join(message.body.split()) if heard else ""
    return words if len(words) <= QUOTED else words[: QUOTED - 1] + "…"

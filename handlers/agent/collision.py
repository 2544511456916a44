"""An answer that crossed its customer's words: not sent, kept, and shown with what the customer wrote."""

from collections.abc import Sequence

from crm_store import held_replies
from crm_store.held_replies import LIFE, Origin
from crm_store.models.conversation import Message as Said
from crm_store.models.held_reply import HeldReply
from crm_store.models.ticket import Ticket
from handlers.agent import cards
from handlers.context import Context
from handlers.ports import Button, Message, OutboundMessage

SHOWN = 5


def missed(ctx: Context, ticket: Ticket, seen: int | None) -> Sequence[Said]:
    """List what a customer wrote that the writer of an answer has not seen, oldest first.

    `seen` is the last message of the customer that the answer was written against; without it, whatever could
    be read where and when the answer was written was seen. A press carries no words of its own.
    """
    if seen is not None:
        return held_replies.newer(ctx.session, ticket.id, seen=seen)
    if not isinstance(ctx.event, Message):
        return []
    return held_replies.unseen(ctx.session, ticket.id, Origin(ctx.place.chat, ctx.event.id, ctx.event.at))


def hold(ctx: Context, ticket: Ticket, text: str, unseen: Sequence[Said]) -> OutboundMessage:
    """Keep an answer for an hour and word what its writer has to see first."""
    event = ctx.event
    file = event.file if isinstance(event, Message) else None
    kept = HeldReply(
        ticket_id=ticket.id, staff_id=ctx.staff.id, chat=ctx.place.chat,
        message=event.id if isinstance(event, Message) else "", text=text,
        file_kind=file.kind if file else None, file_id=file.id if file else None,
        file_name=file.name if file else None, made=ctx.now, expires=ctx.now + LIFE,
    )  # fmt: skip
    number = held_replies.hold(ctx.session, kept)
    lines = [
        cards.line(ctx.session, ticket, message, ctx.language, zone=ctx.desk.zone)
        for message in unseen[-SHOWN:]
    ]
    words = ctx.say("held.crossed", number=ticket.number, lines="\n".join(lines))
    keys = [
        Button(ctx.say("key.held.send"), "held_send", number),
        Button(ctx.say("key.held.drop"), "held_drop", number),
    ]
    return OutboundMessage(words, [keys])

"""What a member of staff changes afterwards: an answer is changed at its customer, a note stays inside.

Nothing can cross from one to the other by an edit: what was a note stays one, and what was sent stays sent.
"""

import re

from crm_store import conversations, events, mirrors, tickets
from crm_store.errors import RefusedError
from crm_store.models.conversation import Direction, Message
from crm_store.models.outbox import Action
from crm_store.models.ticket import Ticket
from crm_store.outbox import LONGEST
from crm_store.rules.roles import Role
from handlers.agent import notes, topics
from handlers.agent.cards import LONGEST_LINE
from handlers.context import Context
from handlers.ports import Edit

LONGEST_CAPTION = 1024
SENT_BY = ("reply", "resolve")
COMMAND = re.compile(r"/(?P<name>\w+)(?:@\w+)?(?:\s+#?(?P<number>\d{1,15})\b)?\s*(?P<text>.*)", re.DOTALL)


def edited(ctx: Context, event: Edit) -> None:
    """Follow an edit of what was written about a ticket; say of a command that it is not run again."""
    staff = ctx.sender.staff
    if staff is None or not staff.may(Role.AGENT):
        return
    message = conversations.by_source(ctx.session, ctx.place.chat, event.id)
    if message is None:
        if event.text.startswith("/") or (ctx.place.thread and ctx.ticket_here() is not None):
            ctx.reply("edited.not_again")
        return
    if message.staff_id != staff.id or message.ticket_id is None:
        return
    ticket = tickets.by_number(ctx.session, message.ticket_id)
    text = _note(event.text) if message.direction == Direction.NOTE else _answer(event.text, ticket)
    was = message.body
    if text == was:
        return
    if message.direction == Direction.OUTBOUND:
        _change_at_customer(ctx, ticket, message, text)
    conversations.edit(ctx.session, message, text=text, at=event.at)
    events.record(
        ctx.session, ticket.id, kind="edited", by=ctx.by, at=ctx.now, message=message.id, was=was,
        is_note=message.direction == Direction.NOTE,
    )  # fmt: skip


def _note(text: str) -> str:
    """Return the words of an edited note, or refuse what would no longer be one."""
    if text.startswith("/") and not text.startswith("//"):
        found = COMMAND.fullmatch(text)
        if found is None or found["name"].lower() != "note":
            raise RefusedError("edit_note")
        words = found["text"]
    else:
        words = notes.as_note(text) or ""
        if notes.as_note(text) is None:
            raise RefusedError("edit_note")
    if not words.strip():
        raise RefusedError("edit_empty")
    return words.strip()


def _answer(text: str, ticket: Ticket) -> str:
    """Return the words of an edited answer, or refuse what would no longer be one."""
    found = COMMAND.fullmatch(text) if text.startswith("/") else None
    words = text
    if found is not None:
        is_same = found["number"] is None or int(found["number"]) == ticket.number
        if found["name"].lower() not in SENT_BY or not is_same:
            raise RefusedError("edit_answer", number=ticket.number)
        words = found["text"]
    if not words.strip():
        raise RefusedError("edit_empty")
    if notes.as_note(words) is not None:
        raise RefusedError("edit_answer", number=ticket.number)
    return words


def _change_at_customer(ctx: Context, ticket: Ticket, message: Message, text: str) -> None:
    """Change an answer where its customer reads it, and show colleagues that it changed."""
    rows = mirrors.answers(ctx.session, message.id)
    most = LONGEST_CAPTION if any(row.action == Action.COPY for row in rows) else LONGEST
    if len(text) > most or len(message.body) > most:
        raise RefusedError("edit_too_long", most=most)
    changed = [mirrors.restate(ctx.session, row, text, now=ctx.now) for row in rows]
    if not any(changed):
        raise RefusedError("edit_lost", number=ticket.number)
    thread = tickets.thread_of(ctx.session, ticket.id)
    if thread is not None and thread.provider_id is not None and thread.provider_id != ctx.place.thread:
        topics.say(
            topics.bench(ctx), thread, "desk.answer_edited", name=ctx.staff.name,
            was=message.body[:LONGEST_LINE], now=text[:LONGEST_LINE],
        )  # fmt: skip

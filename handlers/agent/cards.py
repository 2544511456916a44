"""A ticket in words: its card, what was said so far, and how long it has."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from crm_store import conversations, customers, staff
from crm_store.customers import Contact
from crm_store.errors import NotFoundError
from crm_store.models.conversation import Conversation, Direction, Message
from crm_store.models.ticket import Ticket
from crm_store.outbox import LONGEST
from crm_store.rules.lifecycle import Kind, Status
from handlers import files
from handlers.ports import Button
from handlers.texts import catalogue

HISTORY = 30
LONGEST_LINE = 900
MARKS = {Kind.COMPLAINT: "❗", Kind.FEEDBACK: "💬", Kind.INQUIRY: "❓"}


class Say(Protocol):
    """Words a key in one reader's language."""

    def __call__(self, key: str, **values: object) -> str:
        """Return the sentence."""


def sayer(language: str) -> Say:
    """Return what words keys in a language."""
    return partial(catalogue.say, language)


def contact(session: Session, ticket: Ticket) -> Contact:
    """Return the customer of a ticket, where its conversation takes place."""
    return contact_in(session, ticket.conversation_id)


def contact_in(session: Session, conversation_id: int) -> Contact:
    """Return the customer of a conversation."""
    conversation = session.get(Conversation, conversation_id)
    found = None
    if conversation is not None:
        found = customers.sender(session, conversation.inbox_id, conversation.chat).contact
    if found is None:
        raise NotFoundError("customer", conversation_id)
    return found


def owner(session: Session, ticket: Ticket) -> str | None:
    """Return the name of whoever owns a ticket."""
    return None if ticket.assignee_id is None else staff.by_id(session, ticket.assignee_id).name


def owner_language(session: Session, ticket: Ticket) -> str | None:
    """Return the language of whoever owns a ticket."""
    return None if ticket.assignee_id is None else staff.by_id(session, ticket.assignee_id).language


def span(say: Say, length: timedelta) -> str:
    """Word how long something is: days, hours, or hours and minutes while it is short."""
    minutes = max(int(length / timedelta(minutes=1)), 0)
    if minutes < 60:
        return say("span.minutes", count=minutes)
    if minutes < 10 * 60 and minutes % 60:
        return say("span.both", hours=minutes // 60, minutes=minutes % 60)
    if minutes < 48 * 60:
        return say("span.hours", count=minutes // 60)
    return say("span.days", count=minutes // (24 * 60))


def due(say: Say, ticket: Ticket, now: datetime) -> str:
    """Word how long is left for the next thing a customer was promised."""
    at = next_due(ticket)
    if at is None:
        return say(_undue(ticket))
    if at < now:
        return say("due.overdue", span=span(say, now - at))
    return say("due.left", span=span(say, at - now))


def promised(language: str, ticket: Ticket, *, now: datetime, zone: str) -> str:
    """Word the time of the next thing a customer was promised, so that it stays true while it is shown."""
    say = sayer(language)
    if ticket.is_resolved:
        return (
            say("due.over")
            if ticket.resolved is None
            else say("due.done", at=catalogue.moment(language, ticket.resolved, zone))
        )
    at = next_due(ticket)
    if at is None:
        return say(_undue(ticket))
    return say("due.since" if at < now else "due.by", at=catalogue.moment(language, at, zone))


def _undue(ticket: Ticket) -> str:
    """Choose the word for no deadline: while a ticket waits, only its clock stands still."""
    stands = ticket.sla_version is not None and ticket.status in {
        Status.PENDING, Status.ON_HOLD, Status.SNOOZED,
    }  # fmt: skip
    return "due.paused" if stands else "due.none"


def next_due(ticket: Ticket) -> datetime | None:
    """Return when the next thing that a customer was promised is due."""
    first = None if ticket.first_replied else ticket.first_due
    return min((at for at in (first, ticket.next_due, ticket.resolution_due) if at is not None), default=None)


def head(session: Session, ticket: Ticket, language: str, *, now: datetime, zone: str) -> str:
    """Word the card of a ticket: what it is, whose, and by when."""
    say = sayer(language)
    customer = customers.by_id(session, ticket.customer_id)
    more = [] if ticket.follow_up_of is None else [say("desk.follows", number=ticket.follow_up_of)]
    if ticket.merged_into is not None:
        more.append(say("desk.part_of", number=ticket.merged_into))
    words = say(
        "desk.head",
        mark=MARKS[Kind(ticket.kind)],
        number=ticket.number,
        kind=say(f"word.{ticket.kind}"),
        status=say(f"word.{ticket.status}"),
        priority=say(f"word.{ticket.priority}"),
        customer=customer.name,
        speaks=say(f"word.language.{customer.language}"),
        owner=owner(session, ticket) or say("desk.nobody"),
        due=promised(language, ticket, now=now, zone=zone),
    )
    return "\n".join([words, *more])


def with_history(
    session: Session, ticket: Ticket, language: str, *, now: datetime, zone: str
) -> tuple[str, Sequence[Message]]:
    """Word a card and its last messages as one text that fits in one message; return also the messages."""
    text = head(session, ticket, language, now=now, zone=zone)
    room = LONGEST - len(text) - 400  # kept for the line that tells how to answer
    lines, messages = history(session, ticket, language, zone=zone, room=room)
    return f"{text}\n\n{lines}" if lines else text, messages


def history(  # noqa: PLR0913 - what is read, for whom, and how much of it
    session: Session,
    ticket: Ticket,
    language: str,
    *,
    zone: str,
    room: int = LONGEST - 800,
    last: int = HISTORY,
) -> tuple[str, Sequence[Message]]:
    """Word a ticket's last messages in at most `room` characters; return also the messages."""
    messages = conversations.of_ticket(session, ticket.id, last=min(last, HISTORY))
    customer = customers.by_id(session, ticket.customer_id).name
    lines: list[str] = []
    for message in reversed(messages):
        line = _line(session, message, customer, language, zone)
        if room < len(line) + 1:
            lines.append("…")
            break
        room -= len(line) + 1
        lines.append(line)
    if len(messages) == HISTORY == len(lines):
        lines.append("…")
    return "\n".join(reversed(lines)), messages


def line(session: Session, ticket: Ticket, message: Message, language: str, *, zone: str) -> str:
    """Word one message of a ticket as its history does."""
    return _line(session, message, customers.by_id(session, ticket.customer_id).name, language, zone)


def newest_heard(messages: Sequence[Message]) -> int | None:
    """Return the id of the last of these messages that a customer wrote."""
    return max((message.id for message in messages if message.direction == Direction.INBOUND), default=None)


def _line(session: Session, message: Message, customer: str, language: str, zone: str) -> str:
    name, say = customer, sayer(language)
    if message.direction != Direction.INBOUND:
        name = say("desk.bot") if message.staff_id is None else staff.by_id(session, message.staff_id).name
    body = message.body
    if message.file_kind is not None:
        body = f"{files.placeholder(language, message.file_kind, message.file_name)} {body}".strip()
    if len(body) > LONGEST_LINE:
        body = body[: LONGEST_LINE - 1] + "…"
    key = "desk.note" if message.direction == Direction.NOTE else "desk.line"
    return say(key, time=f"{message.at.astimezone(ZoneInfo(zone)):%H:%M}", name=name, text=body)


def keys(say: Say, ticket: Ticket) -> list[list[Button]]:
    """Return the buttons below a card."""
    if ticket.merged_into is not None or ticket.status == Status.CLOSED:
        return []  # there is nothing to do here: the work goes on in another ticket, or is over for good
    if ticket.is_resolved:
        return [[Button(say("key.reopen"), "reopen", ticket.number)]]
    taken = ticket.assignee_id is not None
    resolve = Button(say("key.resolve"), "resolve", ticket.number)
    return [[resolve] if taken else [Button(say("key.take", number=ticket.number), "take", ticket.number)]]

"""Conversations and the messages in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.conversation import Direction, Message, MessageEdit
from crm_store.store import Prepared
from crm_store.types import micros

_FIELDS = (
    "conversation_id", "ticket_id", "direction", "at", "body", "file_kind", "file_id", "file_name",
    "provider_id", "album", "source_chat", "source_id", "staff_id",
)  # fmt: skip
_INSERT = Prepared(
    sa.insert(Message).values({name: sa.bindparam(name) for name in _FIELDS}).returning(Message.id)
)
_KNOWN = Prepared(
    sa.select(Message.id).where(
        Message.conversation_id == sa.bindparam("conversation"),
        Message.provider_id == sa.bindparam("provider"),
        Message.direction == sa.literal_column("'inbound'"),
    )
)
_NEWEST_HEARD = Prepared(
    sa.select(sa.func.max(Message.id)).where(
        Message.ticket_id == sa.bindparam("ticket"), Message.direction == sa.literal_column("'inbound'")
    )
)


@dataclass(frozen=True, slots=True)
class Line:
    """A message to be written down."""

    conversation_id: int
    ticket_id: int | None
    direction: Direction
    body: str
    file_kind: str | None = None
    file_id: str | None = None
    file_name: str | None = None
    provider_id: str | None = None
    staff_id: int | None = None
    album: str | None = None
    source_chat: str | None = None
    source_id: str | None = None


def log(session: Session, line: Line, *, at: datetime) -> int:
    """Write a message down and return its id."""
    row = _INSERT.first(
        session,
        conversation_id=line.conversation_id,
        ticket_id=line.ticket_id,
        direction=line.direction.value,
        at=micros(at),
        body=line.body,
        file_kind=line.file_kind,
        file_id=line.file_id,
        file_name=line.file_name,
        provider_id=line.provider_id,
        album=line.album,
        source_chat=line.source_chat,
        source_id=line.source_id,
        staff_id=line.staff_id,
    )
    return cast("int", cast("tuple[object, ...]", row)[0])


def of_ticket(session: Session, ticket_id: int, *, last: int = 10) -> Sequence[Message]:
    """List the last messages of a ticket, oldest first."""
    newest = session.scalars(
        sa.select(Message).where(Message.ticket_id == ticket_id).order_by(Message.id.desc()).limit(last)
    ).all()
    return newest[::-1]


def newest_heard(session: Session, ticket_id: int) -> int | None:
    """Return the id of the last message a ticket's customer wrote."""
    row = _NEWEST_HEARD.first(session, ticket=ticket_id)
    return None if row is None else cast("int | None", row[0])


def first_words(session: Session, ticket_id: int) -> str | None:
    """Return what a ticket's customer wrote first."""
    first = sa.select(Message.body).where(
        Message.ticket_id == ticket_id, Message.direction == Direction.INBOUND
    )
    return session.scalar(first.order_by(Message.id).limit(1))


def by_provider_id(session: Session, conversation_id: int, provider_id: str) -> Message | None:
    """Find a customer's message by the channel's id of it."""
    return session.scalar(
        sa.select(Message).where(
            Message.conversation_id == conversation_id,
            Message.provider_id == provider_id,
            Message.direction == Direction.INBOUND,
        )
    )


def by_source(session: Session, chat: str, message_id: str) -> Message | None:
    """Find what a member of staff wrote by where it was written, so that an edit can follow it."""
    return session.scalar(
        sa.select(Message)
        .where(Message.source_chat == chat, Message.source_id == message_id)
        .order_by(Message.id.desc())
        .limit(1)
    )


def is_known(session: Session, conversation_id: int, provider_id: str) -> bool:
    """Tell whether a customer's message was written down before, because its edit overtook it."""
    return _KNOWN.first(session, conversation=conversation_id, provider=provider_id) is not None


def keep_original(session: Session, message: Message, *, text: str, at: datetime) -> None:
    """Keep what an edited message first said when that arrives after the edit."""
    if text != message.body:
        session.add(MessageEdit(message_id=message.id, at=at, was=text))


def edit(session: Session, message: Message, *, text: str, at: datetime) -> bool:
    """Change what a message says and keep what it said; False when a later edit came first."""
    if message.edited is not None and at < message.edited:
        session.add(MessageEdit(message_id=message.id, at=at, was=text))
        return False
    session.add(MessageEdit(message_id=message.id, at=at, was=message.body))
    message.body, message.edited = text, at
    return True


def heard(session: Session, ticket_id: int) -> Sequence[Message]:
    """List what a ticket's customer wrote, oldest first."""
    asked = sa.select(Message).where(Message.ticket_id == ticket_id, Message.direction == Direction.INBOUND)
    return session.scalars(asked.order_by(Message.id)).all()


def from_on(session: Session, message: Message) -> Sequence[Message]:
    """List a message and all that was said on its ticket after it, oldest first."""
    asked = sa.select(Message).where(Message.ticket_id == message.ticket_id, Message.id >= message.id)
    return session.scalars(asked.order_by(Message.id)).all()

"""The outbox: everything that must go out is written here first, with the change it belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.outbox import Action, Attachment, Lane, OutboxRow
from crm_store.store import Prepared, wake
from crm_store.types import micros

RANK: Mapping[Lane, int] = {Lane.REPLY: 0, Lane.NOTICE: 1, Lane.CAMPAIGN: 2}
LONGEST = 4096

_FIELDS = (
    "inbox_id", "chat", "thread_id", "priority", "rank", "action", "target_id", "combinable", "customer_id",
    "ticket_id", "message_id", "occurrence_id", "dedupe_key", "created", "not_before", "body",
)  # fmt: skip
_INSERT = Prepared(
    sa.insert(OutboxRow).values({name: sa.bindparam(name) for name in _FIELDS}).returning(OutboxRow.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is to go out and where."""

    inbox_id: int
    chat: str
    body: Mapping[str, object]
    action: Action = Action.SEND
    priority: Lane = Lane.REPLY
    thread_id: int | None = None
    target_id: int | None = None
    combinable: bool = False
    customer_id: int | None = None
    ticket_id: int | None = None
    message_id: int | None = None
    occurrence_id: int | None = None
    dedupe_key: str | None = None
    not_before: datetime | None = None


def enqueue(session: Session, draft: Draft, *, now: datetime) -> int:
    """Write a row that must go out and return its id."""
    at = micros(now)
    row = _INSERT.first(
        session,
        inbox_id=draft.inbox_id,
        chat=draft.chat,
        thread_id=draft.thread_id,
        priority=draft.priority.value,
        rank=-1 if draft.action is Action.MAKE_THREAD else RANK[draft.priority],
        action=draft.action.value,
        target_id=draft.target_id,
        combinable=draft.combinable,
        customer_id=draft.customer_id,
        ticket_id=draft.ticket_id,
        message_id=draft.message_id,
        occurrence_id=draft.occurrence_id,
        dedupe_key=draft.dedupe_key,
        created=at,
        not_before=at if draft.not_before is None else micros(draft.not_before),
        body=orjson.dumps(draft.body).decode(),
    )
    wake(session, "outbox")
    return cast("int", cast("tuple[object, ...]", row)[0])


def attach(session: Session, *, name: str, mime: str, content: bytes) -> int:
    """Keep the bytes of a picture or file until its row has gone out."""
    attachment = Attachment(name=name, mime=mime, content=content)
    session.add(attachment)
    session.flush()
    return attachment.id


def by_provider_id(session: Session, inbox_id: int, *, chat: str, provider_id: str) -> OutboxRow | None:
    """Find the row behind a message that the channel shows."""
    return session.scalar(
        sa.select(OutboxRow)
        .where(OutboxRow.inbox_id == inbox_id, OutboxRow.chat == chat, OutboxRow.provider_id == provider_id)
        .order_by(OutboxRow.id)
    )


def attachment(session: Session, attachment_id: int) -> Attachment | None:
    """Return the bytes that a row carries."""
    return session.get(Attachment, attachment_id)

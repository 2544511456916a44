"""The outbox: everything that must go out is written here first, with the change it belongs to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
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
    "ticket_id", "message_id", "shows_id", "occurrence_id", "dedupe_key", "created", "not_before", "body",
    "state", "epoch",
)  # fmt: skip
_INSERT = Prepared(
    sa.insert(OutboxRow).values({name: sa.bindparam(name) for name in _FIELDS}).returning(OutboxRow.id)
)


_IS_BUSY = Prepared(
    sa.select(OutboxRow.id)
    .where(
        OutboxRow.inbox_id == sa.bindparam("inbox"),
        OutboxRow.chat == sa.bindparam("chat"),
        OutboxRow.state == sa.literal_column("'ready'"),
    )
    .union_all(
        sa.select(OutboxRow.id).where(
            OutboxRow.inbox_id == sa.bindparam("inbox"),
            OutboxRow.chat == sa.bindparam("chat"),
            OutboxRow.state.in_([sa.literal_column("'claimed'"), sa.literal_column("'sending'")]),
        )
    )
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
    shows_id: int | None = None
    occurrence_id: int | None = None
    dedupe_key: str | None = None
    not_before: datetime | None = None

    @property
    def is_plain(self) -> bool:
        """Tell whether it is a reply that waits for nothing: no thread, no other row, no time."""
        return (
            self.priority is Lane.REPLY
            and self.action is Action.SEND
            and not self.combinable
            and self.thread_id is None
            and self.target_id is None
            and self.not_before is None
        )


@dataclass(slots=True)
class Express:
    """How the owner of an inbox takes replies along: written as claimed, handed over after COMMIT.

    It saves the look at the outbox that would follow. Whatever is not handed over (the process died) is an
    older epoch's claim, and the next owner decides on it as on any other.
    """

    inbox_id: int
    epoch: int
    may: Callable[[str], bool]
    taken: list[tuple[int, Draft]] = field(default_factory=list)

    def takes(self, session: Session, draft: Draft) -> bool:
        """Tell whether a draft may go at once: a plain reply to a chat that nothing else waits for."""
        return (
            draft.is_plain
            and draft.inbox_id == self.inbox_id
            and self.may(draft.chat)
            and _IS_BUSY.first(session, inbox=draft.inbox_id, chat=draft.chat) is None
        )


def enqueue(session: Session, draft: Draft, *, now: datetime) -> int:
    """Write a row that must go out and return its id."""
    at = micros(now)
    express: Express | None = session.info.get("express")
    goes = express is not None and express.takes(session, draft)
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
        shows_id=draft.shows_id,
        occurrence_id=draft.occurrence_id,
        dedupe_key=draft.dedupe_key,
        created=at,
        not_before=at if draft.not_before is None else micros(draft.not_before),
        body=orjson.dumps(draft.body).decode(),
        state="claimed" if goes else "ready",
        epoch=express.epoch if express is not None and goes else 0,
    )
    row_id = cast("int", cast("tuple[object, ...]", row)[0])
    if express is not None and goes:
        express.taken.append((row_id, draft))
    else:
        wake(session, "outbox")
    return row_id


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

"""The outbox: what must go out, claimed by the one owner of an inbox, sent and settled."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import cast

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.outbox import (
    Action,
    Attachment,
    ChatGate,
    Delivery,
    Lane,
    OutboxRow,
    OutboxState,
    Thread,
)
from crm_store.store import Prepared, wake
from crm_store.types import micros

RANK: Mapping[Lane, int] = {Lane.REPLY: 0, Lane.NOTICE: 1, Lane.CAMPAIGN: 2}
MOST_ATTEMPTS = 5
NEWS = timedelta(seconds=3)
LONGEST = 4096
MOST_LINES = 40
ABREAST = 4

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


@dataclass(slots=True)
class Claimed:
    """A row in the owner's hands, with what sending it needs."""

    id: int
    chat: str
    thread_id: int | None
    thread: str | None
    priority: Lane
    action: Action
    target: str | None
    attempts: int
    combinable: bool
    occurrence_id: int | None
    customer_id: int | None
    message_id: int | None
    body: dict[str, object]
    also: list[int] = field(default_factory=list)


WINDOW = 128  # rows looked at in one go
LOOKS = 4  # how often further ones are looked at when a busy chat fills the window
_target = sa.orm.aliased(OutboxRow, name="target")
_COLUMNS = (
    OutboxRow.id, OutboxRow.chat, OutboxRow.thread_id, Thread.provider_id.label("thread"), OutboxRow.priority,
    OutboxRow.action, _target.provider_id.label("target"), OutboxRow.attempts, OutboxRow.combinable,
    OutboxRow.occurrence_id, OutboxRow.customer_id, OutboxRow.message_id, OutboxRow.body,
    OutboxRow.not_before, OutboxRow.target_id, _target.state.label("target_state"),
)  # fmt: skip
_FLYING = Prepared(
    sa.select(OutboxRow.chat, OutboxRow.thread_id).where(
        OutboxRow.inbox_id == sa.bindparam("inbox"),
        OutboxRow.state.in_([sa.literal_column("'claimed'"), sa.literal_column("'sending'")]),
    )
)


@lru_cache(maxsize=16)
def _waiting(held: int) -> Prepared:
    """Prepare the look at what waits, in order, leaving out this many chats."""
    query = (
        sa.select(*_COLUMNS)
        .outerjoin(Thread, Thread.id == OutboxRow.thread_id)
        .outerjoin(_target, _target.id == OutboxRow.target_id)
        .where(
            OutboxRow.inbox_id == sa.bindparam("inbox"),
            OutboxRow.state == sa.literal_column("'ready'"),
            *(OutboxRow.chat != sa.bindparam(f"held_{position}", type_=sa.Text) for position in range(held)),
        )
        .order_by(OutboxRow.rank, OutboxRow.id)
        .limit(sa.literal_column(str(WINDOW)))
    )
    return Prepared(query)


_CLAIM = Prepared(
    sa.update(OutboxRow)
    .where(OutboxRow.id == sa.bindparam("row"), OutboxRow.state == sa.literal_column("'ready'"))
    .values(state=sa.literal_column("'claimed'"), epoch=sa.bindparam("epoch", type_=sa.BigInteger))
    .returning(OutboxRow.id)
)
_MARK = Prepared(
    sa.update(OutboxRow)
    .where(OutboxRow.id == sa.bindparam("row"), OutboxRow.state == sa.literal_column("'claimed'"),
           OutboxRow.epoch == sa.bindparam("held"))
    .values(state=sa.literal_column("'sending'"), started=sa.bindparam("now"))
    .returning(OutboxRow.id)
)  # fmt: skip
_NEIGHBOURS = Prepared(
    sa.select(OutboxRow.id, OutboxRow.body)
    .where(
        OutboxRow.inbox_id == sa.bindparam("inbox"),
        OutboxRow.state == sa.literal_column("'ready'"),
        OutboxRow.chat == sa.bindparam("chat"),
        OutboxRow.thread_id.is_(None),
        OutboxRow.combinable.is_(sa.true()),
        OutboxRow.not_before <= sa.bindparam("now"),
        OutboxRow.id > sa.bindparam("row"),
    )
    .order_by(OutboxRow.rank, OutboxRow.id)
    .limit(sa.literal_column(str(MOST_LINES - 1)))
)


def ready(session: Session, inbox_id: int, *, now: datetime, held: Collection[str] = ()) -> list[Claimed]:
    """List the rows that may go out now: at most one of each chat and thread, priority first.

    A row in flight keeps its lane shut, so does one that must wait. What waits for another row (a reaction
    for the message it confirms) waits beside its lane, not in front of it. `held` chats are left out.
    """
    shut = set(_FLYING.run(session, inbox=inbox_id))
    left_out = set(held)
    found: list[Claimed] = []
    for _ in range(LOOKS):
        rows = _look(session, inbox_id, left_out)
        seen = Counter(row[1] for row in rows)
        found += _heads(rows, shut, micros(now))
        if len(rows) < WINDOW or found:
            break
        left_out |= {cast("str", chat) for chat, count in seen.items() if count > 1}
    return found


def _look(session: Session, inbox_id: int, left_out: Collection[str]) -> list[tuple[object, ...]]:
    size = 1 << (len(left_out) - 1).bit_length() if left_out else 0  # few sizes, so few statements
    names = [*left_out, *([next(iter(left_out))] * (size - len(left_out)) if left_out else [])]
    return _waiting(size).run(
        session, inbox=inbox_id, **{f"held_{position}": chat for position, chat in enumerate(names)}
    )


def _heads(rows: Sequence[tuple[object, ...]], shut: set[tuple[object, ...]], now: int) -> Iterator[Claimed]:
    for row in rows:
        lane, (not_before, target_id, target_state) = (row[1], row[2]), row[13:]
        if lane in shut or (target_id is not None and target_state != OutboxState.SENT):
            continue
        shut.add(lane)
        homeless = row[2] is not None and row[3] is None and row[5] != Action.MAKE_THREAD
        if cast("int", not_before) <= now and not homeless:
            yield _claimed(row[:13])


def _claimed(row: tuple[object, ...]) -> Claimed:
    (
        id_,
        chat,
        thread_id,
        thread,
        priority,
        action,
        target,
        attempts,
        combinable,
        occurrence,
        customer,
        message,
        body,
    ) = row
    return Claimed(
        id=cast("int", id_),
        chat=cast("str", chat),
        thread_id=cast("int | None", thread_id),
        thread=cast("str | None", thread),
        priority=Lane(cast("str", priority)),
        action=Action(cast("str", action)),
        target=cast("str | None", target),
        attempts=cast("int", attempts),
        combinable=bool(combinable),
        occurrence_id=cast("int | None", occurrence),
        customer_id=cast("int | None", customer),
        message_id=cast("int | None", message),
        body=orjson.loads(cast("str", body)),
    )


def claim(session: Session, inbox_id: int, row: Claimed, *, epoch: int, now: datetime) -> bool:
    """Take a row in hand, and with it the lines waiting for the same chat that fit in one message.

    Returns False, and takes nothing, when the row was taken back meanwhile.
    """
    if _CLAIM.first(session, row=row.id, epoch=epoch) is None:
        return False
    if row.combinable:
        _join_lines(session, inbox_id, row, epoch=epoch, now=now)
    return True


def _join_lines(session: Session, inbox_id: int, row: Claimed, *, epoch: int, now: datetime) -> None:
    for id_, body in _NEIGHBOURS.run(session, inbox=inbox_id, chat=row.chat, row=row.id, now=micros(now)):
        line = cast("dict[str, object]", orjson.loads(cast("str", body)))
        text = f"{row.body['text']}\n{line['text']}"
        if len(text) > LONGEST:
            return
        if _CLAIM.first(session, row=id_, epoch=epoch) is None:
            continue
        row.also.append(cast("int", id_))
        row.body["text"] = text
        row.body["buttons"] = _side_by_side([*_rows(row.body), *_rows(line)])


def _rows(body: Mapping[str, object]) -> list[list[object]]:
    return cast("list[list[object]]", body.get("buttons") or [])


def _side_by_side(rows: list[list[object]]) -> list[list[object]]:
    """Set the buttons of several lines next to each other, so that forty do not make forty rows."""
    flat = [button for row in rows for button in row]
    return [flat[start : start + ABREAST] for start in range(0, len(flat), ABREAST)]


def mark_sending(session: Session, row_id: int, *, epoch: int, now: datetime) -> bool:
    """Record that the call for a campaign row is about to start; False when it is no longer ours."""
    return _MARK.first(session, row=row_id, held=epoch, now=micros(now)) is not None


@dataclass(frozen=True, slots=True)
class Settlement:
    """What became of one attempt."""

    row: Claimed
    outcome: str  # sent, retry, limited, failed, unreachable, gone, unknown
    ended: datetime
    provider_id: str | None = None
    reason: str | None = None
    not_before: datetime | None = None
    repeat: bool = False
    moved_to: str | None = None


_SETTLE = Prepared(
    sa.update(OutboxRow)
    .where(OutboxRow.id == sa.bindparam("row"))
    .values(
        state=sa.bindparam("became", type_=sa.Text),
        provider_id=sa.bindparam("provider", type_=sa.Text),
        reason=sa.bindparam("why", type_=sa.Text),
        attempts=OutboxRow.attempts + sa.bindparam("counted", type_=sa.Integer),
        not_before=sa.case(
            (sa.bindparam("until", type_=sa.BigInteger) > OutboxRow.not_before,
             sa.bindparam("until", type_=sa.BigInteger)),
            else_=OutboxRow.not_before,
        ),
        may_repeat=sa.or_(OutboxRow.may_repeat, sa.bindparam("doubtful", type_=sa.Boolean)),
    )
)  # fmt: skip
_ATTEMPT = Prepared(
    sa.insert(Delivery).values(
        {name: sa.bindparam(name)
         for name in ("outbox_id", "attempt", "ended", "outcome", "reason", "retry_after")}
    )
)  # fmt: skip
_BECOMES = {
    "sent": OutboxState.SENT,
    "retry": OutboxState.READY,
    "limited": OutboxState.READY,
    "failed": OutboxState.FAILED,
    "unreachable": OutboxState.FAILED,
    "gone": OutboxState.READY,
    "unknown": OutboxState.UNKNOWN,
}


def settle(session: Session, settlement: Settlement) -> None:
    """Write down what became of an attempt, for the row and the lines that went with it."""
    row, ended = settlement.row, micros(settlement.ended)
    waits = 0.0
    if settlement.not_before is not None:
        waits = (settlement.not_before - settlement.ended) / timedelta(seconds=1)
    for id_ in (row.id, *row.also):
        _SETTLE.run(
            session,
            row=id_,
            became=_BECOMES[settlement.outcome].value,
            provider=settlement.provider_id,
            why=settlement.reason,
            counted=0 if settlement.outcome == "limited" else 1,
            until=0 if settlement.not_before is None else micros(settlement.not_before),
            doubtful=settlement.repeat,
        )
        _ATTEMPT.run(
            session,
            outbox_id=id_,
            attempt=row.attempts + 1,
            ended=ended,
            outcome=settlement.outcome,
            reason=settlement.reason,
            retry_after=waits or None,
        )


def take_over(session: Session, inbox_id: int, *, now: datetime) -> int:
    """Become the owner of an inbox: a new epoch, and what an earlier owner held is decided.

    A reply or notice it held may have gone out; it is sent again, at most five times, and marked so.
    A campaign row whose call had started is `unknown`: nobody gets it twice. A thread may have been made:
    the channel tells of it, so that row waits a moment for the news.
    """
    epoch = cast(
        "int",
        session.scalar(
            sa.text("UPDATE inbox SET epoch = epoch + 1 WHERE id = :inbox RETURNING epoch"),
            {"inbox": inbox_id},
        ),
    )
    held = sa.update(OutboxRow).where(OutboxRow.inbox_id == inbox_id, OutboxRow.epoch < epoch)
    service = OutboxRow.priority != Lane.CAMPAIGN
    doubtful = OutboxRow.state.in_([OutboxState.CLAIMED, OutboxState.SENDING])
    session.execute(
        held.where(doubtful, service, OutboxRow.attempts >= MOST_ATTEMPTS - 1).values(
            state=OutboxState.FAILED, reason="crashed_too_often"
        )
    )
    session.execute(
        held.where(doubtful, OutboxRow.action == Action.MAKE_THREAD).values(not_before=now + NEWS)
    )
    session.execute(
        held.where(doubtful, service).values(
            state=OutboxState.READY, attempts=OutboxRow.attempts + 1, may_repeat=True
        )
    )
    session.execute(
        held.where(OutboxRow.state == OutboxState.CLAIMED, OutboxRow.priority == Lane.CAMPAIGN).values(
            state=OutboxState.READY
        )
    )
    session.execute(
        held.where(OutboxRow.state == OutboxState.SENDING).values(
            state=OutboxState.UNKNOWN, reason="crashed_while_sending"
        )
    )
    return epoch


def left_unknown(session: Session, inbox_id: int) -> Sequence[int]:
    """List the campaign rows of which nobody can tell whether they went out."""
    return session.scalars(
        sa.select(OutboxRow.id)
        .where(OutboxRow.inbox_id == inbox_id, OutboxRow.state == OutboxState.UNKNOWN)
        .order_by(OutboxRow.id)
    ).all()


def moved_to(session: Session, inbox_id: int, chat: str) -> str:
    """Return the id a chat has now; most never move."""
    found = session.get(ChatGate, (inbox_id, chat))
    if found is None or found.dead_reason is None or not found.dead_reason.startswith("moved:"):
        return chat
    return moved_to(session, inbox_id, found.dead_reason.removeprefix("moved:"))


def gate(
    session: Session, inbox_id: int, chat: str, *, until: datetime | None, dead: str | None = None
) -> None:
    """Record until when a chat refuses messages, or why it always will."""
    found = session.get(ChatGate, (inbox_id, chat))
    if found is None:
        found = ChatGate(inbox_id=inbox_id, chat=chat)
        session.add(found)
    found.blocked_until, found.dead_reason = until, dead


def gates(session: Session, inbox_id: int, *, now: datetime) -> Mapping[str, datetime]:
    """Map the chats that refuse messages to the end of it."""
    rows = session.execute(
        sa.select(ChatGate.chat, ChatGate.blocked_until).where(
            ChatGate.inbox_id == inbox_id, ChatGate.blocked_until > now
        )
    )
    return {chat: until for chat, until in rows if until is not None}


def recent_starts(session: Session, inbox_id: int, *, since: datetime) -> Sequence[tuple[str, datetime]]:
    """List when which chat was written to lately, oldest first, so that limits hold across a restart."""
    rows = session.execute(
        sa.select(OutboxRow.chat, sa.func.min(Delivery.ended))
        .join(Delivery, Delivery.outbox_id == OutboxRow.id)
        .where(OutboxRow.inbox_id == inbox_id, Delivery.ended > since)
        .group_by(OutboxRow.chat, OutboxRow.provider_id)
        .order_by(sa.func.min(Delivery.ended))
    )
    return [(chat, at) for chat, at in rows]


def next_due(session: Session, inbox_id: int, *, now: datetime) -> datetime | None:
    """Find when the next waiting row may go out."""
    return session.scalar(
        sa.select(sa.func.min(OutboxRow.not_before)).where(
            OutboxRow.inbox_id == inbox_id, OutboxRow.state == OutboxState.READY, OutboxRow.not_before > now
        )
    )


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

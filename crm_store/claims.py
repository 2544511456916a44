"""Claiming: which rows of the outbox may go out now, one of each chat and thread, by the one owner."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import cast

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.outbox import Action, Lane, OutboxRow, OutboxState, Thread
from crm_store.outbox import LONGEST, Draft
from crm_store.store import Prepared
from crm_store.types import micros

MOST_LINES = 40
ABREAST = 4


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


def handed(row_id: int, draft: Draft) -> Claimed:
    """Make a claimed row of a draft that was written as claimed."""
    return Claimed(
        id=row_id, chat=draft.chat, thread_id=None, thread=None, priority=draft.priority, action=draft.action,
        target=None, attempts=0, combinable=False, occurrence_id=None, customer_id=draft.customer_id,
        message_id=draft.message_id, body=dict(draft.body),
    )  # fmt: skip


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


def next_due(session: Session, inbox_id: int, *, now: datetime) -> datetime | None:
    """Find when the next waiting row may go out."""
    return session.scalar(
        sa.select(sa.func.min(OutboxRow.not_before)).where(
            OutboxRow.inbox_id == inbox_id, OutboxRow.state == OutboxState.READY, OutboxRow.not_before > now
        )
    )

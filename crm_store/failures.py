"""Answers of staff that did not reach their customer: found by the sign that waits for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from crm_store.models.conversation import Message
from crm_store.models.outbox import Action, OutboxRow, OutboxState
from crm_store.store import wake

_LOST = (OutboxState.FAILED, OutboxState.UNKNOWN, OutboxState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Failure:
    """An answer that did not go out, why, and where whoever wrote it waits for the sign."""

    answer: OutboxRow
    chat: str
    thread: str
    message: str
    reason: str


def collect(session: Session, inbox_id: int, *, limit: int = 20) -> Sequence[Failure]:
    """Take the answers that failed since the last look; their signs wait no longer."""
    answer = aliased(OutboxRow)
    found = session.execute(
        sa.select(OutboxRow, answer)
        .join(answer, answer.id == OutboxRow.target_id)
        .where(
            OutboxRow.inbox_id == inbox_id,
            OutboxRow.state == sa.literal_column("'ready'"),
            OutboxRow.action == Action.REACT,
            answer.state.in_(_LOST),
        )
        .order_by(OutboxRow.id)
        .limit(limit)
    ).all()
    failures: list[Failure] = []
    for sign, lost in found:
        sign.state = OutboxState.CANCELLED
        body = orjson.loads(sign.body)
        failures.append(
            Failure(lost, sign.chat, str(body.get("thread", "")), str(body["message"]), lost.reason or "")
        )
    return failures


def send_again(session: Session, row_id: int, *, now: datetime) -> OutboxRow | None:
    """Let a failed answer go out once more; None when it went out or waits already."""
    row = session.get(OutboxRow, row_id, with_for_update=True)
    if row is None or row.message_id is None or row.state != OutboxState.FAILED:
        return None
    row.state, row.reason, row.attempts, row.not_before = OutboxState.READY, None, 0, now
    wake(session, "outbox")
    return row


def lost_files(
    session: Session, inbox_id: int, *, limit: int = 20
) -> Sequence[tuple[OutboxRow, Message | None]]:
    """Take the files that could not be passed on since the last look, each with its message."""
    found = session.execute(
        sa.select(OutboxRow, Message)
        .outerjoin(Message, Message.id == OutboxRow.shows_id)
        .where(
            OutboxRow.state == sa.literal_column("'failed'"),
            OutboxRow.action == sa.literal_column("'copy'"),
            OutboxRow.message_id.is_(None),
        )
        .where(OutboxRow.inbox_id == inbox_id, OutboxRow.ticket_id.is_not(None))
        .order_by(OutboxRow.id)
        .limit(limit)
    ).all()
    for row, _ in found:
        row.state = OutboxState.CANCELLED
    return [(row, message) for row, message in found]


def pass_on_again(session: Session, row_id: int, *, now: datetime) -> OutboxRow | None:
    """Let a file that could not be passed on be tried once more; None when it waits or arrived already."""
    row = session.get(OutboxRow, row_id, with_for_update=True)
    if row is None or row.action != Action.COPY or row.message_id is not None:
        return None
    if row.state != OutboxState.CANCELLED:
        return None
    row.state, row.reason, row.attempts, row.not_before = OutboxState.READY, None, 0, now
    wake(session, "outbox")
    return row

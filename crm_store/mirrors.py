"""Where one message is shown to somebody else: answers at their customer, customers' words at the desk."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import thread_cards
from crm_store.models.outbox import Action, OutboxRow, OutboxState
from crm_store.store import wake

LIVING = (OutboxState.READY, OutboxState.CLAIMED, OutboxState.SENDING, OutboxState.SENT)


def _shows(ticket_id: int, message_id: int) -> sa.Select[OutboxRow]:
    return sa.select(OutboxRow).where(
        OutboxRow.ticket_id == ticket_id, OutboxRow.shows_id == message_id, OutboxRow.state.in_(LIVING)
    )


def lines(session: Session, ticket_id: int, message_id: int) -> Sequence[tuple[OutboxRow, str]]:
    """List the lines that showed the desk a ticket up to a customer's message, with their words now."""
    rows = session.scalars(_shows(ticket_id, message_id).where(OutboxRow.action == Action.SEND)).all()
    return [(row, str(_body(session, row).get("text", ""))) for row in rows]


def copies(session: Session, ticket_id: int, message_id: int) -> Sequence[OutboxRow]:
    """List the copies of a message's file that were passed on by themselves and can still be changed."""
    rows = session.scalars(
        _shows(ticket_id, message_id).where(
            OutboxRow.action == Action.COPY, OutboxRow.state != OutboxState.READY
        )
    ).all()
    return [row for row in rows if "messages" not in cast("dict[str, object]", orjson.loads(row.body))]


def show(session: Session, row: OutboxRow, body: Mapping[str, object], *, now: datetime) -> None:
    """Let a message of ours show something else."""
    thread_cards.edit(session, row, body, now=now)


def _body(session: Session, row: OutboxRow) -> dict[str, object]:
    """Return what a row shows: its own words, or those of the edit that waits for it."""
    held = thread_cards.waiting(session, row)
    newest = row if held is None else held
    if held is None and row.state == OutboxState.SENT:
        edited = sa.select(OutboxRow.body).where(
            OutboxRow.inbox_id == row.inbox_id, OutboxRow.chat == row.chat,
            OutboxRow.target_id == row.id, OutboxRow.action == Action.EDIT,
        )  # fmt: skip
        last = session.scalar(edited.order_by(OutboxRow.id.desc()).limit(1))
        if last is not None:
            return cast("dict[str, object]", orjson.loads(last))
    return cast("dict[str, object]", orjson.loads(newest.body))


def answers(session: Session, message_id: int) -> Sequence[OutboxRow]:
    """List the rows that carry an answer of staff to a customer."""
    return session.scalars(
        sa.select(OutboxRow).where(OutboxRow.message_id == message_id).order_by(OutboxRow.id)
    ).all()


def restate(session: Session, row: OutboxRow, text: str, *, now: datetime) -> bool:
    """Change the words of an answer, by an edit if it went out; False when it did not arrive."""
    is_copy = row.action == Action.COPY
    if row.state in {OutboxState.READY, OutboxState.FAILED}:
        body = cast("dict[str, object]", orjson.loads(row.body))
        row.body = orjson.dumps(body | {"caption" if is_copy else "text": text}).decode()
        return True
    if row.state not in LIVING:
        return False
    thread_cards.edit(session, row, {"caption" if is_copy else "text": text}, now=now)
    wake(session, "outbox")
    return True

"""Settling: what became of an attempt, and what a new owner makes of rows an earlier one held."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.claims import Claimed
from crm_store.models.outbox import Action, Delivery, Lane, OutboxRow, OutboxState
from crm_store.store import Prepared
from crm_store.types import micros

MOST_ATTEMPTS = 5
NEWS = timedelta(seconds=3)


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

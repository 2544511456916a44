"""What waits in the store that should not: for the doctor, on the command line and in chat."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.inbox import JournalEntry
from crm_store.models.outbox import OutboxRow, OutboxState
from crm_store.models.ticket import Ticket
from crm_store.rules.lifecycle import Status

LATE = timedelta(minutes=1)
_UNANSWERED = (Status.NEW, Status.OPEN)


@dataclass(frozen=True, slots=True)
class Kept:
    """What waits in a store that should not."""

    dead: int
    unknown: int
    late: int
    late_minutes: int
    overdue: int


def kept(session: Session, *, now: datetime) -> Kept:
    """Count dead letters, rows nobody can tell of, rows that wait too long, and answers that are overdue."""
    dead = session.scalar(sa.select(sa.func.count(JournalEntry.id)).where(JournalEntry.state == "failed"))
    unknown = session.scalar(
        sa.select(sa.func.count(OutboxRow.id)).where(OutboxRow.state == OutboxState.UNKNOWN)
    )
    late, oldest = session.execute(
        sa.select(sa.func.count(OutboxRow.id), sa.func.min(OutboxRow.not_before)).where(
            OutboxRow.state == OutboxState.READY, OutboxRow.not_before < now - LATE
        )
    ).one()
    minutes = 0 if oldest is None else int((now - oldest) / timedelta(minutes=1))
    overdue = session.scalar(
        sa.select(sa.func.count(Ticket.id)).where(
            Ticket.status.in_(_UNANSWERED), Ticket.first_replied.is_(None), Ticket.first_due < now
        )
    )
    return Kept(dead or 0, unknown or 0, late, minutes, overdue or 0)

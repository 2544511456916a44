"""What the doctor asks the store, beside the running bot if there is one."""

import os
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.inbox import JournalEntry
from crm_store.models.outbox import OutboxRow, OutboxState
from crm_store.store import Store

LATE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Kept:
    """What waits in a store that should not."""

    dead: int
    unknown: int
    late: int
    late_minutes: int


def is_made(store: Store) -> bool:
    """Tell whether the store has its tables yet."""
    with store.engine.connect() as connection:
        return sa.inspect(connection).has_table("journal")


def probe(folder: Path) -> None:
    """Write a small file and wait until the disk has it."""
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        file.write(b"hearwell")
        file.flush()
        os.fsync(file.fileno())


def ask(session: Session) -> None:
    """Make the database answer; a unit that asks nothing may never reach one over a network."""
    session.execute(sa.text("SELECT 1"))


def touch(session: Session) -> None:
    """Write to the store without changing what it says."""
    session.execute(sa.text("UPDATE inbox SET epoch = epoch"))


def kept(session: Session, *, now: datetime) -> Kept:
    """Count dead letters, rows nobody can tell of, and rows that wait too long."""
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
    return Kept(dead or 0, unknown or 0, late, minutes)

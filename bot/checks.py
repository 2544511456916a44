"""What the doctor asks the store, beside the running bot if there is one."""

import os
import tempfile
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.store import Store


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

"""`export audit|tickets|ratings`: the tables that supervisors get in chat, as files of any length."""

import csv
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from bot.cli.stores import opened
from bot.clock import utc_now
from bot.config import ConfigError, Settings
from crm_store.errors import StoreError
from handlers.supervisor.exports import TABLES, Table, begin, cell
from handlers.texts import catalogue

EVER = datetime(1970, 1, 1, tzinfo=UTC)


def audit(settings: Settings, file: Path, since: str) -> int:
    """Write what staff and the clock did."""
    return _write(settings, "audit", file, since)


def tickets(settings: Settings, file: Path, since: str) -> int:
    """Write the tickets opened since."""
    return _write(settings, "tickets", file, since)


def ratings(settings: Settings, file: Path, since: str) -> int:
    """Write the ratings given since."""
    return _write(settings, "ratings", file, since)


def _write(settings: Settings, name: str, file: Path, since: str) -> int:
    now = utc_now()
    try:
        start = begin(since, now=now, zone=settings.timezone) if since else EVER
    except StoreError as error:
        raise ConfigError(catalogue.say(settings.language, error.key, **error.values)) from None
    fresh = file.with_name(f"{file.name}.part")
    fresh.touch()  # a place that cannot be written is told before the store is asked
    with opened(settings) as store:
        count = store.read_now(lambda session: _rows(session, TABLES[name], fresh, start, now))
    os.replace(fresh, file)
    return count


def _rows(session: Session, table: Table, file: Path, start: datetime, now: datetime) -> int:
    count = 0
    with file.open("w", encoding="utf-8-sig", newline="") as paper:
        lines = csv.writer(paper)
        lines.writerow(table.columns)
        for row in table.rows(session, start, now + timedelta(microseconds=1)):
            lines.writerow([cell(value) for value in row])
            count += 1
    return count

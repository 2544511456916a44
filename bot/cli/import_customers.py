"""`import customers`: from a CSV or XLSX file, with a report of everything that was changed or left out."""

import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from sqlalchemy.orm import Session

from bot.cli import import_report
from bot.cli.stores import opened
from bot.clock import utc_now
from bot.config import ConfigError, Settings, wrong
from crm_store import journal
from crm_store.imports import Imported, keep
from handlers.texts import catalogue

if TYPE_CHECKING:
    from scoring.clean import CleanReport, CustomerRow

AT_ONCE = 25  # rows written in one go: a running bot waits no longer than for its own
BREATH = 0.005  # seconds in which a running bot gets its turn


def customers(settings: Settings, file: Path, *, dry_run: bool, report: Path | None) -> None:
    """Add customers from a file or update them; every change and refusal is told."""
    found = _read(file, settings.language)
    import_report.tell(found, "import.title", settings.language, file=file, report=report)
    if dry_run:
        print(catalogue.say(settings.language, "import.dry"))
        return
    try:
        created, updated = _write(settings, found.rows)
    except ConfigError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(2) from None
    print(catalogue.say(settings.language, "import.done", created=created, updated=updated))


def _read(file: Path, language: str) -> "CleanReport":
    from scoring import clean

    return import_report.cleaned(file, language, lambda table: clean.customers(table, today=utc_now().date()))


def _write(settings: Settings, rows: Sequence["CustomerRow"]) -> tuple[int, int]:
    created = 0
    with opened(settings, make=True) as store:
        inbox_id = store.write_now(partial(_inbox, settings=settings))
        if inbox_id is None and any(row.telegram_id is not None for row in rows):
            raise ConfigError(wrong("telegram.token", "token_missing"))
        for start in range(0, len(rows), AT_ONCE):
            part = [_imported(row) for row in rows[start : start + AT_ONCE]]
            unit = partial(_keep, inbox_id=inbox_id, found=part, language=settings.language)
            created += store.write_now(unit)
            time.sleep(BREATH)
    return created, len(rows) - created


def _inbox(session: Session, *, settings: Settings) -> int | None:
    account = settings.telegram.account
    return journal.first_inbox(session) if account is None else journal.inbox(session, "telegram", account).id


def _keep(session: Session, *, inbox_id: int | None, found: Sequence[Imported], language: str) -> int:
    now = utc_now()
    return sum(keep(session, inbox_id, each, language=language, now=now) for each in found)


def _imported(row: "CustomerRow") -> Imported:
    told = {
        "city": row.city,
        "gender": row.gender,
        "age": row.age,
        "birthday": None if row.birthday is None else row.birthday.isoformat(),
        "customer_id": row.customer_id,
    }
    return Imported(
        name=row.name,
        language=row.language,
        phone=row.phone,
        email=row.email,
        region=row.region or row.city,
        address=None if row.telegram_id is None else str(row.telegram_id),
        tags=row.tags,
        attributes={name: value for name, value in told.items() if value is not None},
    )

"""`import customers`: from a CSV or XLSX file, with a report of everything that was changed or left out."""

import errno
import os
import sys
import time
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from sqlalchemy.orm import Session

from bot.cli.stores import opened
from bot.clock import utc_now
from bot.config import ConfigError, Settings, wrong
from crm_store import journal
from crm_store.imports import Imported, keep
from handlers.texts import catalogue

if TYPE_CHECKING:
    from scoring.clean import Change, CleanReport, CustomerRow

SHOWN = 20
AT_ONCE = 25  # rows written in one go: a running bot waits no longer than for its own
BREATH = 0.005  # seconds in which a running bot gets its turn


def customers(settings: Settings, file: Path, *, dry_run: bool, report: Path | None) -> None:
    """Add customers from a file or update them; every change and refusal is told."""
    found = _read(file, settings.language)
    lines = list(_told(found, file, settings.language))
    if report is not None:
        _keep_report(report, lines, settings.language, beside=file)
    for line in _short(lines, settings.language):
        print(line)
    if dry_run:
        print(catalogue.say(settings.language, "import.dry"))
        return
    try:
        created, updated = _write(settings, found.rows)
    except ConfigError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(2) from None
    print(catalogue.say(settings.language, "import.done", created=created, updated=updated))


def _keep_report(report: Path, lines: Sequence[Sequence[str]], language: str, *, beside: Path) -> None:
    text = "\n".join(line for section in lines for line in section) + "\n"
    try:
        if report.exists() and report.samefile(beside):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        report.write_text(text, encoding="utf-8")
    except OSError as error:
        print(
            catalogue.say(language, "import.report_failed", file=report, problem=error.strerror),
            file=sys.stderr,
        )
        raise typer.Exit(2) from None


def _read(file: Path, language: str) -> "CleanReport":
    from scoring import clean

    try:
        with file.open("rb") as stream:
            return clean.customers(clean.read(stream, file.name), today=utc_now().date())
    except OSError as error:
        told = catalogue.say(language, "import.unreadable_file", file=file, problem=error.strerror)
    except clean.TableError as error:
        told = catalogue.say(language, f"import.error.{error.code}", file=file.name, detail=error.detail)
    print(told, file=sys.stderr)
    raise typer.Exit(2)


def _told(found: "CleanReport", file: Path, language: str) -> Iterator[list[str]]:
    lines = len(found.rows) + sum(1 for change in found.rejected if change.column is None)
    yield [catalogue.say(language, "import.title", file=file.name, rows=len(found.rows), lines=lines)]
    for key, changes in (("fixed", found.fixed), ("filled", found.filled), ("rejected", found.rejected)):
        if changes:
            heading = catalogue.say(language, f"import.{key}", count=len(changes))
            yield [heading, *(f"  {_change(change, language)}" for change in changes)]


def _short(sections: Sequence[Sequence[str]], language: str) -> Iterator[str]:
    for section in sections:
        yield from islice(section, SHOWN + 1)
        if len(section) > SHOWN + 1:
            yield "  " + catalogue.say(language, "import.more", count=len(section) - SHOWN - 1)


def _change(change: "Change", language: str) -> str:
    reason = catalogue.say(language, f"import.reason.{change.reason}", new=change.new)
    if change.column is None:
        return catalogue.say(language, "import.row_out", line=change.line, old=change.old, reason=reason)
    key = f"import.column.{change.column}"
    column = catalogue.say(language, key) if catalogue.knows(key) else change.column
    form = "import.line_out" if change.new is None else "import.line"
    values = {"line": change.line, "column": column, "old": change.old, "new": change.new, "reason": reason}
    return catalogue.say(language, form, **values)


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

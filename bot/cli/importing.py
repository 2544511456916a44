"""`import`: customers from a CSV or XLSX file, with a report of everything that was changed or left out."""

import sys
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from sqlalchemy.orm import Session

from bot.cli.run import loaded
from bot.clock import utc_now
from bot.config import ConfigError, Settings, wrong
from crm_store import journal
from crm_store.imports import Imported, keep
from handlers.texts import catalogue

if TYPE_CHECKING:
    from scoring.clean import Change, CleanReport, CustomerRow

SHOWN = 20
AT_ONCE = 500


def import_(
    file: Annotated[Path, typer.Argument(help="CSV or XLSX with a heading line.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Report only; write nothing.")] = False,
    report: Annotated[Path | None, typer.Option(help="Write the whole report to this file.")] = None,
) -> None:
    """Add or update customers from a file; nothing is changed or dropped silently."""
    settings = loaded()
    found = _read(file, settings.language)
    lines = list(_told(found, file, settings.language))
    for line in _short(lines, settings.language):
        print(line)
    if report is not None:
        report.write_text("\n".join(line for section in lines for line in section) + "\n", encoding="utf-8")
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
    from bot import migrating
    from crm_store.store import Store

    settings.data_dir.mkdir(parents=True, exist_ok=True)
    store = Store(settings.database_url)
    try:
        migrating.upgrade(store.engine)
        created = 0
        for start in range(0, len(rows), AT_ONCE):
            part = rows[start : start + AT_ONCE]
            created += store.write_now(partial(_keep, settings=settings, rows=part))
        return created, len(rows) - created
    finally:
        store.close()


def _inbox(session: Session, settings: Settings) -> int:
    account = settings.telegram.account
    known = (
        journal.first_inbox(session) if account is None else journal.inbox(session, "telegram", account).id
    )
    if known is None:
        raise ConfigError(wrong("telegram.token", "token_missing"))
    return known


def _keep(session: Session, *, settings: Settings, rows: Sequence["CustomerRow"]) -> int:
    inbox_id, now = _inbox(session, settings), utc_now()
    return sum(keep(session, inbox_id, _imported(row), language=settings.language, now=now) for row in rows)


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

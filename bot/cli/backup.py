"""`backup`: a copy of the store while it runs, opened and counted after writing."""

import errno
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Annotated, NoReturn

import sqlalchemy as sa
import typer

from bot.cli.run import loaded
from bot.clock import utc_now
from handlers.texts import catalogue

ALL = -1  # pages in one step: after a step, whatever the bot has written since begins the copy anew


def backup(
    file: Annotated[
        Path | None, typer.Argument(help="Where to; by default a dated file in backups/ of the data folder.")
    ] = None,
) -> None:
    """Copy the store to one file, beside the running bot, and check the copy."""
    settings = loaded()
    url = sa.make_url(settings.database_url)
    if url.get_backend_name() != "sqlite" or url.database is None:
        _refuse(catalogue.say(settings.language, "backup.sqlite_only"))
    source = Path(str(url.database))
    if not source.exists():
        _refuse(catalogue.say(settings.language, "backup.no_store", file=source))
    target = file or settings.data_dir / "backups" / f"hearwell-{utc_now():%Y%m%d-%H%M%S}.db"
    if target.exists():
        _refuse(catalogue.say(settings.language, "backup.exists", file=target))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        tables, rows = copied(source, target)
    except (OSError, sqlite3.Error) as error:
        _refuse(catalogue.say(settings.language, "backup.failed", problem=error))
    print(catalogue.say(settings.language, "backup.done", file=target, tables=tables, rows=rows))


def copied(source: Path, target: Path) -> tuple[int, int]:
    """Copy a SQLite store through its backup interface; open the copy and count what it holds."""
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    try:
        with (
            closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as live,
            closing(sqlite3.connect(part)) as copy,
        ):
            live.backup(copy, pages=ALL)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file holds everything
        counts = counted(part)
        if target.exists():
            raise FileExistsError(errno.EEXIST, "made by someone else meanwhile", str(target))
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)
        part.with_name(f"{part.name}-journal").unlink(missing_ok=True)
    return counts


def counted(file: Path) -> tuple[int, int]:
    """Check a SQLite file from end to end and count its tables and rows."""
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as copy:
        verdict = copy.execute("PRAGMA integrity_check").fetchone()[0]
        if verdict != "ok":
            raise sqlite3.DatabaseError(verdict)
        names = [name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = sum(copy.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names)  # noqa: S608 - names from the file itself
    return len(names), rows


def _refuse(told: str) -> NoReturn:
    print(told, file=sys.stderr)
    raise typer.Exit(2)

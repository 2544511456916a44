"""What an import tells: all that was fixed, filled or left out, line by line, shortened on the screen."""

import errno
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TextIO, TypeVar

import typer

from handlers.texts import catalogue

if TYPE_CHECKING:
    from scoring.clean import Change, Table

SHOWN = 20
T = TypeVar("T")


class Report(Protocol):
    """What has become of a table, row by row."""

    @property
    def rows(self) -> Sequence[object]:
        """Return what is good to be written."""

    @property
    def fixed(self) -> "Sequence[Change]":
        """Return what was changed."""

    @property
    def filled(self) -> "Sequence[Change]":
        """Return what was added."""

    @property
    def rejected(self) -> "Sequence[Change]":
        """Return what was left out."""


def tell(  # noqa: PLR0913 - what a report is about, and where it goes
    found: Report,
    title: str,
    language: str,
    *,
    file: Path,
    report: Path | None = None,
    to: TextIO | None = None,
) -> None:
    """Print what was done to a file, shortened, and write the whole of it to a report if one is wished."""
    sections = list(_told(found, title, language, file=file))
    if report is not None:
        _keep_report(report, sections, language, beside=file)
    for line in _short(sections, language):
        print(line, file=to)


def cleaned(file: Path, language: str, clean_up: "Callable[[Table], T]") -> T:
    """Read a file as a table and clean it, or end the command with a sentence about what is wrong."""
    from scoring import clean

    try:
        with file.open("rb") as stream:
            return clean_up(clean.read(stream, file.name))
    except OSError as error:
        told = catalogue.say(language, "import.unreadable_file", file=file, problem=error.strerror)
    except clean.TableError as error:
        told = catalogue.say(language, f"import.error.{error.code}", file=file.name, detail=error.detail)
    print(told, file=sys.stderr)
    raise typer.Exit(2)


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


def _told(found: Report, title: str, language: str, *, file: Path) -> Iterator[list[str]]:
    lines = len(found.rows) + sum(1 for change in found.rejected if change.column is None)
    yield [catalogue.say(language, title, file=file.name, rows=len(found.rows), lines=lines)]
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

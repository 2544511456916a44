"""What an import of the desk tells: every entry, with what became of it and why."""

import errno
import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import typer

from bot.cli import records
from bot.cli.desk.sorting import Outcome, Verdict
from handlers.texts import catalogue

SHOWN = 20  # entries of each verdict on the screen; refusals are all shown


def counts(outcomes: Sequence[Outcome]) -> Mapping[str, int]:
    """Count the entries by what became of them."""
    found = Counter(outcome.verdict for outcome in outcomes)
    return {verdict.value: found[verdict] for verdict in Verdict}


def tell(outcomes: Sequence[Outcome], language: str, *, file: Path, report: Path | None) -> None:
    """Print what becomes of a file, shortened, and write all of it to a report if one is wished."""
    sections = list(_sections(outcomes, language, file))
    if report is not None:
        _write(report, "\n".join(line for _, lines in sections for line in lines) + "\n", language, file)
    for verdict, lines in sections:
        few = lines if verdict in {None, Verdict.REFUSED} else lines[: SHOWN + 1]
        print("\n".join(few))
        if len(few) < len(lines):
            print("  " + catalogue.say(language, "import.more", count=len(lines) - len(few)))


def _sections(
    outcomes: Sequence[Outcome], language: str, file: Path
) -> Iterator[tuple[Verdict | None, Sequence[str]]]:
    yield None, [catalogue.say(language, "desk_file.title", file=file.name, count=len(outcomes))]
    for verdict in Verdict:
        of_it = [outcome for outcome in outcomes if outcome.verdict is verdict]
        if of_it:
            head = catalogue.say(language, f"desk_file.{verdict}", count=len(of_it))
            yield verdict, [head, *(f"  {_line(one, language, records.is_csv(file))}" for one in of_it)]


def _line(outcome: Outcome, language: str, is_table: bool) -> str:
    """Word one entry: what it is, where it stands, and what changes or is wrong about it."""
    told = catalogue.say(
        language,
        "desk_file.line" if is_table else "desk_file.entry",
        what=catalogue.say(language, f"desk_file.kind.{outcome.part.kind.name}"),
        place=outcome.entry.place,
        name=outcome.name,
    )
    if outcome.verdict is Verdict.REFUSED:
        told = catalogue.say(language, "desk_file.why", told=told, reason=outcome.reason)
    elif outcome.verdict is Verdict.CHANGED and outcome.change is not None:
        told = catalogue.say(language, "desk_file.fields", told=told, fields=", ".join(outcome.change.fields))
    for field in outcome.notes:
        told += catalogue.say(language, f"desk_file.shown.{field}")
    return told


def _write(report: Path, text: str, language: str, beside: Path) -> None:
    try:
        if report.exists() and report.samefile(beside):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        report.write_text(text, encoding="utf-8")
    except OSError as error:
        told = catalogue.say(language, "import.report_failed", file=report, problem=error.strerror)
        print(told, file=sys.stderr)
        raise typer.Exit(2) from None

"""`score`: satisfaction, needs, loyalty, segments, value … of the store, or of a file of one's own."""

import csv as tables
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from zoneinfo import ZoneInfo

import orjson
import typer

from bot.cli import import_report
from bot.cli.run import loaded
from bot.cli.stores import opened
from bot.clock import utc_now
from bot.config import Settings
from handlers.texts import catalogue

if TYPE_CHECKING:
    from scoring.clean import Table
    from scoring.customer_file import Sheet

What = Literal["satisfaction", "needs", "loyalty", "segmentation", "ltv", "drivers", "describe"]
Cell = str | int | float | bool | None
Row = Mapping[str, Cell]

OUTPUTS: Mapping[str, str] = {
    "segmentation": "customer_segmentation.csv",
    "ltv": "customer_ltv.csv",
    "loyalty": "customer_loyalty.csv",
}
WIDEST = 40  # characters of a cell on the screen


def score(  # noqa: PLR0913, PLR0917 - a command line
    what: Annotated[What, typer.Argument(help="Which score.")],
    out: Annotated[
        Path | None,
        typer.Argument(help="With --csv: the file to write; customer_WHAT.csv here if none is named."),
    ] = None,
    file: Annotated[
        Path | None, typer.Option(help="Score this CSV or XLSX file instead of the store.")
    ] = None,
    csv: Annotated[bool, typer.Option("--csv", help="Write the rows to a CSV file.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the rows as JSON.")] = False,
    report: Annotated[
        Path | None, typer.Option(help="With --file: also write what was left out of it to this file.")
    ] = None,
) -> None:
    """Compute a score of what the store holds, or of a file with columns as analysts name them."""
    settings = loaded()
    if out is not None and not csv:
        print(catalogue.say(settings.language, "score.out_without_csv"), file=sys.stderr)
        raise typer.Exit(2)
    today = utc_now().astimezone(ZoneInfo(settings.timezone)).date()
    if file is None:
        rows = _of_store(what, settings)
    else:
        found, rows = _of_file(what, file, today, settings.language)
        import_report.tell(found, "score.title", settings.language, file=file, report=report, to=sys.stderr)
    if csv:
        _write(rows, out or Path(OUTPUTS.get(what, f"customer_{what}.csv")), settings.language)
    elif json:
        sys.stdout.write(orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode() + "\n")
    elif rows:
        print(_table(rows))
    else:
        print(catalogue.say(settings.language, "score.nothing"))


def _of_store(what: What, settings: Settings) -> Sequence[Row]:
    from bot.cli import store_scores

    with opened(settings) as store:
        query = partial(store_scores.SCORES[what], now=utc_now(), zone=settings.timezone)
        return store.read_now(query)


def _of_file(what: What, file: Path, today: date, language: str) -> "tuple[Sheet, Sequence[Row]]":
    """Score a file, and return it beside, with what was changed or left out."""
    from scoring import customer_file, file_scores

    scores: Mapping[What, Callable[[customer_file.Sheet], Sequence[Row]]] = {
        "satisfaction": file_scores.satisfaction,
        "needs": file_scores.needs,
        "drivers": file_scores.drivers,
        "describe": file_scores.describe,
        "segmentation": partial(file_scores.segmentation, as_of=today),
        "ltv": partial(file_scores.ltv, as_of=today),
        "loyalty": lambda found: (
            file_scores.loyalty(found, as_of=today)
            if "customer_id" in found.columns
            else file_scores.loyalty_scores(found)
        ),
    }
    return import_report.cleaned(file, language, lambda table: _scored(table, today, scores[what]))


def _scored(
    table: "Table", today: date, compute: "Callable[[Sheet], Sequence[Row]]"
) -> "tuple[Sheet, Sequence[Row]]":
    from scoring import customer_file

    found = customer_file.sheet(table, today=today)
    return found, compute(found)


def _write(rows: Sequence[Row], out: Path, language: str) -> None:
    """Write rows as CSV that spreadsheets open in any language."""
    text = StringIO()
    writer = tables.DictWriter(text, _columns(rows), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    try:
        out.write_text(text.getvalue(), encoding="utf-8-sig")
    except OSError as error:
        told = catalogue.say(language, "import.report_failed", file=out, problem=error.strerror)
        print(told, file=sys.stderr)
        raise typer.Exit(2) from None
    print(catalogue.say(language, "score.written", rows=len(rows), file=out))


def _table(rows: Sequence[Row]) -> str:
    """Lay rows out in columns, as wide as they need."""
    columns = _columns(rows)
    cells = [columns, *([_cell(row.get(name)) for name in columns] for row in rows)]
    widths = [max(len(line[at]) for line in cells) for at in range(len(columns))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    )


def _cell(value: Cell) -> str:
    if value is None:
        return "-"
    return f"{value:.4g}" if isinstance(value, float) and abs(value) < 1 else _plain(value)


def _plain(value: Cell) -> str:
    return (f"{value:.2f}" if isinstance(value, float) else str(value))[:WIDEST]


def _columns(rows: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))

"""`import`: what comes in as a file; one module a kind of file, each with its report."""

import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Annotated, Protocol, cast

import typer

from bot.cli.run import loaded
from bot.config import Settings
from handlers.texts import catalogue
from scoring.match import suggest

CUSTOMERS = "customers"


class Importer(Protocol):
    """Takes one kind of file in, or only tells what it would do."""

    def __call__(self, settings: Settings, file: Path, *, dry_run: bool, report: Path | None) -> None:
        """Read the file, tell what is changed or left out, and write it to the store."""


# The module that takes a kind in, and its function; each is imported when it is asked for.
KINDS: Mapping[str, tuple[str, str]] = {
    CUSTOMERS: ("bot.cli.import_customers", "customers"),
    "orders": ("bot.cli.import_orders", "orders"),
    **{
        name: ("bot.cli.desk.files", f"{name}_in")
        for name in ("desk", "tags", "macros", "articles", "hours", "sla", "staff")
    },
}


def import_(
    kind: Annotated[str, typer.Argument(help=f"What the file holds: {', '.join(KINDS)}.", metavar="[KIND]")],
    file: Annotated[
        Path | None,
        typer.Argument(help="CSV or XLSX whose first line names the columns; for the desk, TOML."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Report what would happen and write nothing to the store.")
    ] = False,
    report: Annotated[Path | None, typer.Option(help="Also write the whole report to this file.")] = None,
) -> None:
    """Take a file in beside the running bot; every change and refusal is told. Without KIND: customers."""
    settings = loaded()
    if file is None:
        kind, file = CUSTOMERS, Path(kind)
    if kind not in KINDS:
        meant = suggest(kind, KINDS) or ", ".join(KINDS)
        print(catalogue.say(settings.language, "import.kind", kind=kind, meant=meant), file=sys.stderr)
        raise typer.Exit(2)
    module, name = KINDS[kind]
    cast("Importer", getattr(import_module(module), name))(settings, file, dry_run=dry_run, report=report)

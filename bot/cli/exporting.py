"""`export`: what goes out as a file, each kind written anew from the store."""

import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Annotated, Protocol, cast

import typer

from bot.cli.run import loaded
from bot.config import ConfigError, Settings
from handlers.texts import catalogue
from scoring.match import suggest


class Exporter(Protocol):
    """Writes one kind of file and counts what is in it."""

    def __call__(self, settings: Settings, file: Path, since: str) -> int:
        """Write the file whole, or not at all."""


# The module that writes a kind, and its function; each is imported when it is asked for.
KINDS: Mapping[str, tuple[str, str]] = {
    "audit": ("bot.cli.export_tables", "audit"),
    "tickets": ("bot.cli.export_tables", "tickets"),
    "ratings": ("bot.cli.export_tables", "ratings"),
    **{
        name: ("bot.cli.desk.files", f"{name}_out")
        for name in ("desk", "tags", "macros", "articles", "hours", "sla", "staff")
    },
}


def export(
    kind: Annotated[str, typer.Argument(help=f"What to write: {', '.join(KINDS)}.")],
    file: Annotated[Path, typer.Argument(help="Where to: CSV for tables, TOML for the desk.")],
    since: Annotated[
        str, typer.Option(help="For tables, since when: 30d, 2w, 2026-03 or 2026-03-01; without it, all.")
    ] = "",
) -> None:
    """Write a table, or how the desk is set up, to a file."""
    settings = loaded()
    if kind not in KINDS:
        meant = suggest(kind, KINDS) or ", ".join(KINDS)
        print(catalogue.say(settings.language, "export.kind", kind=kind, meant=meant), file=sys.stderr)
        raise typer.Exit(2)
    module, name = KINDS[kind]
    try:
        count = cast("Exporter", getattr(import_module(module), name))(settings, file, since)
    except ConfigError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(2) from None
    except OSError as error:
        print(
            catalogue.say(settings.language, "export.unwritable", file=file, problem=error.strerror),
            file=sys.stderr,
        )
        raise typer.Exit(2) from None
    print(catalogue.say(settings.language, "export.written", file=file, count=count))

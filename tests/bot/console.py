"""The command line as an operator sees it: what a command prints, where, and how it ends."""

import asyncio
import os
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from typer.testing import CliRunner

from bot.cli.main import app
from bot.sandbox.bots import DEFAULT_TOKEN

Row = tuple[object, ...]


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def all(self) -> str:
        """Return everything it printed."""
        return self.out + self.err


@dataclass
class Console:
    """A shell in which only these settings are set."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        """Return the data folder."""
        return self.folder / "data"

    @property
    def database(self) -> Path:
        """Return the store's file."""
        return self.data / "hearwell.db"

    def run(self, *arguments: str | Path, **settings: str) -> Said:
        """Run a command in this process."""
        outside: Mapping[str, str | None] = {
            name: None for name in os.environ if name.startswith("HEARWELL_")
        }
        given = {
            "TELEGRAM__TOKEN": DEFAULT_TOKEN,
            "DATA_DIR": str(self.data),
            **self.settings,
            **settings,
        }
        inside = {f"HEARWELL_{name}": value for name, value in given.items()}
        command = [str(argument) for argument in arguments]
        result = CliRunner().invoke(app, command, env={**outside, **inside, "COLUMNS": "200"})
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Said(result.exit_code, result.stdout, result.stderr)

    async def beside(self, *arguments: str | Path, **settings: str) -> Said:
        """Run a command while this process goes on serving."""
        return await asyncio.to_thread(self.run, *arguments, **settings)

    def file(self, name: str, text: str | bytes) -> Path:
        """Write a file."""
        path = self.folder / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def ask(self, sql: str, *values: object) -> Sequence[Row]:
        """Ask the store's file directly."""
        return ask(self.database, sql, *values)


def ask(database: Path, sql: str, *values: object) -> Sequence[Row]:
    """Ask a SQLite file."""
    with closing(sqlite3.connect(database, timeout=10)) as connection:
        rows: Sequence[Row] = connection.execute(sql, values).fetchall()
        connection.commit()
        return rows

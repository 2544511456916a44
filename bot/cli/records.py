"""How the desk is set up, as a file: records of plain fields, one table of TOML or one line of CSV each."""

import csv
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from io import StringIO
from pathlib import Path
from typing import Protocol

import orjson

from handlers.supervisor.exports import RISKY

Value = str | int | bool | Sequence[str]
Record = Mapping[str, Value]
Raw = Mapping[str, object]


class Lines(Protocol):
    """The rows of a table, with the line that was read last."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]:
        """Give the rows."""


TRUTHS = {
    **dict.fromkeys(("yes", "true", "1", "y", "是"), True),
    **dict.fromkeys(("no", "false", "0", "n", "", "否"), False),
}
_QUOTED = re.compile(rf"\A'(?='*[{re.escape(''.join(RISKY))}])")  # what `_cell` puts before a formula


class Form(StrEnum):
    """What a field holds."""

    TEXT = "text"
    LIST = "list"
    NUMBER = "number"
    TRUTH = "truth"


class RecordError(Exception):
    """A file, or one record of it, does not hold what it should."""

    def __init__(self, code: str, **values: object) -> None:
        """Name the rule by its code, with what its sentence needs."""
        super().__init__(code)
        self.code, self.values = code, values


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record: the name of its tables, its fields, which name it, and which it cannot be without."""

    name: str
    fields: Mapping[str, Form]
    key: Sequence[str]
    needed: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as a file has it, and where: the line in CSV; in TOML counted from 1 for each kind."""

    place: int
    raw: Raw


def is_csv(file: Path) -> bool:
    """Tell by its ending whether a file is a table; every other one is TOML."""
    return file.suffix.lower() == ".csv"


def read(file: Path, kinds: Sequence[Kind], known: Iterable[str]) -> Mapping[str, Sequence[Entry]]:
    """Read the entries of these kinds, or raise RecordError, OSError or UnicodeDecodeError.

    `known` names all kinds there are: those that are not asked for may stand in TOML and are left alone.
    """
    content = file.read_bytes()
    if is_csv(file):
        found = {kinds[0].name: _from_csv(_text(content), kinds[0])}
    else:
        found = _from_toml(content.decode("utf-8-sig"), [kind.name for kind in kinds], frozenset(known))
    if not any(found.values()):
        raise RecordError("empty", name=kinds[0].name)
    return found


def fit(kind: Kind, raw: Raw) -> Record:
    """Return a record with each field in its form, or raise RecordError."""
    for field in raw:
        if field not in kind.fields:
            raise RecordError("unknown_field", field=field, fields=", ".join(kind.fields))
    return {field: _fit(kind.fields[field], field, value) for field, value in raw.items()}


def check_whole(kind: Kind, record: Record) -> None:
    """Raise RecordError when a record is without what it cannot be without."""
    for field in kind.needed:
        if record.get(field) in (None, ""):
            raise RecordError("missing_field", field=field)


def write(file: Path, tables: Sequence[tuple[Kind, Sequence[Record]]]) -> int:
    """Write records to a file by its ending, whole or not at all, and count them."""
    if is_csv(file):
        content = _to_csv(*tables[0]).encode("utf-8-sig")  # the mark tells a spreadsheet that this is UTF-8
    else:
        content = "\n".join(filter(None, (_to_toml(kind, records) for kind, records in tables))).encode()
    fresh = file.with_name(f"{file.name}.new")
    try:
        with fresh.open("wb") as paper:
            paper.write(content)
            paper.flush()
            os.fsync(paper.fileno())
        fresh.replace(file)
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
    return sum(len(records) for _, records in tables)


def _text(content: bytes) -> str:
    """Read a table as spreadsheets write it: in UTF-8, else as a Chinese one does."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")


def _from_toml(text: str, names: Sequence[str], known: frozenset[str]) -> dict[str, Sequence[Entry]]:
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RecordError("toml", problem=str(error)) from None
    for name, value in tables.items():
        is_array = isinstance(value, list) and all(isinstance(one, dict) for one in value)
        if name not in known or not is_array:
            raise RecordError("unknown_table", name=name, names=", ".join(f"[[{one}]]" for one in names))
    return {name: [Entry(place, raw) for place, raw in enumerate(tables.get(name, ()), 1)] for name in names}


def _from_csv(text: str, kind: Kind) -> Sequence[Entry]:
    head = text.partition("\n")[0]
    between = max(",;\t", key=head.count)
    lines = csv.reader(StringIO(text), delimiter=between)
    try:
        columns = _columns(next(lines, []), kind)
        return list(_rows(lines, columns))
    except csv.Error as error:
        raise RecordError("table", line=lines.line_num, problem=str(error)) from None


def _columns(head: Sequence[str], kind: Kind) -> Sequence[str]:
    columns = [column.strip().casefold() for column in head]
    while columns and not columns[-1]:
        columns.pop()  # a spreadsheet may keep empty columns at the end
    for column in columns:
        if column not in kind.fields:
            raise RecordError("unknown_column", column=column, columns=", ".join(kind.fields))
        if columns.count(column) > 1:
            raise RecordError("column_twice", column=column)
    return columns


def _rows(lines: Lines, columns: Sequence[str]) -> Iterator[Entry]:
    """Give the rows that are not empty; a cell beyond the last column has a field that no kind knows."""
    place = lines.line_num + 1
    for cells in lines:
        if any(cell.strip() for cell in cells):
            known = [_QUOTED.sub("", cell, count=1) for cell in cells[: len(columns)]]
            beyond = {f"#{at}": cell for at, cell in enumerate(cells, 1) if at > len(columns) and cell}
            yield Entry(place, {**dict(zip(columns, known, strict=False)), **beyond})
        place = lines.line_num + 1


def _fit(form: Form, field: str, value: object) -> Value:
    if "\0" in str(value):
        raise RecordError("text", field=field)  # no database keeps it
    if form is Form.LIST:
        if isinstance(value, str):
            return [line for line in value.replace("\r\n", "\n").split("\n") if line.strip()]
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return value
        raise RecordError("list", field=field)
    if form is Form.TRUTH:
        told = TRUTHS.get(str(value).strip().casefold())
        if told is None:
            raise RecordError("truth", field=field)
        return told
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise RecordError("number" if form is Form.NUMBER else "text", field=field)
    return value if form is Form.NUMBER and isinstance(value, int) else str(value)


def _to_toml(kind: Kind, records: Sequence[Record]) -> str:
    blocks = [
        "\n".join([f"[[{kind.name}]]", *(f"{field} = {_toml(record[field])}" for field in record), ""])
        for record in records
    ]
    return "\n".join(blocks)


def _toml(value: Value) -> str:
    """Write a value; JSON's strings, numbers, truths and lists are TOML's, but for one control character."""
    return orjson.dumps(value).decode().replace("\x7f", "\\u007f")


def _to_csv(kind: Kind, records: Sequence[Record]) -> str:
    written = StringIO()
    lines = csv.writer(written, lineterminator="\n")
    lines.writerow(kind.fields)
    for record in records:
        lines.writerow([_cell(record[field]) for field in kind.fields])
    return written.getvalue()


def _cell(value: Value) -> str:
    """Write a value as a cell that no spreadsheet runs, and that reads the same again."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = "\n".join(value) if isinstance(value, Sequence) and not isinstance(value, str) else str(value)
    return f"'{text}" if text.lstrip("'").startswith(RISKY) else text

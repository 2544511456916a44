"""How the desk is set up, as a file: records of plain fields, one table of TOML or one line of CSV each."""

import csv
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TypeVar

import orjson

Value = str | int | bool | Sequence[str]
Record = Mapping[str, Value]
T = TypeVar("T")


class RecordError(Exception):
    """A file does not hold what it should."""

    def __init__(self, code: str, place: int = 0, **values: object) -> None:
        """Name the rule by its code, and the record it is about, counted from 1; 0 is the whole file."""
        super().__init__(f"{code} in record {place}")
        self.code, self.place, self.values = code, place, values


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record: the name of its tables, its fields, and which of them are lists."""

    name: str
    fields: Sequence[str]
    needed: Sequence[str] = ()
    lists: Sequence[str] = ()


def read(file: Path, kind: Kind) -> list[Record]:
    """Read the records of a file by its ending, or raise RecordError with what is wrong about it."""
    text = file.read_bytes().decode("utf-8-sig", errors="strict")
    found = _from_csv(text, kind) if file.suffix.lower() == ".csv" else _from_toml(text, kind)
    for place, record in enumerate(found, start=1):
        for field in record:
            if field not in kind.fields:
                raise RecordError("unknown_field", place, field=field, fields=", ".join(kind.fields))
        for field in kind.needed:
            if not record.get(field):
                raise RecordError("missing_field", place, field=field)
    if not found:
        raise RecordError("empty", name=kind.name)
    return found


def each(records: Iterable[Record], make: Callable[[Record], T]) -> list[T]:
    """Turn every record into what it means; what is wrong with one names its place."""
    made: list[T] = []
    for place, record in enumerate(records, start=1):
        try:
            made.append(make(record))
        except RecordError as error:
            raise RecordError(error.code, place, **error.values) from None
    return made


def write(file: Path, kind: Kind, records: Sequence[Record]) -> int:
    """Write records to a file by its ending, whole or not at all, and count them."""
    text = _to_csv(kind, records) if file.suffix.lower() == ".csv" else _to_toml(kind, records)
    fresh = file.with_name(f"{file.name}.new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(file)
    return len(records)


def _from_toml(text: str, kind: Kind) -> list[Record]:
    try:
        found = tomllib.loads(text).get(kind.name, [])
    except tomllib.TOMLDecodeError as error:
        raise RecordError("toml", problem=str(error)) from None
    if not isinstance(found, list) or not all(isinstance(record, dict) for record in found):
        raise RecordError("empty", name=kind.name)
    return [dict(record) for record in found]


def _from_csv(text: str, kind: Kind) -> list[Record]:
    rows = csv.DictReader(StringIO(text))
    return [
        {
            field: value.splitlines() if field in kind.lists else value
            for field, value in row.items()
            if isinstance(field, str) and value
        }
        for row in rows
    ]


def _to_toml(kind: Kind, records: Sequence[Record]) -> str:
    blocks = [
        "\n".join([f"[[{kind.name}]]", *(f"{field} = {_toml(record[field])}" for field in record)])
        for record in records
    ]
    return "\n\n".join(blocks) + "\n"


def _toml(value: Value) -> str:
    """Write a value; JSON's strings, numbers, truths and lists are TOML's, but for one control character."""
    return orjson.dumps(value).decode().replace("\x7f", "\\u007f")


def _to_csv(kind: Kind, records: Sequence[Record]) -> str:
    written = StringIO()
    rows = csv.DictWriter(written, kind.fields, lineterminator="\n")
    rows.writeheader()
    for record in records:
        cells = {
            field: value if isinstance(value, str | int) else "\n".join(value)
            for field, value in record.items()
        }
        rows.writerow(cells)
    return written.getvalue()

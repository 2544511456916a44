"""Read a CSV or XLSX file into rows of text, whatever its encoding."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile

MAX_BYTES = 20_000_000
MAX_UNPACKED = 300_000_000  # an XLSX file is a zip file, and may be a bomb
MAX_ROWS = 100_000
ENCODINGS = ("utf-8-sig", "gb18030")  # what spreadsheets write in China when not asked; utf-8 is the first
DELIMITERS = (",", ";", "\t", "|")


class TableError(ValueError):
    """The file cannot be used as a table."""

    def __init__(self, code: str, detail: str = "") -> None:
        """Keep a code that texts put into words, and what it is about."""
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of text cells and the line of the file it starts on."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A heading and the rows below it, every cell as text."""

    heading: TableRow
    rows: tuple[TableRow, ...]
    encoding: str


def read(stream: BinaryIO, name: str) -> Table:
    """Read a CSV file (UTF-8 or GB 18030; comma, semicolon, tab or bar) or the first sheet of an XLSX file.

    The kind is told by the name's ending, and the first row that is not empty is the heading. Formulas arrive
    as their text, never their value. Raises TableError: unknown_type, empty_file, too_large, too_many_rows,
    undecodable, unreadable.
    """
    content = stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise TableError("too_large", f"{MAX_BYTES // 1_000_000} MB")
    if not content.strip():
        raise TableError("empty_file", name)
    ending = name.rsplit(".", 1)[-1].lower()
    if ending == "xlsx":
        return _table(_sheet_rows(content), "xlsx", name)
    if ending in ("csv", "tsv", "txt"):
        text, encoding = _decoded(content)
        return _table(_csv_rows(text), encoding, name)
    raise TableError("unknown_type", name)


def _table(rows: Iterable[TableRow], encoding: str, name: str) -> Table:
    """Split the heading from the rows below it."""
    found = iter(rows)
    heading = next((row for row in found if any(cell.strip() for cell in row.cells)), None)
    if heading is None:
        raise TableError("empty_file", name)
    kept: list[TableRow] = []
    for row in found:
        if len(kept) == MAX_ROWS:
            raise TableError("too_many_rows", str(MAX_ROWS))
        kept.append(row)
    return Table(heading, tuple(kept), encoding)


def _decoded(content: bytes) -> tuple[str, str]:
    """Return the text of a CSV file and the encoding that read it."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", errors="replace"), "utf-16"
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise TableError("undecodable", ", ".join(ENCODINGS))


def _csv_rows(text: str) -> Iterator[TableRow]:
    """Yield the rows of a CSV text with the line each starts on."""
    if "\0" in text:
        raise TableError("unreadable", "not a text")
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            yield TableRow(line, tuple(cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise TableError("unreadable", f"line {line}") from error


def _sheet_rows(content: bytes) -> Iterator[TableRow]:
    """Yield the rows of the first sheet of an XLSX file."""
    from openpyxl import load_workbook  # on first use: 10 MB
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with ZipFile(BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MAX_UNPACKED:
                raise TableError("too_large", f"{MAX_UNPACKED // 1_000_000} MB")
        book = load_workbook(BytesIO(content), read_only=True, data_only=False)
        for line, values in enumerate(book.worksheets[0].iter_rows(values_only=True), start=1):
            yield TableRow(line, tuple(_cell(value) for value in _without_tail(values)))
    except (BadZipFile, InvalidFileException, KeyError, IndexError, SyntaxError) as error:
        raise TableError("unreadable", "xlsx") from error


def _without_tail(values: Sequence[object]) -> Sequence[object]:
    """Drop the empty cells a sheet carries at the end of its rows."""
    last = max((at for at, value in enumerate(values) if value is not None), default=-1)
    return values[: last + 1]


def _cell(value: object) -> str:
    """Return a cell as a person would have typed it: whole numbers without a point, dates as YYYY-MM-DD."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)

"""Make customers of a table and say, line by line, everything that was changed, filled or left out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from scoring._cells import CLEANERS, HEADINGS, birthday, plain, years_between
from scoring._tables import Table, TableError, TableRow, read
from scoring.text import Language, normalise

__all__ = ["Change", "CleanReport", "CustomerRow", "Table", "TableError", "TableRow", "customers", "read"]

KEYS = ("telegram_id", "phone", "email")


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """One customer of a table, with at least one of the keys; what was not given or not usable is None."""

    line: int
    name: str | None
    phone: str | None
    email: str | None
    language: Language | None
    city: str | None
    region: str | None
    tags: tuple[str, ...]
    birthday: date | None
    age: int | None
    gender: str | None
    telegram_id: int | None
    customer_id: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a cell, or of a whole row (no column): the reason as a code, what was there, what is.

    A column that was left out stands on the line of the heading. For a duplicate, new is the line it joined.
    """

    line: int
    column: str | None
    old: str
    new: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class CleanReport:
    """The customers and everything that was done to get them; nothing is left out of it."""

    rows: tuple[CustomerRow, ...]
    fixed: tuple[Change, ...]
    filled: tuple[Change, ...]
    rejected: tuple[Change, ...]


@dataclass(slots=True)
class _Draft:
    """A customer in the making: cleaned texts by field."""

    line: int
    values: dict[str, str]


def customers(table: Table, *, today: date) -> CleanReport:
    """Clean a table of customers; today tells ages and which dates lie ahead.

    Headings may be Chinese or English ("手机", "Phone number"). A cell that cannot be used is left out and
    reported, its row kept. Rows that share a Telegram id, phone or email are one customer: the first row
    stays, its empty cells are filled from later ones. A row without any of these keys is rejected. Raises
    TableError no_key_column when the table has no such column.
    """
    cleaning = _Cleaning(today)
    cleaning.name_columns(table.heading)
    for row in table.rows:
        cleaning.add(row)
    return cleaning.report()


class _Cleaning:
    """One table on its way to a report."""

    def __init__(self, today: date) -> None:
        """Start with nothing."""
        self._today = today
        self._columns: dict[int, str] = {}
        self._width = 0
        self._drafts: list[_Draft] = []
        self._owners: dict[tuple[str, str], _Draft] = {}
        self._fixed: list[Change] = []
        self._filled: list[Change] = []
        self._rejected: list[Change] = []

    def name_columns(self, heading: TableRow) -> None:
        """Find the field of each column; unknown ones and second ones are reported and left out."""
        self._width = len(heading.cells)
        for position, title in enumerate(heading.cells):
            known = HEADINGS.get(normalise(title.replace("_", " ")))
            if known is None or known in self._columns.values():
                reason = "column_unknown" if known is None else "column_twice"
                self._reject(heading.line, title.strip() or _nth(position), title, reason)
            else:
                self._columns[position] = known
        if not set(KEYS) & set(self._columns.values()):
            raise TableError("no_key_column", ", ".join(title.strip() for title in heading.cells))

    def add(self, row: TableRow) -> None:
        """Clean a row and keep it, merge it into its customer's first row, or say why not."""
        whole = ",".join(row.cells)
        if not whole.strip(", "):
            self._reject(row.line, None, whole, "row_empty")
            return
        draft = _Draft(row.line, {})
        for position, raw in enumerate(row.cells):
            if raw.strip():
                self._clean(draft, position, raw)
        keys = [(key, draft.values[key]) for key in KEYS if key in draft.values]
        known = {id(self._owners[key]): self._owners[key] for key in keys if key in self._owners}
        first = next(iter(known.values()), None)
        if not keys:
            self._reject(row.line, None, whole, "no_key")
        elif first is None:
            self._drafts.append(draft)
            self._owners.update(dict.fromkeys(keys, draft))
        elif len(known) > 1 or _are_two_people(first, draft):
            self._reject(row.line, None, whole, "key_conflict")
        else:
            self._merge(first, draft)
            self._owners.update(dict.fromkeys(keys, first))
            self._rejected.append(Change(row.line, None, whole, str(first.line), "duplicate"))

    def report(self) -> CleanReport:
        """Return what has become of the table."""
        for draft in self._drafts:
            self._fill_age(draft)
        rows = tuple(_customer(draft) for draft in self._drafts)
        return CleanReport(rows, tuple(self._fixed), tuple(self._filled), tuple(self._rejected))

    def _clean(self, draft: _Draft, position: int, raw: str) -> None:
        """Clean one cell into its field, and note what was done to it."""
        column = self._columns.get(position)
        if column is None:
            if position >= self._width:
                self._reject(draft.line, _nth(position), raw, "cell_without_column")
            return
        tidy = plain(raw)
        cell = birthday(tidy.value, self._today) if column == "birthday" else CLEANERS[column](tidy.value)
        if cell.value is None:
            self._reject(draft.line, column, raw, cell.reason)
            return
        draft.values[column] = cell.value
        if cell.reason or tidy.reason:
            self._fixed.append(Change(draft.line, column, raw, cell.value, cell.reason or tidy.reason))

    def _merge(self, first: _Draft, later: _Draft) -> None:
        """Fill what the first row of a customer left empty."""
        for column, value in later.values.items():
            if column not in first.values:
                first.values[column] = value
                self._filled.append(Change(first.line, column, "", value, "from_duplicate"))

    def _fill_age(self, draft: _Draft) -> None:
        """Let a birthday tell the age where none or another was given."""
        if "birthday" not in draft.values:
            return
        told = str(years_between(date.fromisoformat(draft.values["birthday"]), self._today))
        given = draft.values.get("age", "")
        if given != told:
            changed = self._fixed if given else self._filled
            changed.append(Change(draft.line, "age", given, told, "age_from_birthday"))
            draft.values["age"] = told

    def _reject(self, line: int, column: str | None, old: str, reason: str) -> None:
        """Note a cell, row or column that was left out."""
        self._rejected.append(Change(line, column, old, None, reason))


def _are_two_people(first: _Draft, later: _Draft) -> bool:
    """Tell whether two rows that share a key name different Telegram accounts."""
    ids = {draft.values["telegram_id"] for draft in (first, later) if "telegram_id" in draft.values}
    return len(ids) > 1


def _nth(position: int) -> str:
    """Name a column that has no title."""
    return f"#{position + 1}"


def _customer(draft: _Draft) -> CustomerRow:
    """Return the finished customer."""
    values = draft.values
    return CustomerRow(
        line=draft.line,
        name=values.get("name"),
        phone=values.get("phone"),
        email=values.get("email"),
        language=_LANGUAGES.get(values.get("language", "")),
        city=values.get("city"),
        region=values.get("region"),
        tags=tuple(values["tags"].split(",")) if "tags" in values else (),
        birthday=date.fromisoformat(values["birthday"]) if "birthday" in values else None,
        age=int(values["age"]) if "age" in values else None,
        gender=values.get("gender"),
        telegram_id=int(values["telegram_id"]) if "telegram_id" in values else None,
        customer_id=values.get("customer_id"),
    )


_LANGUAGES: Mapping[str, Language] = {"zh": "zh", "en": "en"}

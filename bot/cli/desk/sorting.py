"""What a file would change: each entry is checked by itself and compared with what the store holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.cli import records
from bot.cli.desk.parts import Change, Here, Part
from bot.cli.records import Entry, Record, RecordError
from crm_store.errors import StoreError
from handlers.texts import catalogue


class Verdict(StrEnum):
    """What becomes of an entry."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of one entry of a file, and why."""

    part: Part
    entry: Entry
    verdict: Verdict
    change: Change | None = None
    reason: str = ""
    notes: Sequence[str] = ()

    @property
    def name(self) -> str:
        """Return what the file calls it."""
        told = (str(self.entry.raw.get(field, "")) for field in self.part.kind.key)
        return " ".join(filter(None, told))[:60]


def sort_out(part: Part, entries: Sequence[Entry], here: Here, *, language: str) -> Sequence[Outcome]:
    """Decide about every entry of a part; one that is wrong refuses only itself."""
    held = {_key(part, record): record for record in part.held(here)}
    seen: dict[tuple[str, ...], int] = {}
    outcomes: list[Outcome] = []
    for entry in entries:
        try:
            checked = _checked(part, entry, here)
            key = _key(part, checked)
            if key in seen:
                raise RecordError("twice", other=seen[key])
            outcomes.append(_compared(part, entry, checked, held.get(key)))
            seen[key] = entry.place
        except (RecordError, StoreError) as error:
            outcomes.append(Outcome(part, entry, Verdict.REFUSED, reason=worded(error, language)))
    return outcomes


def worded(error: RecordError | StoreError, language: str) -> str:
    """Word what is wrong with an entry, as chat would."""
    if isinstance(error, RecordError):
        return catalogue.say(language, f"records.{error.code}", **error.values)
    between = catalogue.say(language, "tag.between")
    values = {
        name: between.join(map(str, value)) if isinstance(value, tuple) else value
        for name, value in error.values.items()
    }
    return catalogue.say(language, error.key, **values)


def _checked(part: Part, entry: Entry, here: Here) -> Record:
    record = records.fit(part.kind, entry.raw)
    for field in part.kind.key:
        if field in part.kind.needed and not str(record.get(field, "")).strip():
            raise RecordError("missing_field", field=field)
    return part.check(here, record)


def _compared(part: Part, entry: Entry, given: Record, held: Record | None) -> Outcome:
    """Lay what is given over what is held: a field that is not given stays as it is."""
    taken = {field: value for field, value in given.items() if field not in part.shown}
    merged = {**part.blank, **(held or {}), **taken}
    records.check_whole(part.kind, merged)
    before = part.blank if held is None else held
    fields = [field for field in part.kind.fields if merged[field] != before[field]]
    notes = [
        field for field in part.shown if field in given and held is not None and given[field] != held[field]
    ]
    if held is None and not part.says_nothing(merged):
        return Outcome(part, entry, Verdict.ADDED, Change(merged, fields, is_new=True), notes=notes)
    if held is not None and fields:
        return Outcome(part, entry, Verdict.CHANGED, Change(merged, fields, is_new=False), notes=notes)
    return Outcome(part, entry, Verdict.UNCHANGED, notes=notes)


def _key(part: Part, record: Record) -> tuple[str, ...]:
    return tuple(str(record.get(field, "")) for field in part.kind.key)

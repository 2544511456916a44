"""The shapes JSON takes here, and how to read them."""

import re
from collections.abc import Mapping
from typing import TypeAlias

Json: TypeAlias = dict[str, object]
_DIGITS = re.compile(r"\s*([+-]?[0-9]{1,18})\s*")


def as_mapping(value: object) -> Json:
    """Return a JSON object, or an empty one where something else stands."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[object]:
    """Return a JSON array, or an empty one where something else stands."""
    return value if isinstance(value, list) else []


def as_mappings(value: object) -> list[Json]:
    """Return the objects of a JSON array."""
    return [item for item in as_list(value) if isinstance(item, dict)]


def as_int(value: object) -> int | None:
    """Return a whole number given as a number or as its digits, else None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    digits = _DIGITS.fullmatch(value) if isinstance(value, str) else None
    return int(digits.group(1)) if digits else None


def present(**fields: object) -> Json:
    """Keep the fields that say something: None, "" and empty lists are left out."""
    return {name: value for name, value in fields.items() if value is not None and value not in ("", [])}


def pick(source: Mapping[str, object], names: tuple[str, ...]) -> Json:
    """Keep the named fields that are there."""
    return {name: source[name] for name in names if name in source}

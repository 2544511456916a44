"""Parts of a text that mean something: links, mentions, commands. Offsets count UTF-16 units."""

import re
from collections.abc import Iterable

from bot.sandbox.shapes import Json

_PATTERNS = (
    ("url", re.compile(r"(?<![\w@/])(?:https?://[^\s<>\"]+|www\.[^\s<>\"]+\.[^\s<>\"]+)", re.IGNORECASE)),
    ("email", re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-zA-Z]{2,}", re.ASCII)),
    (
        "url",
        re.compile(r"(?<![\w@/.-])(?:[a-z0-9-]+\.)+(?:com|org|net|io|cn|dev|me)\b(?:/[^\s<>\"]*)?", re.I),
    ),
    ("bot_command", re.compile(r"(?<![\w/<>])/[a-zA-Z0-9_]{1,64}(?:@[a-zA-Z0-9_]{3,32})?(?![\w/<>])")),
    ("mention", re.compile(r"(?<![\w@])@[a-zA-Z][a-zA-Z0-9_]{3,31}\b", re.ASCII)),
    ("hashtag", re.compile(r"(?<![\w#])#\w*[^\W\d]\w*")),
)
_MARKS = frozenset("/@#.")


def units(text: str) -> int:
    """Return the length of a text in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def detect(text: str) -> list[Json]:
    """Find what Telegram marks in a text by itself."""
    if _MARKS.isdisjoint(text):
        return []
    taken: list[tuple[int, int]] = []
    found: list[tuple[int, int, str]] = []
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            start = match.start()
            end = start + len(
                match.group().rstrip(".,;:!?)'。，！？；：）”") if kind == "url" else match.group()
            )
            if all(end <= left or start >= right for left, right in taken):
                taken.append((start, end))
                found.append((start, end, kind))
    return [
        {"type": kind, "offset": units(text[:start]), "length": units(text[start:end])}
        for start, end, kind in sorted(found)
    ]


def merge(given: Iterable[Json], detected: Iterable[Json]) -> list[Json]:
    """Join given entities with those detected outside of them, in order."""
    kept = list(given)
    spans = [_span(entity) for entity in kept]
    for entity in detected:
        start, end = _span(entity)
        if all(end <= left or start >= right for left, right in spans):
            kept.append(entity)
    return sorted(kept, key=lambda entity: (_span(entity)[0], -_span(entity)[1]))


def _span(entity: Json) -> tuple[int, int]:
    start, length = entity["offset"], entity["length"]
    assert isinstance(start, int)  # noqa: S101 - narrows the type; made in this package
    assert isinstance(length, int)  # noqa: S101
    return start, start + length

"""Texts with HTML marks, read and refused as the official server does it."""

import html as _html
import re
from dataclasses import dataclass, field

from bot.sandbox.entities import units
from bot.sandbox.errors import ApiError, Reason
from bot.sandbox.shapes import Json

_KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
}
_TOKEN = re.compile(r"<(/?)([^\s<>/]*)([^<>]*)>|&(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);?|<")
_ATTRIBUTE = re.compile(r"([^\s=]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")


@dataclass(slots=True)
class _Mark:
    tag: str
    start: int
    attributes: dict[str, str]


@dataclass(slots=True)
class _Reading:
    source: str
    parts: list[str] = field(default_factory=list)
    length: int = 0
    marks: list[_Mark] = field(default_factory=list)
    entities: list[Json] = field(default_factory=list)

    def say(self, words: str) -> None:
        self.parts.append(words)
        self.length += units(words)

    def refuse(self, sentence: str, at: int | None = None) -> ApiError:
        where = "" if at is None else f" at byte offset {len(self.source[:at].encode())}"
        return ApiError(Reason.MARKUP_UNREADABLE, sentence.replace(" @", where))


def parse(source: str) -> tuple[str, list[Json]]:
    """Split a text with HTML marks into words and entities.

    Raises ApiError with the official sentence for an unknown, unmatched or unfinished tag.
    """
    if "<" not in source and "&" not in source:
        return source, []
    reading = _Reading(source)
    position = 0
    for token in _TOKEN.finditer(source):
        reading.say(source[position : token.start()])
        position = token.end()
        if token.group() == "<":
            raise reading.refuse("Unclosed start tag @", token.start())
        if token.group().startswith("&"):
            reading.say(_html.unescape(token.group()))
        elif token.group(1):
            _close(reading, token)
        else:
            _open(reading, token)
    reading.say(source[position:])
    if reading.marks:
        tag = reading.marks[-1].tag
        raise reading.refuse(f'Can\'t find end tag corresponding to start tag "{tag}"')
    entities = sorted(reading.entities, key=lambda entity: (entity["offset"], -_length(entity)))
    return "".join(reading.parts), entities


def _length(entity: Json) -> int:
    length = entity["length"]
    return length if isinstance(length, int) else 0


def _open(reading: _Reading, token: re.Match[str]) -> None:
    tag = token.group(2).lower()
    attributes = {
        match.group(1).lower(): _html.unescape(match.group(2) or match.group(3) or match.group(4) or "")
        for match in _ATTRIBUTE.finditer(token.group(3))
    }
    if tag not in _KINDS:
        raise reading.refuse(f'Unsupported start tag "{tag}" @', token.start())
    if tag == "span" and attributes.get("class") != "tg-spoiler":
        raise reading.refuse('Tag "span" must have class "tg-spoiler" @', token.start())
    reading.marks.append(_Mark(tag, reading.length, attributes))


def _close(reading: _Reading, token: re.Match[str]) -> None:
    tag = token.group(2).lower()
    if not reading.marks:
        raise reading.refuse("Unexpected end tag @", token.start())
    mark = reading.marks.pop()
    if tag and tag != mark.tag:
        sentence = f'Unmatched end tag @, expected "</{mark.tag}>", found "</{tag}>"'
        raise reading.refuse(sentence, token.start())
    entity = _entity(reading, mark)
    if entity is not None:
        reading.entities.append(entity)


def _entity(reading: _Reading, mark: _Mark) -> Json | None:
    length = reading.length - mark.start
    if length == 0:
        return None
    kind = _KINDS[mark.tag]
    entity: Json = {"type": kind, "offset": mark.start, "length": length}
    if kind == "text_link":
        url = mark.attributes.get("href", "")
        if not re.match(r"(https?|tg|mailto|tel)://?.", url):
            url = f"http://{url}/" if re.fullmatch(r"[\w.-]+\.[a-z]{2,}", url, re.IGNORECASE) else ""
        return entity | {"url": url} if url else None
    if kind == "code" and reading.marks and reading.marks[-1].tag == "pre":
        language = mark.attributes.get("class", "").removeprefix("language-")
        reading.marks[-1].attributes["language"] = language
        return None
    if kind == "pre" and mark.attributes.get("language"):
        entity["language"] = mark.attributes["language"]
    if kind == "blockquote" and "expandable" in mark.attributes:
        entity["type"] = "expandable_blockquote"
    return entity

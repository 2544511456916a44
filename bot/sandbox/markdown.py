"""Texts with MarkdownV2 marks, read and refused as the official server does it."""

from dataclasses import dataclass, field

from bot.sandbox.entities import units
from bot.sandbox.errors import ApiError, Reason
from bot.sandbox.shapes import Json, as_int

RESERVED = frozenset("_*[]()~`>#+-=|{}.!")
# The longer mark first: `__` is not twice `_`.
_MARKS = (("__", "underline"), ("||", "spoiler"), ("_", "italic"), ("*", "bold"), ("~", "strikethrough"))
_NAMES = {
    "underline": "Underline",
    "spoiler": "Spoiler",
    "italic": "Italic",
    "bold": "Bold",
    "strikethrough": "Strikethrough",
    "text_link": "TextUrl",
    "code": "Code",
    "pre": "PreCode",
    "blockquote": "BlockQuote",
}


@dataclass(slots=True)
class _Mark:
    kind: str
    sign: str
    offset: int
    position: int


@dataclass(slots=True)
class _Reading:
    source: str
    position: int = 0
    parts: list[str] = field(default_factory=list)
    length: int = 0
    marks: list[_Mark] = field(default_factory=list)
    entities: list[Json] = field(default_factory=list)

    def sees(self, sign: str) -> bool:
        return self.source.startswith(sign, self.position)

    def say(self, words: str) -> None:
        self.parts.append(words)
        self.length += units(words)

    def add(self, kind: str, offset: int, **more: str) -> None:
        if self.length > offset:
            self.entities.append({"type": kind, "offset": offset, "length": self.length - offset, **more})

    def unfinished(self, name: str, position: int) -> ApiError:
        offset = len(self.source[:position].encode())
        return ApiError(Reason.MARKUP_UNREADABLE, f"Can't find end of {name} at byte offset {offset}")


def parse(source: str) -> tuple[str, list[Json]]:
    """Split a text with MarkdownV2 marks into words and entities.

    Raises ApiError with the official sentence for an unescaped or unfinished mark.
    """
    reading = _Reading(source)
    while reading.position < len(source):
        _step(reading)
    if reading.marks and reading.marks[-1].kind == "blockquote":
        _close(reading)
    if reading.marks:
        mark = reading.marks[-1]
        raise reading.unfinished(f"{_NAMES[mark.kind]} entity", mark.position)
    entities = sorted(
        reading.entities, key=lambda entity: (entity["offset"], -(as_int(entity["length"]) or 0))
    )
    return "".join(reading.parts), entities


def _step(reading: _Reading) -> None:
    here = reading.source[reading.position]
    following = reading.source[reading.position + 1 : reading.position + 2]
    if here == "\\" and following and ord(following) <= 126:
        reading.say(following)
        reading.position += 2
    elif here == "\n":
        _end_line(reading, following)
    elif here not in RESERVED:
        reading.say(here)
        reading.position += 1
    elif reading.marks and reading.sees(reading.marks[-1].sign) and reading.marks[-1].sign:
        _close(reading)
    elif here == "`":
        _take_code(reading)
    else:
        _open(reading, here)


def _end_line(reading: _Reading, following: str) -> None:
    if reading.marks and reading.marks[-1].kind == "blockquote":
        if following == ">":
            reading.position += 1
        else:
            _close(reading)
    reading.say("\n")
    reading.position += 1


def _open(reading: _Reading, here: str) -> None:
    position = reading.position
    is_line_start = position == 0 or reading.source[position - 1] == "\n"
    if here == "[":
        reading.marks.append(_Mark("text_link", "]", reading.length, position))
        reading.position += 1
        return
    if here == ">" and is_line_start:
        reading.marks.append(_Mark("blockquote", "", reading.length, position))
        reading.position += 1
        return
    for sign, kind in _MARKS:
        if reading.sees(sign):
            reading.marks.append(_Mark(kind, sign, reading.length, position))
            reading.position += len(sign)
            return
    sentence = f"Character '{here}' is reserved and must be escaped with the preceding '\\'"
    raise ApiError(Reason.MARKUP_UNREADABLE, sentence)


def _close(reading: _Reading) -> None:
    mark = reading.marks.pop()
    reading.position += len(mark.sign)
    if mark.kind != "text_link":
        reading.add(mark.kind, mark.offset)
        return
    if reading.sees("("):
        start = reading.position + 1
        end = reading.source.find(")", start)
        while end > 0 and reading.source[end - 1] == "\\":
            end = reading.source.find(")", end + 1)
        if end < 0:
            raise reading.unfinished("a URL", start)
        url = reading.source[start:end].replace("\\", "")
        reading.position = end + 1
        if url:
            reading.add("text_link", mark.offset, url=url)


def _take_code(reading: _Reading) -> None:
    position, offset = reading.position, reading.length
    sign = "```" if reading.sees("```") else "`"
    kind = "pre" if sign == "```" else "code"
    reading.position += len(sign)
    language = _take_language(reading) if kind == "pre" else ""
    while not reading.sees(sign):
        if reading.position >= len(reading.source):
            raise reading.unfinished(
                f"{_NAMES[kind] if language or kind == 'code' else 'Pre'} entity", position
            )
        if reading.sees("\\"):
            reading.position += 1
        reading.say(reading.source[reading.position : reading.position + 1])
        reading.position += 1
    reading.position += len(sign)
    more = {"language": language} if language else {}
    reading.add(kind, offset, **more)


def _take_language(reading: _Reading) -> str:
    end = reading.position
    while end < len(reading.source) and not reading.source[end].isspace() and reading.source[end] != "`":
        end += 1
    language = reading.source[reading.position : end]
    if end >= len(reading.source) or reading.source[end] == "`":
        return ""
    reading.position = end + (reading.source[end] == "\n")
    return language

"""The words of an outgoing message: marks read, lengths checked."""

from bot.sandbox import entities, html, markdown
from bot.sandbox.arguments import Arguments
from bot.sandbox.errors import ApiError, Reason
from bot.sandbox.shapes import Json, as_int, as_mappings, pick, present

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
BYTE_LIMIT = 32_768
_GIVEN = (
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "spoiler",
    "code",
    "pre",
    "text_link",
    "blockquote",
    "expandable_blockquote",
)


def read_text(arguments: Arguments) -> Json:
    """Read the text of a message: `text` and its `entities`."""
    text, marks = _read(arguments.text("text"), arguments.text("parse_mode"), arguments.json("entities"))
    if not text:
        raise ApiError(Reason.TEXT_EMPTY)
    if len(text) > TEXT_LIMIT:
        raise ApiError(Reason.TEXT_TOO_LONG)
    return {"text": text, **present(entities=marks)}


def read_caption(caption: str, parse_mode: str, given: object) -> Json:
    """Read the caption of a file: `caption` and its `caption_entities`, or nothing."""
    text, marks = _read(caption, parse_mode, given)
    if len(text) > CAPTION_LIMIT:
        raise ApiError(Reason.CAPTION_TOO_LONG)
    return present(caption=text, caption_entities=marks)


def _read(source: str, parse_mode: str, given: object) -> tuple[str, list[Json]]:
    if len(source) > BYTE_LIMIT // 4 and len(source.encode()) > BYTE_LIMIT:
        raise ApiError(Reason.TEXT_TOO_BIG)
    mode = parse_mode.lower()
    match mode:
        case "" | "none":
            text, marks = source, _given(given)
        case "html":
            text, marks = html.parse(source)
        case "markdownv2":
            text, marks = markdown.parse(source)
        case "markdown":
            raise ApiError(Reason.PARSE_MODE_MISSING, parse_mode)
        case _:
            raise ApiError(Reason.PARSE_MODE_UNKNOWN)
    text, marks = _trim(text, marks)
    return text, entities.merge(marks, entities.detect(text))


def _given(value: object) -> list[Json]:
    found = []
    for entity in as_mappings(value):
        offset, length = as_int(entity.get("offset")), as_int(entity.get("length"))
        if entity.get("type") in _GIVEN and offset is not None and length is not None and length > 0:
            found.append(pick(entity, ("type", "url", "language")) | {"offset": offset, "length": length})
    return found


def _trim(text: str, marks: list[Json]) -> tuple[str, list[Json]]:
    stripped = text.strip()
    if stripped == text:
        return text, marks
    lead = entities.units(text[: len(text) - len(text.lstrip())])
    end = entities.units(stripped)
    kept = []
    for mark in marks:
        start = (as_int(mark["offset"]) or 0) - lead
        stop = min(start + (as_int(mark["length"]) or 0), end)
        start = max(start, 0)
        if stop > start:
            kept.append(mark | {"offset": start, "length": stop - start})
    return stripped, kept

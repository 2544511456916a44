"""Every word a person reads, by key and language, read once from the .po files below this folder."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.messages.pofile import read_po

FOLDERS = {"zh": "zh_Hans", "en": "en"}
LANGUAGES = tuple(FOLDERS)


@lru_cache(maxsize=len(FOLDERS))
def sentences(language: str) -> Mapping[str, str]:
    """Return the sentences of a language by key."""
    found: dict[str, str] = {}
    for path in sorted((Path(__file__).parent / FOLDERS[language]).glob("*.po")):
        with path.open("rb") as file:
            found.update((str(entry.id), str(entry.string)) for entry in read_po(file) if entry.id)
    return found


def say(language: str, key: str, **values: object) -> str:
    """Word a key in a language."""
    text = sentences(language)[key]
    return text.format_map(values) if values else text.format_map({})


def knows(key: str) -> bool:
    """Tell whether a key has a sentence."""
    return key in sentences("en")


def keys() -> Iterator[str]:
    """Give every key."""
    return iter(sentences("en"))


def language_of(shown: str | None, code: str | None, default: str) -> str:
    """Choose the language to answer in: what a text shows, else what the app is set to, else the house's."""
    if shown in FOLDERS:
        return shown
    prefix = (code or "").split("-")[0].lower()
    return prefix if prefix in FOLDERS else default


def moment(language: str, at: datetime, zone: str) -> str:
    """Word an instant as a reader in a zone would."""
    local = at.astimezone(ZoneInfo(zone))
    if language == "zh":
        return f"{local.month}月{local.day}日 {local:%H:%M}"
    return f"{local.day} {local:%b} {local:%H:%M}"


def day(language: str, local: date) -> str:
    """Word a day without its year."""
    return f"{local.month}月{local.day}日" if language == "zh" else f"{local.day} {local:%b}"


def month(language: str, local: date) -> str:
    """Word a month with its year."""
    return f"{local.year} 年 {local.month} 月" if language == "zh" else f"{local:%B %Y}"


def short_month(language: str, local: date) -> str:
    """Word a month with its year where there is little room, as on an axis."""
    return f"{local.year}年{local.month}月" if language == "zh" else f"{local:%b %Y}"

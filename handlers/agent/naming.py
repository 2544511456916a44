"""Reading a word for something named: in either language, with a hint when it is mistyped."""

from collections.abc import Iterable
from enum import StrEnum
from typing import TypeVar

from crm_store.errors import RefusedError
from handlers.texts import catalogue
from scoring.match import suggest

Choice = TypeVar("Choice", bound=StrEnum)
SHOWN = 40  # characters of a mistyped word that its refusal repeats


def choice(word: str, choices: Iterable[Choice], code: str) -> Choice:
    """Return the choice a word names in any language, or refuse with the closest one.

    The refusals are `unknown_CODE` and `meant_CODE`; the words are those of `choice.VALUE`.
    """
    named: dict[str, Choice] = {}
    for one in choices:
        named[one.value] = one
        for language in catalogue.LANGUAGES:
            named[catalogue.say(language, f"choice.{one.value}").casefold()] = one
    asked = word.strip().casefold()
    if asked in named:
        return named[asked]
    raise unknown(word, named, code)


def unknown(word: str, known: Iterable[str], code: str, **values: object) -> RefusedError:
    """Return the refusal of a name that does not exist: with the one most likely meant, if one is close."""
    meant = suggest(word.strip().casefold(), known)
    if meant is None:
        return RefusedError(f"unknown_{code}", word=word[:SHOWN], **values)
    return RefusedError(f"meant_{code}", word=word[:SHOWN], meant=meant, **values)

"""The catalogue: every key once, in both languages, with the same values to fill in."""

from collections import Counter
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po

from handlers.texts import catalogue

FOLDER = Path(catalogue.__file__).parent


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_both_languages_say_everything_with_the_same_values() -> None:
    chinese, english = catalogue.sentences("zh"), catalogue.sentences("en")
    assert set(chinese) == set(english)
    differ = {key for key in english if fields(chinese[key]) != fields(english[key])}
    assert not differ


@pytest.mark.parametrize("folder", catalogue.FOLDERS.values())
def test_no_key_is_worded_twice(folder: str) -> None:
    found: Counter[str] = Counter()
    for path in (FOLDER / folder).glob("*.po"):
        with path.open("rb") as file:
            found.update(str(entry.id) for entry in read_po(file) if entry.id)
    assert [key for key, times in found.items() if times > 1] == []


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_no_sentence_is_empty(language: str) -> None:
    assert [key for key, sentence in catalogue.sentences(language).items() if not sentence.strip()] == []

"""What customers read is there in both languages, with the same values."""

from pathlib import Path
from string import Formatter

from babel.messages.pofile import read_po

FOLDER = Path(__file__).parents[2] / "handlers" / "texts"


def sentences(folder: str, name: str = "customer.po") -> dict[str, str]:
    with (FOLDER / folder / name).open("rb") as file:
        return {str(entry.id): str(entry.string) for entry in read_po(file) if entry.id}


def values(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_both_languages_say_the_same_with_the_same_values() -> None:
    zh, en = sentences("zh_Hans"), sentences("en")
    assert zh.keys() == en.keys()
    assert [key for key in en if values(zh[key]) != values(en[key])] == []
    assert [key for key in en if not zh[key].strip() or not en[key].strip()] == []


def test_no_other_catalogue_claims_a_key() -> None:
    mine = sentences("en").keys()
    for path in (FOLDER / "en").glob("*.po"):
        if path.name != "customer.po":
            assert mine & sentences("en", path.name).keys() == set(), path.name


def test_chinese_addresses_the_customer_politely() -> None:
    assert [text for key, text in sentences("zh_Hans").items() if "你" in text] == []

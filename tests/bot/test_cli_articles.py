"""`import articles` and `export articles`: what goes out comes in again, and a wrong file changes nothing."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cli import records
from bot.cli.articles import ARTICLES
from tests.bot.console import Console

TOML = """
[[articles]]
slug = "returns"
language = "zh"
title = "如何退货？"
body = "七天内可退。"
phrasings = ["我想退货", "能退吗"]

[[articles]]
slug = "returns"
language = "en"
title = "How do I return?"
body = "Within 7 days."
"""
CSV = (
    "slug,language,title,body,phrasings\n"
    'hours,en,When are you open?,"From 9,\nevery day.","open today?\nopen at 8?"\n'
)


@pytest.fixture
def console(tmp_path: Path) -> Console:
    return Console(tmp_path)


def texts(console: Console) -> list[tuple[object, ...]]:
    asked = "SELECT slug, language, title, body FROM article_text JOIN article ON id = article_id"
    return list(console.ask(f"{asked} ORDER BY slug, language"))


@pytest.mark.parametrize("ending", ["toml", "csv"])
def test_what_goes_out_comes_in_again(console: Console, tmp_path: Path, ending: str) -> None:
    assert console.run("import", "articles", console.file("a.toml", TOML)).code == 0
    assert console.run("import", "articles", console.file("a.csv", CSV)).code == 0
    before = texts(console)
    assert [row[:2] for row in before] == [("hours", "en"), ("returns", "en"), ("returns", "zh")]
    out = tmp_path / f"out.{ending}"
    assert "3" in console.run("export", "articles", out).out
    first = out.read_bytes()
    told = console.run("import", "articles", out)
    assert (told.code, "0 added, 2 changed" in told.out) == (0, True)
    assert texts(console) == before
    assert console.run("export", "articles", out).code == 0
    assert out.read_bytes() == first
    assert [text for (text,) in console.ask("SELECT text FROM article_phrasing ORDER BY text")] == [
        "open at 8?", "open today?", "我想退货", "能退吗",
    ]  # fmt: skip


def test_a_dry_run_writes_nothing(console: Console) -> None:
    told = console.run("import", "articles", console.file("a.toml", TOML), "--dry-run")
    assert "returns" in told.out
    assert not console.database.exists()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.toml", "[[articles]\n", "not valid TOML"),
        ("a.toml", "[[macros]]\nname = 'x'\n", "no [[articles]] record"),
        ("a.toml", TOML.replace('slug = "returns"', 'slug = "No Good"', 1), "record 1: “No Good” cannot be"),
        ("a.toml", TOML.replace('language = "en"', 'language = "fr"'), "record 2: “fr” is not a language"),
        ("a.toml", TOML.replace('body = "Within 7 days."', ""), "record 2: “body” is missing"),
        ("a.toml", TOML.replace("phrasings", "phrases"), "record 1: there is no field “phrases”"),
        (
            "a.toml",
            TOML.replace('["我想退货", "能退吗"]', '"我想退货"'),
            "record 1: “phrasings” must be a list",
        ),
        ("a.csv", CSV.replace("When are you open?", "x" * 121), "record 1: “title” is too long"),
        ("a.csv", "slug,language\n", "no [[articles]] record"),
    ],
)
def test_a_wrong_file_is_told_and_changes_nothing(
    console: Console, name: str, content: str, reason: str
) -> None:
    told = console.run("import", "articles", console.file(name, content))
    assert told.code == 2
    assert reason in told.err
    assert not console.database.exists()


def test_a_file_that_is_not_there_and_one_in_another_encoding(console: Console) -> None:
    assert console.run("import", "articles", "nowhere.toml").code == 2
    told = console.run("import", "articles", console.file("a.toml", TOML.encode("utf-16")))
    assert (told.code, "not UTF-8" in told.err) == (2, True)


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), min_size=1).filter(str.strip)


@given(
    st.lists(
        st.fixed_dictionaries(
            {"slug": TEXT, "language": TEXT, "title": TEXT, "body": TEXT,
             "phrasings": st.lists(TEXT, min_size=1)}
        ),
        min_size=1, max_size=4,
    )
)  # fmt: skip
def test_any_text_survives_toml(
    tmp_path_factory: pytest.TempPathFactory, found: list[records.Record]
) -> None:
    file = tmp_path_factory.mktemp("records") / "a.toml"
    records.write(file, ARTICLES, found)
    assert records.read(file, ARTICLES) == found

"""`import articles` and `export articles`: what goes out comes in again, and a wrong entry refuses itself."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cli import records
from bot.cli.desk.articles import ARTICLES
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
    assert (told.code, "0 added, 0 changed; 3 unchanged" in told.out) == (0, True)
    assert texts(console) == before
    assert console.run("export", "articles", out).code == 0
    assert out.read_bytes() == first
    assert [text for (text,) in console.ask("SELECT text FROM article_phrasing ORDER BY text")] == [
        "open at 8?", "open today?", "我想退货", "能退吗",
    ]  # fmt: skip


def test_a_language_of_an_article_leaves_the_other_alone_and_a_field_that_is_not_given_too(
    console: Console,
) -> None:
    console.run("import", "articles", console.file("a.toml", TOML))
    shorter = '[[articles]]\nslug = "returns"\nlanguage = "zh"\nbody = "十四天内可退。"\n'
    assert "returns zh (body)" in console.run("import", "articles", console.file("b.toml", shorter)).out
    assert texts(console) == [
        ("returns", "en", "How do I return?", "Within 7 days."),
        ("returns", "zh", "如何退货？", "十四天内可退。"),
    ]
    assert console.ask("SELECT count(*) FROM article_phrasing") == [(2,)]


def test_a_dry_run_writes_nothing(console: Console) -> None:
    told = console.run("import", "articles", console.file("a.toml", TOML), "--dry-run")
    assert "article, entry 2: returns en" in told.out
    assert not console.database.exists()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.toml", "[[articles]\n", "not valid TOML"),
        ("a.toml", "[[macros]]\nname = 'x'\n", "no [[articles]] entry"),
        ("a.toml", "[[articels]]\nslug = 'x'\n", "“articels” is no part of the desk"),
        ("a.toml", "articles = 3\n", "“articles” is no part of the desk, or is not written as [[articles]]"),
        ("a.csv", CSV.replace("title", "headline"), "no column “headline”"),
        ("a.csv", "slug,language\n", "no [[articles]] entry"),
        ("a.csv", "slug,Slug\n", "the column “slug” stands there twice"),
        ("a.csv", CSV + "x" * 200_000, "line 5 is no line of a table"),
        ("a.csv", b"slug,language\n\xff\xff\xff\xff", "neither UTF-8 nor GBK"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_and_changes_nothing(
    console: Console, name: str, content: str | bytes, reason: str
) -> None:
    told = console.run("import", "articles", console.file(name, content))
    assert told.code == 2
    assert reason in told.err
    assert not console.database.exists()


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('slug = "returns"', 'slug = "No Good"', "entry 1: No Good zh – “No Good” cannot be"),
        ('language = "zh"', 'language = "fr"', "entry 1: returns fr – “fr” is not a language"),
        ('body = "七天内可退。"', "", "entry 1: returns zh – “body” is missing"),
        ("phrasings", "phrases", "entry 1: returns zh – there is no field “phrases”"),
        ('["我想退货", "能退吗"]', "7", "entry 1: returns zh – “phrasings” must be a list"),
        ("如何退货？", "长" * 121, "entry 1: returns zh – “title” is too long"),
    ],
)
def test_a_wrong_entry_refuses_only_itself(console: Console, old: str, new: str, reason: str) -> None:
    told = console.run("import", "articles", console.file("a.toml", TOML.replace(old, new, 1)))
    assert told.code == 1
    assert reason in told.out
    assert [row[:2] for row in texts(console)] == [("returns", "en")]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("a-b,en,When?,From 9, every day.,open?", "there is no field “#6”"),
        ("a-b,en,When?,From\x009,open?", "“body” must be a text"),
    ],
)
def test_a_row_that_would_lose_something_is_refused(console: Console, row: str, reason: str) -> None:
    told = console.run("import", "articles", console.file("a.csv", f"{CSV}{row}\n"))
    assert (told.code, f"line 5: a-b en – {reason}" in told.out) == (1, True)
    assert [slug for slug, *_ in texts(console)] == ["hours"]


def test_the_second_of_two_is_refused_and_told_of_the_first(console: Console) -> None:
    told = console.run("import", "articles", console.file("a.toml", TOML + TOML))
    assert (told.code, "entry 3: returns zh – it is there already, at 1." in told.out) == (1, True)
    assert len(texts(console)) == 2


def test_a_file_that_is_not_there_and_one_in_another_encoding(console: Console) -> None:
    assert console.run("import", "articles", "nowhere.toml").code == 2
    told = console.run("import", "articles", console.file("a.toml", TOML.encode("utf-16")))
    assert (told.code, "not UTF-8" in told.err) == (2, True)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk"])
def test_a_table_is_read_as_spreadsheets_write_it(console: Console, encoding: str) -> None:
    table = "slug;language;title;body\nreturns;zh;如何退货？;七天内可退。\n".encode(encoding)
    assert console.run("import", "articles", console.file("a.csv", table)).code == 0
    assert texts(console) == [("returns", "zh", "如何退货？", "七天内可退。")]


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), min_size=1)
SOME = TEXT.filter(str.strip) | st.sampled_from(["=1+1", "'=1+1", "-x", "@x", "''", "+1", "\tx"])


@given(
    st.lists(
        st.fixed_dictionaries(
            {"slug": SOME, "language": SOME, "title": SOME, "body": SOME,
             "phrasings": st.lists(SOME, min_size=1)}
        ),
        min_size=1, max_size=4,
    ),
    st.sampled_from(["a.toml", "a.csv"]),
)  # fmt: skip
def test_any_text_survives_and_no_cell_is_a_formula(
    tmp_path_factory: pytest.TempPathFactory, found: list[records.Record], name: str
) -> None:
    file = tmp_path_factory.mktemp("records") / name
    kind = ARTICLES.kind
    records.write(file, [(kind, found)])
    entries = records.read(file, [kind], ["articles"])["articles"]
    assert [records.fit(kind, entry.raw) for entry in entries] == found
    if name == "a.csv":
        cells = [cell for row in csv.reader(file.open(encoding="utf-8-sig", newline="")) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))]

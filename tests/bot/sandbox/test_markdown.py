"""MarkdownV2 marks, read and refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram.helpers import escape_markdown

from bot.sandbox.errors import ApiError
from bot.sandbox.markdown import parse


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("plain 你好", "plain 你好", []),
        ("*x*", "x", [("bold", 0, 1)]),
        ("😀 _x_", "😀 x", [("italic", 3, 1)]),
        ("__x__~y~||z||", "xyz", [("underline", 0, 1), ("strikethrough", 1, 1), ("spoiler", 2, 1)]),
        ("*a _b_ c*", "a b c", [("bold", 0, 5), ("italic", 2, 1)]),
        (r"1\.5 \*x\*", "1.5 *x*", []),
        (r"`a*\`b`", "a*`b", [("code", 0, 4)]),
        ("```py\nx = 1```", "x = 1", [("pre", 0, 5)]),
        ("```\nx```", "x", [("pre", 0, 1)]),
        (r"[a](https://a.b/\)c)", "a", [("text_link", 0, 1)]),
        ("[a]", "a", []),
        (">one\n>two\nthree", "one\ntwo\nthree", [("blockquote", 0, 7)]),
        ("**", "", []),
    ],
)
def test_marks_become_entities(source: str, text: str, entities: list[tuple[str, int, int]]) -> None:
    words, found = parse(source)
    assert words == text
    assert [(each["type"], each["offset"], each["length"]) for each in found] == entities


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("1.5", "Character '.' is reserved and must be escaped with the preceding '\\'"),
        ("a > b", "Character '>' is reserved and must be escaped with the preceding '\\'"),
        ("你 *x", "Can't find end of Bold entity at byte offset 4"),
        ("`x", "Can't find end of Code entity at byte offset 0"),
        ("```x", "Can't find end of Pre entity at byte offset 0"),
        ("[a](b", "Can't find end of a URL at byte offset 4"),
        ("*a _b*", "Can't find end of Bold entity at byte offset 5"),
    ],
)
def test_marks_that_do_not_fit_are_refused(source: str, sentence: str) -> None:
    with pytest.raises(ApiError) as refused:
        parse(source)
    assert refused.value.description == f"Bad Request: can't parse entities: {sentence}"


@given(st.text())
def test_an_escaped_text_comes_back_as_it_was(text: str) -> None:
    escaped = escape_markdown(text.replace("\\", ""), version=2)
    assert parse(escaped) == (text.replace("\\", ""), [])

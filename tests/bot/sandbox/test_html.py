"""HTML marks, read and refused."""

import pytest

from bot.sandbox.entities import detect
from bot.sandbox.errors import ApiError
from bot.sandbox.html import parse


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("plain", "plain", []),
        ("a &amp; b &lt; c &#x4f60; &unknown;", "a & b < c 你 &unknown;", []),
        ("<strong>x</strong>", "x", [("bold", 0, 1)]),
        ("😀<i>x</i>", "😀x", [("italic", 2, 1)]),
        ("<b><i>x</i>y</b>", "xy", [("bold", 0, 2), ("italic", 0, 1)]),
        ("<b></b>x", "x", []),
        ('<A HREF="x.org">x</A>', "x", [("text_link", 0, 1)]),
        ('<a href="">x</a>', "x", []),
        ("<pre><code class='language-py'>x</code></pre>", "x", [("pre", 0, 1)]),
        ('<span class="tg-spoiler">x</span>', "x", [("spoiler", 0, 1)]),
        ("<blockquote expandable>x</blockquote>", "x", [("expandable_blockquote", 0, 1)]),
        ("<u>a</u><s>b</s>", "ab", [("underline", 0, 1), ("strikethrough", 1, 1)]),
    ],
)
def test_marks_become_entities(source: str, text: str, entities: list[tuple[str, int, int]]) -> None:
    words, found = parse(source)
    assert words == text
    assert [(each["type"], each["offset"], each["length"]) for each in found] == entities


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("你<x>", 'Unsupported start tag "x" at byte offset 3'),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("x <b", "Unclosed start tag at byte offset 2"),
        ("1 < 2", "Unclosed start tag at byte offset 2"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_marks_that_do_not_fit_are_refused(source: str, sentence: str) -> None:
    with pytest.raises(ApiError) as refused:
        parse(source)
    assert refused.value.description == f"Bad Request: can't parse entities: {sentence}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/start", [("bot_command", 0, 6)]),
        ("请 /reply 12", [("bot_command", 2, 6)]),
        ("a/b 1/2 //note", []),
        ("mail ann@a.cn", [("email", 5, 8)]),
        ("看 example.com/x。", [("url", 2, 13)]),
        ("v1.2 and 3.5", []),
        ("#1 #退款", [("hashtag", 3, 3)]),
        ("@ab @abcd", [("mention", 4, 5)]),
    ],
)
def test_what_telegram_marks_by_itself(text: str, expected: list[tuple[str, int, int]]) -> None:
    assert [(each["type"], each["offset"], each["length"]) for each in detect(text)] == expected

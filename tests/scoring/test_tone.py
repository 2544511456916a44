"""Tone, themes and what was said before, read off plain words in both languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.recall import key, nearest
from scoring.tone import READ_AT_MOST, THEMES, tone


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("马上给我处理", ["urgent_words:马上"]),
        ("Urgent: my flight leaves", ["urgent_words:urgent"]),
        ("太差了，尽快退款", ["urgent_words:尽快", "angry_words:太差"]),
        ("This is RIDICULOUS", ["angry_words:ridiculous"]),
        ("The resurgent market", []),
        ("请问几点开门", []),
    ],
)
def test_signs_name_their_words(text: str, signs: list[str]) -> None:
    assert list(tone(text).signs) == signs


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("很好用，什么时候出新款", True),
        ("Nice shop. Please reply to me", True),
        ("包装很好，你们能不能送花", True),
        ("这样可以吗", True),
        ("I love it", False),
        ("服务很好，五星", False),
    ],
)
def test_an_answer_is_asked_for(text: str, asks: bool) -> None:
    assert tone(text).asks is asks


@pytest.mark.parametrize(
    ("text", "themes"),
    [
        ("快递太慢了，要退款", ("delivery", "waiting", "refund")),
        ("The app crashed and I was charged twice", ("app", "payment")),
        ("你好", ()),
    ],
)
def test_themes_come_in_the_order_they_are_named(text: str, themes: tuple[str, ...]) -> None:
    assert tone(text).themes == themes


@given(st.text(max_size=400))
def test_any_text_has_known_themes_and_nothing_beyond_the_beginning_counts(text: str) -> None:
    found = tone(text)
    assert set(found.themes) <= set(THEMES)
    assert (
        tone(text.ljust(READ_AT_MOST, "。") + "紧急退款").signs == tone(text.ljust(READ_AT_MOST, "。")).signs
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("where is my order", 1),
        ("Is my order, where?", 1),
        ("我要退货啊", 0),
        ("我要发货", None),
        ("", None),
        ("something else altogether", None),
    ],
)
def test_nearly_the_same_words_are_recognised(text: str, found: int | None) -> None:
    assert nearest(text, [key("我要退货"), key("Where is my order?")]) == found


@given(st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=5))
def test_what_is_known_is_found_as_itself(texts: list[str]) -> None:
    keys = [key(text) for text in texts]
    for text in texts:
        at = nearest(text, keys)
        assert at is None if not key(text) else keys[at or 0] == key(text)

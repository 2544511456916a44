"""What a proposed phrasing may hold of a customer's question, and what may stay of an erased one's log."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_store.rules import erasure
from crm_store.rules.redaction import LONGEST, redact


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("订单 20260301-77 什么时候到？", "订单 什么时候到？"),
        ("我的电话是13800001111，能退吗", "我的电话是 ，能退吗"),
        ("write to mei@example.com or +49 170 1234567 please", "write to or please"),
        ("see https://example.com/a?b=1 and @mei_mei", "see and"),
        ("parcel SF1234567890CN?", "parcel ?"),
        ("can I return 2 cups within 7 days", "can I return 2 cups within 7 days"),
        ("12345678", ""),
        ("？！", ""),
    ],
)
def test_numbers_and_addresses_go_and_the_question_stays(text: str, left: str) -> None:
    assert redact(text) == left


@given(st.text(max_size=400), st.integers(10_000, 10**12))
def test_no_long_number_stays(text: str, number: int) -> None:
    left = redact(f"{text} {number} {text}")
    assert str(number) not in left
    assert len(left) <= LONGEST


def test_codes_figures_and_times_stay_of_a_log() -> None:
    detail = {
        "ticket_kind": "inquiry", "confidence": 0.9, "reasons": ["question:where"], "policy": 3, "tag": "vip",
        "first_due": "2026-03-02T10:00:00+00:00", "words": "Mei", "reason": "faq",
        "to": "Mei 梅", "owner": None,
    }  # fmt: skip
    assert erasure.kept("opened", detail) == {
        "ticket_kind": "inquiry", "confidence": 0.9, "policy": 3, "first_due": "2026-03-02T10:00:00+00:00",
        "reason": "faq", "owner": None, "reasons": [], "tag": "", "words": "", "to": "",
    }  # fmt: skip


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=30)))
def test_no_free_words_stay_of_a_log(detail: dict[str, str]) -> None:
    left = erasure.kept("edited", {f"x{name}": f"梅 {value}" for name, value in detail.items()})
    assert set(left.values()) <= {""}

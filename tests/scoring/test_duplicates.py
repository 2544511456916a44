"""Near-duplicates: reports of one cause are alike, of two are not, in either language."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.duplicates import SAME, alike, similarity

ONE_CAUSE = (
    (
        "网站打不开了", "你们网站打不开", "网站怎么打不开啊？", "打不开网站，急！",
        "你好，请问网站是不是打不开了？一直转圈",
    ),
    (
        "付款失败，一直提示系统错误", "支付一直提示系统错误，付不了款", "付款时提示系统错误怎么办",
        "付款提示系统错误",
    ),
    ("App闪退，打不开", "你们的app一打开就闪退", "APP 闪退怎么回事"),
    ("The payment page is down", "payment page seems down!", "I can't pay, the payment page is down",
     "Payment page down again??", "hello, your payment page is not loading, is it down?"),
    ("I cannot log in, error 500", "Login gives error 500", "log in error 500 since this morning"),
)  # fmt: skip
OTHERS = (
    "我的订单什么时候发货？", "订单还没到，都三天了", "退货要几天？", "请问退款多久到账", "网站在哪里开发票",
    "付款之后可以改地址吗", "Where is my order?", "Can I pay by card?", "How long does a return take?",
    "Where do I find the receipt for my payment?", "How do I change the e-mail of my login?",
    "My order is three days late",
)  # fmt: skip
SAME_PAIRS = [pair for group in ONE_CAUSE for pair in combinations(group, 2)]
APART = [
    (one, other)
    for first, second in combinations((*ONE_CAUSE, *((text,) for text in OTHERS)), 2)
    for one in first
    for other in second
]


@pytest.mark.parametrize(("one", "other"), SAME_PAIRS)
def test_reports_of_one_cause_are_alike(one: str, other: str) -> None:
    assert similarity(one, other) >= SAME


def test_reports_of_two_causes_are_not() -> None:
    assert [pair for pair in APART if similarity(*pair) >= SAME] == []


@given(st.text(max_size=80), st.text(max_size=80))
def test_is_symmetric_and_bounded(one: str, other: str) -> None:
    assert similarity(one, other) == similarity(other, one)
    assert 0 <= similarity(one, other) <= 1


@given(st.text(max_size=80))
def test_equal_texts_are_alike_wholly_or_say_nothing(text: str) -> None:
    value = similarity(text, text)
    assert value == 0 or value == pytest.approx(1)


@pytest.mark.parametrize("text", ["", "👍", "你好", "hello", "在吗", "???"])
def test_what_says_nothing_is_like_nothing(text: str) -> None:
    assert alike(text, ["你好", "hello", "在吗"]) == []


def test_the_likest_comes_first() -> None:
    found = alike("网站打不开了", ["退货要几天？", "打不开网站，急！", "网站打不开了"])
    assert [place for place, _ in found] == [2, 1]

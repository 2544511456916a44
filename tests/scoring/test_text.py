"""Language, thanks, kind, sentiment and plain scores, in Chinese and English."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring import text
from scoring.text import is_thanks_only, kind, language, normalise, opinion, score, sentiment, themes

ANY_TEXT = st.text(st.sampled_from("谢好的不怎么?！ok thanks 5分星👍\u200d,.'\n"), max_size=60) | st.text(
    max_size=60
)


@pytest.mark.parametrize(
    ("raw", "folded"),
    [
        ("Ｈello，  World！", "hello world"),
        ("Don't — you’ll see", "dont youll see"),
        ("退款？退款！", "退款 退款"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("👍🏻 好", "好"),
        ("… !?", ""),
    ],
)
def test_normalise_keeps_letters_and_digits_only(raw: str, folded: str) -> None:
    assert normalise(raw) == folded


@given(ANY_TEXT)
def test_normalising_twice_changes_nothing(raw: str) -> None:
    assert normalise(normalise(raw)) == normalise(raw)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("我的订单到哪了", "zh"),
        ("Where is my order", "en"),
        ("我的 iPhone 15 坏了", "zh"),
        ("I bought 饺子 yesterday", "en"),
        ("請問幾點開門", "zh"),
        ("123 👍", None),
        ("", None),
        ("注文はどこですか", None),
        ("Где мой заказ", None),
    ],
)
def test_language_is_told_by_script(raw: str, expected: str | None) -> None:
    assert language(raw) == expected


def test_language_falls_back_when_the_script_does_not_tell() -> None:
    assert language("👍", "zh") == "zh"
    assert language("Where is it?", "zh") == "en"


@pytest.mark.parametrize(
    "raw",
    [
        *(
            "谢谢",
            "好的",
            "好的，谢谢！",
            "谢谢您的帮助🙏",
            "收到",
            "嗯嗯",
            "辛苦了",
            "太感谢了",
            "明白了 谢谢",
            "[强][抱拳]",
        ),
        *(
            "thanks!",
            "Thank you so much!!",
            "ok thanks",
            "THX",
            "got it, thanks",
            "Great",
            "👍",
            "👍🏻👍🏻",
            "❤️",
        ),
        *("thank you for your help", "That works, thanks a lot. Have a nice day!", "解决了，谢谢", "好好好"),
        *("謝謝您！", "謝謝你們的幫助", "谢谢您的耐心解答", "问题解决了", "可以用了，谢谢", "收到货了，谢谢"),
        *("OK的", "3Q", "您辛苦了", "不用谢", "谢谢小王", "好的，我试一下", "祝您生活愉快"),
        *(
            "No, thank you",
            "that fixed it, thanks",
            "I appreciate your help",
            "okie",
            "thank u",
            "it arrived",
        ),
    ],
)
def test_thanks_need_no_answer(raw: str) -> None:
    assert is_thanks_only(raw)


@pytest.mark.parametrize(
    "raw",
    [
        *(
            "谢谢，但是还没好",
            "好的，那什么时候到",
            "不好",
            "谢谢？",
            "好的吗",
            "还没解决",
            "不行",
            "",
            "  ",
            "!!!",
            "12345",
        ),
        *(
            "thanks but it is still broken",
            "Thanksgiving hours?",
            "no thanks to you it broke",
            "not ok",
            "no",
        ),
        *("谢谢，不过还是不行", "好的，可还是没收到", "谢谢 没用", "收到了，坏的", "👍但是慢", "谢谢🙏😡"),
        *("thanks but it still fails", "OK so where is it", "great... another delay", "ok, cancel it"),
        *("謝謝，但是還沒好", "谢谢你们的垃圾服务", "好的，我等您回复", "没解决", "收到货了，碎的", "謝謝？"),
        *("it works now but the lid does not", "received the wrong one", "thanks, it arrived broken"),
        *("great, and my refund?", "thanks " * 20, "👎", "😡"),
    ],
)
def test_anything_beyond_thanks_does(raw: str) -> None:
    assert not is_thanks_only(raw)


@pytest.mark.parametrize(
    ("raw", "label"),
    [
        ("多少钱包邮？", "inquiry"),
        ("请问周末营业吗", "inquiry"),
        ("退款怎么申请", "inquiry"),
        ("怎么退货", "inquiry"),
        ("有没有大号", "inquiry"),
        ("发票怎么开", "inquiry"),
        ("我的订单还没到!", "complaint"),
        ("我的訂單還沒到！", "complaint"),
        ("我要投訴你們", "complaint"),
        ("退貨要幾天", "inquiry"),
        ("建議增加夜間配送", "feedback"),
        ("我打12315了", "complaint"),
        ("订单12345什么时候到？", "inquiry"),
        ("请问单号8123150到哪了", "inquiry"),
        ("你们的客服态度太差了", "complaint"),
        ("包裹破损，要求退款", "complaint"),
        ("怎么还不发货，等了三天了", "complaint"),
        ("服务很好，送货也快，谢谢", "feedback"),
        ("建议增加夜间配送", "feedback"),
        ("味道不错，下次还来", "feedback"),
        ("How much is delivery?", "inquiry"),
        ("when do you open on Sunday", "inquiry"),
        ("My card is lost, what should I do?", "inquiry"),
        ("how do I get a refund", "inquiry"),
        ("can I change the delivery address", "inquiry"),
        ("You charged my card twice", "complaint"),
        ("My food was cold when it came", "complaint"),
        ("This is the third time I'm asking", "complaint"),
        ("My order never arrived!", "complaint"),
        ("The mug came broken and nobody answers", "complaint"),
        ("This is unacceptable, I want my money back", "complaint"),
        ("Great service, very friendly staff", "feedback"),
        ("It would be nice if you delivered on Sundays", "feedback"),
        ("I am not happy with the quality", "complaint"),
    ],
)
def test_kind_of_plain_messages(raw: str, label: str) -> None:
    found = kind(raw)
    assert found.label == label
    assert found.p > 0.5 and found.reasons


def test_kind_names_the_words_it_rests_on() -> None:
    assert ("fault", ("破损",)) in [(r.code, r.words) for r in kind("包裹破损，要求退款").reasons]
    assert ("negated", ("不满意",)) not in [(r.code, r.words) for r in kind("很满意").reasons]
    assert {reason.code for reason in kind("not very helpful").reasons} == {"negated"}


def test_a_text_without_a_signal_is_an_unsure_inquiry() -> None:
    assert kind("8841") == kind("") == text.Kind("inquiry", 1 / 3, (text.Reason("no_signal", ()),))


@given(ANY_TEXT)
def test_kind_always_answers_and_only_with_known_codes(raw: str) -> None:
    found = kind(raw)
    assert 1 / 3 - 1e-9 <= found.p <= 1
    assert {reason.code for reason in found.reasons} <= {*text.WEIGHTS, "no_signal"}


@given(st.sampled_from(["投诉", "I want to file a complaint. "]), st.integers(1, 4))
def test_complaining_more_never_makes_it_less_of_a_complaint(words: str, times: int) -> None:
    assert kind(words * (times + 1)).p >= kind(words * times).p


def test_very_long_texts_are_read_at_their_beginning() -> None:
    assert kind("包裹" + "周" * 100_000 + "投诉") == kind("包裹" + "周" * 100_000)


def test_sentiment_orders_texts() -> None:
    ladder = ["垃圾，太差了", "不好吃", "周三", "好吃", "好吃，服务热情，推荐"]
    assert sorted(ladder, key=lambda raw: sentiment(raw).p) == ladder
    assert sentiment("周三").p == 0.5
    assert sentiment("not good").p < 0.5 < sentiment("good").p


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        *(
            ("5分", 5),
            ("给你们5分，很快", 5),
            ("五星好评", 5),
            ("满分", 5),
            ("3颗星", 3),
            ("零分", 1),
            ("给一星都多", 1),
        ),
        *(("five stars", 5), ("4/5", 4), ("4 out of 5", 4), ("I'd give 3 stars", 3), ("5", 5), ("5!", 5)),
        ("Slow, 2 out of 5.", 2),
        *(
            ("非常满意", 5),
            ("满意。", 4),
            ("一般", 3),
            ("不满意", 2),
            ("非常不满意", 1),
            ("Very satisfied!", 5),
        ),
        *(("5分钟还没到", None), ("三星手机", None), ("第5分店", None), ("2点5分", None), ("1分到5分", None)),
        *(("不值5分", None), ("not 5 stars", None), ("4.5 stars", None), ("10/10", None), ("55", None)),
        *(("好评", None), ("我很满意也很高兴", None), ("", None), ("15分", None), ("order 5", None)),
    ],
)
def test_score_only_when_plainly_said(raw: str, expected: int | None) -> None:
    assert score(raw) == expected


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("房间很干净", "房间不干净"),
        ("不难吃", "难吃"),
        ("非常满意", "还行"),
        ("价格贵，但是味道很好", "味道很好，但是价格贵"),
        ("没有异味，喜欢", "有异味，不喜欢"),
        ("谢谢😊", "谢谢😡"),
        ("快递很快，包装完好", "呵呵，等了半天，包装破损"),
        ("The room was clean", "The room was not clean"),
        ("really great", "slightly better"),
        ("Pricey, but the food is excellent", "The food is excellent, but pricey"),
        ("not bad at all", "bad"),
        ("It works, thank you", "Thanks for nothing, it never worked"),
        ("The app never crashes", "The app crashes"),
        ("sooooo goooood", "meh"),
        ("Great battery", "It would have been a great battery"),
    ],
)
def test_sentiment_reads_negation_degree_contrast_and_faces(better: str, worse: str) -> None:
    assert sentiment(better).p > sentiment(worse).p


@given(ANY_TEXT)
def test_sentiment_is_a_likelihood_with_worded_reasons(raw: str) -> None:
    found = sentiment(raw)
    assert 0 <= found.p <= 1
    assert {reason.code for reason in found.reasons} <= set(text.WEIGHTS)


REVIEWS = [
    "快递很快，但是包装破损",
    "快递太慢了，等了三天",
    "客服态度很好",
    "Delivery was quick, the box was crushed",
    "The staff were rude",
    "ok",
]


def test_themes_count_each_text_once_and_tell_how_pleased_it_is_about_them() -> None:
    found = {theme.name: theme for theme in themes(REVIEWS)}
    assert (found["delivery"].share.k, found["delivery"].share.n) == (3, 6)
    assert (found["delivery"].pleased.k, found["delivery"].pleased.n) == (2, 3)
    assert (found["staff"].share.k, found["staff"].pleased.k) == (2, 1)
    assert found["packaging"].pleased.k == 0
    low, high = found["delivery"].share.low, found["delivery"].share.high
    assert low is not None and high is not None and 0 < low < 0.5 < high < 1


def test_themes_come_the_most_frequent_first_and_only_those_that_recur() -> None:
    counts = [theme.share.k for theme in themes(REVIEWS, at_least=1)]
    assert counts == sorted(counts, reverse=True) and min(counts) == 1
    assert all(theme.share.k >= 2 for theme in themes(REVIEWS))
    assert themes([]) == ()


def test_tags_add_themes_and_words() -> None:
    said = [
        "The unicorn ride was great",
        "unicorns everywhere",
        "独角兽不错",
        "the zeppelin came late",
        "zeppelin ok",
    ]
    found = {
        theme.name: theme.share.k
        for theme in themes(said, {"unicorn": ["unicorn", "独角兽"], "delivery": ["zeppelin"]})
    }
    assert found["unicorn"] == 3 and found["delivery"] == 2


@given(st.lists(st.sampled_from(REVIEWS), max_size=8), st.randoms())
def test_the_order_of_texts_does_not_matter(said: list[str], chance: Random) -> None:
    mixed = list(said)
    chance.shuffle(mixed)
    assert themes(mixed) == themes(said)
    assert opinion(mixed) == opinion(said)


def test_opinion_counts_only_texts_that_praise_or_blame() -> None:
    said = opinion(["很好", "太差了", "great", "周三", ""])
    assert (said.k, said.n) == (2, 3)
    assert opinion([]).value is None


@pytest.mark.parametrize(
    "unit", ["谢", "没有", "a ", "好!", "👍", "not ", "5", "a'", "[", "\u0301", "😀\u200d"]
)
def test_texts_of_any_length_are_read(unit: str) -> None:
    raw = unit * (100_000 // len(unit))
    assert 0 < kind(raw).p <= 1 and 0 <= sentiment(raw).p <= 1
    assert not is_thanks_only(raw) and score(raw) is None
    assert len(themes([raw], at_least=1)) < 5
    assert normalise(normalise(raw)) == normalise(raw)

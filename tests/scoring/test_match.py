"""Finding the article that answers, and the command that was meant."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz import fuzz

from scoring import _ridge
from scoring._fuzzy import sorted_ratios
from scoring.match import CONFIDENT, OFFER, Entry, FaqIndex, suggest

DELIVERY, RETURNS, INVOICE = 1, 2, 3
ENTRIES = [
    Entry(DELIVERY, "en", "How long does delivery take?"),
    Entry(DELIVERY, "en", "When will my parcel arrive?"),
    Entry(RETURNS, "en", "How do I return an item?"),
    Entry(RETURNS, "en", "Can I send something back?"),
    Entry(INVOICE, "en", "Can I get an invoice?"),
    Entry(DELIVERY, "zh", "多久能送到"),
    Entry(DELIVERY, "zh", "几天到货"),
    Entry(RETURNS, "zh", "怎么退货"),
    Entry(RETURNS, "zh", "退货流程是什么"),
    Entry(INVOICE, "zh", "能开发票吗"),
]
INDEX = FaqIndex.build(ENTRIES)
COMMANDS = ["start", "status", "language", "settings", "stop", "help", "take", "reply", "resolve", "reopen"]


@pytest.mark.parametrize(
    ("question", "article"),
    [
        ("how long is delivery", DELIVERY),
        ("when does my parcel come", DELIVERY),
        ("I want to return an item", RETURNS),
        ("invoice please", INVOICE),
        ("要几天才能到货？", DELIVERY),
        ("怎么申请退货", RETURNS),
        ("可以开发票吗", INVOICE),
    ],
)
def test_the_best_article_comes_first(question: str, article: int) -> None:
    best = INDEX.query(question)[0]
    assert best.article_id == article and best.confidence >= OFFER


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.text)
def test_a_known_phrasing_is_answered_at_once(entry: Entry) -> None:
    best = INDEX.query(entry.text.upper() + " !!")[0]
    assert (best.article_id, best.confidence >= CONFIDENT) == (entry.article_id, True)
    assert best.reasons[0].code == "phrasing" and best.reasons[0].words[0] == entry.text


@pytest.mark.parametrize("question", ["", "👍", "你好", "我要投诉你们的司机", "do you sell giraffes", "zzzz"])
def test_a_question_about_something_else_is_offered_nothing(question: str) -> None:
    assert INDEX.query(question) == []


def test_an_empty_index_finds_nothing() -> None:
    assert FaqIndex.build([]).query("anything") == []
    assert FaqIndex.build([Entry(1, "en", "?!")]).query("anything") == []


def test_only_the_question_s_own_language_is_searched() -> None:
    english = FaqIndex.build([entry for entry in ENTRIES if entry.language == "en"])
    assert english.query("怎么退货") == []


def test_no_more_than_k_articles_and_each_once() -> None:
    assert len(INDEX.query("能退货吗 能开发票吗", k=1)) == 1
    found = [match.article_id for match in INDEX.query("能退货吗 能开发票吗", k=3)]
    assert len(found) == len(set(found)) > 1


def test_reasons_name_the_shared_words() -> None:
    shared = INDEX.query("Please return an item")[0].reasons[1]
    assert (shared.code, shared.words) == ("shared", ("return", "an", "item"))


@settings(max_examples=20)
@given(st.permutations(ENTRIES), st.sampled_from(["怎么退", "delivery", "send back an item"]))
def test_the_order_of_phrasings_does_not_matter(entries: list[Entry], question: str) -> None:
    one, other = INDEX.query(question), FaqIndex.build(entries).query(question)
    assert [match.article_id for match in one] == [match.article_id for match in other]
    assert [match.score for match in one] == pytest.approx([match.score for match in other])


@settings(max_examples=50)
@given(st.text(max_size=80))
def test_any_question_gets_scores_between_0_and_1_best_first(question: str) -> None:
    found = INDEX.query(question)
    assert all(0 <= match.score <= 1 and 0 <= match.confidence <= 1 for match in found)
    assert found == sorted(found, key=lambda match: -match.confidence)


def test_an_index_of_single_phrasings_needs_no_scipy() -> None:
    script = (
        "import sys\nfrom scoring.match import Entry, FaqIndex\n"
        "index = FaqIndex.build([Entry(1, 'zh', '怎么退货'), Entry(2, 'zh', '能开发票吗')])\n"
        "print(index.query('怎么退货')[0].article_id, 'scipy' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["1", "False"]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        *(
            ("staus", "status"),
            ("/resolv", "resolve"),
            ("HALP", "help"),
            ("setings", "settings"),
            ("tkae", "take"),
        ),
        *(("stop!", "stop"), ("hi", None), ("xyz", None), ("", None), ("/", None)),
    ],
)
def test_the_meant_command_is_suggested(word: str, meant: str | None) -> None:
    assert suggest(word, COMMANDS) == meant


def test_a_suggestion_keeps_the_spelling_of_its_choice() -> None:
    assert suggest("STAUS", ["/Status"]) == "/Status"
    assert suggest("status", []) is None


MANY = [
    Entry(nth, "en", f"{start} {thing}")
    for nth, thing in enumerate(["my card", "a refund", "the invoice", "my password", "an address"])
    for start in ("how do i get", "where can i find", "please help me with", "i have a question about")
]


def test_left_out_phrasings_tell_from_where_on_answers_are_right() -> None:
    cut = FaqIndex.build(MANY).calibrate(precision=0.9)
    assert cut is not None
    assert 0 < cut.confidence < 1 and cut.right >= 0.9 * cut.answered
    assert cut.answered <= cut.asked == len(MANY) + -(-len(MANY) // 3)  # every third also as a stranger


def test_a_stricter_cut_answers_no_more() -> None:
    index = FaqIndex.build(MANY)
    cuts = [index.calibrate(precision) for precision in (0.5, 0.9, 1.0)]
    answered = [0 if cut is None else cut.answered for cut in cuts]
    assert answered == sorted(answered, reverse=True)


def test_single_phrasings_leave_nothing_to_calibrate_by() -> None:
    assert FaqIndex.build([Entry(1, "zh", "怎么退货"), Entry(2, "zh", "能开发票吗")]).calibrate() is None


@pytest.mark.parametrize("precision", [0, -1, 1.1])
def test_an_impossible_precision_is_refused(precision: float) -> None:
    with pytest.raises(ValueError, match="precision"):
        INDEX.calibrate(precision)


def test_leaving_a_phrasing_out_equals_building_without_it() -> None:
    rows = [[1, 0.8, 0.2, 0.1], [0.8, 1, 0.3, 0.2], [0.2, 0.3, 1, 0.7], [0.1, 0.2, 0.7, 1]]
    known = np.array(rows, np.float32)
    kernel = _ridge.curved(known)
    weights = np.linalg.solve(kernel[1:, 1:] + _ridge.PENALTY * np.eye(3), [[1, 0], [0, 1], [0, 1]])
    left_out = (kernel[0, 1:] @ weights).max()
    learnt = _ridge.learn(known, [0, 2, 4])
    full = np.linalg.solve(kernel + _ridge.PENALTY * np.eye(4), [[1, 0], [1, 0], [0, 1], [0, 1]])
    assert learnt.trials[0].score == pytest.approx(left_out * learnt.weights[0, 0] / full[0, 0], rel=1e-4)


def test_presorted_ratio_is_token_sort_ratio() -> None:
    texts = ["get card my", "address an find where", "退 款 怎 么"]
    mine = sorted_ratios([" ".join(sorted(text.split())) for text in texts], ["card lost my"])
    assert [row[0] for row in mine.tolist()] == pytest.approx(
        [fuzz.token_sort_ratio(text, "card my lost") / 100 for text in texts], abs=1e-6
    )


def test_the_phrasings_that_spoke_for_an_article_are_named() -> None:
    words = INDEX.query("how long until my parcel is delivered", least=0)[0].reasons[0].words
    assert 1 <= len(words) <= 3
    assert set(words) <= {entry.text for entry in ENTRIES if entry.article_id == DELIVERY}


def test_likeness_finds_articles_that_answer_the_same() -> None:
    assert INDEX.likeness("怎样退货", RETURNS) > INDEX.likeness("怎样退货", INVOICE)
    assert INDEX.likeness("怎么退货", RETURNS) == pytest.approx(1)
    assert INDEX.likeness("怎么退货", 99) == INDEX.likeness("", RETURNS) == 0


def test_an_article_known_in_two_languages_is_found_in_both() -> None:
    assert {INDEX.query(question)[0].article_id for question in ("怎么退货", "return an item")} == {RETURNS}
    assert INDEX.query("iPhone 怎么退货", least=0)[0].article_id == RETURNS


def test_repeated_phrasings_count_once() -> None:
    twice = FaqIndex.build([*ENTRIES, *ENTRIES])
    assert [m.score for m in twice.query("怎么退")] == [m.score for m in INDEX.query("怎么退")]


@pytest.mark.parametrize("unit", ["退", "return ", "a", "👍"])
def test_a_question_of_any_length_is_searched(unit: str) -> None:
    assert len(INDEX.query(unit * 100_000)) <= 3


@pytest.mark.slow
def test_many_phrasings_vote_without_token_sort() -> None:
    things = [f"{one}{other}" for one in "abcdefghij" for other in "klmnopqrst"]
    entries = [
        Entry(nth, "en", f"{how} {thing * 3}") for nth, thing in enumerate(things) for how in range(21)
    ]
    assert FaqIndex.build(entries).query(f"about {things[7] * 3}")[0].article_id == 7

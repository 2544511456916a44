"""Finding the article that answers, and the command that was meant."""

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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

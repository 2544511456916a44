"""Articles are kept by slug, read in the reader's language, and listed with every phrasing."""

import pytest

from crm_store import knowledge
from crm_store.knowledge import Answer, Draft, Entry
from crm_store.store import Store

RETURNS = Draft(
    "returns",
    {"zh": Answer("退货", "7 天内可退。"), "en": Answer("Returns", "Within 7 days.")},
    {"zh": ["退货要几天", "退货要几天"], "en": ["how long do returns take"]},
)
INVOICE = Draft("invoice", {"en": Answer("Invoices", "In every parcel.")})


def keep(store: Store, draft: Draft) -> int:
    return store.write_now(lambda session: knowledge.keep(session, draft))


@pytest.mark.parametrize(
    ("draft", "language", "title"),
    [(RETURNS, "zh", "退货"), (RETURNS, "en", "Returns"), (INVOICE, "zh", "Invoices")],
)
def test_a_reader_gets_their_language_else_the_other(
    store: Store, draft: Draft, language: str, title: str
) -> None:
    article = keep(store, draft)
    answer = store.write_now(lambda session: knowledge.text_of(session, article, language))
    assert answer is not None and answer.title == title


def test_an_article_that_is_gone_has_no_text(store: Store) -> None:
    assert store.write_now(lambda session: knowledge.text_of(session, 7, "en")) is None


def test_entries_are_titles_and_phrasings_without_doubles(store: Store) -> None:
    first, second = keep(store, RETURNS), keep(store, INVOICE)
    assert set(store.read_now(knowledge.entries)) == {
        Entry(first, "zh", "退货"),
        Entry(first, "zh", "退货要几天"),
        Entry(first, "en", "Returns"),
        Entry(first, "en", "how long do returns take"),
        Entry(second, "en", "Invoices"),
    }


def test_keeping_it_again_replaces_what_it_said(store: Store) -> None:
    first = keep(store, RETURNS)
    again = keep(store, Draft("returns", {"en": Answer("Returns", "Within 14 days.")}))
    assert again == first
    answer = store.write_now(lambda session: knowledge.text_of(session, first, "zh"))
    assert answer == Answer("Returns", "Within 14 days.")
    assert store.read_now(knowledge.entries) == [Entry(first, "en", "Returns")]

"""/article: written step by step, changed, taught by customers' taps after review, and counted."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from crm_store import knowledge
from crm_store.models.article import ArticleProposal
from crm_store.models.staff import Audit
from handlers.routes import ROUTES
from tests.factories import CAST, House, house
from tests.handlers.customers import labels, look, open_house, press, teach
from tests.handlers.test_customer_faq import hears_unsure

CHEN, WANG = CAST["chen"].address, CAST["wang"].address


@pytest.fixture
def home(tmp_path: Path) -> House:
    return open_house(tmp_path)


def told(at: House, who: str, text: str) -> str:
    [answer] = at.hears(who, text)
    return answer.partition(": ")[2]


def audited(at: House) -> list[str]:
    return look(at, lambda session: list(session.scalars(sa.select(Audit.what).order_by(Audit.id))))


class TestWriting:
    def test_a_new_article_in_two_languages(self, home: House) -> None:
        assert told(home, "chen", "/article new").startswith("Give the article a slug")
        assert told(home, "chen", "gift-wrap") == "The title in Chinese? Send “skip” to leave Chinese out."
        assert told(home, "chen", "可以包装礼物吗？") == "The answer in Chinese?"
        assert told(home, "chen", "可以，免费。").startswith("The title in English?")
        assert told(home, "chen", "Do you wrap gifts?") == "The answer in English?"
        assert told(home, "chen", "Yes, free of charge.").startswith("gift-wrap is written")
        draft = look(home, lambda session: knowledge.by_slug(session, "gift-wrap"))
        assert draft.answers["zh"] == knowledge.Answer("可以包装礼物吗？", "可以，免费。")
        assert draft.answers["en"].body == "Yes, free of charge."
        assert "article.made" in audited(home)

    def test_one_language_may_be_left_out(self, home: House) -> None:
        for text in ("/article new gift-wrap", "skip", "Gifts", "Yes."):
            home.hears("chen", text)
        assert list(look(home, lambda session: knowledge.by_slug(session, "gift-wrap")).answers) == ["en"]

    def test_leaving_both_out_writes_nothing(self, home: House) -> None:
        for text in ("/article new gift-wrap", "skip"):
            home.hears("chen", text)
        assert told(home, "chen", "skip") == "Both languages were skipped, so no article was written."
        assert told(home, "chen", "/article").startswith("There are no articles yet.")

    @pytest.mark.parametrize(
        ("slug", "reason"),
        [
            ("Zwei Worte", "“Zwei Worte” cannot be a slug."),
            ("x" * 41, "cannot be a slug."),
            ("returns", "already"),
        ],
    )
    def test_a_bad_slug_is_asked_for_again(self, home: House, slug: str, reason: str) -> None:
        teach(home)
        home.hears("chen", "/article new")
        assert reason in told(home, "chen", slug)
        assert told(home, "chen", "gift-wrap").startswith("The title in Chinese?")

    def test_it_can_be_given_up(self, home: House) -> None:
        home.hears("chen", "/article new")
        home.hears("chen", "/cancel")
        assert "gift" not in "".join(look(home, knowledge.slugs))


class TestChanging:
    def test_texts_titles_and_phrasings(self, home: House) -> None:
        teach(home)
        assert told(home, "chen", "/article edit invoice zh 发票在包裹里。").startswith("invoice is updated")
        assert told(home, "chen", "/article title invoice zh 发票").startswith("The title of invoice")
        assert told(home, "chen", "/article phrasing invoice 中文 发票在哪").startswith(
            "invoice knows one more"
        )
        assert (
            told(home, "chen", "/article phrasing invoice zh 发票在哪")
            == "invoice knows this phrasing already."
        )
        shown = told(home, "chen", "/article show invoice")
        assert "Chinese: 发票\n发票在包裹里。\nAsked as:\n  · 发票在哪" in shown
        assert told(home, "chen", "/article invoice") == shown
        assert "invoice · Invoices · en zh · phrasings: 2" in told(home, "chen", "/article list")

    def test_deleting_asks_first(self, home: House) -> None:
        teach(home)
        assert (
            told(home, "chen", "/article delete invoice")
            == "Delete invoice (Invoices) with all its phrasings?"
        )
        assert press(home, "chen", "Delete") == [f"{CHEN}: invoice is deleted."]
        assert look(home, knowledge.slugs) == ["returns", "shipping"]
        assert "article.deleted" in audited(home)

    @pytest.mark.parametrize(
        ("text", "answer"),
        [
            ("/article fly", "Use /article list, show SLUG, new,"),
            ("/article show", "Use /article list, show SLUG, new,"),
            ("/article edit invoice zh", "Use /article list, show SLUG, new,"),
            ("/article show invioce", "There is no article “invioce”. Did you mean “invoice”?"),
            ("/article show 7q", "There is no article “7q”. Send /article to see all."),
            ("/article edit invoice fr Facture", "fr"),
            (
                "/article title invoice en " + "x" * 121,
                "That is too long: 120 characters at most, this has 121.",
            ),
            ("/article review", "No questions wait for review."),
            ("/article stats", "No article was shown to a customer in the last 90 days."),
        ],
    )
    def test_wrong_use_is_told_in_one_sentence(self, home: House, text: str, answer: str) -> None:
        teach(home)
        assert answer in told(home, "chen", text)

    def test_agents_may_not(self, home: House) -> None:
        teach(home)
        assert "invoice" not in told(home, "wang", "/article list")
        assert "invoice" in look(home, knowledge.slugs)


class TestLearning:
    def ask(self, home: House, ids: dict[str, int], text: str, who: str = "li") -> None:
        hears_unsure(home, who, text, (ids["returns"], 0.5), (ids["invoice"], 0.4))

    def test_a_tap_becomes_a_phrasing_after_review(self, home: House) -> None:
        ids = teach(home)
        self.ask(home, ids, "my parcel AB-12345 can go back? mail me at li@example.com or 138 0000 0000")
        press(home, "li", "How long returns take", last=3)
        assert (
            told(home, "chen", "/article")
            .splitlines()[-1]
            .startswith("Customers’ questions waiting for your review: 1")
        )
        told_all = home.hears("chen", "/article review")
        text = "my parcel can go back? mail me at or"
        assert told_all[-1] == f"{CHEN}: “{text}” (English) → returns"
        data = labels(home)["Add"]
        assert home.presses("chen", data) == [f"{CHEN}: ✔ Added to returns: “{text}”"]
        known = look(home, lambda session: knowledge.by_slug(session, "returns").phrasings["en"])
        assert text in known
        assert home.presses("chen", data) == [f"{CHEN}: This question was reviewed already."]
        assert "article.proposal.added" in audited(home)

    def test_what_helped_comes_first_and_a_dropped_one_is_gone(self, home: House) -> None:
        ids = teach(home)
        self.ask(home, ids, "can it go back", "li")
        press(home, "li", "How long returns take", last=3)
        self.ask(home, ids, "这个能退回去吗", "mei")
        press(home, "mei", "退货需要多久", last=3)
        press(home, "mei", "解决了", last=3)
        first, second = home.hears("chen", "/article review")[1:]
        assert first == f"{CHEN}: “这个能退回去吗” (Chinese) → returns; the customer said it helped"
        assert second == f"{CHEN}: “can it go back” (English) → returns"
        press(home, "chen", "Drop")
        assert len(home.hears("chen", "/article review")) == 2
        assert "can it go back" not in str(look(home, knowledge.entries))

    def test_numbers_alone_teach_nothing_and_nothing_is_proposed_twice(self, home: House) -> None:
        ids = teach(home)
        self.ask(home, ids, "20260302 12345678")
        press(home, "li", "How long returns take", last=3)
        self.ask(home, ids, "  ", "mei")
        assert look(home, lambda session: session.scalar(sa.select(sa.func.count(ArticleProposal.id)))) == 0

    def test_what_is_known_is_not_proposed(self, home: House) -> None:
        ids = teach(home)
        self.ask(home, ids, "Refund time")
        press(home, "li", "How long returns take", last=3)
        assert home.hears("chen", "/article review") == [f"{CHEN}: No questions wait for review."]

    def test_only_supervisors_decide(self, home: House) -> None:
        ids = teach(home)
        self.ask(home, ids, "can it go back")
        press(home, "li", "How long returns take", last=3)
        for who in ("wang", "li"):
            home.presses(who, "v1:proposal:1:1")
        assert "can it go back" not in str(look(home, knowledge.entries))
        for forged in ("v1:proposal:x:1", "v1:proposal:1:7", "v1:proposal:99:1"):
            assert home.presses("chen", forged)[0].startswith(f"{CHEN}: ")
        assert "can it go back" not in str(look(home, knowledge.entries))


class TestCounting:
    def test_what_articles_settle_is_told_with_its_interval(self, tmp_path: Path, store_url: str) -> None:
        home = house(tmp_path, ROUTES, url=store_url)
        ids = teach(home)
        home.hears("mei", "退货要几天?")
        press(home, "mei", "解决了", last=3)
        home.hears("li", "How long does a return take?")
        home.hears("wang", "/reply 2 let me look")
        hears_unsure(home, "mei", "开票", (ids["shipping"], 0.5))
        press(home, "mei", "发货时间", last=3)
        assert told(home, "chen", "/article stats").splitlines() == [
            "In the last 90 days, of the tickets with an article shown, settled without a person: "
            "1 of 3, too few to say",
            "returns: 1 of 2, too few to say",
            "shipping: 0 of 1, too few to say",
        ]
        home.store.close()

    def test_a_ticket_that_was_opened_again_was_not_settled(self, home: House) -> None:
        teach(home)
        home.hears("mei", "退货要几天?")
        press(home, "mei", "解决了", last=3)
        home.hears("wang", "/reopen 1")
        assert "0 of 1" in told(home, "chen", "/article stats")


def test_a_proposal_shows_no_number_of_its_customer(home: House) -> None:
    ids = teach(home)
    hears_unsure(home, "li", "call +49 170 1234567", (ids["returns"], 0.5))
    press(home, "li", "How long returns take", last=3)
    assert home.hears("chen", "/article review")[-1] == f"{CHEN}: “call” (English) → returns"

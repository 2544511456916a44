"""Articles answer at once with their source; a person is always one tap away, and then the bot is quiet."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from handlers.context import Context
from handlers.ports import Message, Place, Understood
from tests.factories import CAST, House
from tests.handlers.customers import (
    COMPLAINT,
    LI,
    MEI,
    PEOPLE,
    QUESTION,
    labels,
    log,
    open_house,
    press,
    say,
    teach,
    tickets,
    to,
)

TITLE = {"zh": "退货需要多久", "en": "How long returns take"}
BODY = {"zh": "7 天内可退，3 个工作日到账。", "en": "Return within 7 days; money back in 3 working days."}


def taught(folder: Path) -> House:
    home = open_house(folder)
    teach(home)
    return home


def hears_unsure(home: House, who: str, text: str, *answers: tuple[int, float]) -> list[str]:
    """Let someone write what the index is not sure about."""
    person = CAST[who]
    home.messages += 1
    place = Place(home.inbox_id, "telegram", person.address)
    event = Message(place, person, str(home.messages), home.now, text)
    understood = Understood(kind="inquiry", answers=answers)
    home.store.write_now(
        lambda session: home.routes.perform(
            Context(session, home.now, event, home.desk, understood=understood)
        )
    )
    return home.outgoing()


def chat_of(who: str) -> str:
    return CAST[who].address


@pytest.mark.parametrize(("who", "language"), PEOPLE)
def test_a_sure_answer_comes_with_its_source_in_one_message(tmp_path: Path, who: str, language: str) -> None:
    home = taught(tmp_path)
    [told] = to(chat_of(who), home.hears(who, QUESTION[language]))
    assert told.startswith(f"{BODY[language]}\n\n{say(language, 'faq.source', title=TITLE[language])}\n\n")
    assert "#1" in told
    assert [label for label, _ in home.buttons(3) if "#" not in label] == [
        say(language, "key.helped"), say(language, "key.human"),
    ]  # fmt: skip
    assert len(tickets(home)) == 1


@pytest.mark.parametrize(("who", "language"), PEOPLE)
def test_this_helped_resolves_without_a_survey(tmp_path: Path, who: str, language: str) -> None:
    home = taught(tmp_path)
    home.hears(who, QUESTION[language])
    assert press(home, who, say(language, "key.helped"), last=3) == [
        f"{chat_of(who)}: {say(language, 'faq.helped', number=1)}"
    ]
    assert tickets(home)[0].status == "resolved"
    assert log(home, 1) == ["opened", "resolved"]


def test_pressing_helped_twice_says_so_politely(tmp_path: Path) -> None:
    home = taught(tmp_path)
    home.hears("mei", QUESTION["zh"])
    home.presses("mei", "v1:helped:1:1")
    assert home.presses("mei", "v1:helped:1:1") == [f"{MEI}: {say('zh', 'faq.resolved', number=1)}"]
    assert log(home, 1) == ["opened", "resolved"]


@pytest.mark.parametrize(("who", "language"), PEOPLE)
def test_talk_to_a_human_says_when_and_is_recorded_once(tmp_path: Path, who: str, language: str) -> None:
    home = taught(tmp_path)
    home.hears(who, QUESTION[language])
    first = press(home, who, say(language, "key.human"), last=3)
    by = "3月2日 13:00" if language == "zh" else "2 Mar 13:00"
    promise = say(language, "promise.by", by=by)
    assert first == [f"{chat_of(who)}: {say(language, 'human.comes', number=1, promise=promise)}"]
    home.presses(who, "v1:human:1:0")
    assert log(home, 1) == ["opened", "human_wanted"]


def test_the_agent_hears_that_a_person_is_wanted(tmp_path: Path) -> None:
    home = taught(tmp_path)
    home.hears("mei", QUESTION["zh"])
    home.hears("wang", "/take 1")
    assert "201: " + say("zh", "notice.human", number=1, name="Mei 梅") in home.hears("mei", "/human")


def test_human_after_helped_reopens(tmp_path: Path) -> None:
    home = taught(tmp_path)
    home.hears("mei", QUESTION["zh"])
    home.presses("mei", "v1:helped:1:1")
    assert f"{MEI}: {say('zh', 'reopened', number=1)}" in home.presses("mei", "v1:human:1:0")
    assert tickets(home)[0].status == "open"


def test_an_unsure_question_gets_titles_as_buttons(tmp_path: Path) -> None:
    home = taught(tmp_path)
    [told, *_] = hears_unsure(home, "li", "hm", (1, 0.5), (3, 0.4), (99, 0.3), (2, 0.1))
    assert told.endswith(say("en", "faq.unsure"))
    assert list(labels(home, 3))[:3] == ["How long returns take", "Invoices", "Talk to a human"]
    shown = press(home, "li", "Invoices", last=3)
    assert shown == [f"{LI}: Every parcel holds an invoice.\n\n{say('en', 'faq.source', title='Invoices')}"]
    assert list(labels(home)) == ["This helped", "Talk to a human"]
    assert log(home, 1) == ["opened", "article_shown"]


def test_an_article_in_one_language_only_is_shown_in_that(tmp_path: Path) -> None:
    home = taught(tmp_path)
    [told, *_] = hears_unsure(home, "mei", "发票呢", (3, 0.9))
    assert "Every parcel holds an invoice." in told


def test_nothing_near_is_just_the_acknowledgement(tmp_path: Path) -> None:
    home = taught(tmp_path)
    [told] = to(LI, home.hears("li", "Is there parking for bicycles near the museum?"))
    assert told.startswith("Thank you, your question is with us as #1.")
    assert not any("human" in label.lower() for label, _ in home.buttons(3))


def test_once_a_person_answered_the_bot_is_quiet(tmp_path: Path) -> None:
    home = taught(tmp_path)
    home.hears("mei", QUESTION["zh"])
    home.hears("wang", "/reply 1 三天")
    quiet = [f"{MEI}: {say('zh', 'faq.answered', number=1)}"]
    assert home.presses("mei", "v1:article:1:2") == quiet
    assert home.presses("mei", "v1:helped:1:1") == quiet
    assert home.presses("mei", "v1:human:1:0")[-1] == f"{MEI}: {say('zh', 'human.answered', number=1)}"
    assert tickets(home)[0].status == "open"


@pytest.mark.parametrize("verb", ["article", "helped", "human", "reopen_own"])
def test_other_peoples_tickets_are_refused(tmp_path: Path, verb: str) -> None:
    home = taught(tmp_path)
    home.hears("mei", QUESTION["zh"])
    assert home.presses("li", f"v1:{verb}:1:1") == [f"{LI}: {say('en', 'refused.not_your_ticket')}"]
    assert log(home, 1) == ["opened"]


@pytest.mark.parametrize("verb", ["article", "helped", "human", "reopen_own"])
def test_forged_tickets_are_refused(tmp_path: Path, verb: str) -> None:
    home = taught(tmp_path)
    assert home.presses("li", f"v1:{verb}:x:1") == [f"{LI}: {say('en', 'refused.stale_button')}"]
    assert len(home.presses("li", f"v1:{verb}:7:1")) == 1


def test_an_article_that_is_gone_leaves_it_to_a_person(tmp_path: Path) -> None:
    home = taught(tmp_path)
    home.hears("li", QUESTION["en"])
    assert home.presses("li", "v1:article:1:77") == [f"{LI}: {say('en', 'faq.gone')}"]


class TestKinds:
    @pytest.mark.parametrize(("who", "language"), PEOPLE)
    @pytest.mark.parametrize("kind", ["inquiry", "feedback", "complaint"])
    def test_a_button_asks_for_words_and_fixes_the_kind(
        self, tmp_path: Path, who: str, language: str, kind: str
    ) -> None:
        home = open_house(tmp_path)
        home.hears(who, "/start")
        [asked] = press(home, who, say(language, f"key.{kind}"), last=2)
        assert asked.endswith(say(language, f"opening.{kind}"))
        assert tickets(home) == []
        home.hears(who, QUESTION[language])
        assert [ticket.kind for ticket in tickets(home)] == [kind]

    @pytest.mark.parametrize(
        ("command", "kind"), [("ask", "inquiry"), ("feedback", "feedback"), ("complaint", "complaint")]
    )
    def test_a_command_with_words_opens_at_once(self, tmp_path: Path, command: str, kind: str) -> None:
        home = open_house(tmp_path)
        home.hears("li", f"/{command} the blue one\nand the red one")
        [ticket] = tickets(home)
        assert (ticket.kind, ticket.subject) == (kind, "the blue one and the red one")

    def test_words_on_the_line_below_a_command_are_kept(self, tmp_path: Path) -> None:
        home = open_house(tmp_path)
        home.hears("li", "/complaint\nthe box was empty")
        assert tickets(home)[0].subject == "the box was empty"

    def test_a_photo_after_the_button_opens_it_too(self, tmp_path: Path) -> None:
        home = open_house(tmp_path)
        home.presses("mei", "v1:begin:complaint:0")
        home.photo("mei")
        [ticket] = tickets(home)
        assert (ticket.kind, ticket.subject) == ("complaint", "[photo]")

    def test_more_of_the_same_kind_joins_and_says_so(self, tmp_path: Path) -> None:
        home = open_house(tmp_path)
        home.hears("li", "/complaint the box was empty")
        assert home.hears("li", "/complaint and wet") == [f"{LI}: {say('en', 'joined', number=1)}"]
        assert len(tickets(home)) == 1

    def test_another_kind_is_another_ticket(self, tmp_path: Path) -> None:
        home = open_house(tmp_path)
        home.hears("li", QUESTION["en"])
        home.hears("li", "/complaint the box was empty")
        assert [ticket.kind for ticket in tickets(home)] == ["inquiry", "complaint"]

    def test_human_without_a_ticket_asks_what_it_is_about_and_offers_no_articles(
        self, tmp_path: Path
    ) -> None:
        home = taught(tmp_path)
        assert home.hears("mei", "/human") == [f"{MEI}: {say('zh', 'opening.human')}"]
        [told] = to(MEI, home.hears("mei", QUESTION["zh"]))
        assert told.startswith("您的问题已收到，编号 #1。")

    def test_reopen_after_the_window_asks_for_words(self, tmp_path: Path) -> None:
        home = open_house(tmp_path)
        home.hears("mei", QUESTION["zh"])
        assert "#1" in home.presses("mei", "v1:reopen_own:1:0")[0]
        home.hears("wang", "/resolve 1")
        home.passes(hours=73)
        assert home.presses("mei", "v1:reopen_own:1:0") == [f"{MEI}: {say('zh', 'opening.inquiry')}"]

    def test_in_a_group_it_is_refused(self, tmp_path: Path) -> None:
        home = open_house(tmp_path)
        home.desk = replace(home.desk, staff_group="-1001")
        assert home.hears("li", "/ask where", group=True) == [f"-1001: {say('en', 'refused.private_only')}"]
        assert tickets(home) == []


class TestUnsureKind:
    @pytest.mark.parametrize(("who", "language"), PEOPLE)
    def test_one_message_acknowledges_and_asks(self, tmp_path: Path, who: str, language: str) -> None:
        home = open_house(tmp_path)
        [told] = to(chat_of(who), home.hears(who, "A-1042"))
        assert "#1" in told and told.endswith(say(language, "kind.unsure"))
        assert list(labels(home, 3))[:3] == [
            say(language, f"key.{kind}") for kind in ("inquiry", "feedback", "complaint")
        ]

    def test_a_clear_question_is_not_asked_about(self, tmp_path: Path) -> None:
        home = open_house(tmp_path)
        assert say("en", "kind.unsure") not in to(LI, home.hears("li", QUESTION["en"]))[0]

    @pytest.mark.parametrize(("who", "language"), PEOPLE)
    def test_a_complaint_gets_its_owner_priority_and_deadline(
        self, tmp_path: Path, who: str, language: str
    ) -> None:
        home = open_house(tmp_path)
        home.hears(who, "A-1042")
        home.passes(minutes=5)
        sent = press(home, who, say(language, "key.complaint"), last=3)
        assert say(language, "owner.named", name="Chen 陈") in to(chat_of(who), sent)[0]
        assert any(line.startswith("201: ❗ #1") for line in sent)
        [ticket] = tickets(home)
        assert (ticket.kind, ticket.priority) == ("complaint", "high")
        assert ticket.first_due == ticket.opened + timedelta(hours=1)

    def test_feedback_gets_its_scores_and_loses_its_deadline(self, tmp_path: Path) -> None:
        home = open_house(tmp_path)
        home.hears("li", "A-1042")
        assert press(home, "li", "Feedback", last=3) == [f"{LI}: {say('en', 'ack.feedback', number=1)}"]
        assert list(labels(home)) == ["1", "2", "3", "4", "5"]
        assert tickets(home)[0].first_due is None

    def test_confirming_keeps_it_an_inquiry(self, tmp_path: Path) -> None:
        home = open_house(tmp_path)
        home.hears("li", "A-1042")
        [told] = press(home, "li", "Ask", last=3)
        assert "#1" in told and labels(home) == {}
        assert (tickets(home)[0].kind, log(home, 1)) == ("inquiry", ["opened", "kind_confirmed"])

    @pytest.mark.parametrize("data", ["v1:kind:1:1", "v1:kind:1:2", "v1:kind:1:7", "v1:kind:1:-1"])
    def test_it_is_asked_once(self, tmp_path: Path, data: str) -> None:
        home = open_house(tmp_path)
        home.hears("li", "A-1042")
        home.presses("li", "v1:kind:1:2")
        assert home.presses("li", data) == [f"{LI}: {say('en', 'refused.stale_button')}"]
        assert tickets(home)[0].kind == "complaint"


@pytest.mark.parametrize("step", ["opening", "rating"])
def test_machine_mail_in_the_middle_of_a_dialog_is_not_answered(tmp_path: Path, step: str) -> None:
    home = open_house(tmp_path)
    if step == "opening":
        home.hears("li", "/complaint")
    else:
        home.hears("li", QUESTION["en"])
        home.hears("wang", "/resolve 1")
        home.presses("li", "v1:rate:1:5")
    before = len(tickets(home))
    assert home.hears("li", "I am out of office.", is_machine=True) == []
    assert len(tickets(home)) == before
    assert len(home.hears("li", "the box was empty")) > 0


@pytest.mark.parametrize(("who", "language"), PEOPLE)
def test_what_follows_an_article_that_helped_is_a_new_ticket(tmp_path: Path, who: str, language: str) -> None:
    home = taught(tmp_path)
    home.hears(who, QUESTION[language])
    home.presses(who, "v1:helped:1:1")
    home.hears(who, COMPLAINT[language])
    first, second = tickets(home)
    assert (first.status, second.status, second.follow_up_of) == ("resolved", "new", 1)


def test_what_follows_a_person_reopens(tmp_path: Path) -> None:
    home = taught(tmp_path)
    home.hears("li", QUESTION["en"])
    home.hears("wang", "/resolve 1")
    home.hears("li", "It is still broken")
    [only] = tickets(home)
    assert (only.status, only.episode) == ("open", 2)


def test_an_article_that_helped_has_no_survey_and_why_says_so(tmp_path: Path) -> None:
    home = taught(tmp_path)
    home.hears("li", QUESTION["en"])
    home.presses("li", "v1:helped:1:1")
    assert "Survey: none, because an article settled it" in home.hears("chen", "/why 1")[0]
    assert "由文章解决，没有同事参与" in home.hears("wang", "/why 1")[0]

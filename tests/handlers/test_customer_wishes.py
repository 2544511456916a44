"""What customers write instead of a command, what comes with one, and what is not clear."""

from datetime import timedelta
from pathlib import Path

import pytest

from crm_store import consents
from crm_store.consents import TOPICS, Scope
from handlers.customer import wishes
from tests.handlers.customers import MEI, log, look, messages, open_house, say, tickets, to


@pytest.mark.parametrize(
    "text", ["转人工", "轉人工！", "人工客服", "我要找人工", "talk to a human", "Human please", "真人"]
)
def test_a_person_is_asked_for_in_plain_words(text: str) -> None:
    assert wishes.is_human(text)


@pytest.mark.parametrize(
    "text", ["人工费多少", "a human error", "人工湖怎么走", "person", "他是真人吗？我不信"]
)
def test_a_person_is_only_named(text: str) -> None:
    assert wishes.is_human(text) == (text == "person")


@pytest.mark.parametrize("text", ["TD", "退订", "退訂", "Unsubscribe", "STOP!", "别再给我发广告了"])
def test_offers_are_refused_in_plain_words(text: str) -> None:
    assert wishes.is_stop(text)


@pytest.mark.parametrize(
    "text", ["怎么退订酒店", "stop it leaks", "退订单", "the delivery did not stop here"]
)
def test_offers_are_not_meant(text: str) -> None:
    assert not wishes.is_stop(text)


def test_whoever_asks_for_a_person_while_a_ticket_is_open_hears_who_comes(tmp_path: Path) -> None:
    home = open_house(tmp_path)
    home.hears("mei", "退货要几天？")
    [told] = to(MEI, home.hears("mei", "轉人工"))
    assert "human_wanted" in log(home, 1)
    assert told.startswith("好的，#1 会由同事接手。")
    assert [message.body for message in messages(home)][1] == "轉人工"


def test_plain_words_stop_offers_and_open_no_ticket(tmp_path: Path) -> None:
    home = open_house(tmp_path)
    home.hears("mei", "/start")
    assert to(MEI, home.hears("mei", "退订")) == [say("zh", "stop.done")]
    customer = look(home, lambda session: Scope(1, "telegram", TOPICS[0]))
    assert not look(home, lambda session: consents.is_granted(session, customer))
    assert tickets(home) == []


@pytest.mark.parametrize("word", ["算了", "没事了", "never mind"])
def test_who_drops_what_they_began_opens_nothing(tmp_path: Path, word: str) -> None:
    home = open_house(tmp_path)
    home.hears("mei", "/complaint")
    home.hears("mei", word)
    assert tickets(home) == []
    home.hears("mei", "退货要几天？")
    assert [ticket.kind for ticket in tickets(home)] == ["inquiry"]


def test_thanks_for_the_question_are_not_the_complaint(tmp_path: Path) -> None:
    home = open_house(tmp_path)
    home.hears("mei", "/complaint")
    assert to(MEI, home.hears("mei", "好的")) == []
    home.hears("mei", "杯子碎了")
    assert [(ticket.kind, ticket.subject) for ticket in tickets(home)] == [("complaint", "杯子碎了")]


@pytest.mark.parametrize("word", ["英语", "English", "EN-US", "英文"])
def test_a_language_has_several_names(tmp_path: Path, word: str) -> None:
    home = open_house(tmp_path)
    assert to(MEI, home.hears("mei", f"/language {word}")) == [say("en", "language.set")]


def test_a_score_can_be_given_with_the_command(tmp_path: Path) -> None:
    home = open_house(tmp_path)
    home.hears("mei", "/feedback 茶很香")
    assert to(MEI, home.hears("mei", "/rate 5")) == [
        say("zh", "rating.noted", number=1, score=5, word=say("zh", "score.5"))
    ]
    assert to(MEI, home.hears("mei", "/rate 九"))[0].startswith("您的反馈 #1：")


@pytest.mark.parametrize("caption", ["/complaint", "/status", "/statsu", "/投诉"])
def test_a_picture_with_a_command_below_it_is_kept(tmp_path: Path, caption: str) -> None:
    home = open_house(tmp_path)
    home.photo("mei", caption)
    assert [message.file_kind for message in messages(home)] == ["photo"]
    assert len(tickets(home)) == 1


@pytest.mark.parametrize(
    ("typed", "meant"), [("投诉", "complaint"), ("轉人工", "human"), ("Unsubscribe", "stop")]
)
def test_a_command_in_other_words_is_known(tmp_path: Path, typed: str, meant: str) -> None:
    home = open_house(tmp_path)
    told = say("zh", "refused.did_you_mean", name=typed.lower(), meant=meant)
    assert to(MEI, home.hears("mei", f"/{typed} 你们发错货了")) == [told]


@pytest.mark.parametrize("text", ["我要退款", "还行吧", "I want a refund", "i love it but it leaks"])
def test_what_is_not_clear_is_neither_apologised_for_nor_rated_but_asked(tmp_path: Path, text: str) -> None:
    home = open_house(tmp_path)
    [told] = to(MEI, home.hears("mei", text))
    language = "en" if text.isascii() else "zh"
    assert told.endswith(say(language, "kind.unsure"))


def test_a_complaint_confirmed_by_its_customer_has_its_owner_named(tmp_path: Path) -> None:
    home = open_house(tmp_path)
    home.hears("mei", "我要退款")
    [told] = to(MEI, home.presses("mei", "v1:kind:1:2"))
    assert "由主管 Chen 陈 亲自跟进" in told
    assert (tickets(home)[0].kind, "promised" in log(home, 1)) == ("complaint", True)


@pytest.mark.parametrize(
    ("text", "language"),
    [("ok", "zh"), ("iPhone 15", "zh"), ("how long does a return take", "en"), ("退货要几天", "zh")],
)
def test_an_answer_is_in_the_language_of_the_question(tmp_path: Path, text: str, language: str) -> None:
    home = open_house(tmp_path)
    [told] = to(MEI, home.hears("mei", text))
    assert told.isascii() == (language == "en")


def test_a_second_tap_for_a_person_says_nothing_new(tmp_path: Path) -> None:
    home = open_house(tmp_path)
    home.hears("mei", "退货要几天？")
    assert len(to(MEI, home.presses("mei", "v1:human:1:0"))) == 1
    assert home.presses("mei", "v1:human:1:0") == []
    home.now += timedelta(hours=1)
    assert len(to(MEI, home.presses("mei", "v1:human:1:0"))) == 1

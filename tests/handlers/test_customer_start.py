"""The first meeting, the language, consent and where things stand."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from crm_store import consents
from crm_store.consents import Scope
from crm_store.models.consent import Consent, Suppression
from handlers.texts import catalogue
from tests.factories import CAST, House
from tests.handlers.customers import (
    COMPLAINT,
    LI,
    MEI,
    PEOPLE,
    QUESTION,
    labels,
    look,
    open_house,
    press,
    say,
    tickets,
)


def wants_news(home: House) -> bool:
    return look(home, lambda session: consents.is_granted(session, Scope(1, "telegram", "news")))


@pytest.mark.parametrize(("who", "language"), PEOPLE)
def test_start_greets_asks_once_and_opens_no_ticket(tmp_path: Path, who: str, language: str) -> None:
    home = open_house(tmp_path)
    name = CAST[who].name
    greeting, question = home.hears(who, "/start")
    assert greeting.endswith(say(language, "start.greeting", name=name))
    assert question.endswith(say(language, "consent.question"))
    kinds = [say(language, f"key.{kind}") for kind in ("inquiry", "feedback", "complaint")]
    other = "English" if language == "zh" else "中文"
    assert list(labels(home, 2))[:4] == [*kinds, other]
    assert len(home.hears(who, "/start")) == 1
    assert tickets(home) == []


def test_start_with_any_other_payload_greets(tmp_path: Path) -> None:
    home = open_house(tmp_path)
    assert say("en", "start.greeting", name="Li 李") in home.hears("li", "/start spring_sale")[0]


def test_start_by_staff_makes_no_customer(tmp_path: Path) -> None:
    home = open_house(tmp_path)
    assert home.hears("wang", "/start") == ["201: " + say("zh", "start.staff", name="Wang 王")]
    assert look(home, lambda session: session.scalar(sa.text("SELECT count(*) FROM customer"))) == 0


@pytest.mark.parametrize(("who", "language"), PEOPLE)
def test_yes_is_recorded_with_its_words(tmp_path: Path, who: str, language: str) -> None:
    home = open_house(tmp_path)
    home.hears(who, "/start")
    [shown] = press(home, who, say(language, "key.consent.yes"))
    assert shown.endswith(say(language, "consent.granted"))
    given = look(home, lambda session: session.scalar(sa.select(Consent)))
    assert given is not None
    assert (given.wording, given.source, given.granted) == (
        say(language, "consent.question"), "question", home.now,
    )  # fmt: skip
    assert wants_news(home)


@pytest.mark.parametrize(("who", "language"), PEOPLE)
def test_no_is_recorded_too(tmp_path: Path, who: str, language: str) -> None:
    home = open_house(tmp_path)
    home.hears(who, "/start")
    [shown] = press(home, who, say(language, "key.consent.no"))
    assert shown.endswith(say(language, "consent.declined"))
    assert look(home, lambda session: session.scalar(sa.select(Suppression.reason))) == "declined"
    assert not wants_news(home)


@pytest.mark.parametrize(("who", "language"), PEOPLE)
def test_stop_withdraws_at_once_and_support_goes_on(tmp_path: Path, who: str, language: str) -> None:
    home = open_house(tmp_path)
    home.presses(who, "v1:consent:news:1")
    assert wants_news(home)
    assert home.hears(who, "/stop")[0].endswith(say(language, "stop.done"))
    assert not wants_news(home)
    home.hears(who, "/stop")
    stood = look(home, lambda session: session.scalars(sa.select(Suppression.reason)).all())
    assert stood == ["stop"]
    assert len(home.hears(who, QUESTION[language])) > 0
    assert len(tickets(home)) == 1


@pytest.mark.parametrize(("who", "language"), PEOPLE)
def test_settings_switch_on_and_off(tmp_path: Path, who: str, language: str) -> None:
    home = open_house(tmp_path)
    home.hears(who, "/stop")
    topic = say(language, "topic.news")
    assert say(language, "settings.off") in home.hears(who, "/settings")[0]
    [shown] = press(home, who, say(language, "key.topic_on", topic=topic))
    assert say(language, "settings.on") in shown and wants_news(home)
    press(home, who, say(language, "key.topic_off", topic=topic))
    assert not wants_news(home)


@pytest.mark.parametrize("data", ["v1:consent:spam:1", "v1:switch:spam:1", "v1:language:fr:0"])
def test_forged_presses_are_refused(tmp_path: Path, data: str) -> None:
    home = open_house(tmp_path)
    assert home.presses("li", data) == [f"{LI}: {say('en', 'refused.stale_button')}"]


class TestLanguage:
    @pytest.mark.parametrize("word", ["zh", "中文", "Chinese"])
    def test_a_word_sets_it_for_good(self, tmp_path: Path, word: str) -> None:
        home = open_house(tmp_path)
        assert home.hears("li", f"/language {word}") == [f"{LI}: {say('zh', 'language.set')}"]
        home.hears("li", QUESTION["en"])
        assert home.hears("li", "/stop") == [f"{LI}: {say('zh', 'stop.done')}"]

    @pytest.mark.parametrize(("who", "language"), PEOPLE)
    def test_without_a_word_it_offers_both(self, tmp_path: Path, who: str, language: str) -> None:
        home = open_house(tmp_path)
        assert home.hears(who, "/language")[0].endswith(say(language, "language.ask"))
        assert press(home, who, "English")[0].endswith(say("en", "language.set"))

    def test_an_unknown_one_is_refused(self, tmp_path: Path) -> None:
        home = open_house(tmp_path)
        assert home.hears("li", "/language klingon") == [
            f"{LI}: {say('en', 'refused.unknown_language', word='klingon')}"
        ]

    def test_an_agent_sets_their_own(self, tmp_path: Path) -> None:
        home = open_house(tmp_path)
        assert home.hears("wang", "/language en") == [f"201: {say('en', 'language.set')}"]
        assert home.hears("wang", "/start") == ["201: " + say("en", "start.staff", name="Wang 王")]

    def test_a_stray_english_word_keeps_a_chinese_customer_chinese(self, tmp_path: Path) -> None:
        home = open_house(tmp_path)
        home.hears("mei", QUESTION["zh"])
        home.hears("mei", "ok then")
        assert home.hears("mei", "/stop") == [f"{MEI}: {say('zh', 'stop.done')}"]

    def test_chinese_words_are_answered_in_chinese(self, tmp_path: Path) -> None:
        home = open_house(tmp_path)
        home.hears("li", "/start")
        home.hears("li", QUESTION["zh"])
        assert home.hears("li", "/stop") == [f"{LI}: {say('zh', 'stop.done')}"]


class TestStatus:
    @pytest.mark.parametrize(("who", "language"), PEOPLE)
    def test_nothing_open(self, tmp_path: Path, who: str, language: str) -> None:
        home = open_house(tmp_path)
        assert home.hears(who, "/status")[0].endswith(say(language, "status.none"))

    @pytest.mark.parametrize(("who", "language"), PEOPLE)
    def test_open_tickets_with_words(self, tmp_path: Path, who: str, language: str) -> None:
        home = open_house(tmp_path)
        home.hears(who, QUESTION[language])
        home.hears(who, "/complaint " + COMPLAINT[language])
        [shown] = home.hears(who, "/status")
        for kind, number in (("inquiry", 1), ("complaint", 2)):
            assert (
                f"#{number} · {say(language, f'status.kind.{kind}')} · {say(language, 'status.new')}" in shown
            )
        home.hears("chen", "/take 1")
        home.hears("chen", "/resolve 2 a | b")
        [shown] = home.hears(who, "/status")
        assert say(language, "status.open") in shown and "#2" not in shown

    def test_other_peoples_tickets_are_not_shown(self, tmp_path: Path) -> None:
        home = open_house(tmp_path)
        home.hears("mei", QUESTION["zh"])
        assert home.hears("li", "/status") == [f"{LI}: {say('en', 'status.none')}"]


class TestHelp:
    def test_a_customer_sees_customers_commands_only(self, tmp_path: Path) -> None:
        home = open_house(tmp_path)
        [shown] = home.hears("li", "/help")
        for name in ("start", "ask", "feedback", "complaint", "status", "human", "rate", "language", "stop"):
            assert f"/{name} · {say('en', f'command.{name}')}" in shown
        assert "/take" not in shown

    def test_an_agent_sees_the_desk_and_nothing_of_the_customers_own(self, tmp_path: Path) -> None:
        home = open_house(tmp_path)
        [shown] = home.hears("wang", "/help")
        assert shown.startswith(f"201: {say('zh', 'help.agent')}\n/queue · ")
        assert f"/take · {say('zh', 'command.take')}" in shown
        assert "/help" in shown and "/language" in shown
        assert not any(f"/{name} " in shown for name in ("rate", "stop", "ask", "complaint", "campaign"))

    @pytest.mark.parametrize(
        ("who", "heads"),
        [
            ("wang", ["agent", "staff"]),
            ("chen", ["agent", "supervisor", "staff"]),
            ("zhao", ["marketer", "staff"]),
        ],
    )
    def test_staff_see_their_roles_apart(self, tmp_path: Path, who: str, heads: list[str]) -> None:
        home = open_house(tmp_path)
        [shown] = home.hears(who, "/help")
        language = "en" if who == "chen" else "zh"
        parts = shown.partition(": ")[2].split("\n\n")
        assert [part.splitlines()[0] for part in parts] == [say(language, f"help.{head}") for head in heads]

    def test_a_supervisor_sees_the_strategy_under_their_own(self, tmp_path: Path) -> None:
        home = open_house(tmp_path)
        [shown] = home.hears("chen", "/help")
        assert "/strategy" in shown.split("\n\n")[1]


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_every_customer_command_has_words(tmp_path: Path, language: str) -> None:
    for route in open_house(tmp_path).routes.of_kind("command"):
        assert say(language, f"command.{route.name}")

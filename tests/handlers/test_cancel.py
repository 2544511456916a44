"""Giving up what one was writing, whoever one is."""

from pathlib import Path

import pytest

from tests.handlers.customers import MEI, open_house, say, tickets

PEOPLE = pytest.mark.parametrize(("who", "chat", "language"), [("mei", "101", "zh"), ("li", "102", "en")])


@PEOPLE
def test_a_customer_gives_up_a_complaint(tmp_path: Path, who: str, chat: str, language: str) -> None:
    home = open_house(tmp_path)
    home.hears(who, "/complaint")
    assert home.hears(who, "/cancel") == [f"{chat}: {say(language, 'cancel.done')}"]
    assert home.hears(who, "/cancel") == [f"{chat}: {say(language, 'cancel.nothing')}"]
    home.hears(who, "你好，几点开门？" if language == "zh" else "when are you open?")
    assert [ticket.kind for ticket in tickets(home)] == ["inquiry"]


def test_start_leaves_what_was_begun(tmp_path: Path) -> None:
    home = open_house(tmp_path)
    home.hears("mei", "/complaint")
    home.hears("mei", "/start")
    home.hears("mei", "请问几点开门？")
    assert [ticket.kind for ticket in tickets(home)] == ["inquiry"]


@pytest.mark.parametrize(("who", "language"), [("wang", "zh"), ("chen", "en")])
def test_nothing_going_on(tmp_path: Path, who: str, language: str) -> None:
    [told] = open_house(tmp_path).hears(who, "/cancel")
    assert told.endswith(say(language, "cancel.nothing"))


def test_an_agent_gives_up_resolving_a_complaint(tmp_path: Path) -> None:
    home = open_house(tmp_path)
    home.hears("mei", "/complaint 包裹破了")
    home.hears("wang", "/resolve 1")
    assert home.hears("wang", "/cancel") == [f"201: {say('zh', 'cancel.done')}"]
    assert tickets(home)[0].status == "new"


def test_a_number_is_for_marketers(tmp_path: Path) -> None:
    home = open_house(tmp_path)
    assert home.hears("mei", "/cancel 1") == [f"{MEI}: {say('zh', 'cancel.nothing')}"]
    told = say("zh", "error.not_found", what=say("zh", "word.campaign"), number=1)
    assert home.hears("zhao", "/cancel 1") == [f"203: {told}"]

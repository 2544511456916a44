"""A day after a complaint is resolved its customer is asked whether it is put right."""

from pathlib import Path

import pytest

from handlers.context import TickContext
from tests.factories import CAST, STAFF_GROUP, House
from tests.handlers.customers import COMPLAINT, labels, log, open_house, press, say, tickets, to

PEOPLE = pytest.mark.parametrize(("who", "language"), [("mei", "zh"), ("li", "en")])
CHEN = CAST["chen"].address


def turn(at: House) -> list[str]:
    route = at.routes.named("tick", "remedies")
    assert route is not None
    at.store.write_now(lambda session: bool(route.run(TickContext(session, at.now, at.desk, at.inbox_id))))
    return at.outgoing()


def settled(folder: Path, who: str, language: str) -> House:
    at = open_house(folder, staff_group=STAFF_GROUP)
    at.hears(who, COMPLAINT[language])
    at.hears("chen", "/resolve 1 the till stuck | paid back")
    at.outgoing()
    return at


@PEOPLE
def test_is_asked_once_after_24_hours(tmp_path: Path, who: str, language: str) -> None:
    at = settled(tmp_path, who, language)
    at.passes(hours=23, minutes=59)
    assert turn(at) == []
    at.passes(minutes=1)
    assert turn(at) == [f"{CAST[who].address}: {say(language, 'remedy.ask', number=1)}"]
    assert turn(at) == []


@PEOPLE
def test_a_yes_is_thanked_for(tmp_path: Path, who: str, language: str) -> None:
    at = settled(tmp_path, who, language)
    at.passes(days=1)
    turn(at)
    assert press(at, who, say(language, "key.remedy.yes")) == [
        f"{CAST[who].address}: {say(language, 'remedy.right', number=1)}"
    ]
    assert tickets(at)[0].status == "resolved"
    assert "Put right? yes" in at.hears("chen", "/why 1")[0]


@PEOPLE
def test_a_no_reopens_and_tells_the_supervisors(tmp_path: Path, who: str, language: str) -> None:
    at = settled(tmp_path, who, language)
    at.passes(days=1)
    turn(at)
    sent = press(at, who, say(language, "key.remedy.no"))
    assert to(CAST[who].address, sent) == [
        say(language, key, number=1) for key in ("remedy.wrong", "reopened")
    ]
    assert to(CHEN, sent)[-1:] == [say("en", "notice.not_right", number=1, name=CAST[who].name)]
    assert tickets(at)[0].status == "open"
    assert log(at, 1)[-2:] == ["checked", "reopened"]


def test_a_second_no_changes_nothing(tmp_path: Path) -> None:
    at = settled(tmp_path, "li", "en")
    at.passes(days=1)
    turn(at)
    data = labels(at)["No, not yet"]
    at.presses("li", data)
    assert at.presses("li", data) == [f"102: {say('en', 'remedy.open', number=1)}"]
    assert tickets(at)[0].episode == 2


def test_another_customer_cannot_answer(tmp_path: Path) -> None:
    at = settled(tmp_path, "li", "en")
    at.passes(days=1)
    turn(at)
    data = labels(at)["No, not yet"]
    [told] = at.presses("mei", data)
    assert told == f"101: {say('zh', 'refused.not_your_ticket')}"
    assert tickets(at)[0].status == "resolved"


def test_is_not_asked_when_the_work_went_on(tmp_path: Path) -> None:
    at = settled(tmp_path, "li", "en")
    at.hears("li", "It is broken again!")
    at.passes(days=1)
    assert turn(at) == []
    assert "Put right? not asked" in at.hears("chen", "/why 1")[0]


def test_is_not_asked_of_an_inquiry(tmp_path: Path) -> None:
    at = open_house(tmp_path, staff_group=STAFF_GROUP)
    at.hears("li", "/ask Where is my order?")
    at.hears("chen", "/resolve 1")
    at.outgoing()
    at.passes(days=1)
    assert turn(at) == []

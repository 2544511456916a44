"""Several customers, one cause: suggested once, decided once, answered once each, ended and taken back."""

from pathlib import Path

import pytest

from handlers.context import TickContext
from handlers.ports import Message, Person, Place
from tests.factories import CAST, STAFF_GROUP, House
from tests.handlers.customers import log, open_house, tickets
from tests.handlers.desk import get, said, send_all

CHEN, WANG = CAST["chen"].address, CAST["wang"].address
REPORTS = {
    "zh": ["网站打不开了", "你们网站打不开", "网站怎么打不开啊？", "打不开网站，急！"],
    "en": ["The payment page is down", "payment page seems down!", "I can't pay, the payment page is down",
           "Payment page down again??"],
}  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> House:
    return open_house(tmp_path, staff_group=STAFF_GROUP)


def writes(at: House, number: int, text: str) -> list[str]:
    """Let the customer of a number write, each of them a different one."""
    person = Person(f"90{number}", f"Customer {number}", "en")
    at.messages += 1
    place = Place(at.inbox_id, "telegram", person.address)
    at.perform(Message(place, person, str(at.messages), at.now, text))
    return at.outgoing()


def turn(at: House) -> list[str]:
    """Let the clock do all it has to do about incidents."""
    route = at.routes.named("tick", "incidents")
    assert route is not None

    def unit(session) -> bool:  # type: ignore[no-untyped-def]  # a unit of the test
        return bool(route.run(TickContext(session, at.now, at.desk, at.inbox_id)))

    while at.store.write_now(unit):
        pass
    return at.outgoing()


def suggested(at: House, language: str = "en", count: int = 3) -> list[str]:
    for number, text in enumerate(REPORTS[language][:count], 1):
        writes(at, number, text)
    return turn(at)


def accepted(at: House) -> None:
    suggested(at)
    at.presses("wang", "v1:incident:1:1", group=True)


def answers(told: list[str], text: str) -> list[str]:
    """List the customers who got some words, once for each time."""
    return sorted(line.partition(": ")[0] for line in told if line.endswith(f": {text}"))


@pytest.mark.parametrize("language", REPORTS)
def test_is_suggested_once(home: House, language: str) -> None:
    [told] = suggested(home, language)
    assert told.startswith(f"{STAFF_GROUP}: 3 customers seem to write about the same thing.")
    assert turn(home) == []
    writes(home, 4, REPORTS[language][3])
    assert turn(home) == []


def test_two_customers_are_no_incident(home: House) -> None:
    writes(home, 1, REPORTS["en"][0])
    writes(home, 1, REPORTS["en"][1])
    writes(home, 2, REPORTS["en"][2])
    assert turn(home) == []


def test_after_an_hour_it_is_another_matter(home: House) -> None:
    for number, text in enumerate(REPORTS["en"][:3], 1):
        writes(home, number, text)
        turn(home)
        home.passes(minutes=31)
    assert turn(home) == []


def test_different_matters_stay_apart(home: House) -> None:
    for number, text in enumerate(("Where is my order?", "Can I pay by card?", "The app crashes"), 1):
        writes(home, number, text)
    assert turn(home) == []


def test_whoever_presses_first_decides(home: House) -> None:
    suggested(home)
    [told] = home.presses("wang", "v1:incident:1:1", group=True)
    assert "One incident: #1, and with it #2, #3." in told
    [told] = home.presses("chen", "v1:incident:1:0", group=True)
    assert told.endswith("Somebody has decided already: it is one incident.")
    assert log(home, 1)[-1] == "incident_opened"
    assert log(home, 3)[-1] == "incident_joined"


def test_a_refused_one_is_not_asked_again(home: House) -> None:
    suggested(home)
    home.presses("wang", "v1:incident:1:0", group=True)
    writes(home, 4, REPORTS["en"][3])
    assert turn(home) == []
    [told] = home.hears("chen", "/incident 1")
    assert told.startswith(f"{CHEN}: #1 belongs to no incident.")


def test_one_answer_reaches_each_once(home: House) -> None:
    accepted(home)
    home.hears("chen", "/incident reply 1 We are on it.")
    told = turn(home)
    assert answers(told, "We are on it.") == ["901", "902", "903"]
    assert turn(home) == []
    for number in (1, 2, 3):
        assert said(home, number)[-1] == ("outbound", "We are on it.")
        assert log(home, number).count("replied") == 1
        assert get(home, number).assignee_id == home.staff_ids["chen"]
    assert any("customers who got the answer in their own ticket: 3." in line for line in told)


def test_a_customer_with_two_tickets_is_answered_once(home: House) -> None:
    accepted(home)
    home.hears("chen", "/resolve 2 till stuck | repaired")
    home.passes(days=4)
    writes(home, 2, "The payment page is down once more")
    home.hears("chen", "/incident join 1 4")
    home.hears("chen", "/incident reply 1 Sorry!")
    told = turn(home)
    assert answers(told, "Sorry!") == ["901", "902", "903"]
    assert said(home, 4)[-1] == ("outbound", "Sorry!")
    assert said(home, 2)[-1] != ("outbound", "Sorry!")


def test_who_has_nothing_open_is_named(home: House) -> None:
    accepted(home)
    home.hears("chen", "/resolve 2 till stuck | repaired")
    home.hears("chen", "/incident reply 1 Sorry!")
    told = turn(home)
    assert answers(told, "Sorry!") == ["901", "903"]
    assert any("Not sent, because they are resolved: #2" in line for line in told)


def test_an_answer_on_the_parent_is_offered_to_all(home: House) -> None:
    accepted(home)
    told = home.hears("wang", "/reply 1 Fixed now")
    assert answers(told, "Fixed now") == ["901"]
    assert any("#1 是事件的主工单" in line for line in told)
    home.presses("wang", "v1:to_all:1:0")
    assert answers(turn(home), "Fixed now") == ["902", "903"]
    told = home.presses("wang", "v1:to_all:1:0")
    assert told == [f"{WANG}: 已经发给所有客户了，没有重复发送。"]
    assert turn(home) == []


def test_a_note_reaches_nobody(home: House) -> None:
    accepted(home)
    told = home.hears("chen", "/incident reply 1 // the provider is to blame")
    assert len(told) == 1
    assert told[0].startswith(f"{CHEN}: One of these lines starts with //")
    home.hears("wang", "/note 1 供应商的问题")
    home.hears("wang", "/incident reply 1 处理中")
    turn(home)
    assert not [row for row in home.rows() if row.chat.startswith("90") and "供应商" in row.body]


def test_a_later_one_is_asked_to_join(home: House) -> None:
    accepted(home)
    home.passes(hours=5)
    writes(home, 4, REPORTS["en"][3])
    [told] = turn(home)
    assert told.startswith(f"{STAFF_GROUP}: This looks like the incident of #1, too:")
    home.presses("wang", "v1:incident_join:4:1", group=True)
    home.hears("wang", "/incident reply 1 Soon")
    assert answers(turn(home), "Soon") == ["901", "902", "903", "904"]


def test_all_are_resolved_with_the_parent_and_back(home: House) -> None:
    accepted(home)
    before = [get(home, number).status for number in (2, 3)]
    told = home.hears("chen", "/resolve 1 a bad certificate | a new one")
    assert any("Resolve its other tickets, too? (2)" in line for line in told)
    home.presses("chen", "v1:incident_end:1:0")
    turn(home)
    assert {get(home, number).status for number in (1, 2, 3)} == {"resolved"}
    home.hears("chen", "/undo")
    assert [get(home, number).status for number in (2, 3)] == before
    assert get(home, 1).status == "resolved"


def test_made_by_hand_and_shown(home: House) -> None:
    home.hears("mei", "第一个问题")
    home.hears("li", "Another matter")
    assert home.hears("chen", "/incident") == [
        f"{CHEN}: No incident is going on. /incident join NUMBER NUMBER makes one."
    ]
    assert home.hears("chen", "/incident join 1 2") == [f"{CHEN}: #2 joined the incident of #1."]
    [told] = home.hears("chen", "/incident 2")
    assert "#1 Mei 梅 · new" in told
    [told] = home.hears("chen", "/incident")
    assert "#1 · tickets: 2 · 第一个问题" in told


@pytest.mark.parametrize(
    "text", ["/incident soon", "/incident reply", "/incident reply 1", "/incident join 1"]
)
def test_wrong_use(home: House, text: str) -> None:
    home.hears("mei", "你好")
    [told] = home.hears("chen", text)
    assert told.startswith(f"{CHEN}: Send /incident to see what is going on")


def test_without_a_group_the_supervisors_are_asked(tmp_path: Path) -> None:
    at = open_house(tmp_path)
    told = suggested(at)
    assert [line.partition(": ")[0] for line in told] == [CHEN]
    assert len(tickets(at)) == 3


def test_an_unreachable_customer_is_named(home: House) -> None:
    accepted(home)
    person = Person("902", "Customer 2", "en")
    from handlers.ports import Membership

    home.perform(Membership(Place(home.inbox_id, "telegram", "902"), person, False))
    home.hears("chen", "/incident reply 1 Hello")
    told = turn(home)
    assert answers(told, "Hello") == ["901", "903"]
    assert any("cannot be reached: #2" in line for line in told)
    assert send_all(home)

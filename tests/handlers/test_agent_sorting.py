"""Tags, priority, and closing without a word to the customer."""

from functools import partial
from pathlib import Path

import pytest

from crm_store import surveys, tags
from crm_store.rules.lifecycle import Kind, Priority, Status
from handlers.agent import cards
from tests.factories import CAST, House
from tests.handlers.desk import desk, get, log, ticket

WANG, MEI = CAST["wang"].address, CAST["mei"].address


@pytest.fixture
def home(tmp_path: Path) -> House:
    return desk(tmp_path)


def kept(home: House, number: int) -> list[str]:
    return list(home.store.read_now(lambda session: tags.of_ticket(session, number)))


def test_tags_are_put_on_and_taken_off(home: House) -> None:
    number = ticket(home)
    assert home.hears("wang", f"/tag {number} 退款 VIP") == [f"{WANG}: #1 的标签：vip、退款"]
    home.hears("wang", f"/tag {number} -vip")
    assert kept(home, number) == ["退款"]
    assert [kind for kind, _ in log(home, number) if "tag" in kind] == ["tagged", "tagged", "untagged"]


def test_a_slip_is_asked_about_and_a_plus_means_it(home: House) -> None:
    number = ticket(home)
    home.hears("wang", f"/tag {number} refund")
    assert "refund" in home.hears("wang", f"/tag {number} refnud")[0]
    assert kept(home, number) == ["refund"]
    home.hears("wang", f"/tag {number} +refnud")
    assert kept(home, number) == ["refnud", "refund"]


@pytest.mark.parametrize("word", ["a b!", "!!!", "x" * 33])
def test_what_cannot_be_a_tag_is_refused_whole(home: House, word: str) -> None:
    number = ticket(home)
    home.hears("wang", f"/tag {number} good {word.replace(' ', '%')}")
    assert kept(home, number) == []


@pytest.mark.parametrize(("word", "wanted"), [("high", "high"), ("紧急", "urgent"), ("低", "low")])
def test_priority_is_read_in_both_languages(home: House, word: str, wanted: str) -> None:
    number = ticket(home)
    home.hears("wang", f"/priority {number} {word}")
    assert get(home, number).priority == wanted
    assert log(home, number)[-1] == ("priority_changed", {"was": "normal", "to": wanted})


def test_a_mistyped_priority_is_asked_about(home: House) -> None:
    number = ticket(home)
    assert home.hears("wang", f"/priority {number} hihg") == [
        f"{WANG}: 没有“hihg”这个优先级，您是想说“高优先级”吗？"
    ]
    assert get(home, number).priority == Priority.NORMAL


def test_closing_says_nothing_to_the_customer(home: House) -> None:
    number = ticket(home)
    told = home.hears("wang", f"/close {number} spam")
    assert told == [f"{WANG}: #1 已关闭，未向客户发送任何询问。发送 /undo 可撤销。"]
    assert get(home, number).status == Status.CLOSED
    assert [(kind, detail["reason"]) for kind, detail in log(home, number)[-2:]] == [
        ("resolved", "by_staff"), ("closed", "by_staff"),
    ]  # fmt: skip
    assert home.store.read_now(lambda session: surveys.of_ticket(session, number)) == []


def test_many_close_together_or_not_at_all(home: House) -> None:
    first, second = ticket(home), ticket(home, "li")
    told = home.hears("wang", f"/close {first} 99")
    assert "99" in told[0]
    assert get(home, first).status == Status.NEW
    home.hears("wang", f"/close {first}, #{second} junk")
    assert {get(home, number).status for number in (first, second)} == {Status.CLOSED}


def test_a_complaint_needs_its_cause_first(home: House) -> None:
    number = ticket(home, kind=Kind.COMPLAINT)
    assert "/resolve 1" in home.hears("wang", f"/close {number}")[0]
    assert get(home, number).status == Status.NEW


def test_a_colleagues_ticket_is_not_closed(home: House) -> None:
    number = ticket(home)
    home.hears("chen", f"/take {number}")
    home.hears("wang", f"/close {number}")
    assert get(home, number).status == Status.OPEN


def test_what_becomes_a_complaint_is_urgent_enough_and_its_customer_hears_nothing(home: House) -> None:
    number = ticket(home)
    told = home.hears("wang", f"/kind {number} 投诉")
    assert not [line for line in told if line.startswith(f"{MEI}: ")]
    found = get(home, number)
    assert (found.kind, found.priority) == (Kind.COMPLAINT, Priority.HIGH)
    assert log(home, number)[-1] == (
        "kind_changed",
        {"was": "inquiry", "to": "complaint", "priority": "high"},
    )


def test_a_priority_that_was_set_by_hand_outlives_a_change_of_kind(home: House) -> None:
    number = ticket(home, kind=Kind.COMPLAINT)
    home.hears("wang", f"/priority {number} low")
    home.hears("wang", f"/kind {number} inquiry")
    assert get(home, number).priority == Priority.LOW


def test_a_mistyped_kind_is_asked_about(home: House) -> None:
    number = ticket(home)
    assert home.hears("wang", f"/kind {number} complant") == [
        f"{WANG}: 没有“complant”这个类型，您是想说“投诉”吗？"
    ]


def test_closing_many_is_taken_back_whole(home: House) -> None:
    first, second = ticket(home), ticket(home, "li")
    home.hears("wang", f"/tag {second} spam")
    before = [
        (found.status, found.resolved, found.assignee_id)
        for found in map(partial(get, home), (first, second))
    ]
    home.hears("wang", f"/close {first} {second}")
    home.passes(hours=2)
    home.hears("wang", "/undo")
    after = [
        (found.status, found.resolved, found.assignee_id)
        for found in map(partial(get, home), (first, second))
    ]
    assert after == before


def test_closing_is_final_after_a_day(home: House) -> None:
    number = ticket(home)
    home.hears("wang", f"/close {number}")
    home.passes(hours=25)
    home.hears("wang", "/undo")
    assert get(home, number).status == Status.CLOSED


def test_what_an_agent_corrects_is_remembered(home: House) -> None:
    home.hears("mei", "水壶的盖子")
    home.hears("wang", "/kind 1 投诉")
    home.hears("li", "水壶的盖子！")
    found = get(home, 2)
    assert found.kind == Kind.COMPLAINT
    assert log(home, 2)[0][1]["reasons"] == ["corrected"]


def test_a_priority_set_by_hand_stays_when_the_kind_changes(home: House) -> None:
    number = ticket(home)
    home.hears("wang", f"/priority {number} urgent")
    home.hears("wang", f"/kind {number} feedback")
    assert get(home, number).priority == Priority.URGENT


def test_the_card_of_a_closed_ticket_offers_nothing_that_cannot_be_done(home: House) -> None:
    number = ticket(home)
    home.hears("wang", f"/take {number}")
    home.hears("wang", f"/resolve {number}")
    offered = [key.verb for row in cards.keys(cards.sayer("en"), get(home, number)) for key in row]
    assert offered == ["reopen"]
    home.hears("wang", f"/close {number}")
    assert get(home, number).status == Status.CLOSED
    assert cards.keys(cards.sayer("en"), get(home, number)) == []

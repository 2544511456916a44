"""Blocked and muted customers: kept away, nothing lost, and back on request."""

from pathlib import Path

import pytest

from crm_store.models.block import HeldMessage
from tests.factories import CAST, STAFF_GROUP, House
from tests.handlers.customers import edits, look, open_house, tickets
from tests.handlers.desk import get, log, messages, said

MEI, WANG, CHEN = (CAST[who].address for who in ("mei", "wang", "chen"))
KEPT = f"{MEI}: 您的消息我们会保留，但目前不在这里回复。"


@pytest.fixture
def home(tmp_path: Path) -> House:
    at = open_house(tmp_path, staff_group=STAFF_GROUP)
    at.hears("mei", "你好")
    return at


def waiting(at: House) -> int:
    return look(at, lambda session: session.query(HeldMessage).filter_by(recovered=None).count())


def test_words_of_a_blocked_customer_are_held_and_told_once(home: House) -> None:
    told = home.hears("chen", "/block 1 insults")
    assert told[0].startswith(f"{CHEN}: Mei 梅 (#1) is blocked")
    assert home.hears("mei", "骗子！") == [KEPT]
    assert home.hears("mei", "/complaint 我要投诉") == []
    assert home.photo("mei", "看") == []
    assert home.presses("mei", "v1:human:1:0") == []
    assert home.hears("mei", "/status") == []
    assert len(tickets(home)) == 1
    assert said(home, 1) == [("inbound", "你好")]
    assert waiting(home) == 3
    [shown] = home.hears("chen", "/held")
    assert "Mei 梅 (#1) · messages: 3 · cause: insults" in shown


def test_rights_stay(home: House) -> None:
    home.hears("chen", "/block 1")
    assert home.hears("mei", "/stop") != []
    assert home.hears("mei", "/language en") != []


def test_the_wish_to_be_erased_is_heard(home: House) -> None:
    home.hears("chen", "/block 1")
    [told] = home.hears("mei", "请删除我的数据")
    assert told != KEPT
    assert waiting(home) == 0


def test_a_new_ticket_of_a_muted_customer_is_announced_to_nobody(home: House) -> None:
    home.hears("chen", "/mute 1 2h")
    told = home.hears("mei", "/complaint 你们重复扣款了")
    assert [line.partition(": ")[0] for line in told] == [MEI]
    assert get(home, 2).kind == "complaint"


def test_edits_change_what_is_held(home: House) -> None:
    home.hears("chen", "/block 1")
    home.hears("mei", "一")
    assert edits(home, "mei", str(home.messages), "二") == []
    assert messages(home)[-1].body == "二"
    assert waiting(home) == 1


def test_recovered_words_come_in_order_to_the_open_ticket(home: House) -> None:
    home.hears("chen", "/block 1")
    for text in ("一", "二", "三"):
        home.hears("mei", text)
    home.outgoing()
    told = home.hears("chen", "/recover 1")
    assert any("#1 got what was held back of Mei 梅. Messages: 3." in line for line in told)
    assert not any(line.startswith(f"{MEI}: ") for line in told)
    assert [words for _, words in said(home, 1)] == ["你好", "一", "二", "三"]
    assert log(home, 1)[-1] == ("recovered", {"count": 3})
    assert home.hears("chen", "/recover 1") == [f"{CHEN}: Nothing of Mei 梅 is held back."]


def test_recovered_words_open_a_ticket_when_none_is_open(home: House) -> None:
    home.hears("chen", "/resolve 1")
    home.hears("chen", "/block 1")
    home.hears("mei", "还是不行，我要投诉你们")
    home.presses("chen", f"v1:recover:{get(home, 1).customer_id}:0")
    assert said(home, 2) == [("inbound", "还是不行，我要投诉你们")]
    assert get(home, 2).kind == "complaint"
    assert [kind for kind, _ in log(home, 2)] == ["opened", "recovered"]
    assert waiting(home) == 0


@pytest.mark.parametrize("how", ["/unblock 1", "/undo"])
def test_let_in_again(home: House, how: str) -> None:
    home.hears("chen", "/block 1")
    home.hears("chen", how)
    home.hears("mei", "在吗")
    assert said(home, 1)[-1] == ("inbound", "在吗")
    assert home.hears("chen", "/unblock 1") == [f"{CHEN}: Mei 梅 is neither blocked nor muted."]


def test_muted_words_join_quietly_until_the_time_is_up(home: House) -> None:
    home.hears("chen", "/take 1")
    home.hears("chen", "/mute 1 2h spam")
    assert home.hears("mei", "在吗") == []
    assert said(home, 1)[-1] == ("inbound", "在吗")
    home.passes(hours=2)
    assert any("又来一条" in line for line in home.hears("mei", "又来一条"))


@pytest.mark.parametrize("text", ["/mute 1 2y", "/mute 1 0h", "/mute 1 99999d"])
def test_wrong_times(home: House, text: str) -> None:
    assert home.hears("chen", text)[0].startswith(f"{CHEN}: Whom and how long?")


def test_staff_cannot_be_blocked(home: House) -> None:
    from tests.handlers.desk import ticket

    number = ticket(home, "wang")
    assert home.hears("chen", f"/block {number}") == [
        f"{CHEN}: The customer of #2 is one of the staff, so they cannot be blocked or muted."
    ]


def test_nothing_held(home: House) -> None:
    assert home.hears("chen", "/held") == [f"{CHEN}: Nothing is held back."]

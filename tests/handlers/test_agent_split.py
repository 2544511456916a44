"""Splitting messages off into a ticket of their own."""

from pathlib import Path

import pytest

from tests.factories import CAST, STAFF_GROUP, House
from tests.handlers.customers import open_house
from tests.handlers.desk import get, log, said, send_all, threads

MEI, WANG, CHEN = (CAST[who].address for who in ("mei", "wang", "chen"))


@pytest.fixture
def home(tmp_path: Path) -> House:
    at = open_house(tmp_path, staff_group=STAFF_GROUP)
    at.hears("mei", "订单什么时候到？")
    at.passes(minutes=5)
    at.hears("mei", "另外，你们重复扣款了，我要投诉！")
    return at


def test_the_last_messages_become_a_ticket(home: House) -> None:
    told = home.hears("wang", "/split 1 1")
    assert f"{MEI}: “另外，你们重复扣款了，我要投诉！”我们会与 #1 分开处理，工单编号是 #2。" in told
    assert said(home, 1) == [("inbound", "订单什么时候到？")]
    assert said(home, 2) == [("inbound", "另外，你们重复扣款了，我要投诉！")]
    made = get(home, 2)
    assert (made.kind, made.opened) == ("complaint", home.now)
    assert log(home, 2)[-1] == ("split", {"reason": "from", "source": 1, "count": 1})
    assert log(home, 1)[-1] == ("split", {"into": 2, "count": 1})


def test_a_reply_names_where_it_begins(home: House) -> None:
    home.hears("wang", "/take 1", group=True)
    send_all(home)
    topic = str(threads(home)[0].provider_id)
    home.hears("mei", "还有一件事：想改地址")
    [notice] = [row for row in send_all(home) if "想改地址" in row.body]
    home.hears("wang", "/note 1 第二件事")
    home.outgoing()
    told = home.hears("wang", "/split", group=True, thread=topic, reply_to=notice.provider_id)
    assert any("split off #1" in line for line in told)
    assert said(home, 2) == [("inbound", "还有一件事：想改地址"), ("note", "第二件事")]
    assert get(home, 2).assignee_id == home.staff_ids["wang"]
    assert not any(line.startswith(f"{MEI}: ") and "第二件事" in line for line in told)


def test_put_together_again(home: House) -> None:
    home.hears("wang", "/split 1 1")
    home.hears("wang", "/merge 2 1")
    assert [words for _, words in said(home, 1)] == ["订单什么时候到？", "另外，你们重复扣款了，我要投诉！"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("/split 1 2", "#1 must keep at least one of its customer's messages. It has 2."),
        ("/split 1 0", "#1 must keep at least one of its customer's messages. It has 2."),
        ("/split", "Which messages?"),
        ("/split 1", "Which messages?"),
        ("/split soon", "Which messages?"),
        ("/split 1 2 3", "Which messages?"),
    ],
)
def test_wrong_use(home: House, text: str, told: str) -> None:
    [answer] = home.hears("chen", text)
    assert answer.startswith(f"{CHEN}: {told}")

"""The queue: most urgent first, with what is left of each promise."""

from datetime import timedelta
from pathlib import Path

import pytest

from crm_store.models.ticket import Ticket
from crm_store.rules.lifecycle import Kind
from handlers.agent import cards
from tests.factories import CAST, House
from tests.handlers.desk import desk, ticket

WANG, CHEN = CAST["wang"].address, CAST["chen"].address


@pytest.fixture
def home(tmp_path: Path) -> House:
    return desk(tmp_path)


def promise(at: House, number: int, **span: float) -> None:
    at.store.write_now(
        lambda session: setattr(session.get(Ticket, number), "first_due", at.now + timedelta(**span))
    )


@pytest.mark.parametrize(
    ("who", "lines"),
    [
        (
            "chen",
            [
                "Open tickets: 3",
                "❗ #3 complaint · Li 李 · 0 min old · overdue 15 min · nobody yet",
                "❓ #1 inquiry · Mei 梅 · 3 h old · due in 2 h · Wang 王",
                "💬 #2 feedback · Li 李 · 3 h old · no deadline · nobody yet",
            ],
        ),
        (
            "wang",
            [
                "待处理工单：3 个",
                "❗ #3 投诉 · Li 李 · 已等 0 分钟 · 已超时 15 分钟 · 暂无",
                "❓ #1 咨询 · Mei 梅 · 已等 3 小时 · 还剩 2 小时 · Wang 王",
                "💬 #2 反馈 · Li 李 · 已等 3 小时 · 无时限 · 暂无",
            ],
        ),
    ],
)
def test_complaints_come_first(home: House, who: str, lines: list[str]) -> None:
    ticket(home)
    ticket(home, "li", Kind.FEEDBACK)
    home.hears("wang", "/take 1")
    home.passes(hours=3)
    ticket(home, "li", Kind.COMPLAINT)
    promise(home, 1, hours=2)
    promise(home, 3, minutes=-15)
    [told] = home.hears(who, "/queue")
    assert told.removeprefix(f"{CAST[who].address}: ").splitlines() == lines
    assert [data for _, data in home.buttons()] == ["v1:take:3:0", "v1:take:2:0"]


def test_an_empty_one(home: House) -> None:
    assert home.hears("wang", "/queue") == [f"{WANG}: 没有待处理的工单，辛苦了！"]
    assert home.hears("chen", "/queue") == [f"{CHEN}: Nothing is waiting. Well done!"]


def test_a_long_one_tells_how_many_more(home: House) -> None:
    for _ in range(23):
        ticket(home)
    [told] = home.hears("chen", "/queue")
    assert told.endswith("… and 3 more.")
    assert len(told.splitlines()) == 22
    assert len(home.buttons()) == 20


def test_reading_it_writes_nothing(home: House) -> None:
    route = home.routes.named("command", "queue")
    assert route is not None
    assert route.reads


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "0 min"), (59, "59 min"), (60, "1 h"), (239, "3 h 59 min"), (601, "10 h"), (2879, "47 h"),
        (2880, "2 d"), (-5, "0 min"),
    ],
)  # fmt: skip
def test_spans(minutes: int, words: str) -> None:
    assert cards.span(cards.sayer("en"), timedelta(minutes=minutes)) == words


def test_what_a_customer_waits_for_now_counts_after_the_first_answer(home: House) -> None:
    home.hears("mei", "/ask 订单在哪里？")
    home.hears("wang", "/reply 1 今天发货")
    home.hears("mei", "几点发货？")
    home.passes(hours=6)
    [told] = home.hears("chen", "/queue")
    assert "overdue 2 h" in told

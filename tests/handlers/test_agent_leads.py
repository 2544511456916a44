"""Leads: made of a ticket, moved one way, planned, listed by what is due."""

from pathlib import Path

import pytest

from crm_store.errors import TransitionError
from crm_store.rules.leads import FOLLOWS, OPEN, Stage, moved
from tests.factories import CAST, House
from tests.handlers.desk import desk, log, ticket

WANG, CHEN = CAST["wang"].address, CAST["chen"].address


@pytest.fixture
def home(tmp_path: Path) -> House:
    built = desk(tmp_path)
    ticket(built)
    return built


@pytest.mark.parametrize("to", Stage)
@pytest.mark.parametrize("stage", Stage)
def test_a_lead_goes_forward_only(stage: Stage, to: Stage) -> None:
    if to in FOLLOWS[stage]:
        assert moved(stage, to) is to
    else:
        with pytest.raises(TransitionError):
            moved(stage, to)


def test_what_has_ended_stays_so() -> None:
    assert {stage for stage, ways in FOLLOWS.items() if not ways} == set(Stage) - OPEN


@pytest.mark.parametrize(
    ("typed", "what"),
    [
        ("茶具 ¥399", "茶具 CNY 399.00"), ("tea set 20.50 EUR", "tea set EUR 20.50"),
        ("tea set $1,299", "tea set USD 1,299.00"), ("茶壶 88元", "茶壶 CNY 88.00"),
        ("pot 5", "pot CNY 5.00"),
    ],
)  # fmt: skip
def test_product_and_price_are_read(home: House, typed: str, what: str) -> None:
    assert what in home.hears("wang", f"/lead 1 {typed}")[0]


@pytest.mark.parametrize("typed", ["tea set", "399", "tea 0", "tea 99999999999999"])
def test_without_a_price_there_is_no_lead(home: House, typed: str) -> None:
    assert "看不出产品和金额" in home.hears("wang", f"/lead 1 {typed}")[0]
    assert "没有进行中的线索" in home.hears("wang", "/leads")[0]


def test_from_first_word_to_sale(home: House) -> None:
    home.hears("wang", "/lead 1 茶具 ¥399")
    home.hears("wang", "/lead 1 已确认")
    assert "3月5日 09:00" in home.hears("wang", "/lead 1 next 3d 回访")[0]
    [told] = home.hears("wang", "/leads")
    assert told.splitlines()[1] == "· #1 Mei 梅 · 茶具 CNY 399.00 · 已确认 · Wang 王 · 3月5日 09:00 回访"
    home.passes(days=4)
    assert "‼ 已过 3月5日 09:00：回访" in home.hears("wang", "/leads")[0]
    home.hears("wang", "/lead 1 won")
    assert "没有进行中的线索" in home.hears("wang", "/leads")[0]
    assert "Won in 90 days: 100% (21–100%), 1 of 1" in home.hears("chen", "/leads")[0]
    assert [kind for kind, _ in log(home, 1)[1:]] == ["lead_opened", "lead_moved", "lead_moved"]


def test_a_loss_needs_its_reason_and_ends_it(home: House) -> None:
    home.hears("wang", "/lead 1 茶具 ¥399")
    assert home.hears("wang", "/lead 1 lost") == [f"{WANG}: 为什么没有成交？发送 /lead 1 已失去 原因。"]
    home.hears("wang", "/lead 1 lost 价格太高")
    assert "已结束" in home.hears("wang", "/lead 1 offered")[0]


def test_an_agent_sees_own_leads_and_a_supervisor_all(home: House) -> None:
    home.hears("wang", "/lead 1 茶具 ¥399")
    home.hears("chen", "/lead 1 teapot $20")
    assert "进行中的线索：1" in home.hears("wang", "/leads")[0]
    assert "Open leads: 2" in home.hears("chen", "/leads")[0]


@pytest.mark.parametrize("typed", ["/lead 1 won", "/lead 1 next 3d call"])
def test_no_lead_no_move(home: House, typed: str) -> None:
    assert "还没有线索" in home.hears("wang", typed)[0]


def test_wrong_use_tells_how(home: House) -> None:
    assert home.hears("wang", "/lead")[0].startswith(f"{WANG}: 发送 /lead 工单号 产品 金额")
    home.hears("wang", "/lead 1 pot 5")
    assert home.hears("wang", "/lead 1 next 3d")[0].startswith(f"{WANG}: 发送 /lead 工单号")


def test_why_names_the_stage_in_words(home: House) -> None:
    number = ticket(home)
    home.hears("wang", f"/lead {number} 茶具 ¥399")
    home.hears("wang", f"/lead {number} 已报价")
    [told] = home.hears("wang", f"/why {number}")
    assert "将 茶具 的线索推进到：已报价" in told

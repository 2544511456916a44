"""Taking back what was done: once, in time, by whoever did it, and not over others' work."""

from pathlib import Path

import pytest

from crm_store import tags
from crm_store.models.ticket import Ticket
from tests.factories import CAST, House
from tests.handlers.customers import edits, log, look, messages, open_house
from tests.handlers.desk import get

MEI, LI, WANG, CHEN = (CAST[who].address for who in ("mei", "li", "wang", "chen"))
COLUMNS = [column.name for column in Ticket.__table__.columns]


@pytest.fixture
def home(tmp_path: Path) -> House:
    at = open_house(tmp_path)
    at.hears("mei", "/ask 订单什么时候到？")
    at.hears("li", "/ask Where is my invoice?")
    return at


def standing(at: House, number: int) -> list[object]:
    ticket = get(at, number)
    return [getattr(ticket, name) for name in COLUMNS]


def test_a_bulk_close_comes_back_whole(home: House) -> None:
    before = [standing(home, number) for number in (1, 2)]
    home.hears("chen", "/close 1 2")
    assert {get(home, number).status for number in (1, 2)} == {"closed"}
    home.passes(minutes=30)
    assert home.hears("chen", "/undo")[-1] == f"{CHEN}: Undone: the closing of #1, #2."
    assert [standing(home, number) for number in (1, 2)] == before
    assert log(home, 1)[-1] == "undone"


def test_a_macro_comes_back_but_its_words_stay(home: House) -> None:
    home.hears("chen", "/macro edit refund zh 退款已在路上。")
    home.hears("chen", "/macro edit refund en The refund is on its way.")
    home.hears("chen", "/macro edit refund steps tag refund; priority high; resolve")
    home.hears("wang", "/take 1")
    home.hears("wang", "/macro 1 refund")
    [run] = [data for _, data in home.buttons() if data.split(":")[1] == "macro"]
    home.presses("wang", run)
    assert (get(home, 1).status, get(home, 1).priority) == ("resolved", "high")
    home.hears("wang", "/undo")
    ticket = get(home, 1)
    assert (ticket.status, ticket.priority, ticket.resolved) == ("open", "normal", None)
    assert ticket.first_replied == home.now
    assert look(home, lambda session: list(tags.of_ticket(session, 1))) == []
    assert messages(home)[-1].body == "退款已在路上。"


def test_an_assignment_goes_back_to_whoever_had_it(home: House) -> None:
    home.hears("wang", "/take 1")
    home.hears("wang", "/assign 1 chen")
    assert get(home, 1).assignee_id == home.staff_ids["chen"]
    home.hears("wang", "/undo")
    assert get(home, 1).assignee_id == home.staff_ids["wang"]


def test_an_assignment_that_was_worked_on_stays(home: House) -> None:
    home.hears("chen", "/assign 1 wang")
    home.passes(minutes=1)
    home.hears("wang", "/reply 1 您好")
    [told] = home.hears("chen", "/undo")
    assert told == (f"{CHEN}: #1 has been worked on since, so nothing was undone. Change it by hand instead.")
    assert get(home, 1).assignee_id == home.staff_ids["wang"]


def test_what_others_changed_since_stays(home: House) -> None:
    home.hears("chen", "/close 1 2")
    home.store.write_now(lambda session: setattr(session.get_one(Ticket, 1), "priority", "urgent"))
    [told] = home.hears("chen", "/undo")
    assert told.startswith(f"{CHEN}: #1 has been worked on since")
    assert get(home, 2).status == "closed"


def test_once_only(home: House) -> None:
    home.hears("chen", "/block 1")
    [undo] = [data for _, data in home.buttons() if data.split(":")[1] == "undo"]
    home.presses("chen", undo)
    assert home.presses("chen", undo) == [f"{CHEN}: That was undone already."]
    assert home.hears("chen", "/undo") == [f"{CHEN}: There is nothing of yours to undo."]


def test_after_the_window_it_says_so(home: House) -> None:
    home.hears("chen", "/block 1")
    home.passes(hours=24, seconds=1)
    assert home.hears("chen", "/undo") == [
        f"{CHEN}: It is too late to undo the block of the customer of #1: that was possible until "
        "3 Mar 09:00."
    ]


def test_anothers_takes_a_supervisor(home: House) -> None:
    home.hears("chen", "/block 1")
    assert home.hears("wang", "/undo 1") == [f"{WANG}: 这是其他同事的操作，只有本人或主管可以撤销。"]
    home.hears("chen", "/unblock 1")
    home.hears("wang", "/block 1")
    assert home.hears("chen", "/undo 2")[-1] == f"{CHEN}: Undone: the block of the customer of #1."


def test_the_list_shows_ones_own(home: House) -> None:
    home.hears("chen", "/block 1")
    home.hears("wang", "/block 2")
    [mine] = home.hears("wang", "/undo list")
    assert mine.count("/undo") == 1
    [all_of_them] = home.hears("chen", "/undo list")
    assert all_of_them.count("/undo") == 2
    assert home.hears("chen", "/undo 99")[0].startswith(f"{CHEN}: There is no")


def test_whoever_gets_a_ticket_back_or_loses_it_is_told(home: House) -> None:
    home.hears("wang", "/take 1")
    home.hears("wang", "/assign 1 chen")
    told = home.hears("wang", "/undo")
    assert f"{CHEN}: Wang 王 took the assignment back: #1 is no longer yours." in told


def test_a_block_that_was_lifted_is_nothing_to_take_back(home: House) -> None:
    home.hears("chen", "/block 1 spam")
    assert home.hears("chen", "/unblock 1") == [f"{CHEN}: Mei 梅 (#1) can reach the desk again."]
    assert home.hears("chen", "/undo list") == [f"{CHEN}: There is nothing of yours to undo."]


def test_an_entry_that_does_not_exist(home: House) -> None:
    assert home.hears("wang", "/undo 99") == [f"{WANG}: 没有找到可撤销的操作 99，请核对编号后重试。"]


def test_the_tickets_of_a_close_are_listed_as_chinese_lists_are(home: House) -> None:
    home.hears("wang", "/close 1 2")
    assert home.hears("wang", "/undo")[-1] == f"{WANG}: 已撤销：关闭 #1、#2。"


def test_an_edited_command_says_that_it_is_not_run_again(home: House) -> None:
    home.hears("wang", "/noet 1 slow")
    assert edits(home, "wang", str(home.messages), "/note 1 slow") == [
        f"{WANG}: 修改过的消息不会再次执行或发送。需要的话，请重新发一条。"
    ]

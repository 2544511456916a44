"""Macros: shown first, then carried out together or not at all."""

from pathlib import Path

import pytest

from crm_store import macros, tags
from crm_store.rules.lifecycle import Kind, Priority, Status
from tests.factories import CAST, House
from tests.handlers.desk import desk, get, log, said, ticket

WANG, MEI, CHEN = (CAST[who].address for who in ("wang", "mei", "chen"))


@pytest.fixture
def home(tmp_path: Path) -> House:
    built = desk(tmp_path)
    built.hears(
        "chen", "/macro edit refund en Dear {{ customer }}, the refund for {{ number }} is on its way."
    )
    built.hears("chen", "/macro edit refund zh {{ customer }}您好，{{ number }} 的退款已在路上。")
    built.hears("chen", "/macro edit refund steps tag refund; priority high; resolve")
    return built


def kept(home: House, number: int) -> list[str]:
    return list(home.store.read_now(lambda session: tags.of_ticket(session, number)))


def press(home: House, label: str = "执行", who: str = "wang") -> list[str]:
    [data] = [data for shown, data in home.buttons() if shown == label]
    return home.presses(who, data)


def test_a_macro_is_shown_and_changes_nothing(home: House) -> None:
    number = ticket(home)
    before = log(home, number)
    [shown] = home.hears("wang", f"/macro {number} refund")
    assert "Mei 梅您好，#1 的退款已在路上。" in shown
    assert "加标签 refund · 优先级 high · 标记已解决" in shown
    assert (log(home, number), kept(home, number), get(home, number).status) == (before, [], Status.NEW)


def test_pressed_it_says_and_does_all_of_it(home: House) -> None:
    number = ticket(home)
    home.hears("wang", f"/macro {number} refund")
    told = press(home)
    assert f"{MEI}: Mei 梅您好，#1 的退款已在路上。" in told
    assert kept(home, number) == ["refund"]
    found = get(home, number)
    assert (found.status, found.priority) == (Status.RESOLVED, Priority.HIGH)
    kinds = [kind for kind, _ in log(home, number)]
    assert [k for k in kinds if k in {"macro_run", "replied", "tagged", "priority_changed", "resolved"}] == [
        "macro_run", "replied", "tagged", "priority_changed", "resolved",
    ]  # fmt: skip


def test_a_step_that_fails_changes_nothing_at_all(home: House) -> None:
    home.hears("chen", "/macro edit off en It is settled.")
    home.hears("chen", "/macro edit off steps tag settled; untag never-there; resolve")
    number = ticket(home)
    home.hears("wang", f"/macro {number} off")
    before = (log(home, number), said(home, number))
    [told] = press(home)
    assert told == (
        f"{WANG}: 快捷回复“off”没有执行，什么都没有改变：第 2 步（去掉标签 never-there）无法完成。"
        "#1 上没有标签“never-there”。发送 /tag 1 可查看它的标签。"
    )
    assert (log(home, number), said(home, number)) == before
    assert (kept(home, number), get(home, number).assignee_id) == ([], None)


def test_a_second_tap_does_nothing_twice(home: House) -> None:
    number = ticket(home)
    home.hears("wang", f"/macro {number} refund")
    [data] = [data for _, data in home.buttons()]
    home.presses("wang", data)
    told = home.presses("wang", data)
    assert told == [
        f"{WANG}: 展示之后 #1 或快捷回复“refund”已有变化，没有执行任何操作。请重新发送 /macro 1 refund 查看。"
    ]
    assert len([line for line in said(home, number) if line[0] == "outbound"]) == 1


def test_a_complaint_is_not_resolved_without_cause_and_remedy(home: House) -> None:
    number = ticket(home, kind=Kind.COMPLAINT)
    home.hears("wang", f"/macro {number} refund")
    [told] = press(home)
    assert "必须" in told or "没有写明" in told
    assert get(home, number).status == Status.NEW
    assert not [line for line in said(home, number) if line[0] == "outbound"]


def test_a_complaint_is_resolved_with_both(home: House) -> None:
    home.hears("chen", "/macro edit double steps resolve Booked twice | Paid back")
    number = ticket(home, kind=Kind.COMPLAINT)
    home.hears("wang", f"/macro {number} double")
    press(home)
    found = get(home, number)
    assert (found.root_cause, found.remedy) == ("Booked twice", "Paid back")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("/macro 1 refnd", "没有名为“refnd”的快捷回复，您是想用“refund”吗？"),
        ("/macro 1 zzz", "没有名为“zzz”的快捷回复，发送 /macro 可查看全部。"),
        ("/macro 77 refund", "77"),
        ("/macro refund", "要对哪个工单使用哪条快捷回复？发送 /macro"),
    ],
)
def test_what_does_not_exist_gets_one_sentence(home: House, typed: str, told: str) -> None:
    ticket(home)
    [line] = home.hears("wang", typed)
    assert told in line


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("/macro edit refund fr Bonjour", "What should the macro say or do?"),
        ("/macro edit 1x en Hello", "cannot name a macro"),
        ("/macro edit refund en // secret", "cannot begin with //"),
        ("/macro edit refund en Dear {{ sir }}", "I cannot fill in {{ sir }}"),
        ("/macro edit refund steps priorty high", "Did you mean “priority”?"),
        ("/macro edit refund steps priority hgih", "Did you mean high priority?"),
        ("/macro edit refund steps note", "A note needs words"),
        ("/macro drop zzz", "There is no macro “zzz”"),
    ],
)
def test_a_wrong_change_gets_one_sentence_and_changes_nothing(home: House, typed: str, told: str) -> None:
    before = home.store.read_now(macros.everything)
    [line] = home.hears("chen", typed)
    assert told in line
    assert home.store.read_now(macros.everything) == before


def test_only_a_supervisor_changes_macros(home: House) -> None:
    before = home.store.read_now(macros.everything)
    home.hears("wang", "/macro edit refund en Pay nobody")
    home.hears("wang", "/macro drop refund")
    assert home.store.read_now(macros.everything) == before


def test_the_list_tells_what_each_does(home: House) -> None:
    [line] = home.hears("wang", "/macro")
    assert "• refund：{{ customer }}您好" in line
    home.hears("chen", "/macro drop refund")
    assert home.hears("wang", "/macro") == [
        f"{WANG}: 还没有快捷回复。主管可以发送 /macro edit 名称 zh 内容 来新建。"
    ]


def test_what_a_macro_changed_is_taken_back(home: House) -> None:
    number = ticket(home)
    home.hears("wang", f"/tag {number} vip")
    home.hears("wang", f"/macro {number} refund")
    press(home)
    home.hears("wang", "/undo")
    found = get(home, number)
    assert (found.status, found.priority, kept(home, number)) == (Status.OPEN, Priority.NORMAL, ["vip"])
    assert found.assignee_id == home.staff_ids["wang"]  # whose words have gone out
    assert [kind for kind, _ in log(home, number)][-1] == "undone"

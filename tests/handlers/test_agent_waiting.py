"""/pending, /hold, /snooze and back."""

from datetime import timedelta
from pathlib import Path

import pytest

from crm_store.rules.lifecycle import Status
from tests.handlers.clockwork import open_house
from tests.handlers.desk import get, log

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("command", "status", "kind"),
    [
        ("/pending 1", Status.PENDING, "waiting"),
        ("/hold 1 the factory", Status.ON_HOLD, "held"),
        ("/snooze 1 2h", Status.SNOOZED, "snoozed"),
    ],
)
def test_the_clock_stands_still_until_somebody_goes_on(
    tmp_path: Path, command: str, status: Status, kind: str
) -> None:
    home = open_house(tmp_path, group=False)
    home.hears("li", "Where is my order?")
    home.passes(hours=1)
    home.hears("wang", command)
    found = get(home, 1)
    assert (found.status, found.resolution_due, found.assignee_id) == (status, None, home.staff_ids["wang"])
    assert kind in [one for one, _ in log(home, 1)]
    home.passes(hours=10)
    home.hears("wang", "/reopen 1")
    found = get(home, 1)
    assert (found.status, found.resolution_due) == (Status.OPEN, found.opened + 82 * HOUR)


def test_what_the_customer_writes_brings_back_all_but_what_waits_for_others(tmp_path: Path) -> None:
    home = open_house(tmp_path, group=False)
    home.hears("li", "Where is my order?")
    for command, after in (("pending", "open"), ("snooze", "open"), ("hold", "on_hold")):
        home.hears("wang", f"/{command} 1 {'2h' if command == 'snooze' else ''}")
        home.hears("li", f"Any news about {command}?")
        assert get(home, 1).status == after


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("/pending", "哪个工单"),
        ("/snooze 1", "推迟到什么时候"),
        ("/snooze 1 gestern", "看不懂时间“gestern”"),
        ("/snooze 1 2026-03-01 9:00", "已经过去了"),
        ("/snooze 9 2h", "没有找到工单 9"),
        ("/snooze 2 2h", "状态已是"),
        ("/hold 2", "状态已是"),
    ],
)
def test_wrong_use_gets_one_sentence(tmp_path: Path, command: str, words: str) -> None:
    home = open_house(tmp_path, group=False)
    home.hears("li", "Where is my order?")
    home.hears("mei", "我的订单呢？")
    home.hears("wang", "/resolve 2")
    [told] = home.hears("wang", command)
    assert words in told
    assert get(home, 1).status == Status.NEW


def test_somebody_elses_ticket_is_left_alone(tmp_path: Path) -> None:
    home = open_house(tmp_path, group=False)
    home.hears("li", "Where is my order?")
    home.hears("chen", "/take 1")
    [told] = home.hears("wang", "/pending 1")
    assert "Chen 陈" in told
    assert get(home, 1).status == Status.OPEN

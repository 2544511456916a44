"""Customers who stay silent, tickets whose time is over, and those put aside until a time."""

from pathlib import Path

import pytest

from crm_store import silences
from crm_store.rules.lifecycle import Status
from tests.factories import House
from tests.handlers.clockwork import LI, WANG, open_house, strike
from tests.handlers.desk import get, log

CUP = "My cup is cracked. Is there a replacement?"
CLOCK = ("wakeups", "stale", "closings")


def waiting(folder: Path, *, url: str | None = None, words: str = CUP) -> House:
    """Open a ticket that was answered and waits for its customer since Monday nine."""
    home = open_house(folder, group=False, url=url)
    home.opens("mon-fri 09:00-18:00")
    home.hears("li", words)
    home.hears("wang", "/reply 1 Could you send a photo?")
    home.hears("wang", "/pending 1")
    return home


def kinds(home: House) -> list[str]:
    return [kind for kind, _ in log(home, 1)]


def test_reminded_once_resolved_then_closed(tmp_path: Path, store_url: str) -> None:
    home = waiting(tmp_path, url=store_url)
    assert strike(home, *CLOCK, days=1, hours=23, minutes=59) == []
    assert strike(home, *CLOCK, minutes=1) == [
        f"{LI}: #1: we are still waiting for your answer. If we hear nothing by 9 Mar 09:00, we take it as "
        "settled. To go on, just write here."
    ]
    assert strike(home, *CLOCK, days=4, hours=23) == []
    told = strike(home, *CLOCK, hours=1)
    assert told[0].startswith(f"{LI}: #1 is closed for now") and told[1].startswith(f"{WANG}: ")
    assert get(home, 1).status == Status.RESOLVED
    assert not any(kind.startswith("survey") for kind in kinds(home))
    start, end = home.now.replace(hour=0), home.now.replace(hour=23)
    assert home.store.read_now(lambda session: silences.count_stale(session, start=start, end=end)) == 1
    strike(home, *CLOCK, hours=72)
    assert get(home, 1).status == Status.RESOLVED
    strike(home, *CLOCK, seconds=1)
    assert get(home, 1).status == Status.CLOSED
    assert log(home, 1)[-1] == ("closed", {"reason": "window_over"})
    home.store.close()


@pytest.mark.parametrize("word", ["Tomorrow!", "Thank you"])
def test_any_word_of_the_customer_cancels_it(tmp_path: Path, word: str) -> None:
    home = waiting(tmp_path)
    home.passes(days=1)
    home.hears("li", word)
    assert strike(home, *CLOCK, days=30) == []
    assert get(home, 1).status in {Status.OPEN, Status.PENDING}


def test_our_next_word_begins_the_wait_anew(tmp_path: Path) -> None:
    home = waiting(tmp_path)
    home.passes(days=1)
    home.hears("wang", "/reply 1 Any photo will do.")
    assert strike(home, *CLOCK, days=1) == []
    assert len(strike(home, *CLOCK, days=1)) == 1


def test_without_a_word_of_ours_nobody_is_reminded(tmp_path: Path) -> None:
    home = open_house(tmp_path, group=False)
    home.hears("li", CUP)
    home.hears("wang", "/pending 1")
    assert strike(home, *CLOCK, days=30) == []
    assert get(home, 1).status == Status.PENDING


def test_a_complaint_goes_back_to_its_owner(tmp_path: Path) -> None:
    home = waiting(tmp_path, words="This is unacceptable, you charged me twice!")
    strike(home, *CLOCK, days=2)
    [told] = strike(home, *CLOCK, days=5)
    assert told.startswith(f"{WANG}: 工单 #1") and "投诉" in told
    assert get(home, 1).status == Status.OPEN
    assert strike(home, *CLOCK, days=30) == []


def test_whoever_writes_in_time_reopens_what_was_resolved_for_silence(tmp_path: Path) -> None:
    home = waiting(tmp_path)
    strike(home, *CLOCK, days=2)
    strike(home, *CLOCK, days=5)
    strike(home, *CLOCK, days=2)
    home.hears("li", "Sorry, here is the photo of it, what now?")
    assert get(home, 1).status == Status.OPEN
    assert strike(home, *CLOCK, days=30) == []


def test_a_ticket_put_aside_comes_back_at_its_time(tmp_path: Path, store_url: str) -> None:
    home = open_house(tmp_path, group=False, url=store_url)
    home.hears("li", CUP)
    home.hears("wang", "/snooze 1 2h")
    assert get(home, 1).status == Status.SNOOZED
    assert strike(home, *CLOCK, hours=1, minutes=59) == []
    [told] = strike(home, *CLOCK, minutes=1)
    assert told == f"{WANG}: ⏰ 工单 #1 Li 李 到时间了，请继续处理。"
    assert (get(home, 1).status, get(home, 1).snoozed_until) == (Status.OPEN, None)
    assert strike(home, *CLOCK, days=1) == []
    home.store.close()

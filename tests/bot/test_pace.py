"""The pace: no second with more than 30 bulk starts, no minute with more than 20 messages to a group."""

import heapq
from collections import defaultdict
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.pace import CAUTION, Bucket, Pace

Wish = tuple[float, bool, str, float]  # seconds since the one before, bulk, chat, how late the machine is
gaps = st.sampled_from((0.0, 0.0, 0.001, 0.02, 0.05, 0.4, 2.0))
lateness = st.sampled_from((0.0, 0.0, 0.003, 0.05, 0.3))


def wishes(chats: Sequence[str], *, most: int = 150) -> st.SearchStrategy[list[Wish]]:
    return st.lists(
        st.tuples(gaps, st.booleans(), st.sampled_from(chats), lateness), min_size=1, max_size=most
    )


def started(pace: Pace, wanted: Sequence[Wish]) -> list[tuple[float, bool, str]]:
    """Run wishes as delivery does: plan each, come late, ask again until it may start."""
    now, waiting = 0.0, list[tuple[float, int, bool, str]]()
    for number, (gap, bulk, chat, late) in enumerate(wanted):
        now += gap
        heapq.heappush(waiting, (now + pace.take(chat, now, bulk=bulk) + late, number, bulk, chat))
    found = []
    while waiting:
        at, number, bulk, chat = heapq.heappop(waiting)
        waits = pace.start(at, bulk=bulk)
        if waits > 0:
            heapq.heappush(waiting, (at + waits, number, bulk, chat))
        else:
            found.append((at, bulk, chat))
    return found


def most_within(times: Sequence[float], seconds: float) -> int:
    return max((sum(at <= each < at + seconds for each in times) for at in times), default=0)


@given(wishes([str(one) for one in range(60)]))
def test_no_second_has_more_than_thirty_bulk_starts(wanted: list[Wish]) -> None:
    found = started(Pace(), [(gap, True, chat, late) for gap, _, chat, late in wanted])
    assert len(found) == len(wanted)
    assert most_within([at for at, _, _ in found], 1.0) <= 30


@given(wishes([str(one) for one in range(60)]))
def test_replies_and_bulk_together_keep_the_rate_around_every_bulk_start(wanted: list[Wish]) -> None:
    found = started(Pace(), wanted)
    bulk = [at for at, is_bulk, _ in found if is_bulk]
    assert most_within(bulk, 1.0) <= 30


@given(wishes(["-100", "-200", "1"], most=60))
def test_no_minute_has_more_than_twenty_messages_to_a_group(wanted: list[Wish]) -> None:
    by_chat = defaultdict(list)
    for at, _, chat in started(Pace(), [(gap, True, chat, late) for gap, _, chat, late in wanted]):
        by_chat[chat].append(at)
    assert all(most_within(by_chat[chat], 60.0) <= 20 for chat in ("-100", "-200"))


@given(wishes(["1", "2"]))
def test_a_private_chat_gets_a_burst_of_three_and_then_one_a_second(wanted: list[Wish]) -> None:
    by_chat = defaultdict(list)
    for at, _, chat in started(Pace(), [(gap, False, chat, 0.0) for gap, _, chat, _ in wanted]):
        by_chat[chat].append(at)
    assert all(most_within(times, 1.0) <= 3 for times in by_chat.values())


def test_a_rush_of_replies_alone_is_not_slowed_down() -> None:
    pace = Pace()
    found = started(pace, [(0.0, False, str(one), 0.0) for one in range(100)])
    assert {at for at, _, _ in found} == {0.0}


def test_one_refused_chat_is_held_alone() -> None:
    pace = Pace()
    assert pace.refused("1", 10.0, 30.0) is False
    assert pace.wait("1", 10.0) == pytest.approx(30.0)
    assert pace.wait("2", 10.0) == 0
    assert pace.take("2", 10.0, bulk=True) == 0


def test_two_chats_refused_within_a_second_hold_the_account() -> None:
    pace = Pace()
    pace.refused("1", 10.0, 5.0)
    assert pace.refused("2", 10.9, 5.0) is True
    assert pace.take("3", 11.0, bulk=True) >= 4.8
    assert pace.take("4", 11.0, bulk=False) > 0, "replies keep the rate once the account was refused"
    assert pace.take("5", 11.0 + CAUTION + 10, bulk=False) == 0


def test_two_chats_refused_apart_do_not_hold_the_account() -> None:
    pace = Pace()
    pace.refused("1", 10.0, 5.0)
    assert pace.refused("2", 11.5, 5.0) is False
    assert pace.take("3", 11.6, bulk=True) == 0


def test_the_same_chat_refused_twice_does_not_hold_the_account() -> None:
    pace = Pace()
    pace.refused("1", 10.0, 5.0)
    assert pace.refused("1", 10.2, 5.0) is False


def test_starts_of_an_earlier_process_count() -> None:
    pace = Pace()
    pace.remember([("-100", -1.0)] * 5)
    assert pace.wait("-100", 0.0) > 0
    assert pace.wait("-200", 0.0) == 0


def test_full_buckets_are_forgotten() -> None:
    pace = Pace()
    pace.take("1", 0.0, bulk=False)
    pace.forget_idle(0.5)
    assert "1" in pace.chats
    pace.forget_idle(10.0)
    assert pace.chats == {}


def test_asking_for_room_takes_nothing() -> None:
    pace = Pace(rate=1)
    assert pace.room(0.0, bulk=True) == pace.room(0.0, bulk=True) == 0
    assert pace.start(0.0, bulk=True) == 0
    assert pace.room(0.1, bulk=True) > 0


def test_a_held_bucket_opens_at_the_instant() -> None:
    bucket = Bucket(4.0, burst=5)
    bucket.hold(100.0)
    assert bucket.wait(99.0) == pytest.approx(1.0)
    assert bucket.wait(100.0) == 0

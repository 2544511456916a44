"""The ticker: triggers asked with fixed times, and the real thing on a loop with a clock that jumps."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
import pytest_asyncio

from bot.clock import Clock
from bot.scheduler import IntervalTick, OccurrenceTrigger, Scheduler
from crm_store.rules.occurrences import Schedule

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MICROSECOND = timedelta(microseconds=1)
NIGHTLY = Schedule.daily(time(2, 30), "Europe/Berlin", start=date(2026, 3, 1), until=date(2026, 3, 30))
GAP = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


class FixedClock:
    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


def test_an_occurrence_in_the_missing_hour_fires_when_the_hour_is_over() -> None:
    now = GAP - 3 * HOUR

    assert OccurrenceTrigger(NIGHTLY, FixedClock(now)).get_next_fire_time(None, now) == GAP


def test_a_clock_that_runs_ahead_fires_as_much_earlier() -> None:
    trigger = OccurrenceTrigger(NIGHTLY, FixedClock(GAP - HOUR))
    real = datetime(2026, 1, 1, tzinfo=UTC)

    assert trigger.get_next_fire_time(None, real) == real + HOUR
    assert trigger.due == GAP


def test_asked_twice_about_one_firing_it_answers_the_same() -> None:
    clock = FixedClock(GAP - HOUR)
    trigger = OccurrenceTrigger(NIGHTLY, clock)
    trigger.get_next_fire_time(None, clock.at)
    clock.at = GAP + MICROSECOND

    answers = {trigger.get_next_fire_time(GAP, clock.at) for _ in range(3)}

    assert answers == {datetime(2026, 3, 30, 0, 30, tzinfo=UTC)}


def test_a_firing_that_came_too_early_comes_again() -> None:
    clock = FixedClock(GAP - MICROSECOND)
    trigger = OccurrenceTrigger(NIGHTLY, clock)

    assert trigger.get_next_fire_time(GAP - MICROSECOND, clock.at) == GAP


def test_what_the_clock_jumped_over_fires_at_once_and_once() -> None:
    clock, real = FixedClock(GAP - 9 * DAY), datetime(2026, 1, 1, tzinfo=UTC)
    trigger = OccurrenceTrigger(NIGHTLY, clock)
    clock.at = GAP - HOUR

    assert trigger.get_next_fire_time(None, real) == real
    assert trigger.get_next_fire_time(real, real) == real + HOUR


def test_what_fell_due_while_nobody_ran_fires_at_once() -> None:
    real = GAP + HOUR
    trigger = OccurrenceTrigger(NIGHTLY, FixedClock(real), since=GAP - HOUR)

    assert trigger.get_next_fire_time(None, real) == real
    assert OccurrenceTrigger(NIGHTLY, FixedClock(real), since=GAP).get_next_fire_time(None, real) == datetime(
        2026, 3, 30, 0, 30, tzinfo=UTC
    )


def test_a_schedule_that_has_ended_fires_no_more() -> None:
    after = GAP + 9 * DAY

    assert OccurrenceTrigger(NIGHTLY, FixedClock(after)).get_next_fire_time(None, after) is None


def test_an_interval_starts_at_once_keeps_its_beat_and_skips_what_was_slept_through() -> None:
    tick = IntervalTick(timedelta(seconds=10))
    at = [GAP + timedelta(seconds=second) for second in range(60)]

    assert tick.get_next_fire_time(None, at[0]) == at[0]
    assert tick.get_next_fire_time(at[0], at[0]) == at[10]
    assert tick.get_next_fire_time(at[10], at[11]) == at[20]
    assert tick.get_next_fire_time(at[10], at[37]) == at[40]
    with pytest.raises(ValueError, match="longer than nothing"):
        IntervalTick(timedelta(0))


class Tally:
    """Count outcomes and let a test wait for one."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()
        self._changed = asyncio.Condition()
        self._told: set[asyncio.Task[None]] = set()

    def job(self, name: str, outcome: str) -> None:
        self.counts[name, outcome] += 1
        task = asyncio.get_running_loop().create_task(self._tell())
        self._told.add(task)
        task.add_done_callback(self._told.discard)

    async def until(self, name: str, outcome: str, count: int = 1) -> None:
        async with asyncio.timeout(30), self._changed:
            await self._changed.wait_for(lambda: self.counts[name, outcome] >= count)

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()


class World:
    """A running scheduler, its clock and its tally."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.tally = Tally()
        self.scheduler = Scheduler(self.tally, clock=self.clock.now)
        self.woken = 0

    async def wake(self) -> None:
        self.woken += 1

    def tomorrow(self) -> OccurrenceTrigger:
        """Give a trigger for one instant a day ahead."""
        local = (self.clock.now() + DAY).replace(second=0, microsecond=0, tzinfo=None)
        return OccurrenceTrigger(Schedule.once(local, "UTC"), self.clock.now)

    def skip(self, by: timedelta) -> None:
        self.clock.offset += by
        self.scheduler.resync()


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    made = World()
    made.scheduler.start()
    yield made
    await made.scheduler.stop()


async def test_an_interval_wakes_again_and_again(world: World) -> None:
    world.scheduler.add("sla", timedelta(milliseconds=5), world.wake)

    await world.tally.until("sla", "ran", 3)

    assert world.woken >= 3
    assert world.tally.counts["sla", "failed"] == 0


async def test_moving_the_clock_wakes_what_it_passed_and_only_that(world: World) -> None:
    world.scheduler.add("campaign", world.tomorrow(), world.wake)
    world.scheduler.add(
        "later",
        OccurrenceTrigger(Schedule.daily(time(9), "UTC", start=date(2300, 1, 1)), world.clock.now),
        world.wake,
    )
    world.skip(HOUR)
    await asyncio.sleep(0.01)
    assert world.woken == 0

    world.skip(2 * DAY)
    await world.tally.until("campaign", "ran")

    assert world.woken == 1
    assert world.tally.counts == {("campaign", "ran"): 1}


async def test_a_job_that_fails_is_counted_and_wakes_the_next_time(world: World) -> None:
    async def fail() -> None:
        raise RuntimeError("no space left")

    world.scheduler.add("backup", timedelta(milliseconds=5), fail)

    await world.tally.until("backup", "failed", 2)

    assert world.tally.counts["backup", "ran"] == 0


@pytest.mark.parametrize("recurring", [True, False])
async def test_a_tick_that_comes_while_its_job_runs_runs_it_once_more(world: World, recurring: bool) -> None:
    started, released = asyncio.Event(), asyncio.Event()
    together = 0

    async def slow() -> None:
        nonlocal together
        together += 1
        assert together == 1
        await world.wake()
        started.set()
        await released.wait()
        together -= 1

    world.scheduler.add("digest", timedelta(days=1), slow)
    await started.wait()
    if not recurring:
        world.scheduler.add("digest", world.tomorrow(), slow)
    world.skip(2 * DAY)
    await world.tally.until("digest", "missed")
    released.set()
    await world.tally.until("digest", "ran", 2)

    assert world.woken == 2
    assert world.tally.counts == {("digest", "ran"): 2, ("digest", "missed"): 1}


async def test_stopping_lets_a_wake_under_way_end(world: World) -> None:
    started, released, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        started.set()
        await released.wait()
        ended.set()

    world.scheduler.add("retention", timedelta(hours=1), slow)
    await started.wait()
    stopping = asyncio.ensure_future(world.scheduler.stop())
    await asyncio.sleep(0.01)
    assert not stopping.done()
    released.set()
    await stopping

    assert ended.is_set()
    assert world.tally.counts["retention", "failed"] == 0


async def test_jobs_are_listed_by_the_clock_people_live_by(world: World) -> None:
    world.clock.offset = 100 * DAY
    trigger = world.tomorrow()
    world.scheduler.add("campaign", trigger, world.wake)
    world.scheduler.add("sla", timedelta(hours=1), world.wake)
    await world.tally.until("sla", "ran")

    listed = dict(world.scheduler.jobs())

    assert listed["campaign"] == trigger.due
    assert listed["sla"] is not None
    assert DAY > listed["sla"] - world.clock.now() > timedelta(0)


async def test_a_name_is_replaced_or_removed(world: World) -> None:
    async def never() -> None:
        raise AssertionError("replaced before it could wake")

    world.scheduler.add("campaign:1", world.tomorrow(), never)
    world.scheduler.add("campaign:1", world.tomorrow(), world.wake)
    world.scheduler.add("campaign:2", world.tomorrow(), never)
    world.scheduler.remove("campaign:2")
    world.scheduler.remove("campaign:3")
    assert [name for name, _ in world.scheduler.jobs()] == ["campaign:1"]

    world.skip(2 * DAY)
    await world.tally.until("campaign:1", "ran")

    assert world.scheduler.jobs() == []
    assert world.tally.counts == {("campaign:1", "ran"): 1}


async def test_jobs_may_be_added_before_the_start() -> None:
    world = World()
    world.scheduler.add("threads", timedelta(hours=1), world.wake)
    world.scheduler.add("threads", timedelta(hours=1), world.wake)
    assert [name for name, _ in world.scheduler.jobs()] == ["threads"]

    world.scheduler.start()
    await world.tally.until("threads", "ran")
    await world.scheduler.stop()
    await world.scheduler.stop()

    assert world.woken == 1

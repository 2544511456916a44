"""The ticker: wakes named jobs in time. A job only wakes; rows in the store say what is due."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from apscheduler.events import (
    EVENT_JOB_ERROR,
    EVENT_JOB_EXECUTED,
    EVENT_JOB_MAX_INSTANCES,
    EVENT_JOB_MISSED,
    JobEvent,
)
from apscheduler.job import Job
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.date import DateTrigger

from bot.clock import utc_now
from crm_store.rules.occurrences import Schedule, after

Clock = Callable[[], datetime]
Wake = Callable[[], Awaitable[None]]

_OUTCOMES: dict[int, str] = {
    EVENT_JOB_EXECUTED: "ran",
    EVENT_JOB_ERROR: "failed",
    EVENT_JOB_MAX_INSTANCES: "missed",
    EVENT_JOB_MISSED: "missed",
}


class Sink(Protocol):
    """Count what became of each tick."""

    def job(self, name: str, outcome: str) -> None:
        """Count one tick of a job."""


class OccurrenceTrigger(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """Fire at each occurrence of a schedule, by a clock that may run ahead of the real one.

    APScheduler asks with the real time, and asks more than once for the same firing, so an answer depends
    only on the clock and on the occurrence awaited. An occurrence that the clock has jumped over fires at
    once when asked afresh.
    """

    def __init__(self, schedule: Schedule, clock: Clock, *, since: datetime | None = None) -> None:
        """Await the first occurrence after `since`, the last instant already looked at, or after now."""
        self._schedule = schedule
        self._clock = clock
        self.due = self._after(since or clock())

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """Give the real time of the next firing; None when the schedule has ended."""
        present = self._clock()
        overdue = self.due is not None and self.due <= present
        if previous_fire_time is None and overdue:
            return now
        self.due = self._after(present)
        return None if self.due is None else now + (self.due - present)

    def _after(self, instant: datetime) -> datetime | None:
        found = after(self._schedule, instant)
        return None if found is None else found.instant


class IntervalTick(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """Fire at once when asked afresh, then every so often in real time, skipping what was slept through."""

    def __init__(self, every: timedelta) -> None:
        """Keep the interval, which must be longer than nothing."""
        if every <= timedelta(0):
            raise ValueError("an interval is longer than nothing")
        self._every = every

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """Give the first time after now that is a whole number of intervals from the previous one."""
        if previous_fire_time is None:
            return now
        passed = max((now - previous_fire_time) // self._every, 0)
        return previous_fire_time + (passed + 1) * self._every


class Scheduler:
    """Wake named jobs on one event loop: never two of a name at a time, and never one wake lost."""

    def __init__(self, sink: Sink, *, clock: Clock = utc_now) -> None:
        """Take the counters and the clock people live by; nothing fires before start."""
        self._clock = clock
        self._sink = sink
        self._wakes: dict[str, Wake] = {}
        self._again: set[str] = set()
        self._outcomes: dict[str, str] = {}
        self._running: set[asyncio.Future[None]] = set()
        self._stopped = False
        self._ticker = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        self._ticker.add_listener(self._heard, sum(_OUTCOMES))

    def add(self, name: str, when: timedelta | OccurrenceTrigger | IntervalTick, wake: Wake) -> None:
        """Wake a job by a trigger, or at once and then every so often; replace a job of the same name."""
        trigger = IntervalTick(when) if isinstance(when, timedelta) else when
        self._unschedule(name)
        self._wakes[name] = wake
        self._ticker.add_job(self._run, trigger, args=[name], id=name, name=name)

    def remove(self, name: str) -> None:
        """Forget a job, known or not; a wake under way ends by itself."""
        self._unschedule(name)
        self._wakes.pop(name, None)
        self._again.discard(name)

    def resync(self) -> None:
        """Ask every trigger afresh, after the clock was moved: what it jumped over fires at once."""
        for job in self._ticker.get_jobs():
            job.reschedule(job.trigger)

    def outcome(self, name: str) -> str:
        """Tell how a job went last: ran, failed or missed; empty before its first time."""
        return self._outcomes.get(name, "")

    def jobs(self) -> list[tuple[str, datetime | None]]:
        """List the jobs with the time, by the clock people live by, at which each fires next."""
        ahead = self._clock() - utc_now()
        return [(job.id, _next(job, ahead)) for job in self._ticker.get_jobs()]

    def start(self) -> None:
        """Begin to fire on the running event loop."""
        self._ticker.start()

    async def stop(self) -> None:
        """Fire no more, and let the wakes under way end; cancelling this cancels them."""
        self._stopped = True
        if self._ticker.running:
            self._ticker.shutdown(wait=False)
        await asyncio.sleep(0)
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _run(self, name: str) -> None:
        wake = self._wakes.get(name)
        if wake is None or self._stopped:
            return
        running = asyncio.ensure_future(wake())
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        try:
            await asyncio.shield(running)
        except asyncio.CancelledError:
            if not self._stopped:
                raise

    def _heard(self, event: JobEvent) -> None:
        self._outcomes[event.job_id] = _OUTCOMES[event.code]
        self._sink.job(event.job_id, _OUTCOMES[event.code])
        if event.code == EVENT_JOB_MAX_INSTANCES:
            self._again.add(event.job_id)
        elif event.job_id in self._again:
            self._again.discard(event.job_id)
            self._once_more(event.job_id, event.scheduled_run_time)

    def _once_more(self, name: str, at: datetime) -> None:
        """Wake a job whose tick came while it ran, for what fell due since it looked."""
        if self._stopped:
            return
        if self._ticker.get_job(name):
            self._ticker.modify_job(name, next_run_time=at)
        else:
            self._ticker.add_job(self._run, DateTrigger(at), args=[name], id=name, name=name)

    def _unschedule(self, name: str) -> None:
        if self._ticker.get_job(name):
            self._ticker.remove_job(name)


def _next(job: Job, ahead: timedelta) -> datetime | None:
    if isinstance(job.trigger, OccurrenceTrigger):
        return job.trigger.due
    fires: datetime | None = getattr(job, "next_run_time", None)
    return None if fires is None else fires + ahead

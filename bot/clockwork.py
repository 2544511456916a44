"""The clock's work: named ticks and one job for each campaign schedule; rows decide what is due."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.observe import Metrics
from bot.scheduler import IntervalTick, OccurrenceTrigger, Scheduler
from crm_store import campaigns
from crm_store.errors import StoreError
from crm_store.store import Store
from handlers.context import Desk, TickContext
from handlers.ports import Job
from handlers.router import Route, Router

log = logging.getLogger("hearwell.clockwork")
EVERY = {
    "launches": 3.0,
    "threads": 5.0,
    "surveys": 15.0,
    "cards": 5.0,
    "indexing": 10.0,
    "floods": 10.0,
    "quality": 3600.0,
}
USUAL = 30.0
PREFIX = "campaign:"


@dataclass(frozen=True, slots=True)
class Turn:
    """What every turn of the clock is about."""

    desk: Desk
    inbox_id: int


class Clockwork:
    """Runs the ticks of one inbox."""

    def __init__(self, store: Store, turn: Turn, routes: Router, *, clock: Clock, metrics: Metrics) -> None:
        """Take what ticks need; nothing runs before start."""
        self._store, self._turn, self._routes, self._clock = store, turn, routes, clock
        self._scheduler = Scheduler(metrics, clock=clock.now)
        self._busy: dict[str, asyncio.Lock] = {}

    async def start(self) -> None:
        """Add every tick and schedule, and let the clock run."""
        for route in self._routes.of_kind("tick"):
            every = timedelta(seconds=EVERY.get(route.name, USUAL))
            self._scheduler.add(route.name, IntervalTick(every), self._job(route))
        await self._synchronise()
        self._scheduler.start()

    async def stop(self) -> None:
        """Stop the clock; a tick under way ends by itself."""
        await self._scheduler.stop()

    def jobs(self) -> Sequence[Job]:
        """List what the clock sets off, when next, and how it went last."""
        return [Job(name, at, self._scheduler.outcome(name)) for name, at in self._scheduler.jobs()]

    async def skipped(self) -> None:
        """Do at once what fell due while the clock was moved."""
        self._scheduler.resync()
        await self._all()

    async def campaigns_changed(self) -> None:
        """Keep one job for each schedule, and look at what is due now."""
        await self._synchronise()
        await self.run("launches")

    async def run(self, name: str) -> None:
        """Run a tick until it says there is no more to do."""
        route = self._routes.named("tick", name)
        if route is None:
            return
        async with self._busy.setdefault(name, asyncio.Lock()):
            more = True
            while more:  # each turn is one short unit, so that others get the writer in between
                more = await self._once(route)

    async def _all(self) -> None:
        for route in self._routes.of_kind("tick"):
            await self.run(route.name)

    async def _once(self, route: Route) -> bool:
        now = self._clock.now()

        def turn(session: Session) -> object:
            return route.run(TickContext(session, now, self._turn.desk, self._turn.inbox_id))

        try:
            if not route.reads:
                return bool(await self._store.write(turn))
            for unit in cast("Iterable[Callable[[Session], object]]", await self._store.read(turn)):
                await self._store.write(unit)
            return False
        except StoreError as error:
            log.warning("the tick %s is tried again later: %s", route.name, error)
            return False

    async def _synchronise(self) -> None:
        wanted = {
            f"{PREFIX}{number}": schedule for number, schedule in await self._store.read(campaigns.schedules)
        }
        for name, _ in self._scheduler.jobs():
            if name.startswith(PREFIX) and name not in wanted:
                self._scheduler.remove(name)
        for name, schedule in wanted.items():
            self._scheduler.add(name, OccurrenceTrigger(schedule, self._clock.now), self._launch)

    async def _launch(self) -> None:
        await self.run("launches")

    def _job(self, route: Route) -> Callable[[], Awaitable[None]]:
        return lambda: self.run(route.name)

"""Intake: an event is journalled before it is confirmed, then handled in the order of its lane."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime

import orjson
from sqlalchemy.orm import Session

from bot.debug import KillSwitch
from bot.observe import Metrics
from crm_store import journal
from crm_store.errors import StoreError
from crm_store.journal import Arrival
from crm_store.outbox import Draft, Express
from crm_store.store import Store, StoreBusyError
from handlers.context import Context, Desk
from handlers.ports import InboundEvent, Understood
from handlers.router import Router
from handlers.understanding import understand
from scoring.match import FaqIndex

log = logging.getLogger("hearwell.intake")
TRIES = 3
MOST_WAITING = 2000
Decode = Callable[[Mapping[str, object], int], InboundEvent | None]
Index = Callable[[], FaqIndex | None]


class AlreadyDoneError(Exception):
    """The event was handled before."""


@dataclass(frozen=True, slots=True)
class Adapter:
    """What intake needs to know of a channel: whose lane an update is, and what it says."""

    lane_of: Callable[[Mapping[str, object]], str]
    decode: Decode


@dataclass(slots=True)
class Entry:
    """One journalled update on its way through its lane."""

    arrival: Arrival
    event: InboundEvent | None
    understood: Understood = field(default_factory=Understood)
    tries: int = 0
    refused: bool = False
    ticket: int | None = None
    taken: list[tuple[int, Draft]] = field(default_factory=list)


@dataclass(slots=True)
class Intake:
    """Journals what one inbox receives and runs it through the handlers, one lane a conversation."""

    store: Store
    routes: Router
    desk: Desk
    inbox_id: int
    adapter: Adapter
    now: Callable[[], datetime]
    index: Index = lambda: None
    express: Callable[[], Express | None] = lambda: None
    hand_over: Callable[[Sequence[tuple[int, Draft]]], None] = lambda _taken: None
    kill: KillSwitch = field(default_factory=lambda: KillSwitch(None))
    metrics: Metrics = field(default_factory=Metrics)
    most_waiting: int = MOST_WAITING
    first_wait: float = 0.2
    _lanes: dict[str, deque[Entry]] = field(default_factory=dict)
    _waiting: int = 0
    _closed: bool = False
    _readings: set[asyncio.Task[None]] = field(default_factory=set)
    _room: asyncio.Event = field(default_factory=asyncio.Event)
    _loop: asyncio.AbstractEventLoop | None = None

    async def accept(self, updates: Sequence[Mapping[str, object]]) -> None:
        """Journal updates; when this returns they are durable and may be confirmed."""
        if self._closed:
            raise StoreBusyError  # nothing new is begun any more; whoever sent it will send it again
        entries = [self._entry(update) for update in updates]
        await self._understand(entries)
        arrivals = [entry.arrival for entry in entries]
        now = self.now()
        journalled = self.store.submit(lambda session: journal.keep(session, arrivals, now=now))
        # Where writers run side by side, what is to be handled must be in the journal before it begins.
        apart = self.kill.point == "after_journal" or not self.store.is_sqlite
        if not apart:
            self._line_up(entries)  # the writer runs them behind the journal unit, in the same commit
        await asyncio.wrap_future(journalled)
        if apart:
            self.kill.reach("after_journal")
            self._line_up(entries)
        self.metrics.received(str(self.inbox_id), len(entries))
        while self._waiting > self.most_waiting:
            self._room.clear()
            await self._room.wait()

    async def resume(self) -> int:
        """Take up what an earlier process journalled and did not handle."""
        found = await self.store.read(lambda session: journal.waiting(session, self.inbox_id))
        entries = [self._entry(orjson.loads(arrival.raw)) for arrival in found]
        await self._understand(entries)
        self._line_up(entries)
        return len(entries)

    async def drain(self, *, within: float) -> bool:
        """Take nothing new and wait until every lane is empty; False when the time was up before."""
        self._closed = True
        try:
            async with asyncio.timeout(within):
                while self._waiting:
                    self._room.clear()
                    await self._room.wait()
        except TimeoutError:
            return False
        return True

    def _entry(self, update: Mapping[str, object]) -> Entry:
        update_id = update["update_id"]
        assert isinstance(update_id, int)  # noqa: S101 - the adapter has checked it
        lane = self.adapter.lane_of(update)
        arrival = Arrival(self.inbox_id, update_id, lane, orjson.dumps(update).decode())
        try:
            event = self.adapter.decode(update, self.inbox_id)
        except Exception:
            log.exception("update %d cannot be read", update_id)
            self.metrics.dead_letter()
            return Entry(arrival, None, tries=TRIES)
        return Entry(arrival, event)

    async def _understand(self, entries: Sequence[Entry]) -> None:
        index = self.index()

        def work() -> None:
            for entry in entries:
                if entry.event is not None:
                    entry.understood = _understood(entry, index)

        await asyncio.to_thread(work)

    def _line_up(self, entries: Sequence[Entry]) -> None:
        self._loop = asyncio.get_running_loop()
        for entry in entries:
            self._waiting += 1
            lane = self._lanes.get(entry.arrival.lane)
            if lane is None:
                self._lanes[entry.arrival.lane] = deque([entry])
                self._start(entry)
            else:
                lane.append(entry)

    def _start(self, entry: Entry) -> None:
        if entry.event is None:
            self._hand_in(
                entry,
                self._finish_unit(entry) if entry.tries < TRIES else self._give_up_unit(entry, "unreadable"),
            )
        elif self.routes.only_reads(entry.event):
            reading = asyncio.get_running_loop().create_task(self._read(entry))
            self._readings.add(reading)
            reading.add_done_callback(self._readings.discard)
        else:
            self._hand_in(entry, self._perform_unit(entry))

    def _hand_in(self, entry: Entry, unit: Callable[[Session], None]) -> None:
        self.store.submit(unit).add_done_callback(lambda future: self._back(entry, future))

    def _back(self, entry: Entry, future: "Future[None]") -> None:
        assert self._loop is not None  # noqa: S101 - set before anything was handed in
        self._loop.call_soon_threadsafe(self._ended, entry, future)

    def _ended(self, entry: Entry, future: "Future[None]") -> None:
        error = future.exception()
        self.kill.reach("after_commit")
        if error is None or isinstance(error, AlreadyDoneError):
            log.info("handled", extra={"update_id": entry.arrival.update_id, "ticket": entry.ticket})
            if entry.taken:
                self.hand_over(entry.taken)
            self._next(entry)
        elif isinstance(error, StoreError) and not isinstance(error, StoreBusyError) and not entry.refused:
            entry.refused = True  # a refusal that is refused itself is tried again and put aside
            self._hand_in(entry, self._explain_unit(entry, error))
        else:
            self._retry(entry, error)

    def _retry(self, entry: Entry, error: BaseException) -> None:
        entry.tries += 1
        entry.taken = []  # what the failed try wrote is gone, its messages with it
        number = entry.arrival.update_id
        if entry.tries >= TRIES and not isinstance(error, StoreBusyError):
            log.error("update %d is put aside", number, exc_info=error, extra={"update_id": number})
            self.metrics.dead_letter()
            self._hand_in(entry, self._give_up_unit(entry, f"{type(error).__name__}: {error}"))
            return
        log.warning("update %d is tried again: %s", number, error, extra={"update_id": number})
        assert self._loop is not None  # noqa: S101 - set before anything was handed in
        self._loop.call_later(min(5.0, self.first_wait * 4.0 ** min(entry.tries - 1, 4)), self._start, entry)

    def _next(self, entry: Entry) -> None:
        self._waiting -= 1
        self._room.set()
        lane = self._lanes[entry.arrival.lane]
        lane.popleft()
        if lane:
            self._start(lane[0])
        else:
            del self._lanes[entry.arrival.lane]

    async def _read(self, entry: Entry) -> None:
        """Run a route that only reads beside the writer, then write its answers in one short unit."""
        try:
            ctx = await self.store.read(lambda session: self._looked_up(session, entry))
        except Exception as error:  # noqa: BLE001 - as any other end of a unit
            failed: Future[None] = Future()
            failed.set_exception(error)
            self._ended(entry, failed)
            return

        def unit(session: Session) -> None:
            self._claim(session, entry)
            ctx.session = session
            self.routes.finish(ctx)

        self._hand_in(entry, unit)

    def _looked_up(self, session: Session, entry: Entry) -> Context:
        ctx = self._context(session, entry)
        self.routes.look(ctx)
        return ctx

    def _context(self, session: Session, entry: Entry) -> Context:
        assert entry.event is not None  # noqa: S101 - only readable events come here
        return Context(session, self.now(), entry.event, self.desk, understood=entry.understood)

    def _claim(self, session: Session, entry: Entry) -> None:
        if not journal.finish(session, self.inbox_id, entry.arrival.update_id):
            raise AlreadyDoneError

    def _perform_unit(self, entry: Entry) -> Callable[[Session], None]:
        def unit(session: Session) -> None:
            self._claim(session, entry)
            express = session.info["express"] = self.express()
            session.info.pop("ticket", None)
            try:
                self.routes.perform(self._context(session, entry))
            finally:
                session.info.pop("express")
            entry.ticket = session.info.pop("ticket", None)
            entry.taken = express.taken if express is not None else []

        return unit

    def _explain_unit(self, entry: Entry, error: StoreError) -> Callable[[Session], None]:
        def unit(session: Session) -> None:
            self._claim(session, entry)
            self.routes.explain(self._context(session, entry), error)

        return unit

    def _finish_unit(self, entry: Entry) -> Callable[[Session], None]:
        return lambda session: self._claim(session, entry)

    def _give_up_unit(self, entry: Entry, error: str) -> Callable[[Session], None]:
        return lambda session: journal.give_up(
            session, self.inbox_id, entry.arrival.update_id, attempts=entry.tries, error=error
        )


def _understood(entry: Entry, index: FaqIndex | None) -> Understood:
    assert entry.event is not None  # noqa: S101 - only readable events come here
    try:
        return understand(entry.event, index)
    except Exception:
        # What nobody makes sense of is kept and answered all the same.
        log.exception("update %d is not understood", entry.arrival.update_id)
        return Understood()

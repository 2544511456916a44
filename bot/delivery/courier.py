"""The courier: claims what may go out, sends it at the allowed pace, and settles what became of it."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

from sqlalchemy.orm import Session

from bot.debug import KillSwitch
from bot.delivery import settling
from bot.delivery.pace import Pace
from bot.observe import Metrics
from crm_store import claims, deliveries, gates, outbox, settlements
from crm_store.claims import Claimed
from crm_store.errors import StoreError
from crm_store.models.outbox import Action, Lane
from crm_store.outbox import Draft, Express
from crm_store.settlements import Settlement
from crm_store.store import Store
from handlers.ports import Channel, DeliveryError

log = logging.getLogger("hearwell.delivery")
AHEAD = 0.3  # seconds of the account's rate that are claimed before they may start
IN_FLIGHT = 64
FLUSH = 0.02
BREATH = 0.02  # how long rows are gathered before the outbox is looked at again
MOST_HELD = 64
MARK_AHEAD = 0.05  # a marker's commit takes this long at most, as a rule
IDLE = 30.0
Feed = Callable[[Session, datetime, int], int]


@dataclass(slots=True)
class Courier:
    """Carries one inbox's outbox to its channel, as its only owner."""

    store: Store
    channel: Channel
    inbox_id: int
    now: Callable[[], datetime]
    feed: Feed
    pace: Pace = field(default_factory=Pace)
    kill: KillSwitch = field(default_factory=lambda: KillSwitch(None))
    metrics: Metrics = field(default_factory=Metrics)
    epoch: int = 0
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _settled: list[Settlement] = field(default_factory=list)
    _flying: set[asyncio.Task[None]] = field(default_factory=set)
    _bulk: int = 0
    _stopping: bool = False
    _sleep: float = IDLE
    _looked: float = 0.0
    _nudged: bool = False
    _held: dict[str, float] = field(default_factory=dict)
    _cycling: asyncio.Lock = field(default_factory=asyncio.Lock)
    _marking: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        """Let so few rows be marked and not yet sent as the rate needs: a kill leaves those unknown."""
        self._marking = asyncio.Semaphore(max(2, round(2 * self.pace.rate * MARK_AHEAD)))

    def wake(self) -> None:
        """Look at the outbox soon: at once after a pause, else with what comes in the same breath."""
        if self._nudged:
            return
        waits = self._looked + BREATH - monotonic()
        if waits <= 0 or self._stopping:
            self._wake.set()
        else:
            self._nudged = True
            asyncio.get_running_loop().call_later(waits, self._look)

    def _look(self) -> None:
        self._nudged = False
        self._wake.set()

    def express(self) -> Express | None:
        """Offer to take replies along as they are written, while there is room; called by the writer."""
        if self._stopping or not self.epoch or len(self._flying) >= IN_FLIGHT:
            return None
        return Express(self.inbox_id, self.epoch, self._is_free)

    def _is_free(self, chat: str) -> bool:
        bucket = self.pace.chats.get(chat)
        return bucket is None or bucket.wait(monotonic()) <= 0

    def hand_over(self, taken: Sequence[tuple[int, Draft]]) -> None:
        """Deliver replies that were written as claimed and are committed."""
        for row_id, draft in taken:
            self._fly(claims.handed(row_id, draft))

    def _fly(self, row: Claimed) -> None:
        task = asyncio.create_task(self._deliver(row))
        self._flying.add(task)
        task.add_done_callback(self._flying.discard)

    async def start(self) -> None:
        """Become the owner: decide what an earlier owner left, and remember what it sent lately."""
        self.epoch = await self.store.write(
            lambda session: deliveries.take_over(session, self.inbox_id, now=self.now())
        )
        now, since = self.now(), self.now() - timedelta(seconds=60)
        recent, blocked = await self.store.read(
            lambda session: (
                settlements.recent_starts(session, self.inbox_id, since=since),
                gates.gates(session, self.inbox_id, now=now),
            )
        )
        steady = monotonic()
        self.pace.remember((chat, steady - (now - at).total_seconds()) for chat, at in recent)
        for chat, until in blocked.items():
            self.pace.chat(chat).hold(steady + (until - now).total_seconds())

    async def run(self) -> None:
        """Claim, send and settle until stopped."""
        while not self._stopping:
            try:
                await self._cycle()
            except StoreError as error:
                log.warning("the outbox could not be read: %s", error)
                await asyncio.sleep(1.0)
                continue
            except Exception:
                log.exception("the outbox could not be worked off and is looked at again")
                await asyncio.sleep(1.0)
                continue
            await self._rest()

    async def stop(self, *, within: float) -> None:
        """Claim no more, wait for what is on its way, and settle it."""
        self._stopping = True
        self.wake()
        async with self._cycling:  # what a last look has claimed is on its way as well
            if self._flying:
                await asyncio.wait(self._flying, timeout=within)
            try:
                await self._write()
            except StoreError as error:
                log.warning("%d ends are not written down: %s", len(self._settled), error)

    async def _rest(self) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), self._sleep)
        except TimeoutError:
            self.pace.forget_idle(monotonic())
        self._wake.clear()

    async def _cycle(self) -> None:
        async with self._cycling:
            self._wake.clear()
            self._looked = monotonic()
            for row in await self._write():
                self._fly(row)

    async def _write(self) -> list[Claimed]:
        """Settle what has ended and claim what may start, in one transaction."""
        taken, self._settled = list(self._settled), []
        now, steady = self.now(), monotonic()
        room = 0 if self._stopping else IN_FLIGHT - len(self._flying)
        bulk_room = max(0, int(AHEAD * self.pace.rate) - self._bulk)

        def unit(session: Session) -> tuple[list[Claimed], float]:
            deliveries.settle_all(session, self.inbox_id, taken, now=now)
            if room <= 0:
                return [], IDLE
            fed = self.feed(session, now, bulk_room) if bulk_room else 0
            return self._choose(session, room, bulk_room, now=now, steady=steady, fed=fed)

        try:
            rows, self._sleep = await self.store.write(unit)
        except StoreError:
            self._settled = taken + self._settled
            raise
        except Exception:
            await self._settle_apart(taken)
            raise
        self._bulk += sum(1 for row in rows if row.priority is not Lane.REPLY)
        return rows

    async def _settle_apart(self, taken: Sequence[Settlement]) -> None:
        """Settle one by one what could not be settled together, so that one of them stops no other."""
        for settlement in taken:
            try:
                await self.store.write(self._settling([settlement]))
            except StoreError:
                self._settled.append(settlement)
            except Exception:
                log.exception("what became of row %d cannot be written down", settlement.row.id)

    def _settling(self, taken: Sequence[Settlement]) -> Callable[[Session], None]:
        now = self.now()
        return lambda session: deliveries.settle_all(session, self.inbox_id, taken, now=now)

    def _choose(  # noqa: PLR0913 - one transaction's view
        self, session: Session, room: int, bulk_room: int, *, now: datetime, steady: float, fed: int
    ) -> tuple[list[Claimed], float]:
        chosen: list[Claimed] = []
        later = IDLE
        left_out = False
        self._held = {chat: until for chat, until in self._held.items() if until > steady}
        later = min([later, *(until - steady for until in self._held.values())])
        for row in claims.ready(session, self.inbox_id, now=now, held=self._held):
            bulk = row.priority is not Lane.REPLY
            waits = self.pace.wait(row.chat, steady)
            if waits > AHEAD:
                later = min(later, waits - AHEAD / 2)
                if len(self._held) < MOST_HELD:
                    self._held[row.chat] = steady + waits - AHEAD / 2
            elif len(chosen) < room and not (bulk and bulk_room <= 0):
                if claims.claim(session, self.inbox_id, row, epoch=self.epoch, now=now):
                    chosen.append(row)
                    bulk_room -= bulk
            else:
                left_out = True
        if left_out or fed:
            later = min(later, AHEAD / 2)
        due = claims.next_due(session, self.inbox_id, now=now) if not chosen else None
        if due is not None:
            later = min(later, max(0.01, (due - now).total_seconds()))
        return chosen, later

    async def _deliver(self, row: Claimed) -> None:
        bulk = row.priority is not Lane.REPLY
        begins = monotonic() + self.pace.take(row.chat, monotonic(), bulk=bulk)
        try:
            settlement = await self._attempt(row, begins)
        except StoreError as error:
            log.warning("row %d was not started: %s", row.id, error)
            settlement = settling.failed(row, DeliveryError("never_sent", str(error)), self.now())
        except Exception:
            log.exception("row %d was not started", row.id)
            settlement = settling.failed(row, DeliveryError("never_sent", "internal error"), self.now())
        if bulk:
            self._bulk -= 1
        if settlement is not None:
            self._settled.append(settlement)
            self.metrics.delivered(row.priority.value, settlement.outcome)
        if len(self._settled) == 1:
            asyncio.get_running_loop().call_later(FLUSH, self.wake)
        if self._bulk == 0 or row.thread_id is not None or len(self._settled) >= IN_FLIGHT // 4:
            self.wake()

    async def _attempt(self, row: Claimed, begins: float) -> Settlement | None:
        if row.action is Action.MAKE_THREAD and row.thread is not None:
            # Made before a crash, as the channel told since.
            return settling.sent(row, row.thread, self.now())
        content = await self._content(row) if "attachment" in row.body else None
        if not await self._begin(row, begins):
            return None
        self.kill.reach("before_send", row.priority.value)
        try:
            provider_id = await self.channel.send(row, content)
        except DeliveryError as error:
            return self._refused(row, error)
        except Exception:
            log.exception("row %d could not be sent", row.id)
            return settling.failed(row, DeliveryError("refused", "internal error"), self.now())
        self.kill.reach("after_send", row.priority.value)
        return settling.sent(row, provider_id, self.now())

    async def _begin(self, row: Claimed, begins: float) -> bool:
        """Wait for a row's turn; a campaign's is marked just before, False when it may no longer go out."""
        if row.priority is not Lane.CAMPAIGN:
            await _until(begins)
            await self._turn(bulk=row.priority is not Lane.REPLY)
            return True
        await _until(begins - MARK_AHEAD)
        async with self._marking:
            await self._room()
            if not await self._mark(row):
                return False
            await _until(begins)
            await self._turn(bulk=True)
        return True

    async def _room(self) -> None:
        while True:
            waits = self.pace.room(monotonic(), bulk=True)
            if waits <= MARK_AHEAD:
                return
            await asyncio.sleep(waits - MARK_AHEAD)

    async def _turn(self, *, bulk: bool) -> None:
        while True:
            waits = self.pace.start(monotonic(), bulk=bulk)
            if waits <= 0:
                return
            await asyncio.sleep(waits)

    async def _mark(self, row: Claimed) -> bool:
        now = self.now()
        return await self.store.write(
            lambda session: deliveries.begin(session, row, epoch=self.epoch, now=now)
        )

    async def _content(self, row: Claimed) -> bytes | None:
        attachment_id = row.body.get("attachment")
        if not isinstance(attachment_id, int):
            return None
        found = await self.store.read(lambda session: outbox.attachment(session, attachment_id))
        return None if found is None else found.content

    def _refused(self, row: Claimed, error: DeliveryError) -> Settlement:
        log.info("row %d was not delivered: %s", row.id, error)
        if error.kind == "limited":
            account = self.pace.refused(row.chat, monotonic(), error.retry_after or 1.0)
            self.metrics.limited(account=account)
        return settling.failed(row, error, self.now())


async def _until(instant: float) -> None:
    waits = instant - monotonic()
    if waits > 0:
        await asyncio.sleep(waits)

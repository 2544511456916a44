"""The courier: claims what may go out, sends it at the allowed pace, and settles what became of it."""

import asyncio
import logging
from collections.abc import Callable
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
from crm_store.settlements import Settlement
from crm_store.store import Store
from handlers.ports import Channel, DeliveryError

log = logging.getLogger("hearwell.delivery")
AHEAD = 0.3  # seconds of the account's rate that are claimed before they may start
IN_FLIGHT = 64
FLUSH = 0.02
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
    _held: dict[str, float] = field(default_factory=dict)

    def wake(self) -> None:
        """Look at the outbox now."""
        self._wake.set()

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
            await self._rest()

    async def stop(self, *, within: float) -> None:
        """Claim no more, wait for what is on its way, and settle it."""
        self._stopping = True
        self.wake()
        if self._flying:
            await asyncio.wait(self._flying, timeout=within)
        if self._settled:
            await self._write()

    async def _rest(self) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), self._sleep)
        except TimeoutError:
            self.pace.forget_idle(monotonic())
        self._wake.clear()

    async def _cycle(self) -> None:
        self._wake.clear()
        rows = await self._write()
        for row in rows:
            task = asyncio.create_task(self._deliver(row))
            self._flying.add(task)
            task.add_done_callback(self._flying.discard)

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
        self._bulk += sum(1 for row in rows if row.priority is not Lane.REPLY)
        return rows

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
            return settling.sent(
                row, row.thread, self.now()
            )  # made before a crash, as the channel told since
        content = await self._content(row)
        if row.priority is Lane.CAMPAIGN:
            await _until(begins - MARK_AHEAD)
            if not await self._mark(row):
                return None
        await _until(begins)
        await self._turn(bulk=row.priority is not Lane.REPLY)
        self.kill.reach("before_send")
        try:
            provider_id = await self.channel.send(row, content)
        except DeliveryError as error:
            return self._refused(row, error)
        except Exception:
            log.exception("row %d could not be sent", row.id)
            return settling.failed(row, DeliveryError("refused", "internal error"), self.now())
        self.kill.reach("after_send")
        return settling.sent(row, provider_id, self.now())

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

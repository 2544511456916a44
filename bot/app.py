"""The composition root: builds everything, starts it in order and stops it in the other."""

import asyncio
import contextlib
import hashlib
import hmac
import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from bot import checks, furnishing, migrating
from bot.channels.telegram import inbound, menus
from bot.channels.telegram.channel import RawBot, TelegramChannel
from bot.channels.telegram.polling import Poller
from bot.channels.telegram.request import AiohttpRequest
from bot.clock import Clock
from bot.clockwork import Clockwork, Turn
from bot.config import ConfigError, Settings, wrong
from bot.debug import KillSwitch
from bot.delivery.courier import Courier
from bot.delivery.pace import Pace
from bot.intake import Adapter, Intake
from bot.observe import Metrics
from bot.rehearsal import Stage, rehearse
from bot.web.server import Server, Webhook
from crm_store import knowledge, staff
from crm_store.run_lock import RunLock
from crm_store.store import Store
from handlers.context import Desk
from handlers.marketer import sending
from handlers.ports import Job
from handlers.routes import ROUTES
from scoring.match import Entry, FaqIndex

log = logging.getLogger("hearwell")
TICK = "tick:"  # wake(session, "tick:NAME") runs that tick as soon as the transaction is over
DRAIN = 10.0
Spawn = Callable[[Coroutine[object, object, None]], None]


@dataclass(slots=True)
class Parts:
    """What runs once the app has started."""

    bot: Bot
    inbox_id: int
    desk: Desk
    intake: Intake
    courier: Courier
    clockwork: Clockwork
    server: Server
    poller: Poller | None


class App:
    """One running bot: an inbox, its store and everything between."""

    def __init__(self, settings: Settings, *, clock: Clock | None = None, pace: Pace | None = None) -> None:
        """Take the settings and open nothing yet; a pace of its own suits a sandbox without limits."""
        self.settings = settings
        self.clock = clock or Clock()
        self.pace = pace or Pace(settings.telegram.rate)
        self.metrics = Metrics()
        self.kill = KillSwitch(settings.debug.kill_at)
        self.parts: Parts | None = None
        self._lock = RunLock(settings.data_dir)
        self._store: Store | None = None
        self._bot: Bot | None = None
        self._index: FaqIndex | None = None
        self._known: Sequence[knowledge.Entry] = ()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def store(self) -> Store:
        """Return the open store."""
        assert self._store is not None  # noqa: S101 - only used after start
        return self._store

    @property
    def articles(self) -> int:
        """Count the articles that questions are answered from."""
        return len({entry.article_id for entry in self._known})

    async def start(self) -> None:
        """Open the store, find the bot, take up what was left, and begin to listen."""
        self._loop = asyncio.get_running_loop()
        if self.settings.telegram.token is None:
            raise ConfigError(wrong("telegram.token", "token_missing"))
        try:
            self.settings.data_dir.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
        except OSError as error:
            raise ConfigError(wrong("data_dir", "folder", why=error.strerror)) from None
        self._store = Store(self.settings.database_url, on_commit=self._woken)
        await asyncio.to_thread(migrating.upgrade, self._store.engine)
        bot = self._bot = await self._connect()
        self.parts = await self._build(bot)
        await self.learn()
        stage = Stage(self.store, ROUTES, self.parts.desk, self.parts.inbox_id)
        await rehearse(stage, index=self._index, now=self.clock.now())
        await self._begin(self.parts)

    async def _connect(self) -> Bot:
        telegram = self.settings.telegram
        if telegram.token is None:
            raise ConfigError(wrong("telegram.token", "token_missing"))
        bot = RawBot(
            telegram.token.get_secret_value(),
            base_url=f"{telegram.api_url}/bot",
            base_file_url=f"{telegram.api_url}/file/bot",
            request=AiohttpRequest(),
            get_updates_request=AiohttpRequest(connections=1),
        )
        pause = 0.5
        while True:
            try:
                await bot.initialize()
                return bot
            except InvalidToken:
                await bot.shutdown()
                raise ConfigError(wrong("telegram.token", "token_refused", url=telegram.api_url)) from None
            except TelegramError as error:
                log.warning("%s cannot be reached yet: %s", telegram.api_url, error.message)
                await asyncio.sleep(pause)
                pause = min(30.0, pause * 2)

    async def _build(self, bot: Bot) -> Parts:
        settings = self.settings
        now = self.clock.now()
        inbox_id, wanted = await self.store.write(
            lambda session: furnishing.furnish(session, settings, str(bot.id), now=now)
        )
        group = await furnishing.look_for(bot, wanted)
        if group.problem is not None:
            log.error("the staff group %s is not there: %s", group.wanted, group.problem)
            await self.store.write(lambda session: furnishing.report(session, inbox_id, group, now=now))
        desk = Desk(
            staff_group=group.chat,
            language=settings.language,
            zone=settings.timezone,
            secret=furnishing.secret_of(self.settings.data_dir),
            bot_name=bot.username,
            survey_delay=settings.survey_delay,
            asks_nps=settings.desk.nps,
            flood_limit=settings.desk.flood,
            idle_after=settings.idle_after,
            approve_over=settings.desk.approve_over,
            patience=settings.patience,
            jobs=self._jobs,
        )
        channel = TelegramChannel(bot)
        courier = Courier(
            self.store, channel, inbox_id, self.clock.now, sending.feed_for(inbox_id, desk),
            pace=self.pace, kill=self.kill, metrics=self.metrics,
        )  # fmt: skip
        intake = Intake(
            self.store, ROUTES, desk, inbox_id, Adapter(inbound.lane_of, inbound.to_inbound), self.clock.now,
            index=lambda: self._index, express=courier.express, hand_over=courier.hand_over, kill=self.kill,
            metrics=self.metrics,
        )  # fmt: skip
        accept = _Door(intake, channel, self._spawn).accept
        webhook = self._webhook(accept) if settings.telegram.mode == "webhook" else None
        server = Server(settings.web.host, settings.web.port, self.metrics, self._is_ready, webhook)
        clockwork = Clockwork(
            self.store, Turn(desk, inbox_id), ROUTES, clock=self.clock, metrics=self.metrics
        )
        poller = None if webhook is not None else Poller(bot, accept)
        return Parts(bot, inbox_id, desk, intake, courier, clockwork, server, poller)

    async def _begin(self, parts: Parts) -> None:
        await parts.courier.start()
        left = await parts.intake.resume()
        if left:
            log.info("%d updates of an earlier run are taken up", left)
        self._spawn(parts.courier.run())
        try:
            await parts.server.start()
        except OSError as error:
            raise ConfigError(wrong("web.port", "port", why=error.strerror)) from None
        await parts.clockwork.start()
        if parts.poller is not None:
            await self._quietly(parts.bot.delete_webhook())
            self._spawn(parts.poller.run())
        else:
            await self._set_webhook(parts)
        self._spawn(self._publish(parts))
        log.info("ready as @%s", parts.bot.username)

    async def stop(self) -> None:
        """Take nothing new, finish what was taken, send what is on its way, close."""
        parts = self.parts
        if parts is not None:
            await parts.clockwork.stop()
            await self._cancel("Poller.run")
            drained = await parts.intake.drain(within=DRAIN)
            if not drained:
                log.warning("not everything was handled in %.0f s; the journal keeps the rest", DRAIN)
            if parts.poller is not None:
                await parts.poller.confirm()
            await parts.courier.stop(within=DRAIN)
            await parts.server.stop()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._bot is not None:
            await self._quietly(self._bot.shutdown())
        if self._store is not None:
            await asyncio.to_thread(self._store.close)
        self._lock.release()

    async def learn(self) -> None:
        """Build the article index anew, in a thread, and swap it in, unless it knows these articles."""
        entries = await self.store.read(knowledge.entries)
        if entries == self._known:
            return
        known = [Entry(article, "zh" if code == "zh" else "en", text) for article, code, text in entries]
        self._index = await asyncio.to_thread(FaqIndex.build, known) if known else None
        self._known = entries

    async def skipped(self) -> None:
        """Do what fell due while the sandbox's clock was moved on."""
        if self.parts is not None:
            await self.parts.clockwork.skipped()
            self.parts.courier.wake()

    def _woken(self, reasons: frozenset[str]) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake, reasons)

    def _wake(self, reasons: frozenset[str]) -> None:
        if self.parts is None:
            return
        if "outbox" in reasons:
            self.parts.courier.wake()
        if "campaign" in reasons:
            self._spawn(self.parts.clockwork.campaigns_changed())
        if "staff" in reasons:
            self._spawn(self._publish(self.parts))
        if "knowledge" in reasons:
            self._spawn(self.learn())
        for reason in sorted(reasons):
            if reason.startswith(TICK):
                self._spawn(self.parts.clockwork.run(reason.removeprefix(TICK)))

    async def _publish(self, parts: Parts) -> None:
        people = await self.store.read(lambda session: staff.everyone(session, parts.inbox_id))
        await menus.publish(parts.bot, ROUTES, parts.desk, people)

    def _webhook(self, accept: Callable[..., Coroutine[object, object, None]]) -> Webhook:
        url = self.settings.telegram.webhook_url
        if not url:
            raise ConfigError(wrong("telegram.webhook_url", "webhook_missing"))
        return Webhook(urlsplit(url).path or "/", self._hook_secret(), accept)

    async def _set_webhook(self, parts: Parts) -> None:
        await parts.bot.set_webhook(
            str(self.settings.telegram.webhook_url),
            secret_token=self._hook_secret(),
            allowed_updates=inbound.ALLOWED,
        )

    def _hook_secret(self) -> str:
        given = self.settings.telegram.webhook_secret
        if given is not None:
            return given.get_secret_value()
        return hmac.new(furnishing.secret_of(self.settings.data_dir), b"webhook", hashlib.sha256).hexdigest()

    def _jobs(self) -> Sequence[Job]:
        return () if self.parts is None else self.parts.clockwork.jobs()

    async def _is_ready(self) -> bool:
        if self.parts is None:
            return False
        try:
            async with asyncio.timeout(2):
                await self.store.write(checks.ask)
        except (TimeoutError, Exception):  # noqa: BLE001 - any failure means not ready
            return False
        return True

    def _spawn(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(work, name=getattr(work, "__qualname__", ""))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("a background task failed", exc_info=task.exception())

    async def _cancel(self, name: str) -> None:
        found = [task for task in self._tasks if task.get_name() == name]
        for task in found:
            task.cancel()
        await asyncio.gather(*found, return_exceptions=True)

    async def _quietly(self, work: Coroutine[object, object, object]) -> None:
        with contextlib.suppress(TelegramError):
            await work


class _Door:
    """Where updates come in: journalled first, then presses are acknowledged."""

    def __init__(
        self,
        intake: Intake,
        channel: TelegramChannel,
        spawn: Callable[[Coroutine[object, object, None]], None],
    ) -> None:
        self._intake, self._channel, self._spawn = intake, channel, spawn

    async def accept(self, updates: Sequence[inbound.Raw]) -> None:
        await self._intake.accept(updates)
        for raw in updates:
            press = raw.get("callback_query")
            if isinstance(press, dict) and "id" in press:
                self._spawn(self._channel.acknowledge(str(press["id"])))

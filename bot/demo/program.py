"""One process with the sandbox, the bot and the seeded world, on one clock."""

import asyncio
import contextlib
import errno
import logging
import socket
from datetime import datetime, timedelta

from bot import config
from bot.app import App
from bot.clock import Clock
from bot.demo import memory, scenes, seeding
from bot.demo.cast import STAFF_GROUP
from bot.demo.folder import DemoError, Folder
from bot.demo.place import out_of_the_night
from bot.sandbox.bots import DEFAULT_TOKEN
from bot.sandbox.server import Running, serve
from bot.sandbox.world import World
from crm_store.run_lock import AlreadyRunningError, RunLock

log = logging.getLogger("hearwell.demo")
HOST = "127.0.0.1"
HISTORY_ENDS = timedelta(minutes=90)
"""How long before the demo's now the seeded history ends; what follows is played through the bot."""


class Demo:
    """A running demo; `stop` ends it."""

    def __init__(self, folder: Folder, port: int, zone: str, language: str) -> None:
        """Take the folder, the port, the shop's time zone and language; nothing runs before start."""
        self.folder, self._port = folder, port
        self.zone, self._language = zone, language
        self.is_open = False
        self.clock = Clock()
        self.skipped_night: datetime | None = None
        self._world: World | None = None
        self._running: Running | None = None
        self._app: App | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """Return the address of the page."""
        assert self._running is not None  # noqa: S101 - only used after start
        return self._running.url

    async def start(self, *, is_fresh: bool) -> None:
        """Make or take up the world, serve it, and start the bot in it."""
        is_new = await self._prepare(is_fresh=is_fresh)
        world = self._world
        assert world is not None  # noqa: S101 - prepared a moment ago
        self.clock.offset = timedelta(seconds=world.clock.offset)
        world.on_clock.append(self._moved)
        self._running = await self._serve(world)
        self._app = App(self._settings(self._running.url), clock=self.clock)
        try:
            await self._app.start()
        except AlreadyRunningError:
            raise _held(self.folder) from None
        if is_new:
            await scenes.play(world, skip=self._skip)
            self.folder.is_complete = True
        self.folder.offset = world.clock.offset
        self.folder.keep()
        self.is_open = True

    async def stop(self) -> None:
        """Stop the bot, then the sandbox it talks to."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._app is not None:
            await self._app.stop()
        if self._running is not None:
            await self._running.stop()

    async def _prepare(self, *, is_fresh: bool) -> bool:
        """Seed a new world or load the kept one; tell whether it is new. Nobody else may do so meanwhile."""
        lock = RunLock(self.folder.path)
        try:
            lock.acquire()
        except AlreadyRunningError:
            raise _held(self.folder) from None
        try:
            is_new = is_fresh or not self.folder.is_complete or not self.folder.state.exists()
            if is_new:
                await asyncio.to_thread(self.folder.empty)
                self._world = await asyncio.to_thread(self._found)
            else:
                self._world = await asyncio.to_thread(self._take_up)
        finally:
            lock.release()
        return is_new

    def _found(self) -> World:
        world = World()
        now = self._awake(0)
        world.clock.offset = self._offset(now - scenes.BEGIN)
        seeding.seed(self.folder.url, world, base=now - HISTORY_ENDS, zone=self.zone)
        return world

    def _take_up(self) -> World:
        world = World.load(self.folder.state)
        world.clock.offset = self._offset(self._awake(max(world.clock.offset, self.folder.offset)))
        memory.catch_up(self.folder.url, world)
        return world

    def _awake(self, offset: int) -> datetime:
        """Return the demo's now, put off to the coming morning when it is night."""
        now = self.clock.now() + timedelta(seconds=offset)
        awake = out_of_the_night(now, self.zone)
        self.skipped_night = awake if awake != now else None
        return awake

    def _offset(self, now: datetime) -> int:
        return round((now - self.clock.now()) / timedelta(seconds=1))

    async def _serve(self, world: World) -> Running:
        try:
            return await serve(world, HOST, self._port, self.folder.state, lambda: self.is_open)
        except OSError as error:
            raise _taken(self._port, error) from None

    def _settings(self, url: str) -> config.Settings:
        return config.without_environment(
            telegram={"token": DEFAULT_TOKEN, "api_url": url, "staff_group": STAFF_GROUP},
            web={"host": HOST, "port": 0},
            data_dir=self.folder.path,
            language=self._language,
            timezone=self.zone,
        )

    def _moved(self, offset: int) -> None:
        self.clock.offset = timedelta(seconds=offset)
        self.folder.offset = offset
        self.folder.keep()
        task = asyncio.get_running_loop().create_task(self._catch_up())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _catch_up(self) -> None:
        if self._app is not None:
            await self._app.skipped()

    async def _skip(self, span: timedelta) -> None:
        """Move the clock as the page would, and wait until the bot has done what fell due."""
        assert self._world is not None  # noqa: S101 - only used by scenes
        self._world.clock.advance(span // timedelta(seconds=1))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(10):
                await asyncio.gather(*self._tasks)


def check_port(port: int) -> None:
    """Refuse a port that is taken before anything is touched."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise _taken(port, error) from None


def _taken(port: int, error: OSError) -> DemoError:
    if error.errno == errno.EADDRINUSE:
        return DemoError(f"Port {port} is taken; choose another with --port, for example --port {port + 1}.")
    return DemoError(f"Port {port} cannot be used: {error.strerror}.")


def _held(folder: Folder) -> DemoError:
    return DemoError(
        f"Another process already runs with {folder.path}; stop it or choose another folder with --data-dir."
    )

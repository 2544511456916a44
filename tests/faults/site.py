"""A place to break things in: a sandbox in this process and the real bot as a process of its own."""

import asyncio
import itertools
import os
import random
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.sandbox import acts
from bot.sandbox.acts import Draft
from bot.sandbox.bots import DEFAULT_TOKEN
from bot.sandbox.chats import Chat, Member
from bot.sandbox.people import Person
from bot.sandbox.server import Running, serve
from bot.sandbox.world import World

ROOT = Path(__file__).resolve().parents[2]
START = 30.0  # seconds a start may take on a busy machine
READY = b"ready as"


@dataclass
class Site:
    """A world, the bot that serves it, and what people wrote there."""

    folder: Path
    world: World
    running: Running
    group: int
    webhook_port: int | None = None
    written: dict[str, int] = field(default_factory=dict)
    kills: int = 0
    bot: asyncio.subprocess.Process | None = None

    @property
    def data(self) -> Path:
        """Return the bot's data folder."""
        return self.folder / "data"

    @property
    def database(self) -> Path:
        """Return the bot's database file."""
        return self.data / "hearwell.db"

    def environment(self, **more: str) -> Mapping[str, str]:
        """Return the settings the bot runs with."""
        hook: dict[str, str] = {}
        if self.webhook_port is not None:
            hook = {
                "HEARWELL_TELEGRAM__MODE": "webhook",
                "HEARWELL_TELEGRAM__WEBHOOK_URL": f"http://127.0.0.1:{self.webhook_port}/hook",
            }
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HEARWELL_")}
        return {
            **kept,
            "HEARWELL_TELEGRAM__TOKEN": DEFAULT_TOKEN,
            "HEARWELL_TELEGRAM__API_URL": self.running.url,
            "HEARWELL_TELEGRAM__STAFF_GROUP": str(self.group),
            "HEARWELL_DATA_DIR": str(self.data),
            "HEARWELL_WEB__PORT": str(self.webhook_port or 0),
            **hook,
            **more,
        }

    async def start(self, *, kill_at: str | None = None, ready: bool = True) -> None:
        """Start the bot on the same data folder, and wait until it listens or is dead."""
        more = {} if kill_at is None else {"HEARWELL_DEBUG__KILL_AT": kill_at}
        log = self.folder / "bot.log"
        seen = log.stat().st_size if log.exists() else 0
        with log.open("ab") as stderr:
            self.bot = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "run", cwd=ROOT, env=self.environment(**more), stderr=stderr
            )
        if ready:
            await self.until(lambda: READY in _since(log, seen) or not self.is_alive, within=START)

    @property
    def is_alive(self) -> bool:
        """Tell whether the bot runs."""
        return self.bot is not None and self.bot.returncode is None

    async def until(self, is_so: Callable[[], bool], *, within: float) -> bool:
        """Wait until something is so; False when the time was up before."""
        try:
            async with asyncio.timeout(within):
                while not is_so():  # noqa: ASYNC110 - another process makes it so
                    await asyncio.sleep(0.02)
        except TimeoutError:
            return False
        return True

    async def dead(self, *, within: float = 10.0) -> bool:
        """Wait until the bot has killed itself; False when it lives on."""
        died = await self.until(lambda: not self.is_alive, within=within)
        if died:
            assert self.bot is not None
            assert self.bot.returncode == -signal.SIGKILL, self.last_words()
            self.kills += 1
        return died

    async def kill(self) -> None:
        """Kill the bot as if the power went."""
        assert self.bot is not None
        if self.is_alive:
            self.bot.kill()
        await self.bot.wait()
        self.kills += 1

    async def terminate(self) -> None:
        """Ask the bot to end, which it does without a complaint."""
        assert self.bot is not None
        if self.is_alive:
            self.bot.terminate()
        assert await self.bot.wait() == 0, self.last_words()

    def last_words(self) -> str:
        """Return the end of the bot's log."""
        code = None if self.bot is None else self.bot.returncode
        log = (self.folder / "bot.log").read_text(encoding="utf-8")
        return f"the bot ended with {code}:\n" + "\n".join(log.splitlines()[-40:])

    def meet(self, name: str) -> tuple[Person, Chat]:
        """Let someone new open a chat with the bot."""
        person = self.world.add_person(name)
        return person, self.world.open_private(self.world.bot, person)

    def write(self, person: Person, chat: Chat) -> None:
        """Let someone ask a question like no other."""
        text = f"Where is parcel {len(self.written):05d}?"
        acts.write(self.world, chat, person, Draft(text))
        self.written[text] = chat.id

    async def load(self, rate: float, *, seed: int = 1) -> None:
        """Let new people write, one to three messages each, until cancelled."""
        dice = random.Random(seed)
        for number in itertools.count():
            person, chat = self.meet(f"Customer {number}")
            for _ in range(dice.choice((1, 1, 1, 3))):
                self.write(person, chat)
                await asyncio.sleep(1 / rate)

    def said(self, chat_id: int) -> list[str]:
        """List what the bot said in a private chat."""
        chat = self.world.bot.private[chat_id]
        return [each.text for each in chat.messages.values() if each.sender == self.world.bot.id]


@asynccontextmanager
async def opened(folder: Path, *, webhook: bool = False, limits: str = "off") -> AsyncIterator[Site]:
    """Serve a world with a staff group, and leave no process behind."""
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    world = World(limits=limits)
    chen = world.add_person("Chen 陈")
    group = world.add_group("Staff", members=[], admins=[chen.id])
    group.members[world.bot.id] = Member("administrator")
    running = await serve(world)
    site = Site(folder, world, running, group.id, _free_port() if webhook else None)
    try:
        yield site
    finally:
        if site.is_alive:
            await site.kill()
        await running.stop()


@asynccontextmanager
async def under_load(site: Site, rate: float, *, seed: int = 1) -> AsyncIterator[None]:
    """Let people write meanwhile."""
    load = asyncio.create_task(site.load(rate, seed=seed))
    try:
        yield
    finally:
        load.cancel()
        await asyncio.gather(load, return_exceptions=True)


def _since(path: Path, position: int) -> bytes:
    with path.open("rb") as file:
        file.seek(position)
        return file.read()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port: int = door.getsockname()[1]
        return port

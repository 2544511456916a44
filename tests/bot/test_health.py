"""What watches over the bot is told the truth, and a stop loses nothing that was begun."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from bot import config
from bot.app import App
from bot.observe import Metrics
from bot.sandbox import acts
from bot.sandbox.bots import DEFAULT_TOKEN
from bot.sandbox.faults import Fault
from bot.sandbox.server import serve
from bot.sandbox.world import World
from bot.web.server import Server
from tests.bot.console import ask
from tests.bot.sandbox.lab import eventually
from tests.faults.site import Site, opened, under_load
from tests.postgres import Cluster


@dataclass
class Watch:
    """A running bot, its world, and someone who looks after it."""

    app: App
    world: World
    http: aiohttp.ClientSession

    async def get(self, path: str) -> tuple[int, str]:
        """Ask the bot's web server."""
        assert self.app.parts is not None
        url = f"http://127.0.0.1:{self.app.parts.server.port}{path}"
        async with self.http.get(url) as answer:
            return answer.status, await answer.text()

    async def metric(self, name: str) -> float:
        """Read one counter."""
        _, told = await self.get("/metrics")
        return sum(float(line.rpartition(" ")[2]) for line in told.splitlines() if line.startswith(name))

    def write(self, text: str) -> None:
        """Let Mei write."""
        mei = self.world.people.get(101) or self.world.add_person("Mei 梅", person_id=101)
        acts.write(self.world, self.world.open_private(self.world.bot, mei), mei, acts.Draft(text))


@asynccontextmanager
async def watching(folder: Path, database: str | None = None) -> AsyncIterator[Watch]:
    """Run a bot in this process."""
    world = World(limits="off")
    running = await serve(world)
    app = App(
        config.without_environment(
            telegram={"token": DEFAULT_TOKEN, "api_url": running.url},
            database={"url": database},
            web={"port": 0},
            data_dir=folder,
        )
    )
    await app.start()
    async with aiohttp.ClientSession() as http:
        yield Watch(app, world, http)
    await app.stop()
    await running.stop()


async def test_a_running_bot_is_well_and_ready(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        assert await watch.get("/healthz") == (200, '{"status": "ok"}')
        assert await watch.get("/readyz") == (200, '{"ready": true}')
        assert (await watch.get("/nothing"))[0] == 404


async def test_what_comes_and_goes_is_counted(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        assert await watch.metric("hearwell_updates_total") == 0
        watch.write("请问发货要几天？")
        await eventually(lambda: len(watch.world.bot.private[101].messages) > 1)
        while await watch.metric("hearwell_deliveries_total") == 0:  # noqa: ASYNC110 - asked over HTTP
            await asyncio.sleep(0.01)
        assert await watch.metric("hearwell_updates_total") == 1
        assert await watch.metric('hearwell_deliveries_total{outcome="sent",priority="reply"}') == 1
        assert await watch.metric("hearwell_dead_letters_total") == 0
        assert await watch.metric("hearwell_in_flight") == 0


async def test_a_bot_that_is_not_ready_says_so() -> None:
    async def never() -> bool:
        return False

    server = Server("127.0.0.1", 0, Metrics(), never)
    await server.start()
    async with aiohttp.ClientSession() as http:
        async with http.get(f"http://127.0.0.1:{server.port}/readyz") as answer:
            assert (answer.status, await answer.json()) == (503, {"ready": False})
        async with http.get(f"http://127.0.0.1:{server.port}/healthz") as answer:
            assert answer.status == 200
    await server.stop()


@pytest.mark.slow
async def test_a_store_that_takes_nothing_makes_the_bot_unready_until_it_does(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        with closing(sqlite3.connect(tmp_path / "hearwell.db", isolation_level=None)) as hog:
            hog.execute("BEGIN IMMEDIATE")
            assert await watch.get("/readyz") == (503, '{"ready": false}')
            assert (await watch.get("/healthz"))[0] == 200
            assert (await watch.get("/metrics"))[0] == 200
            hog.execute("ROLLBACK")
        async with asyncio.timeout(30):
            while (await watch.get("/readyz"))[0] != 200:  # noqa: ASYNC110 - asked over HTTP
                await asyncio.sleep(0.05)


@pytest.mark.slow
@pytest.mark.postgres
async def test_a_database_that_went_away_makes_the_bot_unready(tmp_path: Path, cluster: Cluster) -> None:
    name = cluster.create()
    async with watching(tmp_path, cluster.url(name)) as watch:
        assert (await watch.get("/readyz"))[0] == 200
        await asyncio.to_thread(cluster.drop, name)
        assert (await watch.get("/readyz"))[0] == 503
        assert (await watch.get("/healthz"))[0] == 200


def states(site: Site, table: str) -> dict[object, object]:
    """Count the rows of a table by their state."""
    return {row[0]: row[1] for row in ask(site.database, f"SELECT state, count(*) FROM {table} GROUP BY 1")}  # noqa: S608 - named by the test


@pytest.mark.slow
@pytest.mark.parametrize("webhook", [False, True], ids=["polling", "webhook"])
async def test_sigterm_under_load_leaves_nothing_half_done(tmp_path: Path, webhook: bool) -> None:
    async with opened(tmp_path, webhook=webhook) as site:
        await site.start()
        site.world.faults.order(Fault("slow", "sendMessage", seconds=0.3, times=None))
        async with under_load(site, rate=80):
            assert await site.until(lambda: len(site.written) > 80, within=30)
            await site.terminate()
        assert set(states(site, "journal")) <= {"done"}
        assert not {"claimed", "sending"} & set(states(site, "outbox"))
        said = sum(len(site.said(chat)) for chat in site.world.bot.private)
        sent = ask(site.database, "SELECT count(*) FROM outbox WHERE state = 'sent' AND chat NOT LIKE '-%'")
        assert sent == [(said,)]
        assert said > 0
        site.world.faults.waiting.clear()
        await site.start()
        chats = set(site.written.values())
        assert await site.until(lambda: all(site.said(chat) for chat in chats), within=60)
        # A refused webhook call comes again after a growing pause: the last may still be on their way.
        assert await site.until(lambda: states(site, "journal") == {"done": len(site.written)}, within=60)
        await site.terminate()
        assert [chat for chat in chats if sum("#" in text for text in site.said(chat)) != 1] == []
        assert states(site, "journal") == {"done": len(site.written)}


@pytest.mark.slow
async def test_sigterm_while_idle_ends_at_once_with_zero(tmp_path: Path) -> None:
    async with opened(tmp_path) as site:
        await site.start()
        await site.terminate()
        assert site.bot is not None
        assert site.bot.returncode == 0
        assert b"Traceback" not in (tmp_path / "bot.log").read_bytes()

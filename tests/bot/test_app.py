"""The bot as a process: how it starts, what it says when it cannot, and how it stops."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot import config
from bot.app import App
from bot.config import ConfigError
from bot.sandbox import acts
from bot.sandbox.bots import DEFAULT_TOKEN
from bot.sandbox.chats import Chat
from bot.sandbox.server import Running, serve
from bot.sandbox.world import World
from crm_store import journal
from crm_store.journal import Arrival
from crm_store.models.outbox import OutboxRow, OutboxState
from crm_store.run_lock import AlreadyRunningError
from crm_store.store import Store
from tests.bot.console import Console
from tests.bot.sandbox.lab import eventually

MEI = 101
ARTICLE = """[[articles]]
slug = "delivery"
language = "zh"
title = "发货要几天？"
body = "两天内送达。"
phrasings = ["请问发货要几天？", "多久发货"]
"""
UNKNOWN_TOKEN = "100002:" + "A" * 35
MALFORMED = {
    "zh": "HEARWELL_TELEGRAM__TOKEN 不是有效的机器人令牌，请向 @BotFather 获取（形如 数字:字母）。示例：…\n",
    "en": "HEARWELL_TELEGRAM__TOKEN is not a bot token; @BotFather gives one of the form NUMBER:LETTERS. "
    "Example: …\n",
}
SECOND = {
    "zh": "已有另一个 Hearwell 正在使用这个数据目录。请先停止它，或设置另一个 HEARWELL_DATA_DIR。\n",
    "en": "Another Hearwell already runs with this data folder. Stop it first, or set another "
    "HEARWELL_DATA_DIR.\n",
}


@asynccontextmanager
async def served(world: World) -> AsyncIterator[Running]:
    """Serve a world with Mei in it."""
    world.add_person("Mei 梅", language_code="zh-hans", person_id=MEI)
    running = await serve(world)
    try:
        yield running
    finally:
        await running.stop()


def app(running: Running, folder: Path) -> App:
    """Build a bot that talks to a sandbox."""
    return App(
        config.without_environment(
            telegram={"token": DEFAULT_TOKEN, "api_url": running.url}, web={"port": 0}, data_dir=folder
        )
    )


async def process(folder: Path, **settings: str) -> Process:
    """Start `python -m bot run` with these settings and no others."""
    given: Mapping[str, str] = {f"HEARWELL_{name}": value for name, value in settings.items()}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HEARWELL_")}
    environment = {**kept, "HEARWELL_DATA_DIR": str(folder), "HEARWELL_WEB__PORT": "0", **given}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", env=environment, stdout=PIPE, stderr=PIPE
    )


async def refusal(started: Process) -> tuple[int | None, str]:
    """Wait for a process that cannot start; return its exit code and what it said, examples left out."""
    _, said = await started.communicate()
    head, mark, _ = said.decode().partition("HEARWELL_TELEGRAM__TOKEN=")
    return started.returncode, f"{head}…\n" if mark else head


def write(world: World, text: str) -> None:
    """Let Mei write to the bot."""
    mei = world.person(MEI)
    acts.write(world, world.open_private(world.bot, mei), mei, acts.Draft(text))


def answers(world: World) -> list[str]:
    """List what the bot has written to Mei."""
    chat: Chat = world.open_private(world.bot, world.person(MEI))
    return [message.text for message in chat.messages.values() if message.sender == world.bot.id]


class TestRefusingToStart:
    @pytest.mark.parametrize("language", ["en", pytest.param("zh", marks=pytest.mark.slow)])
    async def test_a_malformed_token_is_told_in_one_sentence(self, tmp_path: Path, language: str) -> None:
        started = await process(tmp_path, LANGUAGE=language, **{"TELEGRAM__TOKEN": "abc"})
        assert await refusal(started) == (2, MALFORMED[language])

    @pytest.mark.slow
    @pytest.mark.parametrize("language", ["en", "zh"])
    async def test_a_second_process_is_told_in_one_sentence(self, tmp_path: Path, language: str) -> None:
        async with served(World(limits="off")) as running:
            first = app(running, tmp_path)
            await first.start()
            given = {"TELEGRAM__TOKEN": DEFAULT_TOKEN, "TELEGRAM__API_URL": running.url}
            code, said = await refusal(await process(tmp_path, LANGUAGE=language, **given))
            await first.stop()
        assert (code, said) == (3, SECOND[language])

    async def test_a_token_nobody_knows_names_the_setting(self, tmp_path: Path) -> None:
        async with served(World()) as running:
            stranger = App(
                config.without_environment(
                    telegram={"token": UNKNOWN_TOKEN, "api_url": running.url}, data_dir=tmp_path
                )
            )
            with pytest.raises(ConfigError, match="HEARWELL_TELEGRAM__TOKEN") as told:
                await stranger.start()
            await stranger.stop()
        assert UNKNOWN_TOKEN not in str(told.value)

    async def test_a_taken_port_names_the_setting(self, tmp_path: Path) -> None:
        async with served(World()) as running:
            taken = App(
                config.without_environment(
                    telegram={"token": DEFAULT_TOKEN, "api_url": running.url},
                    web={"port": running.port},
                    data_dir=tmp_path,
                )
            )
            with pytest.raises(ConfigError, match="HEARWELL_WEB__PORT"):
                await taken.start()
            await taken.stop()


class TestStartingAndStopping:
    async def test_the_folder_is_free_again_after_a_stop(self, tmp_path: Path) -> None:
        async with served(World()) as running:
            first, second = app(running, tmp_path), app(running, tmp_path)
            await first.start()
            with pytest.raises(AlreadyRunningError):
                await second.start()
            await first.stop()
            third = app(running, tmp_path)
            await third.start()
            await third.stop()

    async def test_what_was_written_while_it_was_away_is_answered_once(self, tmp_path: Path) -> None:
        world = World(limits="off")
        async with served(world) as running:
            write(world, "请问发货要几天？")
            for _ in range(2):
                one = app(running, tmp_path)
                await one.start()
                await eventually(lambda: not world.bot.updates.waiting and len(answers(world)) == 1)
                await one.stop()
        assert len(answers(world)) == 1

    async def test_an_article_that_was_imported_beside_it_answers_the_next_question(
        self, tmp_path: Path
    ) -> None:
        world, console = World(limits="off"), Console(tmp_path)
        async with served(world) as running:
            one = app(running, console.data)
            await one.start()
            assert (await console.beside("import", "articles", console.file("faq.toml", ARTICLE))).code == 0
            assert one.parts is not None
            await one.parts.clockwork.run("knowing")
            await eventually(lambda: one.articles == 1)
            write(world, "请问发货要几天？")
            await eventually(lambda: len(answers(world)) > 0)
            await one.stop()
        assert "两天内送达" in answers(world)[0]

    async def test_what_an_earlier_run_journalled_and_left_is_taken_up(self, tmp_path: Path) -> None:
        world = World(limits="off")
        async with served(world) as running:
            first = app(running, tmp_path)
            await first.start()
            await first.stop()
            write(world, "请问发货要几天？")
            (left,) = world.bot.updates.take(1, world.clock.now())
            world.bot.updates.confirm(left.id + 1)
            second = app(running, tmp_path)
            keep_journalled(second, left.as_update(), int(left.id))
            await second.start()
            await eventually(lambda: len(answers(world)) == 1)
            await second.stop()

    async def test_a_stop_sends_what_it_has_taken(self, tmp_path: Path) -> None:
        world = World(limits="off")
        async with served(world) as running:
            one = app(running, tmp_path)
            await one.start()
            write(world, "请问发货要几天？")
            await eventually(lambda: not world.bot.updates.waiting)
            await one.stop()
            two = app(running, tmp_path)
            await two.start()
            await eventually(lambda: len(answers(world)) == 1)
            left = two.store.read_now(unsent)
            await two.stop()
        assert left == 0
        assert len(answers(world)) == 1

    async def test_it_waits_for_an_api_that_is_not_there_yet(self, tmp_path: Path) -> None:
        world = World(limits="off")
        async with served(world) as running:
            port = running.port
        late = app(running, tmp_path)
        starting = asyncio.create_task(late.start())
        await asyncio.sleep(0.05)
        assert not starting.done()
        again = await serve(world, port=port)
        await starting
        await late.stop()
        await again.stop()


class TestTheProcess:
    @pytest.mark.slow
    async def test_sigterm_drains_and_ends_with_zero(self, tmp_path: Path) -> None:
        world = World(limits="off")
        async with served(world) as running:
            given = {"TELEGRAM__TOKEN": DEFAULT_TOKEN, "TELEGRAM__API_URL": running.url, "LANGUAGE": "zh"}
            started = await process(tmp_path, **given)
            write(world, "请问发货要几天？")
            async with asyncio.timeout(60):
                while not answers(world) and started.returncode is None:  # noqa: ASYNC110 - another process
                    await asyncio.sleep(0.01)
            started.send_signal(signal.SIGTERM)
            _, said = await started.communicate()
        assert started.returncode == 0, said.decode()
        assert DEFAULT_TOKEN not in said.decode()


def keep_journalled(late: App, update: Mapping[str, object], number: int) -> None:
    """Write an update into the journal as a process does that ends before it handles it."""
    store = Store(late.settings.database_url)
    raw = orjson.dumps(update).decode()
    store.write_now(
        lambda session: journal.keep(
            session,
            [Arrival(journal.inbox(session, "telegram", "100001").id, number, f"{MEI}:", raw)],
            now=late.clock.now(),
        )
    )
    store.close()


def unsent(session: Session) -> int:
    """Count the rows that still wait or fly."""
    waits = OutboxRow.state.in_([OutboxState.READY, OutboxState.CLAIMED, OutboxState.SENDING])
    return session.scalar(sa.select(sa.func.count()).select_from(OutboxRow).where(waits)) or 0

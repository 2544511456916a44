"""The log of a running bot: every line is JSON, tells which update and ticket, and holds no secret."""

import asyncio
import logging
import os
import sys
from asyncio.subprocess import PIPE
from datetime import datetime
from pathlib import Path

import aiohttp
import orjson
import pytest

from bot import config, observe
from bot.sandbox import acts
from bot.sandbox.bots import DEFAULT_TOKEN
from bot.sandbox.faults import Fault
from tests.bot.console import Console, ask
from tests.bot.test_telegram_secrets import logged, put_back  # noqa: F401 - a fixture for this file too
from tests.faults.site import Site, opened

PASSWORD = "canary" + '"/passwört'
HOOK = "canary-hook-secret"


def lines(site: Site) -> list[dict[str, object]]:
    """Read the whole log."""
    return [orjson.loads(line) for line in (site.folder / "bot.log").read_bytes().splitlines()]


def told(site: Site, event: str) -> list[dict[str, object]]:
    return [line for line in lines(site) if line["event"] == event]


@pytest.mark.slow
async def test_every_line_is_json_with_a_time_a_level_a_logger_and_an_event(tmp_path: Path) -> None:
    async with opened(tmp_path) as site:
        site.world.faults.order(Fault("500", "sendMessage", times=2))
        site.world.faults.order(Fault("403", "setMyCommands", times=2))
        await site.start()
        chats = []
        for number in range(3):
            person, chat = site.meet(f"Customer {number}")
            site.write(person, chat)
            acts.write(site.world, chat, person, acts.Draft("/status"))
            chats.append(chat.id)
        assert await site.until(lambda: all(len(site.said(chat)) >= 2 for chat in chats), within=60)
        await site.terminate()
        found = lines(site)
        handled = told(site, "handled")
        rows = ask(site.database, "SELECT DISTINCT update_id FROM journal")
        tickets = ask(site.database, "SELECT id FROM ticket")
    assert [line for line in found if not {"at", "level", "logger", "event"} <= set(line)] == []
    assert [line for line in found if datetime.fromisoformat(str(line["at"])).utcoffset() is None] == []
    assert {line["level"] for line in found} <= {"debug", "info", "warning", "error", "critical"}
    assert {(line["update_id"],) for line in handled} == set(rows)
    assert {(line["ticket"],) for line in handled} - {(None,)} == set(tickets)


def secretive(site: Site) -> dict[str, str]:
    """Return settings with canaries in them, the level that logs most, and the token of a served bot."""
    return {"HEARWELL_LOG__LEVEL": "DEBUG", "HEARWELL_TELEGRAM__WEBHOOK_SECRET": HOOK}


@pytest.mark.slow
@pytest.mark.parametrize("webhook", [False, True], ids=["polling", "webhook"])
async def test_no_secret_is_logged_served_or_shown_by_a_bot_in_trouble(tmp_path: Path, webhook: bool) -> None:
    async with opened(tmp_path, webhook=webhook) as site:
        for method in ("getMe", "getUpdates", "sendMessage", "setMyCommands"):
            for kind in ("500", "drop_before"):
                site.world.faults.order(Fault(kind, method))
        site.world.faults.order(Fault("429", "sendMessage", seconds=0.2))
        environment = site.environment(**secretive(site))
        bot = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", env=environment, stdout=PIPE, stderr=PIPE
        )
        person, chat = site.meet("Mei")
        site.write(person, chat)
        answered = await site.until(lambda: bool(site.said(chat.id)), within=60)
        served = await metrics(site.webhook_port) if site.webhook_port else ""
        bot.terminate()
        out, err = await bot.communicate()
    said = (out + err).decode()
    assert answered, said
    assert bot.returncode == 0
    assert len(said.splitlines()) > 5
    secrets = (DEFAULT_TOKEN, DEFAULT_TOKEN.partition(":")[2], HOOK)
    assert [secret for secret in secrets if secret in said + served] == []
    assert [line for line in said.splitlines() if not line.startswith("{")] == []


async def metrics(port: int) -> str:
    async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{port}/metrics") as answer:
        return await answer.text()


@pytest.mark.slow
async def test_a_password_is_in_no_word_about_a_database_that_is_away(tmp_path: Path) -> None:
    url = f"postgresql://hearwell:{PASSWORD.replace('/', '%2F')}@127.0.0.1:1/hearwell"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HEARWELL_")}
    bot = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", stdout=PIPE, stderr=PIPE,
        env={**kept, "HEARWELL_DATABASE__URL": url, "HEARWELL_TELEGRAM__TOKEN": DEFAULT_TOKEN,
             "HEARWELL_DATA_DIR": str(tmp_path / "data"), "HEARWELL_LANGUAGE": "zh"},
    )  # fmt: skip
    out, err = await bot.communicate()
    assert bot.returncode == 3
    assert "无法使用" in err.decode()
    assert "Traceback" not in err.decode()
    assert PASSWORD[:6] not in (out + err).decode()
    for command in (["config"], ["doctor"], ["replay"], ["backup"]):
        said = await Console(tmp_path, {"DATABASE__URL": url}).beside(*command)
        assert PASSWORD[:6] not in said.all


@pytest.mark.slow
async def test_a_fault_that_ends_the_bot_is_one_line_of_the_log(tmp_path: Path) -> None:
    async with opened(tmp_path) as site:
        site.data.mkdir()
        site.database.write_bytes(b"this is no database at all, " * 400)
        await site.start()
        assert site.bot is not None
        assert await site.bot.wait() == 1
        (line,) = told(site, "the bot ended because of a fault")
    assert line["level"] == "error"
    assert "file is not a database" in str(line["exception"])


def test_a_password_is_hidden_however_it_is_written(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    quoted = "canary%22%2Fpassw%C3%B6rt"
    settings = config.without_environment(
        database={"url": f"postgresql://hearwell:{quoted}@db/hearwell"}, data_dir=tmp_path
    )
    for json in (True, False):
        observe.set_up(secrets=settings.secrets, json=json)
        log = logging.getLogger("anybody")
        log.warning("as written: %s", quoted)
        log.warning("as meant: %s", PASSWORD)
        log.warning("in a field", extra={"url": f"x:{PASSWORD}@y"})
    said = logged(capsys)
    assert said.count(observe.HIDDEN) == 5
    assert PASSWORD[:6] not in said


def test_no_empty_secret_cuts_the_log_to_pieces(tmp_path: Path) -> None:
    settings = config.without_environment(
        telegram={"webhook_secret": ""},
        database={"url": "postgresql://hearwell:@db/hearwell"},
        data_dir=tmp_path,
    )
    assert settings.secrets == frozenset()
    assert observe.redact("all is well", settings.secrets) == "all is well"


def test_a_secret_inside_another_leaves_no_rest() -> None:
    told = observe.redact("abc and abcdef", frozenset({"abc", "abcdef"}))
    assert told == f"{observe.HIDDEN} and {observe.HIDDEN}"

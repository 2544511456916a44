"""The demo as people start it: one process, one port, the same world after a restart."""

import asyncio
import os
import re
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from bot.demo.cast import LI, MEI, shoppers

URL = re.compile(r"http://127\.0\.0\.1:\d+")


async def begin(folder: Path, *more: str) -> Process:
    """Start the demo."""
    command = ("-m", "bot", "demo", "--no-open", "--language", "en", "--data-dir", str(folder), *more)
    place = {**os.environ, "TZ": "Asia/Shanghai"}
    return await asyncio.create_subprocess_exec(sys.executable, *command, stdout=PIPE, stderr=PIPE, env=place)


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[str]:
    """Start the demo on a free port and stop it as Ctrl-C does."""
    process = await begin(folder, "--port", "0")
    assert process.stdout is not None
    try:
        url = None
        while url is None:
            line = (await process.stdout.readline()).decode()
            assert line, (await process.communicate())[1].decode()
            url = URL.search(line)
        yield url.group()
        process.send_signal(signal.SIGINT)
        assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def health(url: str) -> tuple[int, dict[str, str]]:
    """Ask whether the demo is up."""
    async with aiohttp.ClientSession() as http, http.get(f"{url}/healthz") as answer:
        return answer.status, await answer.json()


async def texts(url: str, chat: int) -> list[str]:
    """List what was said in a chat."""
    async with aiohttp.ClientSession() as http, http.get(f"{url}/sandbox/state?chats={chat}") as answer:
        chats = (await answer.json())["chats"]
    found = next(each for each in chats if each["id"] == chat)
    return [message.get("text", "") for message in found["messages"]]


async def say(url: str, who: int, text: str) -> list[str]:
    """Let somebody write and return the chat once the bot has answered."""
    before = await texts(url, who)
    async with aiohttp.ClientSession() as http:
        await http.post(f"{url}/sandbox/send", json={"from": who, "text": text})
    while True:
        await asyncio.sleep(0.05)
        found = await texts(url, who)
        if len(found) >= len(before) + 2:
            return found


@pytest.mark.slow
async def test_the_demo_answers_in_both_languages_and_survives_a_restart(tmp_path: Path) -> None:
    stranger = next(one for one in shoppers() if one.language == "en" and one.says_yes and not one.is_pinned)
    async with running(tmp_path / "world") as url:
        assert await health(url) == (200, {"status": "ok"})
        assert sum("Mei 梅，您好" in text for text in await say(url, MEI.address, "/start")) == 2
        assert any(f"Hello {stranger.name}" in text for text in await say(url, stranger.address, "/start"))
        assert any("this is Wang" in text for text in await texts(url, LI.address))
        assert "FAQ" in "".join(await say(url, LI.address, "How do I get an invoice?"))
        before = await texts(url, LI.address)
    async with running(tmp_path / "world") as url:
        assert await texts(url, LI.address) == before
        assert any("#337" in text for text in await say(url, LI.address, "/status"))


@pytest.mark.slow
async def test_a_taken_port_and_a_strange_folder_are_refused_in_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        process = await begin(tmp_path / "new", "--port", port)
        assert (await process.communicate())[1].decode().startswith(f"Port {port} is taken;")
    assert process.returncode == 2
    assert not (tmp_path / "new").exists()
    (tmp_path / "letter.txt").write_text("mine")
    process = await begin(tmp_path, "--port", "0", "--fresh")
    assert "is not a demo's folder" in (await process.communicate())[1].decode()
    assert process.returncode == 2

"""A sandbox, its control API and python-telegram-bot's Bot, together."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from telegram import Bot, CallbackQuery, Update
from telegram.request import HTTPXRequest

from bot.sandbox.bots import DEFAULT_TOKEN
from bot.sandbox.server import Running, serve
from bot.sandbox.world import World

Answer = dict[str, Any]
EVERY_KIND = [
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "chat_member",
    "message_reaction",
]


@dataclass
class Lab:
    """What a test works with."""

    world: World
    running: Running
    http: aiohttp.ClientSession
    bot: Bot
    offset: int = 0

    async def call(self, method: str, *, token: str = DEFAULT_TOKEN, **arguments: object) -> Answer:
        """Call a method with a JSON body and return the whole answer."""
        async with self.http.post(f"{self.running.url}/bot{token}/{method}", json=arguments) as response:
            answer: Answer = await response.json()
        assert answer.get("error_code", 200) == response.status
        return answer

    async def refusal(self, method: str, **arguments: object) -> str:
        """Return the description of a call that must be refused."""
        answer = await self.call(method, **arguments)
        assert answer["ok"] is False, answer
        return str(answer["description"])

    async def order(self, order: str, **fields: object) -> Answer:
        """Ask the control API for something that must succeed."""
        async with self.http.post(f"{self.running.url}/sandbox/{order}", json=fields) as response:
            answer: Answer = await response.json()
            assert response.status == 200, answer
        return answer

    async def complaint(self, order: str, **fields: object) -> str:
        """Return the sentence with which the control API refuses."""
        async with self.http.post(f"{self.running.url}/sandbox/{order}", json=fields) as response:
            assert response.status == 400
            return str((await response.json())["error"])

    async def person(self, name: str = "Mei", *, started: bool = True, language: str = "zh") -> int:
        """Add a person, who has pressed Start unless told otherwise."""
        person = int((await self.order("people", name=name, language_code=language))["id"])
        if started:
            await self.order("send", **{"from": person, "text": "/start"})
            await self.updates()
        return person

    async def staff_group(self) -> tuple[int, int]:
        """Add an agent and a forum group with the bot as administrator."""
        found = await self.staff_group_unheard()
        await self.updates()
        return found

    async def staff_group_unheard(self) -> tuple[int, int]:
        """Add the same, leaving the update about it to be taken."""
        wang = await self.person("Wang", started=False)
        group = await self.order("groups", title="Staff", members=[], admins=[wang])
        return int(group["id"]), wang

    async def write(self, person: int, text: str, **more: object) -> int:
        """Write as a person; return the message's id."""
        return int((await self.order("send", **({"from": person, "text": text} | more)))["message_id"])

    async def updates(self) -> list[Answer]:
        """Take and confirm the updates that wait, as raw JSON."""
        answer = await self.call("getUpdates", offset=self.offset, allowed_updates=EVERY_KIND)
        found: list[Answer] = answer["result"]
        if found:
            self.offset = found[-1]["update_id"] + 1
            self.world.bot.updates.confirm(self.offset)
        return found

    async def query(self) -> CallbackQuery:
        """Wait for a press and return it."""
        await eventually(lambda: bool(self.world.bot.updates.waiting))
        (update,) = await self.typed_updates()
        assert update.callback_query is not None
        return update.callback_query

    async def typed_updates(self) -> list[Update]:
        """Take the updates that wait, as the client library reads them."""
        return [Update.de_json(raw, self.bot) for raw in await self.updates()]


async def eventually(is_so: Callable[[], bool]) -> None:
    """Wait until something has become true, a few seconds at most."""
    for _ in range(5000):
        if is_so():
            return
        await asyncio.sleep(0.001)
    raise AssertionError("it did not happen")


@asynccontextmanager
async def open_lab(
    world: World | None = None, *, limits: str = "off", state_path: Path | None = None
) -> AsyncIterator[Lab]:
    """Serve a world and open a client on it."""
    world = world or World(limits=limits)
    running = await serve(world, state_path=state_path)
    bot = Bot(
        DEFAULT_TOKEN,
        base_url=f"{running.url}/bot",
        base_file_url=f"{running.url}/file/bot",
        request=_request(),
        get_updates_request=_request(),
    )
    try:
        async with aiohttp.ClientSession() as http, bot:
            yield Lab(world, running, http, bot)
    finally:
        await running.stop()


def _request() -> HTTPXRequest:
    """Make a client that loads no certificates: it only ever speaks plain HTTP to this machine."""
    return HTTPXRequest(httpx_kwargs={"verify": False})

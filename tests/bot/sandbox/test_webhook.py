"""Updates posted to a webhook."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from bot.sandbox.world import World
from tests.bot.sandbox.lab import Lab, eventually, open_lab


class Receiver:
    """A bot's webhook that writes down what comes."""

    def __init__(self) -> None:
        self.url = ""
        self.updates: list[dict[str, Any]] = []
        self.headers: list[str | None] = []
        self.answers: list[web.Response] = []
        self.in_flight: dict[int, int] = defaultdict(int)
        self.most_in_flight = 0
        self.arrived = asyncio.Condition()
        self.gate = asyncio.Event()
        self.gate.set()

    async def receive(self, request: web.Request) -> web.Response:
        """Take one update."""
        update = await request.json()
        self.updates.append(update)
        self.headers.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        chat = next(value for key, value in update.items() if key != "update_id")["chat"]["id"]
        self.in_flight[chat] += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight[chat])
        async with self.arrived:
            self.arrived.notify_all()
        await self.gate.wait()
        self.in_flight[chat] -= 1
        return self.answers.pop(0) if self.answers else web.Response()

    async def until(self, count: int) -> list[str]:
        """Wait for that many updates; return their texts."""
        async with self.arrived:
            await self.arrived.wait_for(lambda: len(self.updates) >= count)
        return [update["message"]["text"] for update in self.updates]


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """Serve a webhook for one test."""
    found = Receiver()
    app = web.Application()
    app.router.add_post("/hook", found.receive)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield found
    await runner.cleanup()


async def test_updates_are_posted_with_the_secret(lab: Lab, receiver: Receiver) -> None:
    mei = await lab.person()
    await lab.call("setWebhook", url=receiver.url, secret_token="s-3_cret")  # noqa: S106 - of this test only
    await lab.write(mei, "hi")
    assert await receiver.until(1) == ["hi"]
    assert receiver.headers == ["s-3_cret"]


async def test_what_waited_is_posted_too(lab: Lab, receiver: Receiver) -> None:
    mei = await lab.person()
    await lab.write(mei, "before")
    await lab.bot.set_webhook(receiver.url)
    assert await receiver.until(1) == ["before"]
    await lab.bot.delete_webhook()
    await lab.write(mei, "while polling")
    await lab.bot.set_webhook(receiver.url)
    assert await receiver.until(2) == ["before", "while polling"]


async def test_one_at_a_time_in_a_chat_and_chats_side_by_side(lab: Lab, receiver: Receiver) -> None:
    mei, li = await lab.person(), await lab.person("Li")
    receiver.gate.clear()
    await lab.bot.set_webhook(receiver.url)
    for number in range(3):
        await lab.write(mei, f"mei {number}")
    await lab.write(li, "li")
    assert sorted(await receiver.until(2)) == ["li", "mei 0"]
    receiver.gate.set()
    received = await receiver.until(4)
    assert [text for text in received if text.startswith("mei")] == ["mei 0", "mei 1", "mei 2"]
    assert receiver.most_in_flight == 1


async def test_a_refused_update_comes_again_and_the_info_says_so(lab: Lab, receiver: Receiver) -> None:
    mei = await lab.person()
    receiver.answers.append(web.Response(status=503))
    await lab.bot.set_webhook(receiver.url, max_connections=7)
    await lab.write(mei, "hi")
    await receiver.until(1)
    hook = lab.world.bot.webhook
    assert hook is not None
    await eventually(lambda: bool(hook.last_error_message))
    info = await lab.bot.get_webhook_info()
    assert info.last_error_message is not None
    assert "503" in info.last_error_message
    assert (info.pending_update_count, info.max_connections, info.url) == (1, 7, receiver.url)
    assert await receiver.until(2) == ["hi", "hi"]
    await eventually(lambda: not lab.world.bot.updates.waiting)


async def test_a_method_in_the_answer_is_carried_out(lab: Lab, receiver: Receiver) -> None:
    mei = await lab.person()
    receiver.answers.append(web.json_response({"method": "sendMessage", "chat_id": mei, "text": "at once"}))
    await lab.bot.set_webhook(receiver.url)
    await lab.write(mei, "hi")
    messages = lab.world.bot.private[mei].messages
    await eventually(lambda: len(messages) == 3)
    assert [message.text for message in messages.values()] == ["/start", "hi", "at once"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"url": "nonsense"}, "invalid webhook URL specified"),
        ({"url": "https://example.org/x"}, "bad webhook: the sandbox delivers to 127.0.0.1 only"),
        (
            {"url": "http://127.0.0.1:1/", "secret_token": "no spaces"},
            "secret token contains unallowed characters",
        ),
    ],
)
async def test_webhooks_that_cannot_be(lab: Lab, arguments: dict[str, str], sentence: str) -> None:
    assert await lab.refusal("setWebhook", **arguments) == f"Bad Request: {sentence}"


async def test_pending_updates_can_be_dropped(lab: Lab) -> None:
    mei = await lab.person()
    await lab.write(mei, "dropped")
    await lab.bot.delete_webhook(drop_pending_updates=True)
    assert await lab.updates() == []


async def test_a_webhook_survives_a_restart(receiver: Receiver, tmp_path: Path) -> None:
    path = tmp_path / "world.json"
    async with open_lab(state_path=path) as lab:
        mei = await lab.person()
        await lab.bot.set_webhook("http://127.0.0.1:9/nobody-here")
        await lab.write(mei, "waiting")
    world = World.load(path)
    assert world.bot.webhook is not None
    world.bot.webhook.url = receiver.url
    async with open_lab(world, state_path=path):
        assert (await receiver.until(1))[-1] == "waiting"

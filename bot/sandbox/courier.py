"""Posting updates to a webhook: in order within a lane, one at a time, again until accepted."""

import asyncio
import itertools
import logging
from collections import deque
from collections.abc import Awaitable, Callable

import aiohttp
import orjson

from bot.sandbox.bots import Account, Webhook
from bot.sandbox.shapes import Json
from bot.sandbox.updates import Update
from bot.sandbox.world import World

logger = logging.getLogger(__name__)
LONGEST_PAUSE = 60
PATIENCE = aiohttp.ClientTimeout(total=60)
Reply = Callable[[Account, Json], Awaitable[None]]


class Courier:
    """Deliver one bot's updates as long as it has a webhook."""

    def __init__(self, world: World, bot: Account, reply: Reply) -> None:
        self._world, self._bot, self._reply = world, bot, reply
        self._hook: Webhook | None = None
        self._lanes: dict[str, deque[Update]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._handed = 0
        self._free = asyncio.Semaphore(1)

    async def run(self) -> None:
        """Hand waiting updates to their lanes, for ever."""
        async with aiohttp.ClientSession(timeout=PATIENCE) as session:
            try:
                while True:
                    await self._bot.hooked.wait()
                    await self._bot.updates.arrived.wait()
                    self._bot.updates.arrived.clear()
                    self._hand_over(session)
            finally:
                self._stop()

    def _hand_over(self, session: aiohttp.ClientSession) -> None:
        hook, queue = self._bot.webhook, self._bot.updates
        if hook is None:
            return
        if hook is not self._hook:
            self._stop()
            self._hook, self._handed = hook, 0
            self._free = asyncio.Semaphore(hook.max_connections)
        fresh = list(
            itertools.takewhile(lambda each: each.id > self._handed, reversed(queue.waiting.values()))
        )
        repeats = [queue.repeats.popleft() for _ in range(len(queue.repeats))]
        for update in repeats:
            queue.waiting.setdefault(update.id, update)
        for update in (*reversed(fresh), *repeats):
            self._handed = max(self._handed, update.id)
            lane = self._lanes.setdefault(update.lane, deque())
            lane.append(update)
            if len(lane) == 1:
                task = asyncio.create_task(self._lane(session, hook, update.lane))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    def _stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._lanes.clear()

    async def _lane(self, session: aiohttp.ClientSession, hook: Webhook, name: str) -> None:
        lane = self._lanes[name]
        while lane:
            async with self._free:
                await self._deliver(session, hook, lane[0])
            lane.popleft()
        if self._lanes.get(name) is lane:
            del self._lanes[name]

    async def _deliver(self, session: aiohttp.ClientSession, hook: Webhook, update: Update) -> None:
        pause = 1
        while self._bot.webhook is hook and update.id in self._bot.updates.waiting:
            if update.expires <= self._world.clock.now():
                break
            if await self._post(session, hook, update):
                break
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        else:
            return
        self._bot.updates.waiting.pop(update.id, None)
        self._world.is_changed = True

    async def _post(self, session: aiohttp.ClientSession, hook: Webhook, update: Update) -> bool:
        headers = {"Content-Type": "application/json"}
        if hook.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = hook.secret
        body = orjson.dumps(update.as_update())
        try:
            async with session.post(hook.url, data=body, headers=headers, allow_redirects=False) as response:
                content = await response.read()
                status = response.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return self._failed(hook, f"Connection failed: {type(error).__name__}")
        if not 200 <= status < 300:
            return self._failed(hook, f"Wrong response from the webhook: {status} {response.reason}")
        await self._answer(content)
        return True

    def _failed(self, hook: Webhook, sentence: str) -> bool:
        hook.last_error_date, hook.last_error_message = self._world.now(), sentence
        logger.info("webhook: %s", sentence)
        return False

    async def _answer(self, content: bytes) -> None:
        try:
            given = orjson.loads(content) if content[:1] == b"{" else None
        except orjson.JSONDecodeError:
            return
        if isinstance(given, dict) and "method" in given:
            await self._reply(self._bot, given)

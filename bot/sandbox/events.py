"""Server-sent events: tell open pages that something changed."""

import asyncio

import orjson
from aiohttp import web

from bot.sandbox.world import World

PING = 15


class Events:
    """Pages that listen; each misses nothing but the excess of a slow reader."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._queues: set[asyncio.Queue[bytes]] = set()

    def tell(self, kind: str, chat: int | None) -> None:
        """Pass a change to every page."""
        line = b"data: " + orjson.dumps({"kind": kind, "chat": chat}) + b"\n\n"
        for queue in self._queues:
            if not queue.full():
                queue.put_nowait(line)

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Answer one page until it leaves or the server stops."""
        headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        queue: asyncio.Queue[bytes] = asyncio.Queue(1000)
        if not self._queues:
            self._world.watchers.append(self.tell)
        self._queues.add(queue)
        try:
            await response.write(b": here\n\n")
            while line := await self._line(queue):
                await response.write(line)
        except ConnectionError:
            pass
        finally:
            self._queues.discard(queue)
            if not self._queues:
                self._world.watchers.remove(self.tell)
        return response

    def close(self) -> None:
        """End every stream."""
        for queue in self._queues:
            while not queue.empty():
                queue.get_nowait()
            queue.put_nowait(b"")

    @staticmethod
    async def _line(queue: asyncio.Queue[bytes]) -> bytes:
        try:
            return await asyncio.wait_for(queue.get(), PING)
        except TimeoutError:
            return b": still here\n\n"

"""A fast Bot API for measurements: as little as a bot needs, in one protocol class.

It answers getMe, getUpdates (long polling with offsets), sending, and `true` to everything else. It can be
told to take some time over each call and to refuse what exceeds a rate. Bodies may be JSON or form data.
"""

import asyncio
import json
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl

import orjson

TOKEN = "100001:BENCHMARK-" + "token-of-no-worth-for-tests"
GROUP = -1001000000001
MAKES_MESSAGE = {"sendMessage", "editMessageText", "copyMessage", "sendPhoto"}
Params = Mapping[str, object]
Heard = Callable[[str, Params, float], None]


class Api:
    """The state of the server: what waits for the bot and what the bot did."""

    def __init__(self, *, rate: int | None = None, takes: float = 0.0) -> None:
        """Refuse more than `rate` messages in any second; let each call take some seconds."""
        self.rate, self.takes = rate, takes
        self.updates: deque[dict[str, object]] = deque()
        self.polled = asyncio.Event()
        self.arrived = asyncio.Event()
        self.calls: Counter[str] = Counter()
        self.refused = self.on_their_way = 0
        self.heard: Heard = lambda _method, _params, _at: None
        self._starts: deque[float] = deque()
        self._update_id, self._message_id = 1000, 0

    def write(self, person: int, text: str) -> None:
        """Let a person write to the bot."""
        self._update_id += 1
        self._message_id += 1
        sender = {"id": person, "is_bot": False, "first_name": f"Customer {person}", "language_code": "en"}
        message = {
            "message_id": self._message_id,
            "date": int(time.time()),
            "chat": {"id": person, "type": "private", "first_name": sender["first_name"]},
            "from": sender,
            "text": text,
        }
        self.updates.append({"update_id": self._update_id, "message": message})
        self.arrived.set()

    async def answer(self, method: str, params: Params) -> tuple[int, dict[str, object]]:
        """Answer one call."""
        self.calls[method] += 1
        if method == "getUpdates":
            return 200, {"ok": True, "result": await self._poll(params)}
        if method in MAKES_MESSAGE or method == "createForumTopic":
            waits = self._limit()
            if waits:
                self.refused += 1
                words = f"Too Many Requests: retry after {waits}"
                return 429, {"ok": False, "error_code": 429, "description": words,
                             "parameters": {"retry_after": waits}}  # fmt: skip
            self.heard(method, params, time.monotonic())
        if self.takes:
            self.on_their_way += 1
            await asyncio.sleep(self.takes)
            self.on_their_way -= 1
        return 200, {"ok": True, "result": self._result(method, params)}

    def _limit(self) -> int:
        if self.rate is None:
            return 0
        now = time.monotonic()
        while self._starts and self._starts[0] <= now - 1.0:
            self._starts.popleft()
        if len(self._starts) >= self.rate:
            return 1
        self._starts.append(now)
        return 0

    async def _poll(self, params: Params) -> list[dict[str, object]]:
        self.polled.set()
        offset, limit = int(str(params.get("offset") or 0)), int(str(params.get("limit") or 100))
        while self.updates and int(str(self.updates[0]["update_id"])) < offset:
            self.updates.popleft()
        if not self.updates:
            self.arrived.clear()
            try:
                await asyncio.wait_for(self.arrived.wait(), float(str(params.get("timeout") or 0)))
            except TimeoutError:
                return []
        return [update for update, _ in zip(self.updates, range(limit), strict=False)]

    def _result(self, method: str, params: Params) -> object:
        if method == "getMe":
            return {"id": 100001, "is_bot": True, "first_name": "Benchmark", "username": "benchmark_bot",
                    "can_join_groups": True, "can_read_all_group_messages": True,
                    "supports_inline_queries": False}  # fmt: skip
        if method == "getMyCommands":
            return []
        if method == "createForumTopic":
            self._message_id += 1
            return {"message_thread_id": self._message_id, "name": params.get("name"), "icon_color": 7322096}
        if method in MAKES_MESSAGE:
            self._message_id += 1
            chat = int(str(params.get("chat_id")))
            kind = "supergroup" if chat < 0 else "private"
            return {"message_id": self._message_id, "date": int(time.time()), "text": params.get("text", ""),
                    "chat": {"id": chat, "type": kind}}  # fmt: skip
        return True


class _Connection(asyncio.Protocol):
    """One HTTP connection: requests one after the other, answers in the same order."""

    def __init__(self, api: Api) -> None:
        self._api, self._buffer = api, b""
        self._transport: asyncio.Transport | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport) or hasattr(transport, "write")
        self._transport = transport  # type: ignore[assignment]  # uvloop's is one without saying so

    def connection_lost(self, _error: Exception | None) -> None:
        for task in self._tasks:
            task.cancel()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while True:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self._buffer[:end]
            size = 0
            at = head.lower().find(b"content-length:")
            if at >= 0:
                size = int(head[at + 15 :].split(b"\r\n", 1)[0])
            if len(self._buffer) < end + 4 + size:
                return
            body, self._buffer = self._buffer[end + 4 : end + 4 + size], self._buffer[end + 4 + size :]
            task = asyncio.get_running_loop().create_task(self._serve(head, body))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _serve(self, head: bytes, body: bytes) -> None:
        method = head.split(b" ", 2)[1].split(b"?")[0].rsplit(b"/", 1)[1].decode()
        status, answer = await self._api.answer(method, _params(body))
        content = orjson.dumps(answer)
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(
                b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                % (status, len(content))
                + content
            )


def _params(body: bytes) -> Params:
    if not body:
        return {}
    if body[:1] == b"{":
        found: dict[str, object] = json.loads(body)
        return found
    return dict(parse_qsl(body.decode(errors="replace")))


async def serve(api: Api) -> tuple[asyncio.AbstractServer, str]:
    """Serve on a free port of this machine and return the address."""
    server = await asyncio.get_running_loop().create_server(lambda: _Connection(api), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    return server, f"http://127.0.0.1:{port}"

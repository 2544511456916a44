"""The floor: hand-made HTTP on raw sockets, an SQLite insert, an echo; no library, no promise, no order.

python benchmarks/bare_raw.py API_URL TOKEN DATABASE
"""

import asyncio
import json
import sqlite3
import sys
from urllib.parse import urlsplit

import uvloop

URL, TOKEN, DATABASE = sys.argv[1:4]
WORKERS = 64


class Line:
    """One kept-alive connection."""

    def __init__(self) -> None:
        """Connect on the first call."""
        self._pair: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def call(self, method: str, **params: object) -> dict[str, object]:
        """Make one call and return its answer."""
        if self._pair is None:
            parts = urlsplit(URL)
            self._pair = await asyncio.open_connection(parts.hostname, parts.port, limit=1 << 22)
        reader, writer = self._pair
        body = json.dumps(params).encode()
        head = f"POST /bot{TOKEN}/{method} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        size = int(answer.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        found: dict[str, object] = json.loads(await reader.readexactly(size))
        return found


async def main() -> None:
    """Poll and echo until killed."""
    database = sqlite3.connect(DATABASE, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        database.execute(f"PRAGMA {pragma}")
    database.execute("CREATE TABLE IF NOT EXISTS message (chat INTEGER, message INTEGER, text TEXT)")
    waiting: asyncio.Queue[dict[str, object]] = asyncio.Queue()

    async def work() -> None:
        line = Line()
        while True:
            message = await waiting.get()
            chat = message["chat"]["id"]  # type: ignore[index]  # as the API says
            database.execute(
                "INSERT INTO message VALUES (?, ?, ?)", (chat, message["message_id"], message["text"])
            )
            await line.call("sendMessage", chat_id=chat, text=message["text"])

    workers = [asyncio.create_task(work()) for _ in range(WORKERS)]
    line, offset = Line(), 0
    while workers:
        for update in (await line.call("getUpdates", offset=offset, timeout=20))["result"]:  # type: ignore[attr-defined]  # a list
            offset = update["update_id"] + 1
            waiting.put_nowait(update["message"])


uvloop.run(main())

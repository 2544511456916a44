"""How others fare while one person writes 5,000 messages in a minute, beside a run without that.

    python benchmarks/flood.py [--messages 5000] [--seconds 60] [--rate 20] [--rounds 1]

Open loop: every message comes when it is due, whether or not the bot keeps up. Others write once each and
wait for their acknowledgement; the time counts from when their message was due. Both runs are of one process.
"""

import argparse
import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from statistics import median, quantiles

import uvloop
from server import GROUP, Api, Params
from targets import Share, pin, running, until

FLOODER = 77
FIRST = 10_000


def schedule(seconds: float, rate: float, messages: int) -> Iterator[tuple[float, int]]:
    """Give when who writes: others evenly, the flooder evenly between them."""
    others = [(number / rate, FIRST + number) for number in range(round(seconds * rate))]
    flood = [(seconds * nth / messages, FLOODER) for nth in range(messages)]
    return iter(sorted(others + flood))


async def measure(
    name: str, folder: Path, asked: argparse.Namespace, *, messages: int
) -> tuple[float, float]:
    """Return the others' median and 99th percentile in milliseconds; `messages` is the flooder's."""
    api = Api()
    due: dict[int, float] = {}
    waited: dict[int, float] = {}
    alerts = answers = 0

    def heard(_method: str, params: Params, at: float) -> None:
        nonlocal alerts, answers
        chat, text = int(str(params["chat_id"])), str(params.get("text", ""))
        alerts += chat == GROUP and text.count("messages a minute")
        answers += chat == FLOODER
        if chat in due:
            waited.setdefault(chat, at - due[chat])

    api.heard = heard
    async with running("hearwell", api, folder) as target:
        before, share, start = target.cpu(), Share(), time.monotonic() + 0.5
        for offset, who in schedule(asked.seconds, asked.rate, messages):
            at = start + offset
            if (pause := at - time.monotonic()) > 0:
                await asyncio.sleep(pause)
            if who != FLOODER:
                due[who] = at
            api.write(who, "Where is my parcel?" if who != FLOODER else "hello hello hello")
        await until(lambda: len(waited) >= len(due), within=60)
        await until(lambda: _stored(folder) >= messages, within=60)
        await asyncio.sleep(2.0)
        cuts = quantiles(waited.values(), n=100)
        p50, p99 = cuts[49] * 1000, cuts[98] * 1000
        print(
            f"{name:6} others: p50 {p50:6.1f} ms  p99 {p99:6.1f} ms  unanswered {len(due) - len(waited)}"
            f"  flooder: stored {_stored(folder):,} of {messages:,}, answers {answers}, alerts {alerts}"
            f"  ({target.cpu() - before:.1f} CPU s; this server {share.value():.0%} busy)",
            flush=True,
        )
    return p50, p99


def _stored(folder: Path) -> int:
    """Count what is kept of the flooder."""
    query = (
        "SELECT count(*) FROM message JOIN conversation ON conversation.id = conversation_id WHERE chat = ?"
    )
    with closing(sqlite3.connect(f"file:{folder / 'hearwell.db'}?mode=ro", uri=True)) as store:
        return int(store.execute(query, (str(FLOODER),)).fetchone()[0])


async def main() -> None:
    """Measure quiet and flooded in turn and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, default=5000)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rate", type=float, default=20, help="messages a second of others")
    parser.add_argument("--rounds", type=int, default=1)
    asked = parser.parse_args()
    pin()
    found: dict[str, list[float]] = {"quiet": [], "flood": []}
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(asked.rounds):
            for name, messages in (("quiet", 0), ("flood", asked.messages)):
                _, p99 = await measure(name, Path(folder, f"{name}{turn}"), asked, messages=messages)
                found[name].append(p99)
    quiet, flooded = (median(found[name]) for name in ("quiet", "flood"))
    print(f"\nothers' p99 beside a flood: {flooded:.1f} ms beside {quiet:.1f} ms ({flooded / quiet:.2f}×)")


if __name__ == "__main__":
    uvloop.run(main())

"""How long a customer waits for the acknowledgement at a steady load, beside a bot on raw sockets.

    python benchmarks/latency.py [--rate 200] [--seconds 10] [--rounds 2]

Open loop: messages come when they are due, each from somebody new, whether or not the bot keeps up, and the
time counts from when a message was due. The raw bot inserts a row and echoes; ours opens a ticket.
"""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

import uvloop
from server import GROUP, Api, Params
from targets import Share, pin, running, until

NAMES = ("bare_raw", "hearwell")


async def measure(name: str, rate: float, seconds: float, folder: Path) -> tuple[float, float]:
    """Return median and 99th percentile in milliseconds."""
    api = Api()
    due: dict[int, float] = {}
    waited: dict[int, float] = {}

    def heard(_method: str, params: Params, at: float) -> None:
        chat = int(str(params["chat_id"]))
        if chat != GROUP and chat in due:
            waited.setdefault(chat, at - due[chat])

    api.heard = heard
    async with running(name, api, folder) as target:
        due[1] = time.monotonic()
        api.write(1, "Is anybody there?")
        await until(lambda: 1 in waited, within=30)
        await asyncio.sleep(0.5)
        waited.clear()
        before, share, start = target.cpu(), Share(), time.monotonic()
        for number in range(round(rate * seconds)):
            at = start + number / rate
            if (pause := at - time.monotonic()) > 0:
                await asyncio.sleep(pause)
            due[10_000 + number] = at
            api.write(10_000 + number, f"Where is my parcel number {number}?")
        await until(lambda: len(waited) >= len(due) - 1, within=60)
        busy, used = share.value(), target.cpu() - before
        missing = len(due) - 1 - len(waited)
        cuts = quantiles(waited.values(), n=100)
        p50, p95, p99 = (cuts[at] * 1000 for at in (49, 94, 98))
        print(f"{name:9} p50 {p50:7.1f} ms  p95 {p95:7.1f} ms  p99 {p99:7.1f} ms"
              f"  {used / len(waited) * 1000:5.2f} CPU s per 1,000  unanswered {missing}"
              f"  (this server {busy:.0%} busy)", flush=True)  # fmt: skip
        return p50, p99


async def main() -> None:
    """Measure in turn and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=float, default=200)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=2)
    asked = parser.parse_args()
    pin()
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in NAMES}
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(asked.rounds):
            for name in NAMES:
                figures = await measure(name, asked.rate, asked.seconds, Path(folder, f"{name}{turn}"))
                found[name].append(figures)
    (raw50, raw99), (our50, our99) = (
        (median(one[0] for one in found[name]), median(one[1] for one in found[name])) for name in NAMES
    )
    print(f"\nat {asked.rate:.0f} messages/s: p50 {our50:.1f} ms beside {raw50:.1f} ms, "
          f"p99 {our99:.1f} ms beside {raw99:.1f} ms ({our99 / raw99:.1f}×)")  # fmt: skip


if __name__ == "__main__":
    uvloop.run(main())

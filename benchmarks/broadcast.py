"""How much of the allowed rate a campaign uses, and whether the server ever has to refuse.

    python benchmarks/broadcast.py [--recipients 900] [--rate 30]

The server enforces the rate: more than so many messages in any second get a 429. Prints the share of the
allowed rate from the first message to the last, with and without the card that shows the marketer how far it
is, the refusals, and how many recipients got it twice or not at all; beside it a loop that sleeps in between.
"""

import argparse
import asyncio
import tempfile
import time
from collections import Counter
from pathlib import Path

import uvloop
from crowd import FIRST, WORDS, fill
from server import TOKEN, Api, Params
from targets import Share, pin, running, until

NAMES = ("limiter_ptb", "hearwell")


async def measure(name: str, recipients: int, rate: int, folder: Path) -> None:
    """Let one bot send and print its figures."""
    await asyncio.to_thread(folder.mkdir)
    if name == "hearwell":
        fill(folder / "hearwell.db", recipients, account=TOKEN.partition(":")[0])
    api = Api(rate=rate)
    got: Counter[int] = Counter()
    times: list[float] = []
    counted: list[float] = []

    def heard(_method: str, params: Params, at: float) -> None:
        counted.append(at)
        if WORDS in str(params.get("text")):
            got[int(str(params["chat_id"]))] += 1
            times.append(at)

    api.heard = heard
    more = {} if name != "hearwell" else {"HEARWELL_TELEGRAM__RATE": str(rate)}
    given = [] if name == "hearwell" else [str(FIRST + 1), str(recipients), WORDS, str(rate)]
    async with running(name, api, folder, *given, **more):
        share = Share()
        await until(lambda: len(got) >= recipients, within=recipients / rate * 2 + 30)
        await asyncio.sleep(1.0)
    span = times[-1] - times[0]
    alone = (len(times) - 1) / span / rate
    used = (sum(times[0] <= at <= times[-1] for at in counted) - 1) / span / rate
    doubled = sum(each - 1 for each in got.values())
    lost, busy = recipients - len(got), share.value()
    print(f"{name:11} {used:6.1%} of {rate}/s ({alone:.1%} without its progress card)  429s {api.refused:3}  "
          f"doubled {doubled}  lost {lost}  (this server {busy:.0%} busy)", flush=True)  # fmt: skip


async def main() -> None:
    """Measure one after the other."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--recipients", type=int, default=900)
    parser.add_argument("--rate", type=int, default=30)
    asked = parser.parse_args()
    pin()
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        for name in NAMES:
            await measure(name, asked.recipients, asked.rate, Path(folder, name))
    print(f"{asked.recipients} recipients each, {time.monotonic() - start:.0f} s in all")


if __name__ == "__main__":
    uvloop.run(main())

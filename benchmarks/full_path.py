"""CPU and memory of a new customer's whole way, beside a bare echo, in the same run.

    python benchmarks/full_path.py [--messages 600] [--rounds 3]

A backlog of messages, each from somebody new. Ours journals it, opens a ticket with its event, acknowledges
it and puts a line into the staff group; python-telegram-bot's echo does one SQLite insert; the floor does the
same on raw sockets. Prints CPU seconds for 1,000 messages of each round, the medians, their ratio, and peak
memory: first until everybody was answered, then until the staff group, which takes 20 messages a minute, had
seen every line in a digest. The second includes what the bot does anyway in that minute.
"""

import argparse
import asyncio
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import uvloop
from server import GROUP, Api, Params
from targets import Share, pin, running, until

NAMES = ("bare_raw", "bare_ptb", "hearwell")
LINE = re.compile(r"#(\d+)")


@dataclass(frozen=True, slots=True)
class Figures:
    """What one round of one bot cost: CPU seconds for 1,000 messages, and megabytes."""

    answered: float
    listed: float
    peak: float


async def measure(name: str, messages: int, folder: Path) -> Figures:
    """Measure one round of one bot."""
    api = Api()
    answered: set[int] = set()
    listed: set[str] = set()

    def heard(_method: str, params: Params, _at: float) -> None:
        chat = int(str(params["chat_id"]))
        if chat == GROUP:
            listed.update(LINE.findall(str(params.get("text", ""))))
        else:
            answered.add(chat)

    api.heard = heard
    async with running(name, api, folder) as target:
        api.write(1, "Is anybody there?")  # what is loaded at the first message is not the path's
        await until(lambda: 1 in answered, within=30)
        await asyncio.sleep(0.5)
        before, share = target.cpu(), Share()
        for number in range(messages):
            api.write(10_000 + number, f"Where is my parcel number {number}?")
        if not await until(lambda: len(answered) > messages, within=120):
            raise SystemExit(f"{name} answered {len(answered)} of {messages}")
        after, busy = target.cpu(), share.value()
        if name == "hearwell" and not await until(lambda: len(listed) > messages, within=180):
            raise SystemExit(f"the staff group saw {len(listed)} of {messages}")
        used = [(now - before) / messages * 1000 for now in (after, target.cpu())]
        print(f"{name:9} {used[0]:5.2f} CPU s per 1,000 answered, {used[1]:5.2f} all in, "
              f"peak {target.peak_mb():5.1f} MB (this server {busy:.0%} busy)", flush=True)  # fmt: skip
        return Figures(used[0], used[1], target.peak_mb())


async def main() -> None:
    """Measure in turn and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    pin()
    found: dict[str, list[Figures]] = {name: [] for name in NAMES}
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(asked.rounds):
            for name in NAMES:
                found[name].append(await measure(name, asked.messages, Path(folder, f"{name}{turn}")))
    bare = median(one.answered for one in found["bare_ptb"])
    print(f"\nmedian of {asked.rounds} rounds of {asked.messages} new customers, CPU s per 1,000 messages:")
    print(f"  raw sockets {median(one.answered for one in found['bare_raw']):.3f}, bare echo {bare:.2f}")
    for word, values in (
        ("answered", [one.answered for one in found["hearwell"]]),
        ("with every staff digest", [one.listed for one in found["hearwell"]]),
    ):
        print(f"  full path, {word}: {median(values):.2f} = {median(values) / bare:.2f}× the bare echo")
    peaks = {name: max(one.peak for one in rounds) for name, rounds in found.items()}
    print("peak memory: " + ", ".join(f"{name} {peak:.0f} MB" for name, peak in peaks.items()))


if __name__ == "__main__":
    uvloop.run(main())

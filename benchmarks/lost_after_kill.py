"""How many messages are lost when a bot is killed half-way: the library's own intake beside ours.

    python benchmarks/lost_after_kill.py [--messages 100] [--rounds 3]

A backlog, each message from somebody new; every call takes 20 ms. When a third is answered the bot is killed
with SIGKILL and started again on the same data. Whoever got no answer when nothing moves any more was lost.
"""

import argparse
import asyncio
import tempfile
from collections import Counter
from pathlib import Path

import uvloop
from server import GROUP, Api, Params, serve
from targets import pin, start, until

NAMES = ("bare_ptb", "hearwell")
TAKES = 0.02


async def measure(name: str, messages: int, folder: Path) -> int:
    """Kill one bot half-way, print what became of everybody and return how many were lost."""
    api = Api(takes=TAKES)
    answers: Counter[int] = Counter()

    def heard(_method: str, params: Params, _at: float) -> None:
        chat = int(str(params["chat_id"]))
        if chat != GROUP:
            answers[chat] += 1

    api.heard = heard
    server, url = await serve(api)
    for number in range(messages):
        api.write(10_000 + number, f"Where is my parcel number {number}?")
    target = await start(name, url, folder)
    await until(lambda: len(answers) >= messages // 3, within=60)
    before, flying = len(answers), api.on_their_way
    await target.kill()
    api.on_their_way = 0
    target = await start(name, url, folder)
    quiet = 0
    while quiet < 3 and len(answers) < messages:
        seen = (sum(answers.values()), api.calls["getUpdates"])
        await asyncio.sleep(2)
        quiet = quiet + 1 if seen[0] == sum(answers.values()) else 0
    await asyncio.sleep(1)
    await target.kill()
    server.close()
    lost, twice = messages - len(answers), sum(answers.values()) - len(answers)
    print(f"{name:9} killed after {before:3} answers, {flying:2} of them on their way: "
          f"{lost:3} of {messages} lost, {twice:2} answered twice", flush=True)  # fmt: skip
    return lost


async def main() -> None:
    """Kill in turn and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    pin()
    lost: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(asked.rounds):
            for name in NAMES:
                lost[name] += await measure(name, asked.messages, Path(folder, f"{name}{turn}"))
    print("lost in all: " + ", ".join(f"{name} {lost[name]}" for name in NAMES))


if __name__ == "__main__":
    uvloop.run(main())

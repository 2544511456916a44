"""The trials: kills at named points and at random, polite ends, and troubles of the other side."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.debug import POINTS
from bot.sandbox.faults import Fault
from tests.faults import crowd
from tests.faults.site import Site, opened, under_load
from tests.faults.tally import Tally, count, is_drained

COUNTS = (1, 6, 20)
RATE = 40.0
PATIENCE = 60.0
LANES = 3  # a bot waits most of its time, so several trials share the machine


async def finish(site: Site, trial: str, *, campaign: str = "") -> Tally:
    """Run once more undisturbed until nothing waits, end politely, and count."""
    if not site.is_alive:
        await site.start()
    await site.until(lambda: is_drained(site), within=PATIENCE)
    await site.terminate()
    return count(site, trial, campaign=campaign)


async def kill_at(folder: Path, point: str, *, campaign: int = 0, webhook: bool = False) -> Tally:
    """Kill the bot at a named point, the 1st, 6th and 20th time it is reached, while people write."""
    name = f"{'webhook ' if webhook else ''}{point}{' × campaign' if campaign else ''}"
    async with opened(folder, webhook=webhook) as site:
        if campaign:
            crowd.launch(site, campaign)
        async with under_load(site, RATE / 4 if campaign else RATE):
            only = "@campaign" if campaign and point.endswith("_send") else ""
            for number in COUNTS:
                await site.start(kill_at=f"{point}{only}:{number}")
                assert await site.dead(), f"{point} was never reached {number} times"
        return await finish(site, name, campaign=crowd.WORDS if campaign else "")


async def kill_at_random(folder: Path, *, kills: int, seed: int, campaign: int = 600) -> Tally:
    """Kill the bot at random moments, its starts included, while people write and a campaign runs."""
    dice = random.Random(seed)
    async with opened(folder) as site:
        crowd.launch(site, campaign)
        async with under_load(site, RATE / 2, seed=seed):
            for _ in range(kills):
                early = dice.random() < 0.1
                await site.start(ready=not early)
                await asyncio.sleep(dice.uniform(0, 0.5))
                await site.kill()
        return await finish(site, f"{kills} random kills, seed {seed}", campaign=crowd.WORDS)


async def end_politely(folder: Path, *, times: int, campaign: int = 150, webhook: bool = False) -> Tally:
    """Ask the bot to end again and again, while people write and a campaign runs."""
    async with opened(folder, webhook=webhook) as site:
        crowd.launch(site, campaign)
        async with under_load(site, RATE / 2):
            for _ in range(times):
                await site.start()
                await asyncio.sleep(0.8)
                await site.terminate()
        name = f"{'webhook ' if webhook else ''}SIGTERM × {times}"
        return await finish(site, name, campaign=crowd.WORDS)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something the other side does wrong for a while."""

    name: str
    kind: str
    share: float
    method: str = "sendMessage"
    seconds: float = 1.0


TROUBLES: Sequence[Trouble] = (
    Trouble("429", "429", 0.1),
    Trouble("5xx", "500", 0.1),
    Trouble("no answer", "drop_after", 0.1),
    Trouble("refused connection", "drop_before", 0.1),
    Trouble("polls fail", "500", 0.3, method="getUpdates"),
    Trouble("polls unanswered", "drop_after", 0.3, method="getUpdates"),
)


async def trouble(folder: Path, what: Trouble, *, campaign: int = 60) -> Tally:
    """Let a share of the calls go wrong while people write and a campaign runs."""
    async with opened(folder) as site:
        crowd.launch(site, campaign)
        fault = Fault(what.kind, what.method, times=None, seconds=what.seconds, share=what.share)
        site.world.faults.order(fault, seed=1)
        await site.start()
        async with under_load(site, RATE / 2):
            await asyncio.sleep(3)
        site.world.faults.waiting.clear()
        return await finish(site, what.name, campaign=crowd.WORDS)


async def repeats(folder: Path) -> Tally:
    """Deliver every update two or three times, and later ones before earlier ones of other chats."""
    dice = random.Random(3)
    async with opened(folder) as site:
        await site.start()
        queue = site.world.bot.updates
        for number in range(60):
            person, chat = site.meet(f"Customer {number}")
            site.write(person, chat)
            for _ in range(dice.choice((1, 2))):
                queue.repeat_last(is_resent=False, now=site.world.clock.now())
            await asyncio.sleep(0.02)
        return await finish(site, "updates repeated")


Trial = Callable[[Path], Awaitable[Tally]]


def _point(point: str, *, campaign: int = 0, webhook: bool = False) -> Trial:
    return lambda folder: kill_at(folder, point, campaign=campaign, webhook=webhook)


def _trouble(what: Trouble) -> Trial:
    return lambda folder: trouble(folder, what)


def all_trials(*, kills: int = 50, seed: int = 7) -> dict[str, Trial]:
    """Return every trial by name, the longest first."""
    found: dict[str, Trial] = {
        "random": lambda folder: kill_at_random(folder, kills=kills, seed=seed),
        "sigterm": lambda folder: end_politely(folder, times=5),
        "sigterm-webhook": lambda folder: end_politely(folder, times=5, webhook=True),
    }
    for point in POINTS:
        found[f"{point}-campaign"] = _point(point, campaign=100)
        found[point] = _point(point)
    for point in POINTS[:2]:
        found[f"{point}-webhook"] = _point(point, webhook=True)
    found |= {what.name.replace(" ", "-"): _trouble(what) for what in TROUBLES}
    found["repeated-updates"] = repeats
    return found


async def run(
    folder: Path,
    trials: Mapping[str, Trial],
    *,
    lanes: int = LANES,
    told: Callable[[Tally], None] | None = None,
) -> dict[str, Tally]:
    """Run trials, a few at a time, each in a folder of its own, and return what each counted."""
    free = asyncio.Semaphore(lanes)

    async def one(name: str, trial: Trial) -> tuple[str, Tally]:
        async with free:
            tally = await trial(folder / name)
        if told is not None:
            told(tally)
        return name, tally

    return dict(await asyncio.gather(*(one(name, trial) for name, trial in trials.items())))

"""Bots to measure: started beside a server, watched through /proc, ended."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from server import GROUP, TOKEN, Api, serve

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
TICKS = os.sysconf("SC_CLK_TCK")
CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def pin() -> None:
    """Keep this process, which serves and measures, on the first core when there is another."""
    if len(CORES) > 1:
        os.sched_setaffinity(0, {CORES[0]})


def _elsewhere() -> None:
    if len(CORES) > 1:
        os.sched_setaffinity(0, set(CORES[1:]))


@dataclass
class Target:
    """A running bot."""

    name: str
    process: asyncio.subprocess.Process

    def cpu(self) -> float:
        """Return the CPU seconds it has used so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def peak_mb(self) -> float:
        """Return the most memory it has held so far."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
        return 0.0

    async def kill(self) -> None:
        """Kill it as if the power went."""
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()


async def start(name: str, url: str, folder: Path, *given: str, **more: str) -> Target:
    """Start `hearwell` with more settings, or the bot in a file of this folder with more arguments."""
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    kept = {key: value for key, value in os.environ.items() if not key.startswith("HEARWELL_")}
    if name == "hearwell":
        command = ["-m", "bot", "run"]
        kept |= {
            "HEARWELL_TELEGRAM__TOKEN": TOKEN, "HEARWELL_TELEGRAM__API_URL": url,
            "HEARWELL_TELEGRAM__STAFF_GROUP": str(GROUP), "HEARWELL_DATA_DIR": str(folder),
            "HEARWELL_WEB__PORT": "0", **more,
        }  # fmt: skip
    else:
        command = [str(HERE / f"{name}.py"), url, TOKEN, str(folder / "bare.db"), *given]
    with (folder / "log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, *command, cwd=ROOT, env=kept, stdout=log, stderr=log, preexec_fn=_elsewhere
        )
    return Target(name, process)


@asynccontextmanager
async def running(name: str, api: Api, folder: Path, *given: str, **more: str) -> AsyncIterator[Target]:
    """Serve an API, run a bot beside it and wait until it polls; leave nothing behind."""
    server, url = await serve(api)
    target = await start(name, url, folder, *given, **more)
    try:
        async with asyncio.timeout(60):
            while not api.polled.is_set():
                if target.process.returncode is not None:
                    raise SystemExit(f"{name} ended at once:\n{(folder / 'log').read_text()[-2000:]}")
                await asyncio.sleep(0.05)
        await asyncio.sleep(1.0)
        yield target
    finally:
        await target.kill()
        server.close()


async def until(is_so: Callable[[], bool], *, within: float) -> bool:
    """Wait until something is so; False when the time was up before."""
    end = time.monotonic() + within
    while not is_so():
        if time.monotonic() > end:
            return False
        await asyncio.sleep(0.02)
    return True


class Share:
    """How busy this process was: near 1 it is the limit, not the bot."""

    def __init__(self) -> None:
        """Begin to count."""
        self._cpu, self._start = time.process_time(), time.monotonic()

    def value(self) -> float:
        """Return the CPU share since the beginning."""
        return (time.process_time() - self._cpu) / max(1e-9, time.monotonic() - self._start)

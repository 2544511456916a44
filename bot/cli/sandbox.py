"""`sandbox`: the offline Bot API server alone, for tests and for any other bot."""

import asyncio
import contextlib
import signal
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.run import with_loop
from bot.sandbox.server import serve
from bot.sandbox.world import DEFAULT_TOKEN, World


def sandbox(
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 8081,
    data_dir: Annotated[Path | None, typer.Option(help="Keep the sandbox's state in this folder.")] = None,
    token: Annotated[str, typer.Option(help="The only token it accepts.")] = DEFAULT_TOKEN,
) -> None:
    """Serve an offline Bot API with its page on 127.0.0.1 until Ctrl-C."""
    raise typer.Exit(with_loop(_serve(port, data_dir, token)))


async def _serve(port: int, data_dir: Path | None, token: str) -> int:
    state = None
    if data_dir is not None:
        data_dir.mkdir(parents=True, exist_ok=True)
        state = data_dir / "sandbox.json"
    world = World(tokens=[token])
    if state is not None and state.exists():
        world = World.load(state)
    running = await serve(world, port=port, state_path=state)
    print(f"Bot API and page: {running.url}", flush=True)
    print(f"Token:            {token}", flush=True)
    asked = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, asked.set)
    with contextlib.suppress(asyncio.CancelledError):
        await asked.wait()
    await running.stop()
    return 0

"""`sandbox`: the offline Bot API server alone, for tests and for any other bot."""

import asyncio
import contextlib
import signal
import sys
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
    state = None
    world = World(tokens=[token])
    if data_dir is not None:
        data_dir.mkdir(parents=True, exist_ok=True)
        state = data_dir / "sandbox.json"
        if state.exists():
            world = World.load(state)
    raise typer.Exit(with_loop(_serve(world, port, state, token)))


async def _serve(world: World, port: int, state: Path | None, token: str) -> int:
    try:
        running = await serve(world, port=port, state_path=state)
    except OSError as error:
        print(f"Port {port} cannot be used ({error.strerror}); choose another with --port.", file=sys.stderr)
        return 2
    print(f"Bot API and page: {running.url}", flush=True)
    print(f"Token:            {token}", flush=True)
    asked = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, asked.set)
    with contextlib.suppress(asyncio.CancelledError):
        await asked.wait()
    await running.stop()
    return 0

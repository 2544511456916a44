"""`run`: receive and answer until told to stop."""

import asyncio
import logging
import signal
import sys

import sqlalchemy as sa

from bot import config, observe
from bot.cli.stores import CANNOT_BE_USED, worded
from bot.config import ConfigError, Settings
from crm_store.errors import StoreError

log = logging.getLogger("hearwell")


def run() -> None:
    """Run the bot with the HEARWELL_… settings until SIGTERM or Ctrl-C."""
    settings = loaded()
    observe.set_up(secrets=settings.secrets, level=settings.log.level, json=settings.log.json_lines)
    sys.exit(with_loop(serve(settings)))


def loaded() -> Settings:
    """Read the settings, or stop with a sentence that says which one is wrong."""
    try:
        return config.load()
    except ConfigError as error:
        print(error, file=sys.stderr)
        sys.exit(2)


def with_loop(work: "asyncio.Future[int] | object") -> int:
    """Run a coroutine on the fastest loop there is."""
    try:
        import uvloop
    except ImportError:
        return asyncio.run(work)  # type: ignore[arg-type]  # a coroutine
    return uvloop.run(work)  # type: ignore[arg-type]  # a coroutine


async def serve(settings: Settings) -> int:
    """Start the app, wait for a signal, stop it; the answer is the exit code."""
    # The library's HTTP client brings a command line of its own when it can: 10 MB that nobody uses here.
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # how a module is kept from loading
    from bot.app import App

    app = App(settings)
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked.set)
    starting = asyncio.create_task(app.start())
    waiting = asyncio.create_task(asked.wait())
    try:
        await asyncio.wait({starting, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()
            await waiting
        else:
            starting.cancel()
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    except (StoreError, sa.exc.OperationalError) as error:
        print(worded(error, settings), file=sys.stderr)
        return CANNOT_BE_USED
    except Exception:
        log.exception("the bot ended because of a fault")  # worded by the log, which hides secrets
        return 1
    finally:
        waiting.cancel()
        await app.stop()
    return 0

"""The bot in a thread with a loop of its own, so that it can end as suddenly as a process can."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.app import App
from bot.clock import Clock
from bot.delivery.pace import Bucket, Pace
from crm_store import recipients
from crm_store.models.inbox import JournalEntry
from crm_store.models.outbox import OutboxRow, OutboxState

T = TypeVar("T")


class StillClock(Clock):
    """A clock that stands still until it is moved, so that every time in an answer is known."""

    def __init__(self, start: datetime) -> None:
        """Stand at an instant."""
        super().__init__()
        self._start = start

    def now(self) -> datetime:
        """Tell the instant and what was skipped since."""
        return self._start + self.offset


@dataclass(slots=True)
class Unhurried(Pace):
    """A pace for a sandbox without limits: every chat may be written to at once."""

    def chat(self, chat: str) -> Bucket:
        """Return a bucket that never runs dry."""
        return self.chats.setdefault(chat, Bucket(1e-6, 1000))


@dataclass(slots=True)
class Runtime:
    """One life of the bot."""

    make: Callable[[], App]
    app: App = field(init=False)
    _loop: asyncio.AbstractEventLoop = field(init=False)
    _over: asyncio.Event = field(init=False)
    _thread: threading.Thread = field(init=False)
    _up: Future[None] = field(init=False)

    async def start(self) -> None:
        """Start a new bot on what the folder holds."""
        self.app, self._up = self.make(), Future()
        self._thread = threading.Thread(target=self._run, name="bot")
        self._thread.start()
        await asyncio.wrap_future(self._up)

    async def stop(self) -> None:
        """End it as SIGTERM does."""
        self._loop.call_soon_threadsafe(self._over.set)
        await asyncio.to_thread(self._thread.join)

    async def kill(self) -> None:
        """End it in the middle: every task is dropped, nothing is drained or said goodbye to."""
        self._loop.call_soon_threadsafe(lambda: [task.cancel() for task in asyncio.all_tasks(self._loop)])
        await asyncio.to_thread(self._thread.join)
        self.app.store.close()
        self.app._lock.release()  # what the end of a process does by itself

    async def ask(self, work: Callable[[], Coroutine[object, object, T]]) -> T:
        """Run something on the bot's loop."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work(), self._loop))

    def is_busy(self) -> bool:
        """Tell whether something journalled is not handled, or something due has not gone out."""
        return self.app.store.read_now(self._waits)

    def _waits(self, session: Session) -> bool:
        assert self.app.parts is not None  # noqa: S101 - it has started
        now, inbox_id = self.app.clock.now(), self.app.parts.inbox_id
        unhandled = sa.select(JournalEntry.id).where(JournalEntry.state == "new")
        flying = OutboxRow.state.in_([OutboxState.CLAIMED, OutboxState.SENDING])
        ahead = sa.orm.aliased(OutboxRow)
        shut = sa.exists().where(  # what stands behind a row that must wait waits with it
            ahead.chat == OutboxRow.chat, ahead.thread_id.is_not_distinct_from(OutboxRow.thread_id),
            ahead.state == OutboxState.READY, ahead.not_before > now,
            sa.tuple_(ahead.rank, ahead.id) < sa.tuple_(OutboxRow.rank, OutboxRow.id),
        )  # fmt: skip
        due = sa.and_(OutboxRow.state == OutboxState.READY, OutboxRow.not_before <= now, ~shut)
        unsent = sa.select(OutboxRow.id).where(sa.or_(flying, due))
        return (
            session.scalar(unhandled.limit(1)) is not None
            or session.scalar(unsent.limit(1)) is not None
            or recipients.is_due(session, inbox_id, now=now)
        )

    def _run(self) -> None:
        try:
            asyncio.run(self._live())
        except asyncio.CancelledError:
            pass
        except BaseException as error:
            if not self._up.done():
                self._up.set_exception(error)
                return
            raise

    async def _live(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        await self.app.start()
        self._up.set_result(None)
        try:
            await self._over.wait()
        except asyncio.CancelledError:
            assert self.app.parts is not None  # noqa: S101 - it has started
            await self.app.parts.bot.shutdown()  # connections end with their process
            raise
        await self.app.stop()

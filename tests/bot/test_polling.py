"""The poll loop against the sandbox: what is not journalled is not confirmed, and nothing ends the loop."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import pytest
from telegram import Bot

from bot.channels.telegram.inbound import Raw
from bot.channels.telegram.polling import Poller
from bot.channels.telegram.request import AiohttpRequest
from bot.sandbox import acts
from bot.sandbox.acts import Draft
from bot.sandbox.bots import DEFAULT_TOKEN
from bot.sandbox.faults import Fault
from bot.sandbox.server import serve
from bot.sandbox.world import World
from crm_store.store import StoreBusyError
from tests.bot.sandbox.lab import eventually


@dataclass
class Desk:
    """A world, a poller, and what the poller handed over."""

    world: World
    poller: Poller = field(init=False)
    polling: "asyncio.Task[None]" = field(init=False)
    taken: list[str] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)
    batches: int = 0

    async def accept(self, updates: Sequence[Raw]) -> None:
        self.batches += 1
        if self.errors:
            raise self.errors.pop(0)
        self.taken += [str(update["message"]["text"]) for update in updates]  # type: ignore[index]  # a message

    def write(self, text: str) -> None:
        person = self.world.people.get(1) or self.world.add_person("Mei", person_id=1)
        acts.write(self.world, self.world.open_private(self.world.bot, person), person, Draft(text))

    @property
    def waiting(self) -> int:
        """Return how many updates the server still keeps."""
        return len(self.world.bot.updates.waiting)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """Poll a sandbox with the real client over our own request class."""
    world = World(limits="off")
    running = await serve(world)
    bot = Bot(
        DEFAULT_TOKEN, base_url=f"{running.url}/bot", base_file_url=f"{running.url}/file/bot",
        request=AiohttpRequest(), get_updates_request=AiohttpRequest(connections=1),
    )  # fmt: skip
    await bot.initialize()
    found = Desk(world)
    found.poller = Poller(bot, found.accept)
    found.poller._pause = 0.01
    found.polling = asyncio.create_task(found.poller.run())
    yield found
    assert not found.polling.done() or found.polling.cancelled(), "nothing may end the loop"
    found.polling.cancel()
    await asyncio.gather(found.polling, return_exceptions=True)
    await bot.shutdown()
    await running.stop()


async def test_updates_are_handed_over_in_order_and_then_confirmed(desk: Desk) -> None:
    for number in range(250):
        desk.write(f"m{number}")
    await eventually(lambda: desk.waiting == 0)
    assert desk.taken == [f"m{number}" for number in range(250)]
    assert desk.batches >= 3


@pytest.mark.parametrize(
    "error", [StoreBusyError(), OSError("the disk is full"), KeyError("a fault of ours")]
)
async def test_what_was_not_journalled_comes_again(desk: Desk, error: Exception) -> None:
    desk.errors = [error]
    desk.write("hello")
    await eventually(lambda: desk.taken == ["hello"])
    assert desk.batches == 2


@pytest.mark.parametrize("kind", ["500", "drop_after", "drop_before", "429", "403"])
async def test_a_failing_server_is_polled_again(desk: Desk, kind: str) -> None:
    desk.world.faults.order(Fault(kind, "getUpdates", seconds=0.1, times=2))
    desk.write("first")  # ends the poll under way
    await eventually(lambda: "first" in desk.taken)
    desk.write("second")
    await eventually(lambda: "second" in desk.taken)
    assert desk.taken == ["first", "second"]


async def test_a_stop_confirms_what_was_journalled_and_nothing_else(desk: Desk) -> None:
    desk.write("kept")
    await eventually(lambda: desk.taken == ["kept"])
    desk.errors = [StoreBusyError() for _ in range(99)]
    desk.write("not kept")
    await eventually(lambda: desk.batches > 1)
    desk.polling.cancel()
    await asyncio.gather(desk.polling, return_exceptions=True)
    await desk.poller.confirm()
    assert desk.waiting == 1


async def test_an_answer_that_is_no_update_is_passed_over(desk: Desk) -> None:
    queue = desk.world.bot.updates
    desk.write("before")
    await eventually(lambda: desk.taken == ["before"])
    desk.write("wrong number")
    last = queue.last
    assert last is not None
    last.id = 2**63
    desk.write("after")
    await eventually(lambda: "after" in desk.taken)

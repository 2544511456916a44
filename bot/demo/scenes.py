"""The first conversations, really played: people write in the sandbox and the running bot answers."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from bot.demo.cast import FIRST_CUSTOMER, LI, MEI, STAFF_GROUP, WANG
from bot.sandbox import acts, presses
from bot.sandbox.chats import Chat
from bot.sandbox.messages import Message
from bot.sandbox.shapes import as_list, as_mapping
from bot.sandbox.world import World

log = logging.getLogger("hearwell.demo")
PATIENCE = 8.0
MOMENT = 0.05
MINUTE = timedelta(minutes=1)
BEGIN = timedelta(days=4)
"""How long before the demo's now the scenes begin; what was resolved then is not reopened by a question."""
LI_TAKES = 10 * MINUTE
T = TypeVar("T")
NUMBER = re.compile(r"#(\d+)")
Skip = Callable[[timedelta], Awaitable[None]]


class MissedCueError(Exception):
    """The bot did not answer as the scene needs it."""


class Stage:
    """What an actor can do: write, wait for an answer, press a button."""

    def __init__(self, world: World) -> None:
        """Play in this world."""
        self.world = world

    def chat(self, chat: int) -> Chat:
        """Return a group or somebody's chat with the bot."""
        found = self.world.chat(self.world.bot, chat)
        return found or self.world.open_private(self.world.bot, self.world.person(chat))

    def write(self, who: int, text: str) -> int:
        """Write to the bot and return the message's number."""
        return acts.write(self.world, self.chat(who), self.world.person(who), acts.Draft(text)).id

    async def press(self, who: int, verb: str, *, detail: str = "") -> None:
        """Press somebody's newest button of a verb once it is there, and wait for the acknowledgement."""
        place = self.chat(who)
        message, data = await self._until(lambda: _button(place, verb, detail), f"a button {verb}")
        query = presses.press(self.world, self.world.bot, place, self.world.person(who), (message.id, data))
        await asyncio.wait((query.answered,), timeout=PATIENCE)

    async def answer(self, chat: int, *, after: int, most: int = 1) -> None:
        """Wait until the bot has written in a chat after a message."""
        place, bot = self.chat(chat), self.world.bot.id

        def answered() -> bool:
            return sum(one.sender == bot and one.id > after for one in place.messages.values()) >= most

        await self._until(answered, f"an answer in {place.title}")

    async def number(self, chat: int, *, after: int) -> str:
        """Wait for the number of a ticket in what the bot answers."""
        place, bot = self.chat(chat), self.world.bot.id

        def named() -> str:
            texts = (one.text for one in place.messages.values() if one.sender == bot and one.id > after)
            return next((found.group(1) for text in texts if (found := NUMBER.search(text))), "")

        return await self._until(named, "a ticket's number")

    async def topic(self) -> int:
        """Wait for the newest topic of the staff group."""
        group = self.chat(STAFF_GROUP)
        return await self._until(lambda: max(group.topics, default=0), "a topic")

    async def _until(self, look: Callable[[], T | None], what: str) -> T:
        waited = 0.0
        while not (found := look()):
            if waited > PATIENCE:
                raise MissedCueError(what)
            await asyncio.sleep(MOMENT)
            waited += MOMENT
        return found


def _button(place: Chat, verb: str, detail: str) -> tuple[Message, str] | None:
    """Find the newest button of a verb, the one with a detail if given."""
    for message in reversed(place.messages.values()):
        for row in as_list(as_mapping(message.markup).get("inline_keyboard")):
            for key in as_list(row):
                data = str(as_mapping(key).get("callback_data", ""))
                parts = data.split(":")
                if len(parts) > 3 and parts[1] == verb and detail in {"", parts[3]}:
                    return message, data
    return None


async def play(world: World, *, skip: Skip) -> None:
    """Play every scene; one that fails leaves the demo usable."""
    stage = Stage(world)
    morning = 40 * MINUTE
    for scene, pause in ((_li, BEGIN - LI_TAKES - morning), (_mei, 20 * MINUTE), (_others, 19 * MINUTE)):
        try:
            await scene(stage, skip)
        except MissedCueError as missed:
            log.warning("a scene of the demo was cut short: the bot did not give %s", missed)
        await skip(pause)


async def _li(stage: Stage, skip: Skip) -> None:
    """Li asks what the articles know, then a person; Wang answers from his own chat, and Li is content."""
    li, wang = LI.address, WANG.address
    asked = stage.write(li, "Hi, how long does delivery to Beijing take?")
    number = await stage.number(li, after=asked)
    await stage.press(li, "human")
    await stage.answer(li, after=asked, most=2)
    taken = stage.write(wang, f"/take {number}")
    await stage.answer(wang, after=taken)
    await skip(6 * MINUTE)
    told = stage.write(wang, f"/reply {number} {WANG_SAYS}")
    await stage.answer(li, after=asked, most=3)
    await skip(4 * MINUTE)
    thanks = stage.write(li, "Perfect, thank you!")
    await stage.answer(wang, after=told)
    stage.write(wang, f"/resolve {number}")
    await stage.press(li, "rate", detail="5")
    await stage.answer(li, after=thanks, most=2)


WANG_SAYS = "Hello Li, this is Wang. Your parcel leaves today by express and reaches you on Thursday."


async def _mei(stage: Stage, skip: Skip) -> None:
    """Mei agrees to offers and then complains; a supervisor is named, and the desk waits for a taker."""
    mei = MEI.address
    hello = stage.write(mei, "/start")
    await stage.answer(mei, after=hello, most=2)
    await stage.press(mei, "consent", detail="1")
    written = stage.write(mei, "我要投诉！快递昨天就显示已签收，可我根本没收到，打电话也没人接。")
    await stage.answer(mei, after=written)
    await stage.answer(STAFF_GROUP, after=0, most=2)
    await skip(MINUTE)
    await stage.topic()


NEWCOMERS = (
    (39, "包装特别用心，朋友收到都夸好看！"),
    (58, "Can the bamboo tray go into the dishwasher?"),
)
"""Customers who write this morning and whom nobody has taken yet."""


async def _others(stage: Stage, skip: Skip) -> None:
    """Two more customers write: their lines come together in the digest of the staff group."""
    for number, text in NEWCOMERS:
        written = stage.write(FIRST_CUSTOMER + number, text)
        await stage.answer(FIRST_CUSTOMER + number, after=written)

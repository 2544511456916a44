"""The first conversations, really played: people write in the sandbox and the running bot answers."""

import asyncio
import logging
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
T = TypeVar("T")
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

    def write(self, who: int, text: str, *, chat: int | None = None, thread: int | None = None) -> int:
        """Write a message and return its number."""
        place = self.chat(chat or who)
        return acts.write(self.world, place, self.world.person(who), acts.Draft(text, thread=thread)).id

    async def press(self, who: int, verb: str, *, chat: int | None = None, subject: str = "") -> None:
        """Press the newest button of a verb once it is there, and wait for it to be acknowledged."""
        place = self.chat(chat or who)
        message, data = await self._until(lambda: _button(place, verb, subject), f"a button {verb}")
        query = presses.press(self.world, self.world.bot, place, self.world.person(who), (message.id, data))
        await asyncio.wait((query.answered,), timeout=PATIENCE)

    async def answer(self, chat: int, *, after: int, most: int = 1) -> None:
        """Wait until the bot has written in a chat after a message."""
        place, bot = self.chat(chat), self.world.bot.id

        def answered() -> bool:
            return sum(one.sender == bot and one.id > after for one in place.messages.values()) >= most

        await self._until(answered, f"an answer in {place.title}")

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


def _button(place: Chat, verb: str, subject: str) -> tuple[Message, str] | None:
    """Find the newest button of a verb, for one subject if given."""
    for message in reversed(place.messages.values()):
        for row in as_list(as_mapping(message.markup).get("inline_keyboard")):
            for key in as_list(row):
                data = str(as_mapping(key).get("callback_data", ""))
                parts = data.split(":")
                if len(parts) > 2 and parts[1] == verb and subject in {"", parts[2]}:
                    return message, data
    return None


async def play(world: World, *, skip: Skip) -> None:
    """Play every scene; one that fails leaves the demo usable."""
    stage = Stage(world)
    for scene, pause in ((_li, 30 * MINUTE), (_others, 40 * MINUTE), (_mei, 20 * MINUTE)):
        try:
            await scene(stage, skip)
        except MissedCueError as missed:
            log.warning("a scene of the demo was cut short: the bot did not give %s", missed)
        await skip(pause)


async def _meet(stage: Stage, who: int) -> None:
    """Say hello and agree to offers."""
    hello = stage.write(who, "/start")
    await stage.answer(who, after=hello, most=2)
    await stage.press(who, "consent")


async def _li(stage: Stage, skip: Skip) -> None:
    """Li asks what the articles know, then a person, who answers in the ticket's topic; Li is content."""
    li, wang = LI.address, WANG.address
    await _meet(stage, li)
    asked = stage.write(li, "Hi, how long does delivery to Beijing take?")
    await stage.answer(li, after=asked)
    await stage.press(li, "human")
    stage.write(li, "It is a birthday present, so it has to be here by Friday.")
    await skip(4 * MINUTE)
    await stage.press(wang, "take", chat=STAFF_GROUP)
    topic = await stage.topic()
    said = stage.write(
        wang,
        "Hello Li, this is Wang. Your parcel leaves today by express and reaches you on Thursday.",
        chat=STAFF_GROUP,
        thread=topic,
    )
    await stage.answer(li, after=asked, most=3)
    stage.write(li, "Perfect, thank you!")
    await skip(2 * MINUTE)
    stage.write(wang, "/resolve", chat=STAFF_GROUP, thread=topic)
    await stage.press(li, "rate")
    log.debug("Li's scene ended after message %d", said)


NEWCOMERS = (
    (39, "包装特别用心，朋友收到都夸好看！"),
    (41, "Can the bamboo tray go into the dishwasher?"),
    (57, "你好，想给公司订 30 套茶具做年会礼品，能印 logo 吗？"),
)
"""Customers who write this morning and whom nobody has taken yet."""


async def _others(stage: Stage, skip: Skip) -> None:
    """Three customers write: their lines come together in the digest of the staff group."""
    for number, text in NEWCOMERS:
        written = stage.write(FIRST_CUSTOMER + number, text)
        await stage.answer(FIRST_CUSTOMER + number, after=written)


async def _mei(stage: Stage, skip: Skip) -> None:
    """Mei complains; a supervisor is named, and the digest waits for someone to take it."""
    mei = MEI.address
    await _meet(stage, mei)
    written = stage.write(mei, "我要投诉！快递昨天就显示已签收，可我根本没收到，打电话也没人接。")
    await stage.answer(mei, after=written)

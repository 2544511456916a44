"""The stage of a transcript: a sandbox over HTTP, the cast in it, the bot beside it, and who heard what."""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from bot import config
from bot.app import App
from bot.demo.articles import ARTICLES
from bot.sandbox import acts, presses, samples
from bot.sandbox.bots import DEFAULT_TOKEN, CallbackQuery
from bot.sandbox.chats import Chat, Member
from bot.sandbox.files import File
from bot.sandbox.forum import turn_topic
from bot.sandbox.messages import Message
from bot.sandbox.people import Person
from bot.sandbox.server import Running, serve
from bot.sandbox.shapes import as_list, as_mapping
from bot.sandbox.world import World
from bot.scenario import purchases
from bot.scenario.past import Past
from bot.scenario.runtime import Runtime, StillClock, Unhurried
from crm_store import customers, journal, knowledge, staff
from crm_store.models.customer import CustomerTag
from crm_store.rules.roles import Role
from crm_store.staff import Newcomer

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # a Monday, ten in the morning in Shanghai
ZONE = "Asia/Shanghai"
GROUP = -1_001_000_000_001
PATIENCE = 20.0
UNSAID = {"zh": "等了三天才到", "en": "Waited three days"}  # what the ratings of a story's past are about
CUSTOMERS = {
    "mei": (101, "Mei 梅", "zh-hans"),
    "li": (102, "Li 李", "en"),
    "hua": (103, "Hua 华", "zh-hans"),
    "tom": (104, "Tom", "en"),
}
STAFF = {
    "@wang": (201, "Wang 王", Role.AGENT),
    "@chen": (202, "Chen 陈", Role.SUPERVISOR),
    "@zhao": (203, "Zhao 赵", Role.MARKETER),
    "@admin": (204, "Admin", Role.ADMIN),
}


@dataclass(frozen=True, slots=True)
class Heard:
    """Something the bot did that people can see: where, and as a line of a transcript."""

    where: str
    line: str


class StageError(Exception):
    """A transcript asks for what cannot be done."""


class Stage:
    """Everything between a line of a transcript and what comes back."""

    def __init__(self, folder: Path, language: str, *, group: str) -> None:
        """Take a folder for the store, the language of house and staff, and whether the group is real."""
        self.folder, self.language, self.group = folder, language, group
        self.desk: dict[str, str] = {}
        self.clock = StillClock(START)
        self.world = World(clock=START.timestamp, limits="off")
        self.world.watchers.append(self._look)
        self.world.on_clock.append(self._moved)
        self.heard: list[Heard] = []
        self._seen: dict[tuple[int, int], str] = {}
        self._signs: dict[tuple[int, int], list[str]] = {}
        self._presses: list[CallbackQuery] = []
        self._running: Running | None = None
        self.bot = Runtime(self._app)

    # -- beginning and end

    async def open(self) -> None:
        """People the sandbox, serve it, start the bot and give the staff their roles."""
        for address, name, code in CUSTOMERS.values():
            self.world.add_person(name, language_code=code, person_id=address)
        for address, name, _ in STAFF.values():
            code = "zh-hans" if self.language == "zh" else "en"
            self.world.open_private(
                self.world.bot, self.world.add_person(name, language_code=code, person_id=address)
            )
        if self.group == "real":
            members = [address for address, _, role in STAFF.values() if role is not Role.ADMIN]
            group = self.world.add_group("Desk", members=members[1:], admins=members[:1], group_id=GROUP)
            self.world.place_bot(self.world.bot, group, Member("administrator"), members[0])
        self._running = await serve(self.world)
        await self.bot.start()
        self.bot.app.store.write_now(self._hire)
        await self.settle()
        self.heard.clear()

    async def close(self) -> None:
        """Stop the bot and the sandbox."""
        await self.bot.stop()
        if self._running is not None:
            await self._running.stop()

    def _app(self) -> App:
        assert self._running is not None  # noqa: S101 - the stage is open
        settings = config.without_environment(
            telegram={
                "token": DEFAULT_TOKEN,
                "api_url": self._running.url,
                "staff_group": None if self.group == "no" else GROUP,
                "admins": (STAFF["@admin"][0],),
            },
            web={"port": 0},
            desk=self.desk,
            data_dir=self.folder,
            language=self.language,
            timezone=ZONE,
        )
        return App(settings, clock=self.clock, pace=Unhurried(rate=1000.0))

    def _hire(self, session: Session) -> None:
        inbox_id = journal.inbox(session, "telegram", str(self.world.bot.id)).id
        for address, name, role in STAFF.values():
            newcomer = Newcomer(inbox_id, str(address), name, self.language)
            member = staff.get_or_create(session, newcomer, now=START)
            member.name, member.language = name, self.language
            if role is not Role.ADMIN:
                staff.grant(session, member.id, role, by="transcript", now=START)

    # -- what people do

    def person(self, who: str) -> Person:
        """Return someone of the cast."""
        found = CUSTOMERS.get(who) or STAFF.get(who)
        if found is None:
            raise StageError(f"nobody of the cast is called {who}")
        return self.world.person(found[0])

    def write(self, who: str, text: str, *, where: str = "", about: str = "") -> None:
        """Write, or send the photo or file the text begins with."""
        chat, thread = self._place(who, where)
        draft = acts.Draft(self._filled(text), thread=thread)
        if file := re.match(r"\((photo|file [^)]+?)(?: of (\w+))?\) ?", text):
            draft = acts.Draft(text[file.end() :], self._file(file[1]), thread, album=file[2] or "")
        if about:
            card = self._newest(chat, thread, lambda message: about in message.text, f"message about {about}")
            draft = acts.Draft(draft.text, draft.file, thread, reply_to=card.id)
        acts.write(self.world, chat, self.person(who), draft)

    def press(self, who: str, label: str, *, where: str = "") -> None:
        """Press the button with this label on the newest message that has it."""
        chat, thread = self._place(who, where)
        message = self._newest(chat, thread, lambda one: label in _buttons(one), f"button [{label}]")
        target = (message.id, _buttons(message)[label])
        self._presses.append(presses.press(self.world, self.world.bot, chat, self.person(who), target))

    def edit(self, who: str, text: str, *, where: str = "") -> None:
        """Edit the last message of one's own in a place."""
        (chat, thread), person = self._place(who, where), self.person(who)
        own = [one for one in chat.messages.values() if one.sender == person.id and one.thread == thread]
        last = max(message.id for message in own)
        acts.edit(self.world, chat, person, last, text)

    def block(self, who: str, *, is_blocked: bool) -> None:
        """Block the bot or take it back."""
        acts.block(self.world, self.world.bot, self.person(who), is_blocked=is_blocked)

    def turn_topic(self, who: str, where: str, state: str) -> None:
        """Close a topic or open it again."""
        chat, thread = self._place(who, where)
        turn_topic(self.world, chat, chat.topics[thread or 0], state, by=self.person(who).id)

    def advance(self, span: timedelta) -> None:
        """Move the clock of the world and with it the bot's."""
        self.world.clock.advance(span // timedelta(seconds=1))

    async def stock(self) -> None:
        """Give the house its articles."""
        self.bot.app.store.write_now(lambda session: [knowledge.keep(session, one) for one in ARTICLES])
        await self.bot.ask(self.bot.app.learn)

    def tag(self, who: str, tag: str) -> None:
        """Give a customer a tag."""

        def unit(session: Session) -> None:
            inbox_id = journal.inbox(session, "telegram", str(self.world.bot.id)).id
            contact = customers.sender(session, inbox_id, str(self.person(who).id)).contact
            if contact is None:
                raise StageError(f"{who} is no customer yet")
            session.add(
                CustomerTag(customer_id=contact.customer_id, tag=tag, at=self.clock.now(), by="story")
            )

        self.bot.app.store.write_now(unit)

    def remember(self, words: str, *, count: int = 1, scores: Mapping[int, int] | None = None) -> None:
        """Have had tickets with these words just now, or ratings, of which the story tells no more."""
        account, agent = str(self.world.bot.id), str(STAFF["@wang"][0])
        past = Past(account, agent, words or UNSAID[self.language], self.clock.now())

        def unit(session: Session) -> None:
            if scores is None:
                for _ in range(count):
                    past.open(session)
            else:
                past.rate(session, scores)

        self.bot.app.store.write_now(unit)

    def buy(self, who: str, days: Sequence[int]) -> None:
        """Have had a customer buy tea so many days ago."""
        account, address, now = str(self.world.bot.id), str(self.person(who).id), self.clock.now()
        if not self.bot.app.store.write_now(
            lambda session: purchases.buy(session, account, address, days, now=now)
        ):
            raise StageError(f"{who} is no customer yet")

    def receive(self, count: int, ago: int) -> None:
        """Have had so many guests buy tea once, so many days ago."""
        language, now = self.language, self.clock.now()
        self.bot.app.store.write_now(
            lambda session: purchases.guests(session, count, ago, language=language, now=now)
        )

    # -- waiting

    async def settle(self) -> None:
        """Wait until nothing is left to do: everything handled, sent and ticked."""
        for _ in range(10):
            await self._idle()
            before = len(self.heard)
            await self.bot.ask(self.bot.app.skipped)
            await self._idle()
            if len(self.heard) == before:
                return
        raise StageError("the bot does not come to rest")

    async def _idle(self) -> None:
        async with asyncio.timeout(PATIENCE):
            # What is waited for lies in the store, so it is looked at again and again.
            while self.world.bot.updates.waiting or self.bot.is_busy():  # noqa: ASYNC110
                await asyncio.sleep(0.004)
            for press in self._presses:
                await press.answered  # a press nobody answers spins for the person who made it
        self._presses.clear()

    # -- what the bot does

    def _moved(self, offset: int) -> None:
        self.clock.offset = timedelta(seconds=offset)

    def _look(self, kind: str, chat_id: int | None) -> None:
        """Note what changed in a chat, at the moment it changed."""
        chat = self.world.chat(self.world.bot, chat_id) if chat_id is not None else None
        if chat is None or kind not in {"message", "edit", "reaction"}:
            return
        for message in list(chat.messages.values()):
            if message.sender == self.world.bot.id:
                self._look_at(chat, message)
            signs = message.reactions.get(self.world.bot.id, [])
            if signs != self._signs.get((chat.id, message.id), []):
                self._signs[chat.id, message.id] = signs
                self._hear(chat, message, f"bot {''.join(signs) or '-'} {self._name(message.sender)}")

    def _look_at(self, chat: Chat, message: Message) -> None:
        where, shown = self._where(chat, message.thread), _shown(message)
        before = self._seen.get((chat.id, message.id))
        self._seen[chat.id, message.id] = shown
        if before is not None and before != shown:
            self._hear(chat, message, f"bot ~ {where}: {shown}")
        elif before is None and message.is_service:
            self._hear(chat, message, _service(message, where))
        elif before is None:
            self._hear(chat, message, f"bot > {where}: {shown}")

    def _hear(self, chat: Chat, message: Message, line: str) -> None:
        self.heard.append(Heard(self._where(chat, message.thread), line))

    def _where(self, chat: Chat, thread: int | None) -> str:
        if chat.is_private:
            return self._name(chat.id)
        if thread is None:
            return "group"
        return chat.topics[thread].name.partition(" ")[0]

    def _name(self, address: int) -> str:
        for name, (known, *_) in (*CUSTOMERS.items(), *STAFF.items()):
            if known == address:
                return name
        if address == self.world.bot.id:
            return "bot"  # a press is answered with a sign on the message that had the button
        raise StageError(f"nobody of the cast has the address {address}")

    def _place(self, who: str, where: str) -> tuple[Chat, int | None]:
        if not where:
            return self.world.open_private(self.world.bot, self.person(who)), None
        group = self.world.groups[GROUP]
        if where == "group":
            return group, None
        for topic in group.topics.values():
            if topic.name.partition(" ")[0] == where and topic.state != "deleted":
                return group, topic.id
        raise StageError(f"there is no topic {where}")

    def _newest(
        self, chat: Chat, thread: int | None, is_meant: Callable[[Message], bool], what: str
    ) -> Message:
        for message in reversed(chat.messages.values()):
            if message.sender == self.world.bot.id and message.thread == thread and is_meant(message):
                return message
        raise StageError(f"there is no {what} in {self._where(chat, thread)}")

    def _filled(self, text: str) -> str:
        """Put the newest invitation where the text says so."""
        if "{invitation}" not in text:
            return text
        found = [token for heard in self.heard_ever for token in re.findall(r"inv_[\w-]+", heard)]
        return text.replace("{invitation}", found[-1])

    @property
    def heard_ever(self) -> list[str]:
        """List every text the bot has written."""
        return list(self._seen.values())

    def _file(self, what: str) -> File:
        if what == "photo":
            return self.world.files.store("photo", "photo.png", "image/png", samples.photo())
        return self.world.files.store("document", what.removeprefix("file "), "text/plain", b"sample")


def _buttons(message: Message) -> dict[str, str]:
    keys = [
        as_mapping(key)
        for row in as_list(as_mapping(message.markup).get("inline_keyboard"))
        for key in as_list(row)
    ]
    return {str(key["text"]): str(key.get("callback_data", "")) for key in keys}


def _shown(message: Message) -> str:
    kind = "(photo) " if "photo" in message.content else ""
    if "document" in message.content:
        kind = f"(file {as_mapping(message.content['document']).get('file_name')}) "
    labels = " ".join(f"[{label}]" for label in _buttons(message))
    return f"{kind}{message.text} {labels}".strip()


def _service(message: Message, where: str) -> str:
    if "forum_topic_created" in message.content:
        return f"bot + {as_mapping(message.content['forum_topic_created'])['name']}"
    if "forum_topic_closed" in message.content:
        return f"bot - {where}"
    if "forum_topic_reopened" in message.content:
        return f"bot o {where}"
    if "pinned_message_id" in message.content:
        return f"bot ^ {where}"
    raise StageError(f"the bot did what no transcript can tell: {message.content}")

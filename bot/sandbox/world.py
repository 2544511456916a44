"""The whole state of the sandbox: people, bots, chats, files, and what happens between them."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.sandbox.bots import DEFAULT_TOKEN as DEFAULT_TOKEN
from bot.sandbox.bots import TOKEN_SHAPE, Account
from bot.sandbox.calls import CallLog
from bot.sandbox.chats import Chat, Member
from bot.sandbox.clock import Clock
from bot.sandbox.errors import ApiError, Reason, SandboxError
from bot.sandbox.faults import Faults
from bot.sandbox.files import Files
from bot.sandbox.limits import Limits
from bot.sandbox.messages import Message
from bot.sandbox.people import Person
from bot.sandbox.rendering import Users, show_message
from bot.sandbox.shapes import Json, as_int
from bot.sandbox.snapshot import Snapshot, folder_beside, read, write

FIRST_PERSON = 700_000_001
FIRST_GROUP = -1_001_000_000_001


class World:
    """People, bots, chats and files, with the clock they share."""

    def __init__(
        self,
        tokens: Sequence[str] = (DEFAULT_TOKEN,),
        clock: Callable[[], float] = time.time,
        *,
        limits: str = "strict",
    ) -> None:
        self.clock = Clock(clock)
        self.bots: dict[str, Account] = {}
        self.people: dict[int, Person] = {}
        self.groups: dict[int, Chat] = {}
        self.files = Files()
        self.limits = Limits(limits)
        self.faults = Faults()
        self.calls = CallLog()
        self.serial = 0
        self.watchers: list[Callable[[str, int | None], None]] = []
        self.is_changed = False
        self._next_person = FIRST_PERSON
        for number, token in enumerate(tokens, 1):
            self.add_bot(token, username=f"sandbox{number if number > 1 else ''}_bot")

    @property
    def on_clock(self) -> list[Callable[[int], None]]:
        """Whom to tell when the clock is advanced: each gets the total offset in seconds."""
        return self.clock.listeners

    @property
    def bot(self) -> Account:
        """The first bot, which the page shows."""
        return next(iter(self.bots.values()))

    @property
    def users(self) -> Users:
        """Everybody with an account, by id."""
        return Users(self.people, {bot.id: bot for bot in self.bots.values()})

    def now(self) -> int:
        """Return the Unix time in whole seconds, as messages carry it."""
        return int(self.clock.now())

    def notify(self, kind: str, chat: int | None = None) -> None:
        """Tell who watches that something changed."""
        self.is_changed = True
        for watcher in self.watchers:
            watcher(kind, chat)

    def next_serial(self) -> int:
        """Take a number used nowhere else in this world."""
        self.serial += 1
        return self.serial

    # -- who and where

    def add_bot(self, token: str, *, name: str = "Sandbox bot", username: str = "sandbox_bot") -> Account:
        """Register a bot; its token must look like a real one."""
        if not TOKEN_SHAPE.fullmatch(token):
            raise SandboxError("A token is a number, a colon and 35 letters, digits, _ or -.")
        bot = Account(int(token.partition(":")[0]), token, name, username)
        self.bots[token] = bot
        return bot

    def add_person(
        self, name: str, *, language_code: str = "en", username: str = "", person_id: int | None = None
    ) -> Person:
        """Register a person; one who is known keeps the id and gets the new name."""
        if not name.strip():
            raise SandboxError("A person needs a name.")
        while self._next_person in self.people:
            self._next_person += 1
        person = Person(person_id or self._next_person, name.strip(), language_code, username.lstrip("@"))
        self.people[person.id] = person
        for bot in self.bots.values():
            if person.id in bot.private:
                bot.private[person.id].title = person.name
        self.notify("people")
        return person

    def add_group(
        self, title: str, *, members: Sequence[int], admins: Sequence[int], group_id: int | None = None
    ) -> Chat:
        """Make a forum group, its first administrator its creator; one that exists keeps its messages."""
        for user in (*members, *admins):
            self.person(user)
        chosen = group_id or min([FIRST_GROUP + 1, *self.groups]) - 1
        group = self.groups.get(chosen) or Chat(chosen, "supergroup", title, is_forum=True, last_id=1)
        group.title = title
        group.members |= {user: Member() for user in members}
        group.members |= {user: Member("administrator") for user in admins}
        group.members |= {user: Member("creator") for user in admins[:1]}
        self.groups[chosen] = group
        self.notify("people", chosen)
        return group

    def person(self, person_id: int) -> Person:
        """Find a person or say that there is none."""
        if person_id not in self.people:
            raise SandboxError(f"There is no person {person_id}.")
        return self.people[person_id]

    def chat(self, bot: Account, chat_id: int) -> Chat | None:
        """Find a chat of this bot."""
        return bot.private.get(chat_id) or self.groups.get(chat_id)

    def find_chat(self, bot: Account, name: str) -> Chat:
        """Find the chat a call names by id or @username."""
        if not name:
            raise ApiError(Reason.CHAT_EMPTY)
        chat_id = as_int(name)
        if chat_id is None:
            wanted = name.lstrip("@").lower()
            named = (group for group in self.groups.values() if group.username.lower() == wanted)
            found = next(named, None) if wanted else None
        else:
            found = self.chat(bot, chat_id)
        if found is None:
            raise ApiError(Reason.CHAT_NOT_FOUND)
        return found

    def open_private(self, bot: Account, person: Person) -> Chat:
        """Return a person's own chat with a bot, opened if need be."""
        chat = bot.private.get(person.id)
        if chat is None:
            chat = bot.private[person.id] = Chat(person.id, "private", person.name, person.username)
        return chat

    # -- what happens

    def show(self, chat: Chat, message: Message) -> Json:
        """Return the Bot API's Message object."""
        return show_message(self.users, chat, message)

    def emit(self, bot: Account, kind: str, content: Json, *, lane: str) -> None:
        """Queue an update for a bot that asked for its kind."""
        if bot.updates.accepts(kind):
            bot.updates.add(kind, content, lane=lane, now=self.clock.now())
            self.is_changed = True

    def emit_message(self, bot: Account, kind: str, chat: Chat, message: Message) -> None:
        """Queue a `message` or `edited_message` update."""
        self.emit(bot, kind, self.show(chat, message), lane=f"chat:{chat.id}")

    def listeners(self, chat: Chat) -> list[Account]:
        """Return the bots that take part in a chat."""
        if chat.is_private:
            return [bot for bot in self.bots.values() if bot.private.get(chat.id) is chat]
        return [bot for bot in self.bots.values() if chat.member(bot.id).is_present]

    def report(self, chat: Chat, message: Message) -> Message:
        """Store a service message and deliver it to the bots of the chat, its author included."""
        chat.keep(message)
        for bot in self.listeners(chat):
            if message.sender == bot.id or message.sender in self.people:
                self.emit_message(bot, "message", chat, message)
        self.notify("message", chat.id)
        return message

    def place_bot(self, bot: Account, chat: Chat, place: Member, by: int) -> None:
        """Change a bot's place in a group and tell it."""
        before, user = chat.member(bot.id), bot.as_user()
        if before == place:
            return
        chat.members[bot.id] = place
        self.tell_membership(bot, chat, by, before.as_chat_member(user), place.as_chat_member(user))

    def place_person(self, person: Person, chat: Chat, place: Member, by: int) -> None:
        """Change a person's place in a group and tell the bots that administer it."""
        before = chat.member(person.id)
        chat.members[person.id] = place
        content: Json = {
            "chat": chat.as_chat(),
            "from": self.users.as_user(by),
            "date": self.now(),
            "old_chat_member": before.as_chat_member(person.as_user()),
            "new_chat_member": place.as_chat_member(person.as_user()),
        }
        for bot in self.listeners(chat):
            if chat.member(bot.id).is_admin:
                self.emit(bot, "chat_member", content, lane=f"chat:{chat.id}")
        self.notify("people", chat.id)

    def tell_membership(self, bot: Account, chat: Chat, by: int, before: Json, after: Json) -> None:
        """Queue a `my_chat_member` update."""
        content: Json = {
            "chat": chat.as_chat(),
            "from": self.users.as_user(by),
            "date": self.now(),
            "old_chat_member": before,
            "new_chat_member": after,
        }
        self.emit(bot, "my_chat_member", content, lane=f"chat:{chat.id}")
        self.notify("people", chat.id)

    # -- a restart

    def snapshot(self) -> Snapshot:
        """Return what must survive a restart."""
        return Snapshot(
            serial=self.serial,
            offset=self.clock.offset,
            limits=self.limits.mode,
            people=self.people,
            groups=self.groups,
            files=self.files.by_id,
            bots=self.bots,
        )

    def save(self, path: Path) -> None:
        """Write everything that must survive a restart, replacing the file at once."""
        self.files.move(folder_beside(path))
        write(path, self.snapshot().as_bytes())

    @classmethod
    def load(cls, path: Path, clock: Callable[[], float] = time.time) -> "World":
        """Read a world written by `save`."""
        saved = read(path)
        world = cls((), clock, limits=saved.limits)
        world.serial, world.clock.offset = saved.serial, saved.offset
        world.people, world.groups, world.bots = dict(saved.people), dict(saved.groups), dict(saved.bots)
        world.files.folder = folder_beside(path)
        for file in saved.files.values():
            world.files.adopt(file)
        return world

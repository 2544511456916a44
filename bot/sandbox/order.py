"""One control request and its fields."""

from bot.sandbox.bots import Account
from bot.sandbox.chats import Chat, Topic
from bot.sandbox.errors import SandboxError
from bot.sandbox.people import Person
from bot.sandbox.shapes import Json, as_int
from bot.sandbox.world import World


class Order:
    """What one control request asks, its fields checked as they are read."""

    def __init__(self, world: World, fields: Json) -> None:
        self.world, self.fields = world, fields

    @property
    def bot(self) -> Account:
        """The bot meant; the first one if none is named."""
        wanted = as_int(self.fields.get("bot"))
        found = (bot for bot in self.world.bots.values() if wanted in (None, bot.id))
        bot = next(found, None)
        if bot is None:
            raise SandboxError(f"There is no bot {wanted}.")
        return bot

    def text(self, name: str, default: str = "") -> str:
        """Read a text."""
        value = self.fields.get(name)
        return default if value is None else str(value)

    def number(self, name: str) -> int:
        """Read a whole number that must be there."""
        value = as_int(self.fields.get(name))
        if value is None:
            raise SandboxError(f"{name} must be a whole number.")
        return value

    def optional(self, name: str) -> int | None:
        """Read a whole number that may be absent."""
        return None if self.fields.get(name) is None else self.number(name)

    def fraction(self, name: str, default: float) -> float:
        """Read a number with or without decimals."""
        value = self.fields.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise SandboxError(f"{name} must be a number.")
        return value

    def person(self, name: str = "from") -> Person:
        """Find the person named."""
        return self.world.person(self.number(name))

    def chat(self, name: str = "chat") -> Chat:
        """Find the chat named."""
        chat_id = self.number(name)
        chat = self.world.chat(self.bot, chat_id)
        if chat is None:
            raise SandboxError(f"There is no chat {chat_id}.")
        return chat

    def topic(self, chat: Chat) -> Topic:
        """Find the topic named in a chat."""
        topic = chat.topics.get(self.number("thread"))
        if topic is None:
            raise SandboxError(f"There is no topic {self.fields.get('thread')} in {chat.title}.")
        return topic

"""One call of a bot, and the questions every method asks first."""

from dataclasses import dataclass

from bot.sandbox.arguments import Arguments
from bot.sandbox.bots import Account
from bot.sandbox.chats import Chat
from bot.sandbox.errors import ApiError, Reason
from bot.sandbox.messages import Message
from bot.sandbox.shapes import as_int
from bot.sandbox.world import World


@dataclass(slots=True, frozen=True)
class Call:
    """A bot asks for something."""

    world: World
    bot: Account
    arguments: Arguments

    def chat(self, name: str = "chat_id") -> Chat:
        """Find the chat the call names."""
        return self.world.find_chat(self.bot, self.arguments.text(name))

    def reachable_chat(self) -> Chat:
        """Find the chat the call names and make sure that the bot may act there."""
        chat_id = as_int(self.arguments.text("chat_id"))
        person = self.world.people.get(chat_id) if chat_id else None
        if person is not None and person.is_deactivated:
            raise ApiError(Reason.DEACTIVATED)
        if person is not None and person.id not in self.bot.private:
            raise ApiError(Reason.NOT_STARTED)
        if any(bot.id == chat_id for bot in self.world.bots.values()):
            raise ApiError(Reason.TO_A_BOT)
        chat = self.chat()
        if chat.is_blocked:
            raise ApiError(Reason.BLOCKED)
        place = chat.member(self.bot.id)
        if not place.is_present:
            raise ApiError(Reason.KICKED if place.status == "kicked" else Reason.NOT_A_MEMBER)
        return chat

    def message(self, chat: Chat, missing: Reason) -> Message:
        """Find the message the call names in a chat."""
        message_id = self.arguments.number("message_id")
        found = chat.messages.get(message_id) if message_id else None
        if found is None:
            raise ApiError(missing)
        return found

    def may(self, chat: Chat, right: str) -> bool:
        """Tell whether the bot holds an administrator's right there; in private everything goes."""
        return chat.is_private or chat.member(self.bot.id).may(right)

"""How stored messages look in the Bot API."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.sandbox.bots import Account
from bot.sandbox.chats import Chat
from bot.sandbox.messages import Message
from bot.sandbox.people import Person
from bot.sandbox.shapes import Json, as_int


@dataclass(slots=True, frozen=True)
class Users:
    """People and bots, by id."""

    people: Mapping[int, Person]
    bots: Mapping[int, Account]

    def as_user(self, user: int) -> Json:
        """Return the User object of a person or bot."""
        found = self.people.get(user) or self.bots.get(user)
        return found.as_user() if found else {"id": user, "is_bot": False, "first_name": "Unknown"}


def show_message(users: Users, chat: Chat, message: Message, *, is_nested: bool = False) -> Json:
    """Return the Message object; a nested one shows neither its reply nor what it pinned."""
    shown: Json = {
        "message_id": message.id,
        "from": users.as_user(message.sender),
        "chat": chat.as_chat(),
        "date": message.date,
    }
    if message.thread is not None:
        shown |= {"message_thread_id": message.thread, "is_topic_message": True}
    if not is_nested:
        shown |= _references(users, chat, message)
    if message.edited is not None:
        shown["edit_date"] = message.edited
    if message.album:
        shown["media_group_id"] = message.album
    shown |= message.content
    shown.pop("pinned_message_id", None)
    if message.markup is not None:
        shown["reply_markup"] = message.markup
    return shown


def _references(users: Users, chat: Chat, message: Message) -> Json:
    found: Json = {}
    replied = message.reply_to
    if replied is None and message.thread != message.id:
        replied = message.thread
    if replied is not None and replied in chat.messages:
        found["reply_to_message"] = show_message(users, chat, chat.messages[replied], is_nested=True)
    pinned = as_int(message.content.get("pinned_message_id"))
    if pinned is not None and pinned in chat.messages:
        found["pinned_message"] = show_message(users, chat, chat.messages[pinned], is_nested=True)
    elif pinned is not None:
        found["pinned_message"] = inaccessible(chat, pinned)
    return found


def inaccessible(chat: Chat, message_id: int) -> Json:
    """Return what stands for a message that is gone."""
    return {"chat": chat.as_chat(), "message_id": message_id, "date": 0}

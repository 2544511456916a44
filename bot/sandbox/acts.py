"""What people do: write, edit, react, block, and open or close topics."""

from dataclasses import dataclass

from bot.sandbox.bots import Account
from bot.sandbox.chats import Chat, Member
from bot.sandbox.entities import detect
from bot.sandbox.errors import SandboxError
from bot.sandbox.files import File
from bot.sandbox.messages import Message
from bot.sandbox.people import Person
from bot.sandbox.shapes import Json, as_list, present
from bot.sandbox.words import CAPTION_LIMIT, TEXT_LIMIT
from bot.sandbox.world import World


@dataclass(slots=True, frozen=True)
class Draft:
    """What a person is about to send."""

    text: str = ""
    file: File | None = None
    thread: int | None = None
    reply_to: int | None = None
    album: str = ""

    def content(self) -> Json:
        """Return the message fields, entities found by themselves."""
        if self.file is not None:
            return self.file.as_content() | _words(self.text, "caption")
        return _words(self.text, "text")


def write(world: World, chat: Chat, person: Person, draft: Draft) -> Message:
    """Send a person's message and tell the bots that may read it."""
    content = draft.content()
    if chat.is_blocked:
        raise SandboxError(f"{person.name} has blocked the bot; unblock it first.")
    place = chat.member(person.id)
    if not place.is_present:
        raise SandboxError(f"{person.name} is not a member of {chat.title}.")
    replied = chat.messages.get(draft.reply_to or 0)
    if draft.reply_to and replied is None:
        raise SandboxError(f"There is no message {draft.reply_to} to reply to.")
    thread = draft.thread or (replied.thread if replied else None)
    _check_topic(chat, thread, place)
    message = chat.keep(
        Message(
            id=chat.next_id(),
            sender=person.id,
            date=world.now(),
            content=content,
            thread=thread,
            reply_to=draft.reply_to,
            album=draft.album,
        )
    )
    for bot in world.listeners(chat):
        if _may_read(bot, chat, message):
            world.emit_message(bot, "message", chat, message)
    world.notify("message", chat.id)
    return message


def edit(world: World, chat: Chat, person: Person, message_id: int, text: str) -> Message:
    """Change a person's own message and tell the bots."""
    message = chat.messages.get(message_id)
    if message is None or message.sender != person.id:
        raise SandboxError(f"{person.name} wrote no message {message_id} here.")
    words = _words(text, "caption" if message.is_media else "text")
    marks = ("text", "entities", "caption", "caption_entities")
    message.content = {name: value for name, value in message.content.items() if name not in marks} | words
    message.edited = world.now()
    for bot in world.listeners(chat):
        if _may_read(bot, chat, message):
            world.emit_message(bot, "edited_message", chat, message)
    world.notify("edit", chat.id)
    return message


def react(world: World, chat: Chat, person: Person, message_id: int, emoji: str) -> None:
    """Set a person's reaction on a message; an empty one takes it back."""
    message = chat.messages.get(message_id)
    if message is None:
        raise SandboxError(f"There is no message {message_id} in this chat.")
    before = message.reactions.pop(person.id, [])
    after = [emoji] if emoji else []
    if after:
        message.reactions[person.id] = after
    content: Json = {
        "chat": chat.as_chat(),
        "message_id": message_id,
        "user": person.as_user(),
        "date": world.now(),
        "old_reaction": [{"type": "emoji", "emoji": each} for each in before],
        "new_reaction": [{"type": "emoji", "emoji": each} for each in after],
    }
    for bot in world.listeners(chat):
        if chat.is_private or chat.member(bot.id).is_admin:
            world.emit(bot, "message_reaction", content, lane=f"chat:{chat.id}")
    world.notify("reaction", chat.id)


def block(world: World, bot: Account, person: Person, *, is_blocked: bool) -> None:
    """Block the bot or take it back."""
    chat = world.open_private(bot, person)
    if chat.is_blocked == is_blocked:
        return
    chat.is_blocked = is_blocked
    user = bot.as_user()
    free, shut = Member().as_chat_member(user), Member("kicked").as_chat_member(user)
    before, after = (free, shut) if is_blocked else (shut, free)
    world.tell_membership(bot, chat, person.id, before, after)


def _words(source: str, kind: str) -> Json:
    words, limit = source.strip(), TEXT_LIMIT if kind == "text" else CAPTION_LIMIT
    if kind == "text" and not words:
        raise SandboxError("A message needs a text, a photo or a document.")
    if len(words) > limit:
        raise SandboxError(f"A {kind} has at most {limit} characters.")
    if kind == "text":
        return {"text": words, **present(entities=detect(words))}
    return present(caption=words, caption_entities=detect(words))


def _check_topic(chat: Chat, thread: int | None, place: Member) -> None:
    if thread is None:
        return
    topic = chat.topics.get(thread)
    if topic is None or topic.state == "deleted":
        raise SandboxError(f"There is no topic {thread} in {chat.title}.")
    if topic.state == "closed" and not place.may("can_manage_topics"):
        raise SandboxError(f"The topic {topic.name} is closed.")


def _may_read(bot: Account, chat: Chat, message: Message) -> bool:
    """Tell whether a bot in privacy mode sees a group's message; administrators see all."""
    if chat.is_private or chat.member(bot.id).is_admin or message.text.startswith("/"):
        return True
    replied = chat.messages.get(message.reply_to or 0)
    is_named = f"@{bot.username}".lower() in message.text.lower()
    marked = bool(as_list(message.content.get("entities")))
    return (is_named and marked) or (replied is not None and replied.sender == bot.id)

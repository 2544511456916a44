"""Methods that change or remove what was written."""

from collections.abc import Callable

from bot.sandbox.call import Call
from bot.sandbox.chats import Chat
from bot.sandbox.errors import ApiError, Reason
from bot.sandbox.keyboards import read_markup
from bot.sandbox.messages import Message
from bot.sandbox.shapes import Json, as_int, as_list, as_mappings
from bot.sandbox.words import read_caption, read_text

DELETABLE = 48 * 3600
_EMOJI = """
👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤️‍🔥
🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨
🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂️ 🤷 🤷‍♀️ 😡
"""
REACTIONS = frozenset(_EMOJI.split())


def edit_message_text(call: Call) -> Json:
    """Change the words of the bot's own message."""
    chat, message = _own_message(call)
    content = read_text(call.arguments)
    if "text" not in message.content:
        raise ApiError(Reason.NO_TEXT)
    return _change(call, chat, message, content, ("text", "entities"))


def edit_message_caption(call: Call) -> Json:
    """Change the words under the bot's own picture or file."""
    chat, message = _own_message(call)
    if not message.is_media:
        raise ApiError(Reason.NO_CAPTION)
    arguments = call.arguments
    mode, given = arguments.text("parse_mode"), arguments.json("caption_entities")
    content = read_caption(arguments.text("caption"), mode, given)
    return _change(call, chat, message, content, ("caption", "caption_entities"))


def edit_message_reply_markup(call: Call) -> Json:
    """Change the buttons under the bot's own message."""
    chat, message = _own_message(call)
    markup, _ = read_markup(call.arguments, inline_only=True)
    if markup == message.markup:
        raise ApiError(Reason.NOT_MODIFIED)
    message.markup = markup
    call.world.notify("edit", chat.id)
    return call.world.show(chat, message)


def delete_message(call: Call) -> bool:
    """Remove a message."""
    chat = call.reachable_chat()
    _delete(call, chat, call.message(chat, Reason.DELETE_NOT_FOUND))
    return True


def delete_messages(call: Call) -> bool:
    """Remove several messages; those not found are passed over."""
    chat = call.reachable_chat()
    ids = [as_int(item) for item in as_list(call.arguments.json("message_ids"))]
    for message in [chat.messages[key] for key in ids if key in chat.messages]:
        _delete(call, chat, message)
    return True


def pin_chat_message(call: Call) -> bool:
    """Pin a message, which the chat reports to the bot as well."""
    chat = call.reachable_chat()
    message = call.message(chat, Reason.PIN_NOT_FOUND)
    _check_pin_right(call, chat)
    if message.id in chat.pinned:
        chat.pinned.remove(message.id)
    chat.pinned.append(message.id)
    pin = Message(chat.next_id(), call.bot.id, call.world.now(), {"pinned_message_id": message.id})
    pin.thread = message.thread
    call.world.report(chat, pin)
    return True


def unpin_chat_message(call: Call) -> bool:
    """Unpin a message; without its id the latest one."""
    chat = call.reachable_chat()
    _check_pin_right(call, chat)
    wanted = call.arguments.number("message_id") or (chat.pinned[-1] if chat.pinned else None)
    if wanted is None or wanted not in chat.pinned:
        raise ApiError(Reason.UNPIN_NOT_FOUND)
    chat.pinned.remove(wanted)
    call.world.notify("edit", chat.id)
    return True


def unpin_all_chat_messages(call: Call) -> bool:
    """Unpin everything."""
    return _unpin(call, lambda _: True)


def unpin_all_forum_topic_messages(call: Call) -> bool:
    """Unpin everything in a topic."""
    thread = call.arguments.number("message_thread_id")
    return _unpin(call, lambda message: message.thread == thread)


def unpin_all_general_forum_topic_messages(call: Call) -> bool:
    """Unpin everything in General."""
    return _unpin(call, lambda message: message.thread is None)


def set_message_reaction(call: Call) -> bool:
    """Set or take back the bot's reaction on a message."""
    chat = call.reachable_chat()
    message = call.message(chat, Reason.REACT_NOT_FOUND)
    emoji = [str(item.get("emoji")) for item in as_mappings(call.arguments.json("reaction"))]
    if len(emoji) > 1 or not REACTIONS.issuperset(emoji):
        raise ApiError(Reason.REACTION_INVALID)
    message.reactions.pop(call.bot.id, None)
    if emoji:
        message.reactions[call.bot.id] = emoji
    call.world.notify("reaction", chat.id)
    return True


def _unpin(call: Call, is_meant: Callable[[Message], bool]) -> bool:
    chat = call.reachable_chat()
    _check_pin_right(call, chat)
    pinned = [(key, chat.messages.get(key)) for key in chat.pinned]
    chat.pinned = [key for key, message in pinned if message is not None and not is_meant(message)]
    call.world.notify("edit", chat.id)
    return True


def _own_message(call: Call) -> tuple[Chat, Message]:
    arguments = call.arguments
    if arguments.number("message_id") is None:
        raise ApiError(Reason.MESSAGE_UNNAMED)
    chat = call.reachable_chat()
    message = call.message(chat, Reason.EDIT_NOT_FOUND)
    if message.sender != call.bot.id or message.is_service:
        raise ApiError(Reason.NOT_EDITABLE)
    return chat, message


def _change(call: Call, chat: Chat, message: Message, words: Json, fields: tuple[str, ...]) -> Json:
    markup, _ = read_markup(call.arguments, inline_only=True)
    content = {name: value for name, value in message.content.items() if name not in fields} | words
    if content == message.content and markup == message.markup:
        raise ApiError(Reason.NOT_MODIFIED)
    if content != message.content:
        message.edited = call.world.now()
    message.content, message.markup = content, markup
    call.world.notify("edit", chat.id)
    return call.world.show(chat, message)


def _delete(call: Call, chat: Chat, message: Message) -> None:
    is_old = call.world.now() - message.date > DELETABLE
    is_own = message.sender == call.bot.id
    is_admin = not chat.is_private and call.may(chat, "can_delete_messages")
    may_delete = is_admin or (not is_old and (is_own or chat.is_private))
    if not may_delete or "forum_topic_created" in message.content:
        raise ApiError(Reason.NOT_DELETABLE)
    del chat.messages[message.id]
    if message.id in chat.pinned:
        chat.pinned.remove(message.id)
    call.world.notify("delete", chat.id)


def _check_pin_right(call: Call, chat: Chat) -> None:
    if not call.may(chat, "can_pin_messages"):
        raise ApiError(Reason.PIN_RIGHT)

"""Methods that put a message into a chat."""

from bot.sandbox import media
from bot.sandbox.call import Call
from bot.sandbox.chats import Chat
from bot.sandbox.errors import ApiError, Reason
from bot.sandbox.keyboards import read_markup
from bot.sandbox.messages import Message
from bot.sandbox.shapes import Json, as_int, as_mapping, as_mappings, pick
from bot.sandbox.words import read_caption, read_text

_ACTIONS = """
typing upload_photo record_video upload_video record_voice upload_voice upload_document
choose_sticker find_location record_video_note upload_video_note
"""
ACTIONS = frozenset(_ACTIONS.split())
_PREVIEW = ("is_disabled", "url", "prefer_small_media", "prefer_large_media", "show_above_text")


def send_message(call: Call) -> Json:
    """Send a text."""
    chat = call.reachable_chat()
    content = read_text(call.arguments)
    preview = as_mapping(call.arguments.json("link_preview_options"))
    if preview:
        content["link_preview_options"] = pick(preview, _PREVIEW)
    return _post(call, chat, content)


def send_photo(call: Call) -> Json:
    """Send a picture with its caption."""
    return _post(call, call.reachable_chat(), media.read(call, "photo") | _caption(call))


def send_document(call: Call) -> Json:
    """Send a file with its caption."""
    return _post(call, call.reachable_chat(), media.read(call, "document") | _caption(call))


def send_media_group(call: Call) -> list[Json]:
    """Send an album of pictures or of files."""
    chat = call.reachable_chat()
    items = call.arguments.json("media")
    if not isinstance(items, list):
        raise ApiError(Reason.ALBUM_UNREADABLE)
    if not 2 <= len(items) <= 10:
        raise ApiError(Reason.MEDIA_COUNT, len(items))
    contents = [media.read_item(call, item) for item in as_mappings(items)]
    album = str(1_400_000_000_000_000_0 + call.world.next_serial())
    return [_post(call, chat, content, album=album) for content in contents]


def copy_message(call: Call) -> Json:
    """Send the content of a message again, without its origin."""
    chat, source = call.reachable_chat(), _source(call, Reason.COPY_NOT_FOUND)
    if source.is_service:
        raise ApiError(Reason.NOT_COPYABLE)
    content = {name: value for name, value in source.content.items() if name != "forward_origin"}
    if "caption" in call.arguments.values and source.is_media:
        content.pop("caption", None)
        content.pop("caption_entities", None)
        content |= _caption(call)
    return pick(_post(call, chat, content), ("message_id",))


def forward_message(call: Call) -> Json:
    """Send a message on, naming its origin."""
    chat, source = call.reachable_chat(), _source(call, Reason.FORWARD_NOT_FOUND)
    if source.is_service:
        raise ApiError(Reason.NOT_FORWARDABLE)
    author = call.world.users.as_user(source.sender)
    origin: Json = {"type": "user", "date": source.date, "sender_user": author}
    return _post(call, chat, {"forward_origin": origin} | source.content)


def send_chat_action(call: Call) -> bool:
    """Show that the bot is busy."""
    chat = call.reachable_chat()
    if call.arguments.text("action") not in ACTIONS:
        raise ApiError(Reason.ACTION_WRONG)
    read_thread(call, chat)
    call.world.notify("typing", chat.id)
    return True


def read_thread(call: Call, chat: Chat) -> int | None:
    """Return the topic a message goes to; None is General or no forum."""
    thread = call.arguments.number("message_thread_id")
    if not thread:
        return None
    topic = chat.topics.get(thread)
    if topic is None:
        raise ApiError(Reason.THREAD_NOT_FOUND)
    if topic.state == "deleted":
        raise ApiError(Reason.TOPIC_DELETED)
    if topic.state == "closed" and not call.may(chat, "can_manage_topics"):
        raise ApiError(Reason.TOPIC_CLOSED)
    return thread


def _caption(call: Call) -> Json:
    arguments = call.arguments
    mode, given = arguments.text("parse_mode"), arguments.json("caption_entities")
    return read_caption(arguments.text("caption"), mode, given)


def _source(call: Call, missing: Reason) -> Message:
    return call.message(call.chat("from_chat_id"), missing)


def _reply(call: Call, chat: Chat) -> Message | None:
    wanted = as_mapping(call.arguments.json("reply_parameters"))
    message_id = as_int(wanted.get("message_id"))
    if not message_id:
        return None
    found = chat.messages.get(message_id)
    if found is None and not wanted.get("allow_sending_without_reply"):
        raise ApiError(Reason.REPLY_NOT_FOUND)
    return found


def _post(call: Call, chat: Chat, content: Json, *, album: str = "") -> Json:
    thread, replied = read_thread(call, chat), _reply(call, chat)
    markup, keyboard = read_markup(call.arguments)
    if call.arguments.flag("protect_content"):
        content = content | {"has_protected_content": True}
    message = chat.keep(
        Message(
            id=chat.next_id(),
            sender=call.bot.id,
            date=call.world.now(),
            content=content,
            thread=thread if thread or replied is None else replied.thread,
            reply_to=replied.id if replied else None,
            markup=markup,
            keyboard=keyboard,
            album=album,
        )
    )
    call.world.notify("message", chat.id)
    return call.world.show(chat, message)

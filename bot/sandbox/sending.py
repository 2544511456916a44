"""Methods that put a message into a chat."""

from collections.abc import Callable

from bot.sandbox import media
from bot.sandbox.call import Call
from bot.sandbox.chats import Chat
from bot.sandbox.errors import ApiError, Reason
from bot.sandbox.keyboards import read_markup
from bot.sandbox.messages import Message
from bot.sandbox.shapes import Json, as_int, as_list, as_mapping, as_mappings, pick
from bot.sandbox.words import read_caption, read_text

_ACTIONS = """
typing upload_photo record_video upload_video record_voice upload_voice upload_document
choose_sticker find_location record_video_note upload_video_note
"""
ACTIONS = frozenset(_ACTIONS.split())
ALBUMS = 14_000_000_000_000_000
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
    album = _new_album(call)
    return [_post(call, chat, content, album=album) for content in contents]


def copy_message(call: Call) -> Json:
    """Send the content of a message again, without its origin."""
    chat, source = call.reachable_chat(), _source(call, Reason.COPY_NOT_FOUND)
    if source.is_service:
        raise ApiError(Reason.NOT_COPYABLE)
    is_renamed = "caption" in call.arguments.values and source.is_media
    content = _without_caption(source) | _caption(call) if is_renamed else _copied(source)
    return pick(_post(call, chat, content), ("message_id",))


def copy_messages(call: Call) -> list[Json]:
    """Send the contents of several messages again; those that cannot be copied are passed over."""
    take = _without_caption if call.arguments.flag("remove_caption") else _copied
    return _post_several(call, Reason.COPY_NOT_FOUND, take)


def forward_message(call: Call) -> Json:
    """Send a message on, naming its origin."""
    chat, source = call.reachable_chat(), _source(call, Reason.FORWARD_NOT_FOUND)
    if source.is_service:
        raise ApiError(Reason.NOT_FORWARDABLE)
    return _post(call, chat, _forwarded(call, source))


def forward_messages(call: Call) -> list[Json]:
    """Send several messages on; those that cannot be forwarded are passed over."""
    return _post_several(call, Reason.FORWARD_NOT_FOUND, lambda source: _forwarded(call, source))


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


def _copied(source: Message) -> Json:
    return {name: value for name, value in source.content.items() if name != "forward_origin"}


def _without_caption(source: Message) -> Json:
    return {name: value for name, value in _copied(source).items() if not name.startswith("caption")}


def _forwarded(call: Call, source: Message) -> Json:
    author = call.world.users.as_user(source.sender)
    origin: Json = {"type": "user", "date": source.date, "sender_user": author}
    return {"forward_origin": origin} | source.content


def _new_album(call: Call) -> str:
    return str(ALBUMS + call.world.next_serial())


def _post_several(call: Call, missing: Reason, take: Callable[[Message], Json]) -> list[Json]:
    chat, origin = call.reachable_chat(), call.chat("from_chat_id")
    ids = [as_int(each) for each in as_list(call.arguments.json("message_ids"))]
    sources = [origin.messages[each] for each in ids if each in origin.messages]
    sources = [source for source in sources if not source.is_service]
    if not sources:
        raise ApiError(missing)
    albums = {source.album: _new_album(call) for source in sources if source.album}
    posted = [_post(call, chat, take(source), album=albums.get(source.album, "")) for source in sources]
    return [pick(message, ("message_id",)) for message in posted]


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

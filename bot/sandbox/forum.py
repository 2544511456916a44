"""Methods for the topics of a forum."""

from bot.sandbox.call import Call
from bot.sandbox.chats import ICON_COLORS, Chat, Topic
from bot.sandbox.errors import ApiError, Reason
from bot.sandbox.messages import Message
from bot.sandbox.shapes import Json, present
from bot.sandbox.world import World

NAME_LIMIT = 128


def create_forum_topic(call: Call) -> Json:
    """Open a topic; its service message carries its id and reaches the bot as well."""
    chat = _forum(call, Reason.TOPIC_CREATE_RIGHT)
    name = call.arguments.text("name").strip()[:NAME_LIMIT]
    color = call.arguments.number("icon_color") or ICON_COLORS[0]
    if not name:
        raise ApiError(Reason.NAME_EMPTY)
    if color not in ICON_COLORS:
        raise ApiError(Reason.ICON_COLOR_INVALID)
    topic = Topic(chat.next_id(), name, color, call.arguments.text("icon_custom_emoji_id"))
    open_topic(call.world, chat, topic, by=call.bot.id)
    return {"message_thread_id": topic.id, **_looks(topic)}


def edit_forum_topic(call: Call) -> bool:
    """Rename a topic or give it another picture."""
    chat = _forum(call, Reason.TOPIC_EDIT_RIGHT)
    topic = _topic(call, chat)
    name = call.arguments.text("name").strip()[:NAME_LIMIT] or topic.name
    icon = call.arguments.text("icon_custom_emoji_id") or topic.icon_custom_emoji_id
    changes: Json = {}
    if name != topic.name:
        changes["name"] = name
    if icon != topic.icon_custom_emoji_id:
        changes["icon_custom_emoji_id"] = icon
    if not changes:
        raise ApiError(Reason.TOPIC_NOT_MODIFIED)
    topic.name, topic.icon_custom_emoji_id = name, icon
    _report(call.world, chat, topic, {"forum_topic_edited": changes}, by=call.bot.id)
    return True


def close_forum_topic(call: Call) -> bool:
    """Close an open topic."""
    return _turn(call, "closed")


def reopen_forum_topic(call: Call) -> bool:
    """Open a closed topic again."""
    return _turn(call, "open")


def delete_forum_topic(call: Call) -> bool:
    """Remove a topic with all its messages."""
    chat = _forum(call, Reason.TOPIC_DELETE_RIGHT)
    remove_topic(call.world, chat, _topic(call, chat))
    return True


def turn_general_topic(call: Call) -> bool:
    """Agree to a change of General, which the sandbox always shows open."""
    _forum(call, Reason.TOPIC_EDIT_RIGHT)
    return True


def get_forum_topic_icon_stickers(_: Call) -> list[Json]:
    """List the pictures a topic may have: none here."""
    return []


def open_topic(world: World, chat: Chat, topic: Topic, *, by: int) -> None:
    """Add a topic with the service message that opens it."""
    chat.topics[topic.id] = topic
    created: Json = {"forum_topic_created": _looks(topic)}
    world.report(chat, Message(topic.id, by, world.now(), created, thread=topic.id))
    world.notify("topic", chat.id)


def turn_topic(world: World, chat: Chat, topic: Topic, state: str, *, by: int) -> None:
    """Close a topic or open it again, with the service message that says so."""
    if topic.state == state:
        raise ApiError(Reason.TOPIC_NOT_MODIFIED)
    topic.state = state
    kind = "forum_topic_closed" if state == "closed" else "forum_topic_reopened"
    _report(world, chat, topic, {kind: {}}, by=by)


def remove_topic(world: World, chat: Chat, topic: Topic) -> None:
    """Remove a topic and its messages; bots are told nothing."""
    topic.state = "deleted"
    for key in [key for key, message in chat.messages.items() if message.thread == topic.id]:
        del chat.messages[key]
    world.notify("topic", chat.id)


def _turn(call: Call, state: str) -> bool:
    chat = _forum(call, Reason.TOPIC_CLOSE_RIGHT)
    turn_topic(call.world, chat, _topic(call, chat), state, by=call.bot.id)
    return True


def _report(world: World, chat: Chat, topic: Topic, content: Json, *, by: int) -> None:
    world.report(chat, Message(chat.next_id(), by, world.now(), content, thread=topic.id))
    world.notify("topic", chat.id)


def _forum(call: Call, refusal: Reason) -> Chat:
    chat = call.reachable_chat()
    if chat.is_private:
        raise ApiError(Reason.NOT_A_FORUM_GROUP)
    if not chat.is_forum:
        raise ApiError(Reason.NOT_A_FORUM)
    if not call.may(chat, "can_manage_topics"):
        raise ApiError(refusal)
    return chat


def _topic(call: Call, chat: Chat) -> Topic:
    topic = chat.topics.get(call.arguments.number("message_thread_id") or 0)
    if topic is None or topic.state == "deleted":
        raise ApiError(Reason.TOPIC_ID_INVALID)
    return topic


def _looks(topic: Topic) -> Json:
    icon = present(icon_custom_emoji_id=topic.icon_custom_emoji_id)
    return {"name": topic.name, "icon_color": topic.icon_color, **icon}

"""Methods that ask who and where."""

from bot.sandbox.call import Call
from bot.sandbox.chats import Chat, Member
from bot.sandbox.errors import ApiError, Reason
from bot.sandbox.shapes import Json

PERMISSIONS = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_react_to_messages",
)
_GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")


def get_me(call: Call) -> Json:
    """Tell the bot who it is."""
    return call.bot.as_me()


def get_chat(call: Call) -> Json:
    """Tell about a chat."""
    chat = _chat(call)
    shown = chat.as_chat() | {
        "accent_color_id": abs(chat.id) % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(_GIFTS, False),
    }
    if not chat.is_private:
        shown["permissions"] = dict.fromkeys(PERMISSIONS, True)
    pinned = chat.messages.get(chat.pinned[-1]) if chat.pinned else None
    if pinned is not None:
        shown["pinned_message"] = call.world.show(chat, pinned)
    return shown


def get_chat_member(call: Call) -> Json:
    """Tell someone's place in a chat."""
    chat, user = _chat(call), call.arguments.number("user_id")
    if user is None:
        raise ApiError(Reason.USER_INVALID)
    users = call.world.users
    if user not in users.people and user not in users.bots:
        raise ApiError(Reason.USER_NOT_FOUND)
    return chat.member(user).as_chat_member(users.as_user(user))


def get_chat_administrators(call: Call) -> list[Json]:
    """List the administrators of a group, of bots only the one that asks."""
    chat, users = _chat(call), call.world.users
    if chat.is_private:
        raise ApiError(Reason.NO_ADMINISTRATORS)
    return [
        place.as_chat_member(users.as_user(user))
        for user, place in chat.members.items()
        if place.is_admin and (user not in users.bots or user == call.bot.id)
    ]


def get_chat_member_count(call: Call) -> int:
    """Count who is in a chat."""
    chat = _chat(call)
    return 2 if chat.is_private else sum(place.is_present for place in chat.members.values())


def leave_chat(call: Call) -> bool:
    """Leave a group."""
    chat = _chat(call)
    if chat.is_private:
        raise ApiError(Reason.NOT_LEAVABLE)
    call.world.place_bot(call.bot, chat, Member("left"), call.bot.id)
    return True


def say_yes(_: Call) -> bool:
    """Agree to what changes nothing here."""
    return True


def _chat(call: Call) -> Chat:
    chat = call.chat()
    place = chat.member(call.bot.id)
    if not place.is_present:
        raise ApiError(Reason.KICKED if place.status == "kicked" else Reason.NOT_A_MEMBER)
    return chat

"""Keyboards under messages, checked as the official server checks them."""

from bot.sandbox.arguments import Arguments
from bot.sandbox.errors import ApiError, Reason
from bot.sandbox.messages import Message
from bot.sandbox.shapes import Json, as_list, as_mappings, pick

DATA_LIMIT = 64
SIZE_LIMIT = 10_240
_ACTIONS = (
    "callback_data",
    "url",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)
_FIELDS = ("text", "icon_custom_emoji_id", "style", *_ACTIONS)
_OTHERS = ("keyboard", "remove_keyboard", "force_reply")


def read_markup(arguments: Arguments, *, inline_only: bool = False) -> tuple[Json | None, Json | None]:
    """Return the inline keyboard, or the other markup, of a call."""
    given = arguments.json("reply_markup")
    if given is None or given == "":
        return None, None
    if not isinstance(given, dict):
        raise ApiError(Reason.KEYBOARD_NOT_OBJECT)
    if "inline_keyboard" in given:
        rows = [[_button(button) for button in as_list(row)] for row in as_list(given["inline_keyboard"])]
        rows = [row for row in rows if row]
        if len(str(rows)) > SIZE_LIMIT:
            raise ApiError(Reason.KEYBOARD_TOO_LONG)
        return ({"inline_keyboard": rows} if rows else None), None
    if inline_only or not given:
        return None, None
    if not any(name in given for name in _OTHERS):
        raise ApiError(Reason.KEYBOARD_UNREADABLE)
    return None, given


def find_button(message: Message, data: str) -> Json | None:
    """Find the inline button of a message that carries this callback data."""
    rows = as_list((message.markup or {}).get("inline_keyboard"))
    buttons = [button for row in rows for button in as_mappings(row)]
    return next((button for button in buttons if button.get("callback_data") == data), None)


def _button(given: object) -> Json:
    if not isinstance(given, dict):
        raise ApiError(Reason.BUTTON_UNREADABLE, "Object expected as InlineKeyboardButton")
    if not isinstance(given.get("text"), str):
        raise ApiError(Reason.BUTTON_UNREADABLE, 'Can\'t find field "text"')
    button = pick(given, _FIELDS)
    if not str(button["text"]).strip():
        raise ApiError(Reason.BUTTON_EMPTY)
    if not any(name in button for name in _ACTIONS):
        raise ApiError(Reason.BUTTON_UNREADABLE, "Text buttons are unallowed in the inline keyboard")
    if "callback_data" in button and not 1 <= len(str(button["callback_data"]).encode()) <= DATA_LIMIT:
        raise ApiError(Reason.BUTTON_DATA_INVALID)
    return button

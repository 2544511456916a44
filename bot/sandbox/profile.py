"""How the bot presents itself: name, descriptions and menu button."""

from bot.sandbox.call import Call
from bot.sandbox.shapes import Json, as_mapping


def set_my_name(call: Call) -> bool:
    """Set the bot's name in a language."""
    return _set(call, "name")


def get_my_name(call: Call) -> Json:
    """Tell the bot's name in a language."""
    return {"name": _get(call, "name") or call.bot.name}


def set_my_description(call: Call) -> bool:
    """Set what an empty chat shows."""
    return _set(call, "description")


def get_my_description(call: Call) -> Json:
    """Tell what an empty chat shows."""
    return {"description": _get(call, "description")}


def set_my_short_description(call: Call) -> bool:
    """Set what the profile shows."""
    return _set(call, "short_description")


def get_my_short_description(call: Call) -> Json:
    """Tell what the profile shows."""
    return {"short_description": _get(call, "short_description")}


def set_chat_menu_button(call: Call) -> bool:
    """Set the menu button of a chat, or of all."""
    button = as_mapping(call.arguments.json("menu_button")) or {"type": "default"}
    call.bot.menu_buttons[call.arguments.text("chat_id")] = button
    call.world.notify("people")
    return True


def get_chat_menu_button(call: Call) -> Json:
    """Tell the menu button of a chat."""
    buttons = call.bot.menu_buttons
    return buttons.get(call.arguments.text("chat_id")) or buttons.get("") or {"type": "commands"}


def _set(call: Call, field: str) -> bool:
    key = f"{field}:{call.arguments.text('language_code')}"
    call.bot.profile[key] = call.arguments.text(field)
    call.world.notify("people")
    return True


def _get(call: Call, field: str) -> str:
    own = call.bot.profile.get(f"{field}:{call.arguments.text('language_code')}")
    return own or call.bot.profile.get(f"{field}:", "")

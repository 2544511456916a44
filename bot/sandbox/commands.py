"""The bot's command menus, by scope and language."""

import re

from bot.sandbox.call import Call
from bot.sandbox.errors import ApiError, Reason
from bot.sandbox.shapes import Json, as_int, as_mapping

LIMIT = 100
_NAME = re.compile(r"[a-z0-9_]{1,32}")
_PLAIN = ("default", "all_private_chats", "all_group_chats", "all_chat_administrators")
_OF_CHAT = ("chat", "chat_administrators", "chat_member")


def set_my_commands(call: Call) -> bool:
    """Set the menu of a scope and language; an empty one removes it."""
    given = call.arguments.json("commands")
    if not isinstance(given, list):
        raise ApiError(Reason.COMMANDS_UNREADABLE)
    if len(given) > LIMIT:
        raise ApiError(Reason.COMMANDS_TOO_MANY)
    commands = [_command(as_mapping(item)) for item in given]
    key = _key(call)
    call.bot.commands.pop(key, None)
    if commands:
        call.bot.commands[key] = commands
    call.world.notify("people")
    return True


def get_my_commands(call: Call) -> list[Json]:
    """Return the menu of exactly this scope and language."""
    return call.bot.commands.get(_key(call), [])


def delete_my_commands(call: Call) -> bool:
    """Remove the menu of a scope and language."""
    call.bot.commands.pop(_key(call), None)
    call.world.notify("people")
    return True


def _command(given: Json) -> Json:
    name, description = str(given.get("command", "")).lstrip("/"), str(given.get("description", ""))
    if not _NAME.fullmatch(name):
        raise ApiError(Reason.COMMAND_INVALID)
    if not 1 <= len(description) <= 256:
        raise ApiError(Reason.COMMAND_DESCRIPTION_INVALID)
    return {"command": name, "description": description}


def _key(call: Call) -> str:
    scope = as_mapping(call.arguments.json("scope"))
    kind, language = str(scope.get("type", "default")), call.arguments.text("language_code")
    if kind not in _PLAIN + _OF_CHAT:
        raise ApiError(Reason.SCOPE_UNREADABLE, "Unsupported type specified")
    if language and not re.fullmatch(r"[a-z]{2}", language):
        raise ApiError(Reason.LANGUAGE_INVALID)
    where = ""
    if kind in _OF_CHAT:
        where = str(call.world.find_chat(call.bot, str(scope.get("chat_id") or "")).id)
    if kind == "chat_member":
        user = as_int(scope.get("user_id"))
        if user is None:
            raise ApiError(Reason.USER_INVALID)
        where += f"/{user}"
    return f"{kind}:{where}:{language}"

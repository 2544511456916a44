"""A world on disk."""

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import orjson

from bot.sandbox.bots import Account, Webhook
from bot.sandbox.chats import Chat, Member, Topic
from bot.sandbox.errors import SandboxError
from bot.sandbox.files import File
from bot.sandbox.messages import Message
from bot.sandbox.people import Person
from bot.sandbox.shapes import Json
from bot.sandbox.updates import Update


@dataclass(slots=True, frozen=True)
class Snapshot:
    """What survives a restart."""

    serial: int
    offset: int
    limits: str
    people: Mapping[int, Person]
    groups: Mapping[int, Chat]
    files: Mapping[str, File]
    bots: Mapping[str, Account]

    def as_bytes(self) -> bytes:
        """Return the snapshot as JSON."""
        content: Json = {
            "serial": self.serial,
            "offset": self.offset,
            "limits": self.limits,
            "people": list(self.people.values()),
            "groups": list(self.groups.values()),
            "files": list(self.files.values()),
            "bots": [_bot_row(bot) for bot in self.bots.values()],
        }
        return orjson.dumps(content, option=orjson.OPT_NON_STR_KEYS)


def folder_beside(path: Path) -> Path:
    """Return the folder that keeps the bytes of a world's files."""
    return path.with_name(path.name + ".files")


def write(path: Path, content: bytes) -> None:
    """Replace the file at once: a reader sees the old world or the new one, never half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def read(path: Path) -> Snapshot:
    """Read what `write` wrote.

    Raises SandboxError when the file holds something else.
    """
    try:
        return _snapshot(orjson.loads(path.read_bytes()))
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise SandboxError(f"{path} holds no state of a sandbox; remove it to start afresh.") from error


def _snapshot(row: Json) -> Snapshot:
    saved = cast("dict[str, Any]", row)
    return Snapshot(
        serial=saved["serial"],
        offset=saved["offset"],
        limits=saved["limits"],
        people={row["id"]: Person(**row) for row in saved["people"]},
        groups={row["id"]: _chat(row) for row in saved["groups"]},
        files={row["id"]: File(**row) for row in saved["files"]},
        bots={row["token"]: _bot(row) for row in saved["bots"]},
    )


def _bot_row(bot: Account) -> Json:
    return {
        "id": bot.id,
        "token": bot.token,
        "name": bot.name,
        "username": bot.username,
        "private": list(bot.private.values()),
        "commands": bot.commands,
        "profile": bot.profile,
        "menu_buttons": bot.menu_buttons,
        "webhook": asdict(bot.webhook) if bot.webhook else None,
        "updates": bot.updates.as_rows(),
    }


def _bot(saved: Json) -> Account:
    row = cast("dict[str, Any]", saved)
    bot = Account(row["id"], row["token"], row["name"], row["username"])
    bot.private = {chat["id"]: _chat(chat) for chat in row["private"]}
    bot.commands, bot.profile = row["commands"], row["profile"]
    bot.menu_buttons = row["menu_buttons"]
    queue = row["updates"]
    bot.updates.restore(queue["next_id"], queue["allowed"], [Update(**update) for update in queue["waiting"]])
    bot.use_webhook(Webhook(**row["webhook"]) if row["webhook"] else None)
    return bot


def _chat(saved: Json) -> Chat:
    row = cast("dict[str, Any]", saved)
    chat = Chat(**(row | {"members": {}, "topics": {}, "messages": {}}))
    chat.members = {int(key): Member(**member) for key, member in row["members"].items()}
    chat.topics = {int(key): Topic(**topic) for key, topic in row["topics"].items()}
    for key, message in row["messages"].items():
        reactions = {int(user): emoji for user, emoji in message["reactions"].items()}
        chat.messages[int(key)] = Message(**(message | {"reactions": reactions}))
    return chat

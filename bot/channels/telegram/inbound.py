"""Telegram's updates as plain events: text and buttons read off the raw update, the rest typed."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import cast

from telegram import Message as TelegramMessage
from telegram import Update

from handlers.ports import (
    Edit,
    FileRef,
    InboundEvent,
    Membership,
    Message,
    Migration,
    Person,
    Place,
    Press,
    Reaction,
    ThreadChange,
)

Raw = Mapping[str, object]
ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member", "message_reaction")
_PLAIN = frozenset(
    {
        "message_id", "from", "chat", "date", "text", "entities", "reply_to_message", "message_thread_id",
        "is_topic_message", "link_preview_options",
    }
)  # fmt: skip
FILES = ("animation", "document", "voice", "video", "audio", "sticker", "video_note")
SHOWN = ("venue", "location", "contact", "poll", "dice")  # no file, but more than words can tell
ANONYMOUS_ADMIN = 1087968824
GONE = frozenset({"kicked", "left"})


def _map(value: object) -> Raw:
    return cast("Raw", value) if isinstance(value, dict) else {}


def lane_of(raw: Raw) -> str:
    """Name the conversation an update belongs to: order is kept inside it."""
    for kind in ("message", "edited_message", "my_chat_member", "message_reaction"):
        body = _map(raw.get(kind))
        if body:
            return f"{_map(body.get('chat')).get('id', '')}:{_thread(body)}"
    press = _map(raw.get("callback_query"))
    if press:
        body = _map(press.get("message"))
        chat = _map(body.get("chat")).get("id") or _map(press.get("from")).get("id", "")
        return f"{chat}:{_thread(body)}"
    return ":"


def to_inbound(raw: Raw, inbox_id: int) -> InboundEvent | None:
    """Turn an update into an event, or None when nothing here concerns us."""
    body = _map(raw.get("message"))
    if body and "text" in body and body.keys() <= _PLAIN:
        return _message(body, inbox_id)
    press = _map(raw.get("callback_query"))
    if press:
        return _press(press, inbox_id)
    update = Update.de_json(cast("dict[str, object]", dict(raw)), None)
    if update.message is not None:
        return _rarer(update.message, body, inbox_id)
    if update.edited_message is not None:
        return _edit(_map(raw["edited_message"]), update.edited_message, inbox_id)
    return _other(update, raw, inbox_id)


def _thread(body: Raw) -> str:
    return str(body.get("message_thread_id", "")) if body.get("is_topic_message") else ""


def _place(body: Raw, inbox_id: int) -> Place:
    chat = _map(body.get("chat"))
    return Place(inbox_id, "telegram", str(chat.get("id", "")), _thread(body), chat.get("type") != "private")


def _person(body: Raw, sender_chat: Raw | None = None) -> Person:
    name = " ".join(str(part) for part in (body.get("first_name"), body.get("last_name")) if part)
    code = body.get("language_code")
    address = str(body.get("id", ""))
    return Person(
        address,
        name or address,
        str(code) if code else None,
        body.get("id") == ANONYMOUS_ADMIN or bool(sender_chat),
    )


def _at(body: Raw) -> datetime:
    return datetime.fromtimestamp(cast("int", body.get("date", 0)), UTC)


def _replied(body: Raw) -> str | None:
    replied = _map(body.get("reply_to_message"))
    # In a topic every message replies to the topic's first one; that says nothing.
    if not replied or replied.get("message_id") == body.get("message_thread_id"):
        return None
    return str(replied.get("message_id"))


def _message(body: Raw, inbox_id: int, *, text: str | None = None, file: FileRef | None = None) -> Message:
    sender = _map(body.get("from"))
    return Message(
        place=_place(body, inbox_id),
        person=_person(sender, _map(body.get("sender_chat"))),
        id=str(body.get("message_id", "")),
        at=_at(body),
        text=_typed(str(body.get("text", "")) if text is None else text),
        file=file,
        reply_to=_replied(body),
        is_machine=_is_machine(sender),
        album=str(body["media_group_id"]) if body.get("media_group_id") else None,
        is_of_machine=bool(_map(_map(body.get("forward_origin")).get("sender_user")).get("is_bot")),
    )


def _typed(text: str) -> str:
    """Take a full-width slash before a command for a slash: Chinese keyboards write both."""
    return f"/{text[1:]}" if text.startswith("／") and text[1:2].isalpha() else text


def _is_machine(sender: Raw) -> bool:
    return bool(sender.get("is_bot")) and sender.get("id") != ANONYMOUS_ADMIN


def _press(press: Raw, inbox_id: int) -> Press:
    body = _map(press.get("message"))
    person = _person(_map(press.get("from")))
    place = _place(body, inbox_id) if body else Place(inbox_id, "telegram", person.address)
    parts = str(press.get("data", "")).split(":")
    known = len(parts) == 4 and parts[0] == "v1" and parts[3].isascii() and parts[3].isdigit()
    verb, subject, revision = (parts[1], parts[2], int(parts[3])) if known else ("", "", 0)
    return Press(place, person, str(body.get("message_id", "")), verb, subject, revision)


def _file(message: TelegramMessage) -> FileRef | None:
    if message.photo:
        best = message.photo[-1]
        return FileRef("photo", best.file_id, None, best.file_size)
    for kind in FILES:
        found = getattr(message, kind)
        if found is not None:
            name = getattr(found, "file_name", None)
            return FileRef(kind, found.file_id, name, getattr(found, "file_size", None))
    shown = next((kind for kind in SHOWN if getattr(message, kind) is not None), None)
    if shown is None and message.effective_attachment:
        shown = "other"  # what Telegram invents next: kept, and passed on as it is
    return None if shown is None else FileRef(shown, f"message:{message.message_id}")


def _words(message: TelegramMessage) -> str:
    """Read what a message says, or what stands for it where it has no words."""
    if message.text or message.caption:
        return message.text or message.caption or ""
    if message.sticker is not None:
        return message.sticker.emoji or ""
    if message.venue is not None:
        return f"{message.venue.title}, {message.venue.address}"
    if message.location is not None:
        return f"{message.location.latitude}, {message.location.longitude}"
    if message.contact is not None:
        names = (message.contact.first_name, message.contact.last_name, message.contact.phone_number)
        return " ".join(filter(None, names))
    if message.poll is not None:
        return message.poll.question
    return message.dice.emoji if message.dice is not None else ""


def _rarer(message: TelegramMessage, body: Raw, inbox_id: int) -> InboundEvent | None:
    if message.migrate_to_chat_id:
        return Migration(
            _place(body, inbox_id), _person(_map(body.get("from"))), str(message.migrate_to_chat_id)
        )
    change = _thread_change(message, body, inbox_id)
    if change is not None:
        return change
    file, text = _file(message), _words(message)
    if not text and file is None:
        return None
    return _message(body, inbox_id, text=text, file=file)


def _thread_change(message: TelegramMessage, body: Raw, inbox_id: int) -> ThreadChange | None:
    changes = {
        "created": message.forum_topic_created,
        "closed": message.forum_topic_closed,
        "reopened": message.forum_topic_reopened,
    }
    for change, found in changes.items():
        if found is not None:
            sender = _map(body.get("from"))
            place = _place({**body, "is_topic_message": True}, inbox_id)
            return ThreadChange(
                place, _person(sender), change, getattr(found, "name", ""), bool(sender.get("is_bot"))
            )
    return None


def _edit(body: Raw, message: TelegramMessage, inbox_id: int) -> Edit:
    text = message.text or message.caption or ""
    at, sender = message.edit_date or message.date, _map(body.get("from"))
    is_machine = _is_machine(sender)
    return Edit(_place(body, inbox_id), _person(sender), str(message.message_id), at, text, is_machine)


def _other(update: Update, raw: Raw, inbox_id: int) -> InboundEvent | None:
    change = update.my_chat_member
    if change is not None:
        body = _map(raw["my_chat_member"])
        reachable = change.new_chat_member.status not in GONE
        return Membership(_place(body, inbox_id), _person(_map(body.get("from"))), reachable)
    reaction = update.message_reaction
    if reaction is not None and reaction.user is not None:
        body = _map(raw["message_reaction"])
        emoji = "".join(getattr(kind, "emoji", "") for kind in reaction.new_reaction)
        return Reaction(
            _place(body, inbox_id), _person(_map(body.get("user"))), str(reaction.message_id), emoji
        )
    return None

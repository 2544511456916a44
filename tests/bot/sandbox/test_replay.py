"""Every object the sandbox emits, read back by the client library: nothing invented, nothing lost."""

import asyncio
from collections.abc import Iterator
from typing import Any

from telegram import ChatFullInfo, Message, TelegramObject, Update, User

from bot.sandbox.samples import photo
from tests.bot.sandbox.lab import Lab, eventually

# The client library writes these into every message; the server sends them only when true.
ALWAYS_WRITTEN = {
    "delete_chat_photo",
    "group_chat_created",
    "supergroup_chat_created",
    "channel_chat_created",
}


def unknown_fields(value: object) -> Iterator[tuple[str, object]]:
    """Find the fields of an object tree that the client library does not know."""
    if isinstance(value, TelegramObject):
        for name, unknown in value.api_kwargs.items():
            yield type(value).__name__, {name: unknown}
        for name in value._get_attrs_names(include_private=False):
            yield from unknown_fields(getattr(value, name, None))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from unknown_fields(item)


def as_sent(value: Any) -> Any:
    """Drop what only the client library writes, and the empty lists it leaves out."""
    if isinstance(value, dict):
        return {
            name: as_sent(each)
            for name, each in value.items()
            if not (name in ALWAYS_WRITTEN and each is False) and each != []
        }
    return [as_sent(each) for each in value] if isinstance(value, list) else value


def check(kind: type[TelegramObject], raw: dict[str, Any], lab: Lab) -> None:
    """Read an object back and compare it with what was sent."""
    read = kind.de_json(raw, lab.bot)
    assert list(unknown_fields(read)) == []
    assert as_sent(read.to_dict()) == as_sent(raw)


async def live_through_everything(lab: Lab) -> None:
    """Do everything people can do, so that every kind of update is emitted."""
    await lab.updates()
    mei = await lab.person()
    group, wang = await lab.staff_group_unheard()
    first = await lab.write(mei, "/start abc https://a.b 😀 @someone_x")
    await lab.write(mei, "why?", reply_to=first)
    await lab.order("send", **{"from": mei, "photo": True, "caption": "see /x", "media_group_id": "1"})
    await lab.order("send", **{"from": mei, "document": True})
    await lab.order("edit", **{"from": mei, "chat": mei, "message_id": first, "text": "edited"})
    await lab.order("react", **{"from": mei, "chat": mei, "message_id": first, "emoji": "👍"})
    thread = (await lab.bot.create_forum_topic(group, "#1", icon_color=16478047)).message_thread_id
    card = await lab.bot.send_message(group, "card", message_thread_id=thread, reply_markup=BUTTONS)  # type: ignore[arg-type]
    await lab.bot.pin_chat_message(group, card.message_id)
    await lab.bot.edit_forum_topic(group, thread, name="#1 b", icon_custom_emoji_id="5")
    await lab.bot.close_forum_topic(group, thread)
    await lab.bot.reopen_forum_topic(group, thread)
    await lab.write(wang, "in topic", chat=group, thread=thread)
    await lab.write(wang, "an answer", chat=group, reply_to=card.message_id)
    await lab.write(wang, "in general", chat=group)
    await lab.order("members", chat=group, person=mei, status="administrator")
    await lab.order("members", chat=group, person=mei, status="kicked")
    await lab.order("faults", kind="remove_admin", chat=group)
    await lab.order("block", person=mei, blocked=True)
    await lab.order("block", person=mei, blocked=False)
    press = {"from": wang, "chat": group, "message_id": card.message_id, "data": "v1:take"}
    pending = [asyncio.create_task(lab.order("press", **press))]
    await eventually(lambda: len(lab.world.bot.queries) == len(pending))
    await lab.order("members", chat=group, person=lab.world.bot.id, status="administrator")
    await lab.bot.delete_message(group, card.message_id)
    pending.append(asyncio.create_task(lab.order("press", **press)))
    await eventually(lambda: len(lab.world.bot.queries) == len(pending))
    for task in pending:
        task.cancel()


BUTTONS = {
    "inline_keyboard": [
        [
            {"text": "Take", "callback_data": "v1:take", "style": "primary"},
            {"text": "Site", "url": "https://a.b/"},
        ]
    ]
}


async def test_every_update_is_read_back_whole(lab: Lab) -> None:
    await live_through_everything(lab)
    updates = await lab.updates()
    kinds = {kind for update in updates for kind in update} - {"update_id"}
    assert kinds == {
        "message",
        "edited_message",
        "callback_query",
        "my_chat_member",
        "chat_member",
        "message_reaction",
    }
    contents = {name for update in updates for name in update.get("message", {})}
    assert contents > {"forum_topic_created", "forum_topic_edited", "forum_topic_closed", "pinned_message"}
    assert contents > {
        "photo",
        "document",
        "media_group_id",
        "entities",
        "caption_entities",
        "reply_to_message",
    }
    for update in updates:
        check(Update, update, lab)


async def test_every_message_sent_is_read_back_whole(lab: Lab) -> None:
    mei = await lab.person()
    asked = await lab.write(mei, "hi")
    sent = [
        await lab.call(
            "sendMessage", chat_id=mei, text="<b>x</b> /y", parse_mode="HTML", reply_markup=BUTTONS
        ),
        await lab.call(
            "sendMessage",
            chat_id=mei,
            text="https://a.b",
            protect_content=True,
            link_preview_options={"is_disabled": True},
            reply_parameters={"message_id": asked},
        ),
        await lab.call("forwardMessage", chat_id=mei, from_chat_id=mei, message_id=asked),
    ]
    picture = await lab.bot.send_photo(mei, photo(), caption="a")
    sent.append(await lab.call("sendPhoto", chat_id=mei, photo=picture.photo[-1].file_id, caption="/b"))
    sent.append(await lab.call("editMessageCaption", chat_id=mei, message_id=picture.message_id, caption="c"))
    for answer in sent:
        check(Message, answer["result"], lab)


async def test_chats_and_the_bot_itself_are_read_back_whole(lab: Lab) -> None:
    group, _ = await lab.staff_group()
    mei = await lab.person()
    await lab.bot.pin_chat_message(mei, (await lab.bot.send_message(mei, "pinned")).message_id)
    check(User, (await lab.call("getMe"))["result"], lab)
    for chat in (mei, group):
        check(ChatFullInfo, (await lab.call("getChat", chat_id=chat))["result"], lab)

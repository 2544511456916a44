"""How the bot presents itself, and the smaller methods around groups."""

import pytest
from telegram.error import BadRequest

from tests.bot.sandbox.lab import Lab


async def test_name_and_descriptions_by_language(lab: Lab) -> None:
    assert (await lab.bot.get_my_name()).name == "Sandbox bot"
    await lab.bot.set_my_name("Help")
    await lab.bot.set_my_name("帮助", language_code="zh")
    await lab.bot.set_my_description("Ask us")
    await lab.bot.set_my_short_description("Ask", language_code="en")
    assert (await lab.bot.get_my_name(language_code="zh")).name == "帮助"
    assert (await lab.bot.get_my_name(language_code="en")).name == "Help"
    assert (await lab.bot.get_my_description(language_code="zh")).description == "Ask us"
    assert (await lab.bot.get_my_short_description()).short_description == ""


async def test_the_menu_button(lab: Lab) -> None:
    mei = await lab.person()
    assert (await lab.bot.get_chat_menu_button()).type == "commands"
    await lab.bot.set_chat_menu_button(mei, {"type": "default"})  # type: ignore[arg-type]
    assert (await lab.bot.get_chat_menu_button(mei)).type == "default"
    assert (await lab.bot.get_chat_menu_button()).type == "commands"


async def test_leaving_a_group(lab: Lab) -> None:
    group, _ = await lab.staff_group()
    mei = await lab.person()
    assert await lab.bot.get_chat_member_count(group) == 2
    assert await lab.bot.leave_chat(group) is True
    (update,) = await lab.typed_updates()
    assert update.my_chat_member is not None
    assert update.my_chat_member.new_chat_member.status == "left"
    assert await lab.refusal("sendMessage", chat_id=group, text="hi") == (
        "Forbidden: bot is not a member of the supergroup chat"
    )
    with pytest.raises(BadRequest, match="can't be changed in private chats"):
        await lab.bot.leave_chat(mei)


async def test_an_album_is_copied_as_an_album(lab: Lab) -> None:
    mei = await lab.person()
    group, _ = await lab.staff_group()
    ids = []
    for caption in "ab":
        order = {"from": mei, "photo": True, "caption": caption, "media_group_id": "7"}
        ids.append((await lab.order("send", **order))["message_id"])
    copied = await lab.bot.copy_messages(group, mei, [*ids, 999])
    messages = [lab.world.groups[group].messages[each.message_id] for each in copied]
    assert [message.text for message in messages] == ["a", "b"]
    assert len({message.album for message in messages} - {"", "7"}) == 1
    bare = await lab.bot.copy_messages(group, mei, ids, remove_caption=True)
    assert lab.world.groups[group].messages[bare[0].message_id].text == ""
    assert len(await lab.bot.forward_messages(group, mei, ids)) == 2
    with pytest.raises(BadRequest, match="Message to copy not found"):
        await lab.bot.copy_messages(group, mei, [999])


async def test_unpinning_all(lab: Lab) -> None:
    group, _ = await lab.staff_group()
    thread = (await lab.bot.create_forum_topic(group, "#1")).message_thread_id
    ids = [
        (await lab.bot.send_message(group, "a", message_thread_id=where)).message_id
        for where in (None, thread)
    ]
    for each in ids:
        await lab.bot.pin_chat_message(group, each)
    await lab.bot.unpin_all_forum_topic_messages(group, thread)
    assert lab.world.groups[group].pinned == ids[:1]
    await lab.bot.pin_chat_message(group, ids[1])
    await lab.bot.unpin_all_general_forum_topic_messages(group)
    assert lab.world.groups[group].pinned == ids[1:]
    await lab.bot.unpin_all_chat_messages(group)
    assert lab.world.groups[group].pinned == []


async def test_general_needs_the_right_too(lab: Lab) -> None:
    group, _ = await lab.staff_group()
    assert await lab.bot.close_general_forum_topic(group) is True
    assert await lab.bot.get_forum_topic_icon_stickers() == ()
    await lab.order("faults", kind="remove_admin", chat=group)
    with pytest.raises(BadRequest, match="Not enough rights to edit the topic"):
        await lab.bot.hide_general_forum_topic(group)

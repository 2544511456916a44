"""What people do, and what the bot hears of it."""

import asyncio

from bot.sandbox.chats import Member
from tests.bot.sandbox.lab import Lab


async def test_entities_are_found_in_what_people_write(lab: Lab) -> None:
    mei = await lab.person()
    await lab.write(mei, "😀 /take@sandbox_bot 1 see https://a.b/c?d=1, or ann@a.cn @wang_w #退款")
    (update,) = await lab.typed_updates()
    assert update.message is not None
    assert {text: entity.type for entity, text in update.message.parse_entities().items()} == {
        "/take@sandbox_bot": "bot_command",
        "https://a.b/c?d=1": "url",
        "ann@a.cn": "email",
        "@wang_w": "mention",
        "#退款": "hashtag",
    }


async def test_an_edit_arrives_as_an_edit(lab: Lab) -> None:
    mei = await lab.person()
    message = await lab.write(mei, "helo")
    await lab.updates()
    await lab.order("edit", **{"from": mei, "chat": mei, "message_id": message, "text": "hello /x"})
    (update,) = await lab.typed_updates()
    assert update.edited_message is not None
    assert (update.edited_message.message_id, update.edited_message.text) == (message, "hello /x")
    assert update.edited_message.edit_date is not None


async def test_blocking_and_unblocking_are_membership_changes(lab: Lab) -> None:
    mei = await lab.person()
    await lab.order("block", person=mei, blocked=True)
    await lab.order("block", person=mei, blocked=True)
    await lab.order("block", person=mei, blocked=False)
    changes = [update.my_chat_member for update in await lab.typed_updates()]
    assert [
        (change.old_chat_member.status, change.new_chat_member.status, change.from_user.id)
        for change in changes
        if change is not None
    ] == [("member", "kicked", mei), ("kicked", "member", mei)]


async def test_who_blocked_the_bot_cannot_write_to_it(lab: Lab) -> None:
    mei = await lab.person()
    await lab.order("block", person=mei, blocked=True)
    complaint = await lab.complaint("send", **{"from": mei, "text": "hi"})
    assert complaint == "Mei has blocked the bot; unblock it first."


async def test_reactions_tell_before_and_after(lab: Lab) -> None:
    mei = await lab.person()
    message = await lab.bot.send_message(mei, "hi")
    for emoji in ("👍", "👎", ""):
        order = {"from": mei, "chat": mei, "message_id": message.message_id, "emoji": emoji}
        await lab.order("react", **order)
    changes = [update.message_reaction for update in await lab.typed_updates()]
    assert [
        ([old.emoji for old in change.old_reaction], [new.emoji for new in change.new_reaction])
        for change in changes
        if change is not None
    ] == [([], ["👍"]), (["👍"], ["👎"]), (["👎"], [])]


async def test_the_bot_learns_that_it_was_added(lab: Lab) -> None:
    wang = await lab.person("Wang", started=False)
    await lab.order("groups", title="Staff", members=[], admins=[wang])
    (update,) = await lab.typed_updates()
    change = update.my_chat_member
    assert change is not None
    assert (change.old_chat_member.status, change.new_chat_member.status) == ("left", "administrator")
    assert change.new_chat_member.to_dict()["can_manage_topics"] is True


async def test_the_bot_learns_that_somebody_left(lab: Lab) -> None:
    group, _ = await lab.staff_group()
    li = await lab.person("Li")
    await lab.order("members", chat=group, person=li, status="administrator")
    await lab.order("members", chat=group, person=li, status="left")
    changes = [update.chat_member for update in await lab.typed_updates()]
    assert [change.new_chat_member.status for change in changes if change] == ["administrator", "left"]
    complaint = await lab.complaint("send", **{"from": li, "chat": group, "text": "hi"})
    assert complaint == "Li is not a member of Staff."


async def test_a_bot_without_rights_hears_only_what_is_meant_for_it(lab: Lab) -> None:
    group, wang = await lab.staff_group()
    own = await lab.bot.send_message(group, "hello")
    lab.world.groups[group].members[lab.world.bot.id] = Member()
    for text, more in {
        "chatter": {},
        "/queue": {},
        "hey @sandbox_bot": {},
        "an answer": {"reply_to": own.message_id},
    }.items():
        await lab.write(wang, text, chat=group, **more)
    heard = [update.message.text for update in await lab.typed_updates() if update.message]
    assert heard == ["/queue", "hey @sandbox_bot", "an answer"]


async def test_photos_and_documents_of_people(lab: Lab) -> None:
    mei = await lab.person()
    await lab.order("send", **{"from": mei, "photo": True, "caption": "broken", "media_group_id": "7"})
    await lab.order(
        "send", **{"from": mei, "document": {"name": "发票.pdf", "base64": "aGk=", "mime": "x/y"}}
    )
    photo, document = [update.message for update in await lab.typed_updates()]
    assert photo is not None
    assert (photo.caption, photo.media_group_id, photo.photo[-1].width > 0) == ("broken", "7", True)
    assert document is not None
    assert document.document is not None
    assert (document.document.file_name, document.document.mime_type) == ("发票.pdf", "x/y")
    file = await lab.bot.get_file(document.document.file_id)
    assert bytes(await file.download_as_bytearray()) == b"hi"


async def test_a_press_reaches_the_bot_and_its_answer_the_person(lab: Lab) -> None:
    mei = await lab.person()
    markup = {"inline_keyboard": [[{"text": "5", "callback_data": "v1:rate:5:1"}]]}
    message = await lab.bot.send_message(mei, "rate", reply_markup=markup)  # type: ignore[arg-type]
    order = {"from": mei, "chat": mei, "message_id": message.message_id, "data": "v1:rate:5:1"}
    press = asyncio.create_task(lab.order("press", **order))
    query = await lab.query()
    assert query.message == message
    assert (query.data, query.from_user.id) == ("v1:rate:5:1", mei)
    await query.answer("谢谢", show_alert=True)
    assert await press == {"answer": {"text": "谢谢", "show_alert": True}}
    await lab.order("clock", advance=200)
    assert await lab.refusal("answerCallbackQuery", callback_query_id=query.id) == (
        "Bad Request: query is too old and response timeout expired or query ID is invalid"
    )


async def test_a_press_on_a_deleted_message_names_it_only(lab: Lab) -> None:
    mei = await lab.person()
    message = await lab.bot.send_message(mei, "rate")
    await lab.bot.delete_message(mei, message.message_id)
    order = {"from": mei, "chat": mei, "message_id": message.message_id, "data": "x"}
    press = asyncio.create_task(lab.order("press", **order))
    query = await lab.query()
    assert query.message is not None
    assert not query.message.is_accessible
    await query.answer()
    assert await press == {"answer": {"text": "", "show_alert": False}}


async def test_what_people_cannot_do(lab: Lab) -> None:
    mei = await lab.person()
    message = await lab.bot.send_message(mei, "hi")
    where = {"from": mei, "chat": mei, "message_id": message.message_id}
    assert (await lab.complaint("press", **where, data="x")).endswith("has no button with the data 'x'.")
    assert (
        await lab.complaint("edit", **where, text="x") == f"Mei wrote no message {message.message_id} here."
    )
    assert await lab.complaint("send", **{"from": 5, "text": "x"}) == "There is no person 5."
    assert await lab.complaint("send", **{"from": mei}) == "A message needs a text, a photo or a document."
    assert await lab.complaint("send", **{"from": mei, "chat": -5, "text": "x"}) == "There is no chat -5."
    long = await lab.complaint("send", **{"from": mei, "text": "x" * 4097})
    assert long == "A text has at most 4096 characters."
    caption = await lab.complaint("send", **{"from": mei, "photo": True, "caption": "x" * 1025})
    assert caption == "A caption has at most 1024 characters."
    assert await lab.complaint("people", name=" ") == "A person needs a name."
    assert await lab.complaint("dance") == "There is no order dance."
    assert await lab.complaint("clock", advance=-1) == "The clock only runs forward."


async def test_lookups(lab: Lab) -> None:
    group, wang = await lab.staff_group()
    mei = await lab.person()
    assert (await lab.bot.get_chat(mei)).first_name == "Mei"
    assert (await lab.bot.get_chat(group)).is_forum
    assert (await lab.bot.get_chat_member(group, wang)).status == "creator"
    assert (await lab.bot.get_chat_member(group, mei)).status == "left"
    admins = await lab.bot.get_chat_administrators(group)
    assert [member.user.id for member in admins] == [wang, lab.world.bot.id]
    assert await lab.refusal("getChatMember", chat_id=group, user_id=5) == "Bad Request: user not found"
    assert await lab.refusal("getChatAdministrators", chat_id=mei) == (
        "Bad Request: there are no administrators in the private chat"
    )

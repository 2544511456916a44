"""Messages a bot sends: whom it may reach, lengths, files, copies, albums."""

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto, ReplyKeyboardMarkup
from telegram.error import BadRequest, Forbidden

from bot.sandbox import samples
from bot.sandbox.chats import Member
from tests.bot.sandbox.lab import Lab


async def test_a_started_person_gets_the_message(lab: Lab) -> None:
    mei = await lab.person()
    message = await lab.bot.send_message(mei, "  你好  ")
    assert (message.text, message.chat.id, message.chat.first_name) == ("你好", mei, "Mei")
    assert message.from_user is not None
    assert message.from_user.is_bot


async def test_a_bot_may_not_speak_first(lab: Lab) -> None:
    li = await lab.person("Li", started=False)
    with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
        await lab.bot.send_message(li, "hi")
    await lab.write(li, "anything opens the chat")
    assert (await lab.bot.send_message(li, "hi")).text == "hi"


async def test_whom_a_bot_cannot_reach(lab: Lab) -> None:
    mei = await lab.person()
    assert await lab.refusal("sendMessage", chat_id=12345, text="hi") == "Bad Request: chat not found"
    assert await lab.refusal("sendMessage", text="hi") == "Bad Request: chat_id is empty"
    assert await lab.refusal("sendMessage", chat_id=100001, text="hi") == (
        "Forbidden: bot can't send messages to bots"
    )
    await lab.order("block", person=mei, blocked=True)
    assert (
        await lab.refusal("sendMessage", chat_id=mei, text="hi") == "Forbidden: bot was blocked by the user"
    )
    lab.world.people[mei].is_deactivated = True
    assert await lab.refusal("sendMessage", chat_id=mei, text="hi") == "Forbidden: user is deactivated"


@pytest.mark.parametrize(
    ("status", "sentence"), [("left", "is not a member of"), ("kicked", "was kicked from")]
)
async def test_a_group_the_bot_has_left(lab: Lab, status: str, sentence: str) -> None:
    group, _ = await lab.staff_group()
    lab.world.groups[group].members[lab.world.bot.id] = Member(status)
    assert await lab.refusal("sendMessage", chat_id=group, text="hi") == (
        f"Forbidden: bot {sentence} the supergroup chat"
    )


async def test_lengths_count_characters_not_bytes(lab: Lab) -> None:
    mei = await lab.person()
    assert (await lab.bot.send_message(mei, "😀" * 4096)).text == "😀" * 4096
    assert (
        await lab.refusal("sendMessage", chat_id=mei, text="x" * 4097) == "Bad Request: message is too long"
    )
    assert await lab.refusal("sendMessage", chat_id=mei, text="好" * 12000) == "Bad Request: text is too long"
    assert await lab.refusal("sendMessage", chat_id=mei, text=" \n ") == "Bad Request: message text is empty"
    tagged = "<b>" + "x" * 4096 + "</b>"
    assert (await lab.bot.send_message(mei, tagged, parse_mode="HTML")).text == "x" * 4096


async def test_html_becomes_entities(lab: Lab) -> None:
    mei = await lab.person()
    text = '😀 <b>bold <i>both</i></b> &lt;x&gt; <a href="https://a.b/c">link</a>'
    message = await lab.bot.send_message(mei, text, parse_mode="HTML")
    assert message.text == "😀 bold both <x> link"
    assert message.text_html == text


async def test_markdown_becomes_entities(lab: Lab) -> None:
    mei = await lab.person()
    text = "*bold _both_* 1\\.5 [link](https://a.b/c) `x*y`"
    message = await lab.bot.send_message(mei, text, parse_mode="MarkdownV2")
    assert message.text == "bold both 1.5 link x*y"
    assert message.text_markdown_v2 == text


async def test_old_markdown_is_honestly_refused(lab: Lab) -> None:
    mei = await lab.person()
    refusal = await lab.refusal("sendMessage", chat_id=mei, text="*x*", parse_mode="Markdown")
    assert refusal == "Bad Request: sandbox does not implement parse_mode Markdown"
    refusal = await lab.refusal("sendMessage", chat_id=mei, text="*x*", parse_mode="RTF")
    assert refusal == "Bad Request: unsupported parse_mode"


async def test_entities_may_be_given(lab: Lab) -> None:
    mei = await lab.person()
    entities = [{"type": "bold", "offset": 2, "length": 3}, {"type": "nonsense", "offset": 0, "length": 1}]
    answer = await lab.call("sendMessage", chat_id=mei, text="  bold /x", entities=entities)
    assert answer["result"]["entities"] == [
        {"type": "bold", "offset": 0, "length": 3},
        {"type": "bot_command", "offset": 5, "length": 2},
    ]


async def test_replies(lab: Lab) -> None:
    mei = await lab.person()
    question = await lab.write(mei, "why?")
    message = await lab.bot.send_message(mei, "because", reply_to_message_id=question)
    assert message.reply_to_message is not None
    assert message.reply_to_message.text == "why?"
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await lab.bot.send_message(mei, "because", reply_to_message_id=99)
    alone = await lab.bot.send_message(
        mei, "because", reply_to_message_id=99, allow_sending_without_reply=True
    )
    assert alone.reply_to_message is None


def keyboard(**fields: object) -> dict[str, object]:
    return {"inline_keyboard": [[{"text": "Take", "callback_data": "v1:take:1:0"} | fields]]}


@pytest.mark.parametrize(
    ("markup", "sentence"),
    [
        (keyboard(callback_data="退" * 22), "BUTTON_DATA_INVALID"),
        (keyboard(callback_data=""), "BUTTON_DATA_INVALID"),
        (keyboard(text=" "), "inline keyboard button text must be non-empty"),
        (
            {"inline_keyboard": [[{"text": "x"}]]},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            {"inline_keyboard": [["x"]]},
            "can't parse inline keyboard button: Object expected as InlineKeyboardButton",
        ),
        ({"odd": 1}, "can't parse reply keyboard markup JSON object"),
        ([], "object expected as reply markup"),
        ({"inline_keyboard": [[{"text": "x" * 100, "callback_data": "a"}] * 99]}, "reply markup is too long"),
    ],
)
async def test_keyboards_are_checked(lab: Lab, markup: object, sentence: str) -> None:
    mei = await lab.person()
    refusal = await lab.refusal("sendMessage", chat_id=mei, text="hi", reply_markup=markup)
    assert refusal == f"Bad Request: {sentence}"


async def test_keyboards_of_both_kinds(lab: Lab) -> None:
    mei = await lab.person()
    buttons = InlineKeyboardMarkup([[InlineKeyboardButton("退" * 10, callback_data="退" * 21)]])
    assert (await lab.bot.send_message(mei, "hi", reply_markup=buttons)).reply_markup == buttons
    plain = await lab.bot.send_message(mei, "hi", reply_markup=ReplyKeyboardMarkup([["one", "two"]]))
    assert plain.reply_markup is None
    async with lab.http.get(f"{lab.running.url}/sandbox/state?chat={mei}") as response:
        chats = (await response.json())["chats"]
    assert chats[0]["messages"][-1]["reply_keyboard"]["keyboard"][0][0]["text"] == "one"


async def test_a_photo_travels_there_and_back(lab: Lab) -> None:
    mei = await lab.person()
    message = await lab.bot.send_photo(mei, samples.photo(), caption="<b>map</b>", parse_mode="HTML")
    assert (message.photo[-1].width, message.photo[-1].height) == (samples.WIDTH, samples.HEIGHT)
    assert message.caption_html == "<b>map</b>"
    file = await lab.bot.get_file(message.photo[-1].file_id)
    assert bytes(await file.download_as_bytearray()) == samples.photo()
    again = await lab.bot.send_photo(mei, message.photo[-1].file_id)
    assert again.photo[-1].file_id == message.photo[-1].file_id


async def test_a_document_keeps_its_name(lab: Lab) -> None:
    mei = await lab.person()
    message = await lab.bot.send_document(mei, b"1,2\n", filename="orders 订单.csv")
    assert message.document is not None
    assert (message.document.file_name, message.document.file_size) == ("orders 订单.csv", 4)


async def test_files_that_cannot_be_sent(lab: Lab) -> None:
    mei = await lab.person()
    for photo, sentence in {
        "": "there is no photo in the request",
        "nonsense": "wrong file identifier/HTTP URL specified",
        "https://a.b/c.png": "failed to get HTTP URL content",
    }.items():
        assert await lab.refusal("sendPhoto", chat_id=mei, photo=photo) == f"Bad Request: {sentence}"
    with pytest.raises(BadRequest, match="Image_process_failed"):
        await lab.bot.send_photo(mei, b"not a picture")
    with pytest.raises(BadRequest, match="Message caption is too long"):
        await lab.bot.send_photo(mei, samples.photo(), caption="x" * 1025)
    assert await lab.refusal("getFile", file_id="nonsense") == (
        "Bad Request: wrong file_id or the file is temporarily unavailable"
    )


async def test_a_large_file_cannot_be_fetched(lab: Lab) -> None:
    mei = await lab.person()
    message = await lab.bot.send_document(mei, b"x", filename="x.bin")
    assert message.document is not None
    lab.world.files.by_id[message.document.file_id].size = 20 * 1024 * 1024 + 1
    with pytest.raises(BadRequest, match="File is too big"):
        await lab.bot.get_file(message.document.file_id)


async def test_an_album_shares_one_id(lab: Lab) -> None:
    mei = await lab.person()
    pictures = [InputMediaPhoto(samples.photo(), caption=str(number)) for number in range(3)]
    messages = await lab.bot.send_media_group(mei, pictures)
    assert [message.caption for message in messages] == ["0", "1", "2"]
    assert len({message.media_group_id for message in messages}) == 1
    with pytest.raises(BadRequest, match="Wrong number of messages in the media group: 1"):
        await lab.bot.send_media_group(mei, pictures[:1])


async def test_copies_and_forwards(lab: Lab) -> None:
    mei = await lab.person()
    group, _ = await lab.staff_group()
    asked = await lab.order("send", **{"from": mei, "photo": True, "caption": "broken /x"})
    copied = await lab.bot.copy_message(group, mei, asked["message_id"])
    assert lab.world.groups[group].messages[copied.message_id].text == "broken /x"
    renamed = await lab.bot.copy_message(group, mei, asked["message_id"], caption="from Mei")
    assert lab.world.groups[group].messages[renamed.message_id].text == "from Mei"
    forwarded = await lab.bot.forward_message(group, mei, asked["message_id"])
    assert forwarded.forward_origin is not None
    assert forwarded.forward_origin.to_dict()["sender_user"]["id"] == mei
    with pytest.raises(BadRequest, match="Message to copy not found"):
        await lab.bot.copy_message(group, mei, 999)
    with pytest.raises(BadRequest, match="Message to forward not found"):
        await lab.bot.forward_message(group, mei, 999)


async def test_chat_actions(lab: Lab) -> None:
    mei = await lab.person()
    assert await lab.bot.send_chat_action(mei, "typing") is True
    assert await lab.refusal("sendChatAction", chat_id=mei, action="dance") == (
        "Bad Request: wrong parameter action in request"
    )

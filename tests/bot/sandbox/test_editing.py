"""Messages changed, removed, pinned, reacted to."""

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import ReactionEmoji
from telegram.error import BadRequest

from bot.sandbox import samples
from bot.sandbox.editing import REACTIONS
from tests.bot.sandbox.lab import Lab

BUTTON = InlineKeyboardMarkup([[InlineKeyboardButton("Take", callback_data="a")]])


async def test_editing_replaces_words_and_buttons(lab: Lab) -> None:
    mei = await lab.person()
    message = await lab.bot.send_message(mei, "one", reply_markup=BUTTON)
    edited = await lab.bot.edit_message_text("<b>two</b>", mei, message.message_id, parse_mode="HTML")
    assert edited is not True
    assert (edited.text_html, edited.reply_markup) == ("<b>two</b>", None)
    assert edited.edit_date is not None


async def test_an_edit_that_changes_nothing_is_refused(lab: Lab) -> None:
    mei = await lab.person()
    message = await lab.bot.send_message(mei, "one", reply_markup=BUTTON)
    with pytest.raises(BadRequest, match="Message is not modified: specified new message content"):
        await lab.bot.edit_message_text("one", mei, message.message_id, reply_markup=BUTTON)
    with pytest.raises(BadRequest, match="Message is not modified"):
        await lab.bot.edit_message_reply_markup(mei, message.message_id, reply_markup=BUTTON)
    bare = await lab.bot.edit_message_reply_markup(mei, message.message_id)
    assert bare is not True
    assert bare.reply_markup is None


async def test_what_cannot_be_edited(lab: Lab) -> None:
    mei = await lab.person()
    theirs = await lab.write(mei, "mine")
    picture = await lab.bot.send_photo(mei, samples.photo(), caption="a")
    text = await lab.bot.send_message(mei, "a")
    for refused, sentence in {
        lab.bot.edit_message_text("x", mei, theirs): "Message can't be edited",
        lab.bot.edit_message_text("x", mei, 999): "Message to edit not found",
        lab.bot.edit_message_text("x", mei, picture.message_id): "There is no text in the message to edit",
        lab.bot.edit_message_caption(mei, text.message_id, caption="x"): "There is no caption in the message",
    }.items():
        with pytest.raises(BadRequest, match=sentence):
            await refused
    assert await lab.refusal("editMessageText", chat_id=mei, text="x") == (
        "Bad Request: message identifier is not specified"
    )


async def test_a_caption_can_be_changed(lab: Lab) -> None:
    mei = await lab.person()
    picture = await lab.bot.send_photo(mei, samples.photo(), caption="a")
    edited = await lab.bot.edit_message_caption(mei, picture.message_id, caption="b")
    assert edited is not True
    assert (edited.caption, len(edited.photo)) == ("b", 1)


async def test_deleting(lab: Lab) -> None:
    mei = await lab.person()
    message = await lab.bot.send_message(mei, "one")
    assert await lab.bot.delete_message(mei, message.message_id) is True
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await lab.bot.delete_message(mei, message.message_id)
    old = await lab.bot.send_message(mei, "old")
    await lab.order("clock", advance=49 * 3600)
    with pytest.raises(BadRequest, match="Message can't be deleted"):
        await lab.bot.delete_message(mei, old.message_id)


async def test_several_are_deleted_at_once_and_the_missing_passed_over(lab: Lab) -> None:
    mei = await lab.person()
    ids = [(await lab.bot.send_message(mei, str(number))).message_id for number in range(3)]
    assert await lab.bot.delete_messages(mei, [*ids, 999]) is True
    assert not set(ids) & set(lab.world.bot.private[mei].messages)


async def test_a_pin_is_reported_to_the_bot(lab: Lab) -> None:
    group, _ = await lab.staff_group()
    topic = await lab.bot.create_forum_topic(group, "#1")
    card = await lab.bot.send_message(group, "card", message_thread_id=topic.message_thread_id)
    await lab.updates()
    assert await lab.bot.pin_chat_message(group, card.message_id) is True
    (update,) = await lab.typed_updates()
    assert update.message is not None
    assert update.message.pinned_message == card
    assert update.message.message_thread_id == topic.message_thread_id
    assert (await lab.bot.get_chat(group)).pinned_message == card
    assert await lab.bot.unpin_chat_message(group, card.message_id) is True
    with pytest.raises(BadRequest, match="Message to unpin not found"):
        await lab.bot.unpin_chat_message(group, card.message_id)
    with pytest.raises(BadRequest, match="Message to pin not found"):
        await lab.bot.pin_chat_message(group, 999)


async def test_pinning_needs_the_right(lab: Lab) -> None:
    group, _ = await lab.staff_group()
    card = await lab.bot.send_message(group, "card")
    await lab.order("faults", kind="remove_admin", chat=group)
    with pytest.raises(BadRequest, match="Not enough rights to manage pinned messages in the chat"):
        await lab.bot.pin_chat_message(group, card.message_id)


async def test_the_bot_reacts(lab: Lab) -> None:
    mei = await lab.person()
    question = await lab.write(mei, "hi")
    assert await lab.bot.set_message_reaction(mei, question, "👍") is True
    assert lab.world.bot.private[mei].messages[question].reactions == {lab.world.bot.id: ["👍"]}
    assert await lab.bot.set_message_reaction(mei, question) is True
    assert lab.world.bot.private[mei].messages[question].reactions == {}
    with pytest.raises(BadRequest, match="Reaction_invalid"):
        await lab.bot.set_message_reaction(mei, question, "🍕")
    with pytest.raises(BadRequest, match="Message to react not found"):
        await lab.bot.set_message_reaction(mei, 999, "👍")


def test_the_reactions_are_those_telegram_allows() -> None:
    assert {str(emoji.value) for emoji in ReactionEmoji} == REACTIONS

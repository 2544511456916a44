"""Topics: made, renamed, closed, deleted; what the bot hears of it."""

import pytest
from telegram.error import BadRequest

from tests.bot.sandbox.lab import Lab


async def test_a_new_topic_is_reported_to_its_own_bot(lab: Lab) -> None:
    group, _ = await lab.staff_group()
    topic = await lab.bot.create_forum_topic(group, "#128 · Ann · 退款")
    (update,) = await lab.typed_updates()
    message = update.message
    assert message is not None
    assert message.from_user is not None
    assert message.message_id == message.message_thread_id == topic.message_thread_id
    assert message.is_topic_message
    assert message.forum_topic_created is not None
    assert message.forum_topic_created.name == "#128 · Ann · 退款"
    assert message.from_user.id == lab.world.bot.id


async def test_other_messages_of_the_bot_do_not_come_back(lab: Lab) -> None:
    group, _ = await lab.staff_group()
    await lab.bot.send_message(group, "hi")
    assert await lab.updates() == []


async def test_messages_in_topics_and_in_general(lab: Lab) -> None:
    group, wang = await lab.staff_group()
    topic = await lab.bot.create_forum_topic(group, "#1")
    thread = topic.message_thread_id
    card = await lab.bot.send_message(group, "card", message_thread_id=thread)
    assert (card.message_thread_id, card.is_topic_message) == (thread, True)
    assert card.reply_to_message is not None
    assert card.reply_to_message.forum_topic_created is not None
    general = await lab.bot.send_message(group, "hi")
    assert (general.message_thread_id, general.is_topic_message) == (None, None)
    await lab.updates()
    await lab.write(wang, "an answer", chat=group, thread=thread)
    (update,) = await lab.typed_updates()
    assert update.message is not None
    assert update.message.message_thread_id == thread


@pytest.mark.parametrize("thread", [1, 99])
async def test_threads_that_are_none(lab: Lab, thread: int) -> None:
    group, _ = await lab.staff_group()
    with pytest.raises(BadRequest, match="Message thread not found"):
        await lab.bot.send_message(group, "hi", message_thread_id=thread)


async def test_a_deleted_topic_takes_no_more(lab: Lab) -> None:
    group, _ = await lab.staff_group()
    thread = (await lab.bot.create_forum_topic(group, "#1")).message_thread_id
    await lab.order("topic", chat=group, thread=thread, action="delete")
    with pytest.raises(BadRequest, match="Topic_deleted"):
        await lab.bot.send_message(group, "hi", message_thread_id=thread)
    with pytest.raises(BadRequest, match="Topic_id_invalid"):
        await lab.bot.close_forum_topic(group, thread)
    assert await lab.bot.delete_forum_topic(
        group, (await lab.bot.create_forum_topic(group, "#2")).message_thread_id
    )


async def test_renaming_closing_and_reopening_are_reported(lab: Lab) -> None:
    group, _ = await lab.staff_group()
    thread = (await lab.bot.create_forum_topic(group, "#1")).message_thread_id
    await lab.updates()
    await lab.bot.edit_forum_topic(group, thread, name="#1 done")
    await lab.bot.close_forum_topic(group, thread)
    await lab.bot.reopen_forum_topic(group, thread)
    renamed, closed, reopened = [update.message for update in await lab.typed_updates()]
    assert renamed is not None
    assert renamed.forum_topic_edited is not None
    assert renamed.forum_topic_edited.name == "#1 done"
    assert closed is not None
    assert closed.forum_topic_closed is not None
    assert reopened is not None
    assert reopened.forum_topic_reopened is not None


async def test_nothing_to_change_is_refused(lab: Lab) -> None:
    group, _ = await lab.staff_group()
    thread = (await lab.bot.create_forum_topic(group, "#1")).message_thread_id
    for refused in (
        lab.bot.edit_forum_topic(group, thread, name="#1"),
        lab.bot.reopen_forum_topic(group, thread),
    ):
        with pytest.raises(BadRequest, match="Topic_not_modified"):
            await refused


async def test_what_a_topic_needs(lab: Lab) -> None:
    group, _ = await lab.staff_group()
    mei = await lab.person()
    assert await lab.refusal("createForumTopic", chat_id=group, name=" ") == (
        "Bad Request: name must be non-empty"
    )
    assert await lab.refusal("createForumTopic", chat_id=group, name="x", icon_color=5) == (
        "Bad Request: invalid icon color specified"
    )
    assert await lab.refusal("createForumTopic", chat_id=mei, name="x") == (
        "Bad Request: the chat is not a supergroup forum"
    )
    lab.world.groups[group].is_forum = False
    assert await lab.refusal("createForumTopic", chat_id=group, name="x") == (
        "Bad Request: the chat is not a forum"
    )


async def test_without_the_right_topics_are_out_of_reach(lab: Lab) -> None:
    group, wang = await lab.staff_group()
    thread = (await lab.bot.create_forum_topic(group, "#1")).message_thread_id
    bot_id = lab.world.bot.id
    await lab.order(
        "members", chat=group, person=bot_id, status="administrator", lacking=["can_manage_topics"]
    )
    arguments = {"chat_id": group, "message_thread_id": thread}
    for method, words in {
        "createForumTopic": "create a topic",
        "editForumTopic": "edit the topic",
        "closeForumTopic": "close or open the topic",
        "reopenForumTopic": "close or open the topic",
        "deleteForumTopic": "delete the topic",
    }.items():
        more = {"name": "x"} if method == "createForumTopic" else arguments
        refusal = await lab.refusal(method, **(more | {"chat_id": group}))
        assert refusal == f"Bad Request: not enough rights to {words}"
    await lab.order("topic", chat=group, thread=thread, action="close", **{"from": wang})
    with pytest.raises(BadRequest, match="Topic_closed"):
        await lab.bot.send_message(group, "hi", message_thread_id=thread)


async def test_a_person_closes_a_topic_and_the_bot_hears_who(lab: Lab) -> None:
    group, wang = await lab.staff_group()
    thread = (await lab.bot.create_forum_topic(group, "#1")).message_thread_id
    await lab.updates()
    await lab.order("topic", chat=group, thread=thread, action="close", **{"from": wang})
    (update,) = await lab.typed_updates()
    assert update.message is not None
    assert update.message.from_user is not None
    assert update.message.from_user.id == wang
    assert update.message.forum_topic_closed is not None


async def test_only_who_may_manages_topics(lab: Lab) -> None:
    group, _ = await lab.staff_group()
    li = await lab.person("Li")
    await lab.order("members", chat=group, person=li)
    thread = (await lab.bot.create_forum_topic(group, "#1")).message_thread_id
    await lab.bot.close_forum_topic(group, thread)
    assert await lab.complaint("send", **{"from": li, "chat": group, "thread": thread, "text": "x"}) == (
        "The topic #1 is closed."
    )
    complaint = await lab.complaint(
        "topic", **{"chat": group, "thread": thread, "action": "reopen", "from": li}
    )
    assert complaint == "Li may not manage the topics of Staff."

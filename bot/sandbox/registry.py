"""Which function answers which method."""

from collections.abc import Callable, Mapping

from bot.sandbox import commands, editing, forum, lookups, media, presses, profile, sending, subscriptions
from bot.sandbox.call import Call

METHODS: Mapping[str, Callable[[Call], object]] = {
    "getMe": lookups.get_me,
    "logOut": lookups.say_yes,
    "close": lookups.say_yes,
    "setWebhook": subscriptions.set_webhook,
    "deleteWebhook": subscriptions.delete_webhook,
    "getWebhookInfo": subscriptions.get_webhook_info,
    "sendMessage": sending.send_message,
    "sendPhoto": sending.send_photo,
    "sendDocument": sending.send_document,
    "sendMediaGroup": sending.send_media_group,
    "copyMessage": sending.copy_message,
    "copyMessages": sending.copy_messages,
    "forwardMessage": sending.forward_message,
    "forwardMessages": sending.forward_messages,
    "sendChatAction": sending.send_chat_action,
    "setMessageReaction": editing.set_message_reaction,
    "editMessageText": editing.edit_message_text,
    "editMessageCaption": editing.edit_message_caption,
    "editMessageReplyMarkup": editing.edit_message_reply_markup,
    "deleteMessage": editing.delete_message,
    "deleteMessages": editing.delete_messages,
    "pinChatMessage": editing.pin_chat_message,
    "unpinChatMessage": editing.unpin_chat_message,
    "answerCallbackQuery": presses.answer_callback_query,
    "getFile": media.get_file,
    "getChat": lookups.get_chat,
    "getChatMember": lookups.get_chat_member,
    "getChatAdministrators": lookups.get_chat_administrators,
    "createForumTopic": forum.create_forum_topic,
    "editForumTopic": forum.edit_forum_topic,
    "closeForumTopic": forum.close_forum_topic,
    "reopenForumTopic": forum.reopen_forum_topic,
    "deleteForumTopic": forum.delete_forum_topic,
    "unpinAllChatMessages": editing.unpin_all_chat_messages,
    "unpinAllForumTopicMessages": editing.unpin_all_forum_topic_messages,
    "unpinAllGeneralForumTopicMessages": editing.unpin_all_general_forum_topic_messages,
    "editGeneralForumTopic": forum.turn_general_topic,
    "closeGeneralForumTopic": forum.turn_general_topic,
    "reopenGeneralForumTopic": forum.turn_general_topic,
    "hideGeneralForumTopic": forum.turn_general_topic,
    "unhideGeneralForumTopic": forum.turn_general_topic,
    "getForumTopicIconStickers": forum.get_forum_topic_icon_stickers,
    "getChatMemberCount": lookups.get_chat_member_count,
    "leaveChat": lookups.leave_chat,
    "setMyName": profile.set_my_name,
    "getMyName": profile.get_my_name,
    "setMyDescription": profile.set_my_description,
    "getMyDescription": profile.get_my_description,
    "setMyShortDescription": profile.set_my_short_description,
    "getMyShortDescription": profile.get_my_short_description,
    "setChatMenuButton": profile.set_chat_menu_button,
    "getChatMenuButton": profile.get_chat_menu_button,
    "setMyCommands": commands.set_my_commands,
    "getMyCommands": commands.get_my_commands,
    "deleteMyCommands": commands.delete_my_commands,
}

_COUNTED = """
sendMessage sendPhoto sendDocument sendMediaGroup copyMessage copyMessages forwardMessage forwardMessages
editMessageText editMessageCaption editMessageReplyMarkup createForumTopic editForumTopic
"""
COUNTED = frozenset(_COUNTED.split())

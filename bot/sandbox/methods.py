"""What each method accepts, and which further methods of the Bot API the sandbox knows by name."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from bot.sandbox.shapes import as_int


class Parameter(NamedTuple):
    """One parameter of a method: `kind` is int, str, bool, chat, file, json or list."""

    name: str
    kind: str
    required: bool


# One method a paragraph: its name, then `name:kind` for each parameter, `!` when it is required.
_IMPLEMENTED = """
getMe
logOut
close
getUpdates offset:int limit:int timeout:int allowed_updates:list
setWebhook url:str! certificate:file ip_address:str max_connections:int allowed_updates:list
    drop_pending_updates:bool secret_token:str
deleteWebhook drop_pending_updates:bool
getWebhookInfo
sendMessage business_connection_id:str chat_id:chat! message_thread_id:int direct_messages_topic_id:int
    text:str! parse_mode:str entities:list link_preview_options:json disable_notification:bool
    protect_content:bool allow_paid_broadcast:bool message_effect_id:str suggested_post_parameters:json
    reply_parameters:json reply_markup:json
sendPhoto business_connection_id:str chat_id:chat! message_thread_id:int direct_messages_topic_id:int
    photo:file! caption:str parse_mode:str caption_entities:list show_caption_above_media:bool
    has_spoiler:bool disable_notification:bool protect_content:bool allow_paid_broadcast:bool
    message_effect_id:str suggested_post_parameters:json reply_parameters:json reply_markup:json
sendDocument business_connection_id:str chat_id:chat! message_thread_id:int direct_messages_topic_id:int
    document:file! thumbnail:file caption:str parse_mode:str caption_entities:list
    disable_content_type_detection:bool disable_notification:bool protect_content:bool
    allow_paid_broadcast:bool message_effect_id:str suggested_post_parameters:json reply_parameters:json
    reply_markup:json
sendMediaGroup business_connection_id:str chat_id:chat! message_thread_id:int
    direct_messages_topic_id:int media:list! disable_notification:bool protect_content:bool
    allow_paid_broadcast:bool message_effect_id:str reply_parameters:json
copyMessage chat_id:chat! message_thread_id:int direct_messages_topic_id:int from_chat_id:chat!
    message_id:int! video_start_timestamp:int caption:str parse_mode:str caption_entities:list
    show_caption_above_media:bool disable_notification:bool protect_content:bool
    allow_paid_broadcast:bool message_effect_id:str suggested_post_parameters:json reply_parameters:json
    reply_markup:json
forwardMessage chat_id:chat! message_thread_id:int direct_messages_topic_id:int from_chat_id:chat!
    video_start_timestamp:int disable_notification:bool protect_content:bool message_effect_id:str
    suggested_post_parameters:json message_id:int!
sendChatAction business_connection_id:str chat_id:chat! message_thread_id:int action:str!
setMessageReaction chat_id:chat! message_id:int! reaction:list is_big:bool
editMessageText business_connection_id:str chat_id:chat message_id:int inline_message_id:str text:str
    parse_mode:str entities:list link_preview_options:json rich_message:json reply_markup:json
editMessageCaption business_connection_id:str chat_id:chat message_id:int inline_message_id:str
    caption:str parse_mode:str caption_entities:list show_caption_above_media:bool reply_markup:json
editMessageReplyMarkup business_connection_id:str chat_id:chat message_id:int inline_message_id:str
    reply_markup:json
deleteMessage chat_id:chat! message_id:int!
deleteMessages chat_id:chat! message_ids:list!
pinChatMessage business_connection_id:str chat_id:chat! message_id:int! disable_notification:bool
unpinChatMessage business_connection_id:str chat_id:chat! message_id:int
answerCallbackQuery callback_query_id:str! text:str show_alert:bool url:str cache_time:int
getFile file_id:str!
getChat chat_id:chat!
getChatMember chat_id:chat! user_id:int!
getChatAdministrators chat_id:chat! return_bots:bool
createForumTopic chat_id:chat! name:str! icon_color:int icon_custom_emoji_id:str
editForumTopic chat_id:chat! message_thread_id:int! name:str icon_custom_emoji_id:str
closeForumTopic chat_id:chat! message_thread_id:int!
reopenForumTopic chat_id:chat! message_thread_id:int!
deleteForumTopic chat_id:chat! message_thread_id:int!
setMyCommands commands:list! scope:json language_code:str
getMyCommands scope:json language_code:str
deleteMyCommands scope:json language_code:str
copyMessages chat_id:chat! message_thread_id:int direct_messages_topic_id:int from_chat_id:chat!
    message_ids:list! disable_notification:bool protect_content:bool remove_caption:bool
forwardMessages chat_id:chat! message_thread_id:int direct_messages_topic_id:int from_chat_id:chat!
    message_ids:list! disable_notification:bool protect_content:bool
leaveChat chat_id:chat!
getChatMemberCount chat_id:chat!
unpinAllChatMessages chat_id:chat!
unpinAllForumTopicMessages chat_id:chat! message_thread_id:int!
unpinAllGeneralForumTopicMessages chat_id:chat!
getForumTopicIconStickers
editGeneralForumTopic chat_id:chat! name:str!
closeGeneralForumTopic chat_id:chat!
reopenGeneralForumTopic chat_id:chat!
hideGeneralForumTopic chat_id:chat!
unhideGeneralForumTopic chat_id:chat!
setMyName name:str language_code:str
getMyName language_code:str
setMyDescription description:str language_code:str
getMyDescription language_code:str
setMyShortDescription short_description:str language_code:str
getMyShortDescription language_code:str
setChatMenuButton chat_id:int menu_button:json
getChatMenuButton chat_id:int
"""

_KNOWN = """
sendLivePhoto sendAudio sendVideo sendAnimation sendVoice sendVideoNote sendPaidMedia sendLocation
sendVenue sendContact sendPoll sendChecklist sendDice sendMessageDraft getUserProfilePhotos
getUserProfileAudios setUserEmojiStatus banChatMember unbanChatMember restrictChatMember
promoteChatMember setChatAdministratorCustomTitle setChatMemberTag banChatSenderChat unbanChatSenderChat
setChatPermissions exportChatInviteLink createChatInviteLink editChatInviteLink
createChatSubscriptionInviteLink editChatSubscriptionInviteLink revokeChatInviteLink
approveChatJoinRequest declineChatJoinRequest answerChatJoinRequestQuery sendChatJoinRequestWebApp
setChatPhoto deleteChatPhoto setChatTitle setChatDescription getUserPersonalChatMessages
setChatStickerSet deleteChatStickerSet answerGuestQuery getUserChatBoosts getBusinessConnection
getManagedBotToken replaceManagedBotToken getManagedBotAccessSettings setManagedBotAccessSettings
setMyProfilePhoto removeMyProfilePhoto setMyDefaultAdministratorRights getMyDefaultAdministratorRights
getAvailableGifts sendGift giftPremiumSubscription verifyUser verifyChat removeUserVerification
removeChatVerification readBusinessMessage deleteBusinessMessages setBusinessAccountName
setBusinessAccountUsername setBusinessAccountBio setBusinessAccountProfilePhoto
removeBusinessAccountProfilePhoto setBusinessAccountGiftSettings getBusinessAccountStarBalance
transferBusinessAccountStars getBusinessAccountGifts getUserGifts getChatGifts convertGiftToStars
upgradeGift transferGift postStory repostStory editStory deleteStory answerWebAppQuery
savePreparedInlineMessage savePreparedKeyboardButton editMessageMedia editMessageLiveLocation
stopMessageLiveLocation editMessageChecklist stopPoll approveSuggestedPost declineSuggestedPost
deleteMessageReaction deleteAllMessageReactions sendSticker getStickerSet getCustomEmojiStickers
uploadStickerFile createNewStickerSet addStickerToSet setStickerPositionInSet deleteStickerFromSet
replaceStickerInSet setStickerEmojiList setStickerKeywords setStickerMaskPosition setStickerSetTitle
setStickerSetThumbnail setCustomEmojiStickerSetThumbnail deleteStickerSet sendRichMessage
sendRichMessageDraft answerInlineQuery sendInvoice createInvoiceLink answerShippingQuery
answerPreCheckoutQuery getMyStarBalance getStarTransactions refundStarPayment editUserStarSubscription
setPassportDataErrors sendGame setGameScore getGameHighScores
"""


def _read(table: str) -> dict[str, dict[str, Parameter]]:
    methods: dict[str, dict[str, Parameter]] = {}
    parameters: dict[str, Parameter] = {}
    for line in table.strip().splitlines():
        words = line.split()
        if not line.startswith(" "):
            parameters = methods.setdefault(words.pop(0), {})
        for word in words:
            name, kind = word.rstrip("!").split(":")
            parameters[name] = Parameter(name, kind, word.endswith("!"))
    return methods


PARAMETERS = _read(_IMPLEMENTED)
CANONICAL = {name.lower(): name for name in PARAMETERS}
KNOWN = {name.lower(): name for name in _KNOWN.split()}


def problems(method: str, values: Mapping[str, object], files: Iterable[str] = ()) -> list[str]:
    """List what is odd about a call that the official server would pass over in silence."""
    table = PARAMETERS[method]
    found = [f"unknown parameter {name}" for name in values if name not in table]
    given = {*values, *files}
    found += [f"missing parameter {p.name}" for p in table.values() if p.required and p.name not in given]
    found += [
        f"parameter {name} should be {table[name].kind}"
        for name, value in values.items()
        if name in table and not _fits(table[name].kind, value)
    ]
    return found


def _fits(kind: str, value: object) -> bool:
    match kind:
        case "int":
            return as_int(value) is not None
        case "bool":
            return str(value).lower() in ("true", "false", "1", "0")
        case "chat":
            return as_int(value) is not None or str(value).startswith("@")
        case "list":
            return isinstance(value, list) or str(value).lstrip().startswith("[")
        case "json":
            return isinstance(value, dict) or str(value).lstrip().startswith("{")
        case _:
            return isinstance(value, str)

"""Every refusal the sandbox answers with, in the sentences of the official server."""

from enum import Enum

PREFIXES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    429: "Too Many Requests",
    500: "Internal Server Error",
}


class Reason(Enum):
    """One refusal: its HTTP status and the sentence before the prefix rule."""

    TOKEN_MALFORMED = (401, "invalid token specified")
    TOKEN_UNKNOWN = (401, "")
    PATH_UNKNOWN = (404, "")
    METHOD_UNKNOWN = (404, "method not found")
    METHOD_MISSING = (400, "sandbox does not implement {}")
    PARSE_MODE_MISSING = (400, "sandbox does not implement parse_mode {}")

    POLLED_ELSEWHERE = (
        409,
        "terminated by other getUpdates request; make sure that only one bot instance is running",
    )
    WEBHOOK_ACTIVE = (
        409,
        "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    )
    WEBHOOK_SET = (409, "terminated by setWebhook request")
    TOO_MANY = (429, "retry after {}")
    RESTART = (500, "restart")

    BLOCKED = (403, "bot was blocked by the user")
    DEACTIVATED = (403, "user is deactivated")
    NOT_STARTED = (403, "bot can't initiate conversation with a user")
    TO_A_BOT = (403, "bot can't send messages to bots")
    KICKED = (403, "bot was kicked from the supergroup chat")
    NOT_A_MEMBER = (403, "bot is not a member of the supergroup chat")

    CHAT_NOT_FOUND = (400, "Chat not found")
    CHAT_EMPTY = (400, "Chat_id is empty")
    USER_NOT_FOUND = (400, "User not found")
    USER_INVALID = (400, "Invalid user_id specified")
    NOT_LEAVABLE = (400, "Chat member status can't be changed in private chats")
    NO_ADMINISTRATORS = (400, "There are no administrators in the private chat")

    TEXT_EMPTY = (400, "Message text is empty")
    TEXT_TOO_LONG = (400, "Message is too long")
    TEXT_TOO_BIG = (400, "Text is too long")
    CAPTION_TOO_LONG = (400, "Message caption is too long")
    MARKUP_UNREADABLE = (400, "Can't parse entities: {}")
    PARSE_MODE_UNKNOWN = (400, "Unsupported parse_mode")

    EDIT_NOT_FOUND = (400, "Message to edit not found")
    DELETE_NOT_FOUND = (400, "Message to delete not found")
    COPY_NOT_FOUND = (400, "Message to copy not found")
    REPLY_NOT_FOUND = (400, "Message to be replied not found")
    FORWARD_NOT_FOUND = (400, "Message to forward not found")
    REACT_NOT_FOUND = (400, "Message to react not found")
    PIN_NOT_FOUND = (400, "Message to pin not found")
    UNPIN_NOT_FOUND = (400, "Message to unpin not found")
    MESSAGE_UNNAMED = (400, "Message identifier is not specified")
    NOT_MODIFIED = (
        400,
        "Message is not modified: specified new message content and reply markup are exactly the same"
        " as a current content and reply markup of the message",
    )
    NOT_EDITABLE = (400, "Message can't be edited")
    NO_TEXT = (400, "There is no text in the message to edit")
    NO_CAPTION = (400, "There is no caption in the message to edit")
    NOT_DELETABLE = (400, "Message can't be deleted")
    NOT_COPYABLE = (400, "Message can't be copied")
    NOT_FORWARDABLE = (400, "Message can't be forwarded")
    REACTION_INVALID = (400, "REACTION_INVALID")

    THREAD_NOT_FOUND = (400, "Message thread not found")
    TOPIC_DELETED = (400, "TOPIC_DELETED")
    TOPIC_CLOSED = (400, "TOPIC_CLOSED")
    TOPIC_NOT_MODIFIED = (400, "TOPIC_NOT_MODIFIED")
    TOPIC_ID_INVALID = (400, "TOPIC_ID_INVALID")
    TOPIC_CREATE_RIGHT = (400, "Not enough rights to create a topic")
    TOPIC_EDIT_RIGHT = (400, "Not enough rights to edit the topic")
    TOPIC_CLOSE_RIGHT = (400, "Not enough rights to close or open the topic")
    TOPIC_DELETE_RIGHT = (400, "Not enough rights to delete the topic")
    NOT_A_FORUM = (400, "The chat is not a forum")
    NOT_A_FORUM_GROUP = (400, "The chat is not a supergroup forum")
    NAME_EMPTY = (400, "Name must be non-empty")
    ICON_COLOR_INVALID = (400, "Invalid icon color specified")

    GROUP_UPGRADED = (400, "Group chat was upgraded to a supergroup chat")
    SEND_RIGHT = (400, "Not enough rights to send text messages to the chat")
    WRITE_RIGHT = (400, "Have no write access to the chat")
    PIN_RIGHT = (400, "Not enough rights to manage pinned messages in the chat")

    BUTTON_DATA_INVALID = (400, "BUTTON_DATA_INVALID")
    BUTTON_UNREADABLE = (400, "Can't parse inline keyboard button: {}")
    BUTTON_EMPTY = (400, "Inline keyboard button text must be non-empty")
    KEYBOARD_UNREADABLE = (400, "Can't parse reply keyboard markup JSON object")
    KEYBOARD_NOT_OBJECT = (400, "Object expected as reply markup")
    KEYBOARD_TOO_LONG = (400, "Reply markup is too long")
    QUERY_TOO_OLD = (400, "Query is too old and response timeout expired or query ID is invalid")
    ANSWER_TOO_LONG = (400, "MESSAGE_TOO_LONG")

    FILE_TOO_BIG = (400, "File is too big")
    FILE_UNKNOWN = (400, "Wrong file_id or the file is temporarily unavailable")
    FILE_ID_WRONG = (400, "Wrong file identifier/HTTP URL specified")
    FILE_EMPTY = (400, "File must be non-empty")
    URL_UNREACHABLE = (400, "Failed to get HTTP URL content")
    PHOTO_ABSENT = (400, "There is no photo in the request")
    DOCUMENT_ABSENT = (400, "There is no document in the request")
    MEDIA_EMPTY = (400, "Media must be non-empty")
    MEDIA_COUNT = (400, "Wrong number of messages in the media group: {}")
    MEDIA_UNREADABLE = (400, "Can't parse InputMedia: {}")
    ALBUM_UNREADABLE = (400, "Can't parse media JSON object")
    IMAGE_UNREADABLE = (400, "IMAGE_PROCESS_FAILED")

    WEBHOOK_URL_INVALID = (400, "Invalid webhook URL specified")
    WEBHOOK_ELSEWHERE = (400, "Bad webhook: the sandbox delivers to 127.0.0.1 only")
    SECRET_INVALID = (400, "Secret token contains unallowed characters")

    COMMAND_INVALID = (400, "BOT_COMMAND_INVALID")
    COMMAND_DESCRIPTION_INVALID = (400, "BOT_COMMAND_DESCRIPTION_INVALID")
    COMMANDS_TOO_MANY = (400, "BOT_COMMANDS_TOO_MUCH")
    COMMANDS_UNREADABLE = (400, "Can't parse commands JSON array")
    SCOPE_UNREADABLE = (400, "Can't parse BotCommandScope: {}")
    LANGUAGE_INVALID = (400, "Invalid language_code specified")

    ACTION_WRONG = (400, "Wrong parameter action in request")
    PARAMETER_UNREADABLE = (400, "Can't parse {}")


class ApiError(Exception):
    """The request is refused; the body says why in the official server's words."""

    def __init__(self, reason: Reason, detail: object = "", *, parameters: dict[str, int] | None = None):
        self.reason = reason
        self.code, sentence = reason.value
        self.description = describe(self.code, sentence.format(detail) if "{}" in sentence else sentence)
        self.parameters = parameters
        super().__init__(self.description)

    def body(self) -> dict[str, object]:
        """Return the JSON body of the answer."""
        answer: dict[str, object] = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        if self.parameters:
            answer["parameters"] = self.parameters
        return answer


class SandboxError(Exception):
    """A request of the page or of a test cannot be done; the sentence says why."""


def describe(code: int, sentence: str) -> str:
    """Put the status in words before a sentence, its first letter lowered unless it is a server code."""
    prefix = PREFIXES[code]
    if not sentence:
        return prefix
    is_server_code = len(sentence) > 1 and (sentence[1] == "_" or sentence[1].isupper())
    return f"{prefix}: {sentence if is_server_code else sentence[0].lower() + sentence[1:]}"


def too_many(seconds: int) -> ApiError:
    """Build the refusal of a call that exceeds a budget."""
    return ApiError(Reason.TOO_MANY, seconds, parameters={"retry_after": seconds})

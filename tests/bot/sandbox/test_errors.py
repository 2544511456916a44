"""The sentences of the official server, word for word."""

import pytest

from bot.sandbox.errors import ApiError, Reason, describe, too_many

GOLDEN = {
    Reason.TOKEN_UNKNOWN: (401, "Unauthorized"),
    Reason.TOKEN_MALFORMED: (401, "Unauthorized: invalid token specified"),
    Reason.PATH_UNKNOWN: (404, "Not Found"),
    Reason.METHOD_UNKNOWN: (404, "Not Found: method not found"),
    Reason.POLLED_ELSEWHERE: (
        409,
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    ),
    Reason.WEBHOOK_ACTIVE: (
        409,
        "Conflict: can't use getUpdates method while webhook is active;"
        " use deleteWebhook to delete the webhook first",
    ),
    Reason.WEBHOOK_SET: (409, "Conflict: terminated by setWebhook request"),
    Reason.BLOCKED: (403, "Forbidden: bot was blocked by the user"),
    Reason.DEACTIVATED: (403, "Forbidden: user is deactivated"),
    Reason.NOT_STARTED: (403, "Forbidden: bot can't initiate conversation with a user"),
    Reason.TO_A_BOT: (403, "Forbidden: bot can't send messages to bots"),
    Reason.KICKED: (403, "Forbidden: bot was kicked from the supergroup chat"),
    Reason.NOT_A_MEMBER: (403, "Forbidden: bot is not a member of the supergroup chat"),
    Reason.CHAT_NOT_FOUND: (400, "Bad Request: chat not found"),
    Reason.CHAT_EMPTY: (400, "Bad Request: chat_id is empty"),
    Reason.TEXT_EMPTY: (400, "Bad Request: message text is empty"),
    Reason.TEXT_TOO_LONG: (400, "Bad Request: message is too long"),
    Reason.TEXT_TOO_BIG: (400, "Bad Request: text is too long"),
    Reason.CAPTION_TOO_LONG: (400, "Bad Request: message caption is too long"),
    Reason.EDIT_NOT_FOUND: (400, "Bad Request: message to edit not found"),
    Reason.DELETE_NOT_FOUND: (400, "Bad Request: message to delete not found"),
    Reason.COPY_NOT_FOUND: (400, "Bad Request: message to copy not found"),
    Reason.REPLY_NOT_FOUND: (400, "Bad Request: message to be replied not found"),
    Reason.FORWARD_NOT_FOUND: (400, "Bad Request: message to forward not found"),
    Reason.REACT_NOT_FOUND: (400, "Bad Request: message to react not found"),
    Reason.NOT_MODIFIED: (
        400,
        "Bad Request: message is not modified: specified new message content and reply markup are exactly"
        " the same as a current content and reply markup of the message",
    ),
    Reason.NOT_EDITABLE: (400, "Bad Request: message can't be edited"),
    Reason.NOT_DELETABLE: (400, "Bad Request: message can't be deleted"),
    Reason.THREAD_NOT_FOUND: (400, "Bad Request: message thread not found"),
    Reason.TOPIC_DELETED: (400, "Bad Request: TOPIC_DELETED"),
    Reason.TOPIC_CLOSED: (400, "Bad Request: TOPIC_CLOSED"),
    Reason.TOPIC_NOT_MODIFIED: (400, "Bad Request: TOPIC_NOT_MODIFIED"),
    Reason.TOPIC_ID_INVALID: (400, "Bad Request: TOPIC_ID_INVALID"),
    Reason.TOPIC_CREATE_RIGHT: (400, "Bad Request: not enough rights to create a topic"),
    Reason.TOPIC_EDIT_RIGHT: (400, "Bad Request: not enough rights to edit the topic"),
    Reason.TOPIC_CLOSE_RIGHT: (400, "Bad Request: not enough rights to close or open the topic"),
    Reason.TOPIC_DELETE_RIGHT: (400, "Bad Request: not enough rights to delete the topic"),
    Reason.NOT_A_FORUM: (400, "Bad Request: the chat is not a forum"),
    Reason.NOT_A_FORUM_GROUP: (400, "Bad Request: the chat is not a supergroup forum"),
    Reason.NAME_EMPTY: (400, "Bad Request: name must be non-empty"),
    Reason.ICON_COLOR_INVALID: (400, "Bad Request: invalid icon color specified"),
    Reason.GROUP_UPGRADED: (400, "Bad Request: group chat was upgraded to a supergroup chat"),
    Reason.SEND_RIGHT: (400, "Bad Request: not enough rights to send text messages to the chat"),
    Reason.WRITE_RIGHT: (400, "Bad Request: have no write access to the chat"),
    Reason.BUTTON_DATA_INVALID: (400, "Bad Request: BUTTON_DATA_INVALID"),
    Reason.BUTTON_EMPTY: (400, "Bad Request: inline keyboard button text must be non-empty"),
    Reason.KEYBOARD_TOO_LONG: (400, "Bad Request: reply markup is too long"),
    Reason.QUERY_TOO_OLD: (
        400,
        "Bad Request: query is too old and response timeout expired or query ID is invalid",
    ),
    Reason.FILE_TOO_BIG: (400, "Bad Request: file is too big"),
    Reason.FILE_UNKNOWN: (400, "Bad Request: wrong file_id or the file is temporarily unavailable"),
    Reason.PHOTO_ABSENT: (400, "Bad Request: there is no photo in the request"),
    Reason.WEBHOOK_URL_INVALID: (400, "Bad Request: invalid webhook URL specified"),
    Reason.SECRET_INVALID: (400, "Bad Request: secret token contains unallowed characters"),
    Reason.RESTART: (500, "Internal Server Error: restart"),
}


@pytest.mark.parametrize("reason", GOLDEN, ids=lambda reason: reason.name)
def test_a_refusal_reads_as_the_official_servers(reason: Reason) -> None:
    code, description = GOLDEN[reason]
    assert ApiError(reason).body() == {"ok": False, "error_code": code, "description": description}


def test_a_budget_exceeded_says_how_long_to_wait() -> None:
    assert too_many(7).body() == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 7",
        "parameters": {"retry_after": 7},
    }


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Chat not found", "Bad Request: chat not found"),
        ("TOPIC_CLOSED", "Bad Request: TOPIC_CLOSED"),
        ("C_ODE", "Bad Request: C_ODE"),
        ("X", "Bad Request: x"),
    ],
)
def test_only_server_codes_keep_their_capital(sentence: str, expected: str) -> None:
    assert describe(400, sentence) == expected


def test_no_two_refusals_share_a_sentence() -> None:
    assert len({reason.value for reason in Reason}) == len(Reason.__members__)

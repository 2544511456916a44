"""Outbox rows as Bot API calls."""

from collections.abc import Iterator, Mapping
from typing import cast

from telegram import InputFile

from crm_store.claims import Claimed
from crm_store.models.outbox import Action
from crm_store.outbox import LONGEST

Params = dict[str, object]
CAPTION = 1024
_ENDS = ("\n\n", "\n", "。", "！", "？", ". ", "! ", "? ", "，", ", ", " ")


def call(row: Claimed) -> tuple[str, Params]:  # noqa: PLR0911 - one return for each action
    """Name the method and parameters that carry a row out."""
    body = row.body
    params: Params = {"chat_id": int(row.chat)}
    thread = row.thread or body.get("thread")
    message = row.target or body.get("message")
    if row.action is Action.SEND:
        return "sendMessage", {**params, **_topic(thread), "text": body.get("text", ""), **_markup(body)}
    if row.action is Action.EDIT and "caption" in body:
        return "editMessageCaption", {**params, **_message(message), "caption": body["caption"]}
    if row.action is Action.EDIT:
        return "editMessageText", {
            **params,
            **_message(message),
            "text": body.get("text", ""),
            **_markup(body),
        }
    if row.action is Action.COPY and "messages" in body:
        ids = [int(cast("str", one)) for one in cast("list[object]", body["messages"])]
        source = {"from_chat_id": int(cast("str", body["from_chat"])), "message_ids": ids}
        return "copyMessages", {**params, **_topic(thread), **source}
    if row.action is Action.COPY:
        source = {"from_chat_id": int(cast("str", body["from_chat"])), **_message(body.get("message"))}
        caption = {"caption": body["caption"]} if "caption" in body else {}
        return "copyMessage", {**params, **_topic(thread), **source, **caption}
    if row.action is Action.REACT:
        emoji = [{"type": "emoji", "emoji": body.get("emoji", "👍")}]
        return "setMessageReaction", {**params, **_message(body.get("message")), "reaction": emoji}
    if row.action is Action.PIN:
        return "pinChatMessage", {**params, **_message(message), "disable_notification": True}
    if row.action is Action.MAKE_THREAD:
        return "createForumTopic", {**params, "name": body.get("name", "")}
    if row.action is Action.OPEN_THREAD:
        return "reopenForumTopic", {**params, **_topic(thread)}
    return "closeForumTopic", {**params, **_topic(thread)}


def photo(row: Claimed, content: bytes) -> Params:
    """Give the parameters that send a picture with its text below it."""
    return {
        "chat_id": int(row.chat),
        **_topic(row.thread or row.body.get("thread")),
        "photo": InputFile(content, filename="chart.png"),
        "caption": str(row.body.get("text", ""))[:CAPTION],
        **_markup(row.body),
    }


def document(row: Claimed, content: bytes) -> Params:
    """Give the parameters that send a file with its text below it."""
    params = photo(row, content)
    del params["photo"]
    return {**params, "document": InputFile(content, filename=str(row.body["document"]))}


def pieces(text: str, most: int = LONGEST) -> Iterator[str]:
    """Cut a long text at paragraphs, sentences or words, each piece short enough for one message."""
    rest = text
    while len(rest) > most:
        cut = next((at + len(end) for end in _ENDS if (at := rest.rfind(end, most // 2, most - 1)) > 0), most)
        yield rest[:cut].rstrip()
        rest = rest[cut:].lstrip()
    yield rest


def _topic(thread: object) -> Params:
    return {"message_thread_id": int(cast("str", thread))} if thread else {}


def _message(message: object) -> Params:
    return {"message_id": int(cast("str", message))} if message else {}


def _markup(body: Mapping[str, object]) -> Params:
    rows = cast("list[list[list[str]]]", body.get("buttons") or [])
    if not rows:
        return {}
    keys = [[{"text": label, "callback_data": data} for label, data in row] for row in rows]
    return {"reply_markup": {"inline_keyboard": keys}}

"""The Telegram channel: what the outbox says becomes calls, what Telegram refuses becomes reasons."""

import logging
from collections.abc import Mapping
from typing import cast

from telegram import Bot
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.channels.telegram import outbound
from bot.channels.telegram.request import NeverSentError
from crm_store.claims import Claimed
from crm_store.models.outbox import Action
from crm_store.outbox import LONGEST
from handlers.ports import DeliveryError

log = logging.getLogger("hearwell.telegram")
UNREACHABLE = (
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "have no write access",
    "group chat was deactivated",
)
GONE = ("message thread not found", "topic_deleted", "topic_id_invalid")
HARMLESS = ("message is not modified", "topic_not_modified", "query is too old")


class RawBot(Bot):
    """The library's bot for calls that parse no answer, without its advice to use the typed ones."""

    def _warn(self, *_told: object, **_more: object) -> None:  # type: ignore[override]  # whatever it would say
        """Say nothing: the advice costs as much as building the request."""


class TelegramChannel:
    """Carries outbox rows to Telegram."""

    name = "telegram"

    def __init__(self, bot: Bot) -> None:
        """Use a bot whose session is open."""
        self.bot = bot

    async def send(self, row: Claimed, attachment: bytes | None) -> str | None:
        """Carry out a row and return Telegram's id of it, or raise DeliveryError."""
        try:
            return await self._carry(row, attachment)
        except TelegramError as error:
            told = explained(error)
            if told is None:
                return row.target or cast("str | None", row.body.get("message"))
            raise told from error

    async def acknowledge(self, press_id: str) -> None:
        """Stop the spinner of a pressed button; words follow as a message or an edit."""
        try:
            await self.bot.do_api_request("answerCallbackQuery", {"callback_query_id": press_id})
        except TelegramError as error:
            log.debug("a press was not acknowledged: %s", error)

    async def _carry(self, row: Claimed, attachment: bytes | None) -> str | None:
        if attachment is not None and "document" in row.body:
            return _id(await self.bot.do_api_request("sendDocument", outbound.document(row, attachment)))
        if attachment is not None:
            return _id(await self.bot.do_api_request("sendPhoto", outbound.photo(row, attachment)))
        method, params = outbound.call(row)
        text = params.get("text")
        if row.action is Action.SEND and isinstance(text, str) and len(text) > LONGEST:
            *before, params["text"] = outbound.pieces(text)
            for piece in before:
                bare = {key: value for key, value in params.items() if key != "reply_markup"}
                await self.bot.do_api_request(method, {**bare, "text": piece})
        return _id(await self.bot.do_api_request(method, params)) or row.target


def _id(answer: object) -> str | None:
    if not isinstance(answer, Mapping):
        return None
    found = answer.get("message_thread_id") if "name" in answer else answer.get("message_id")
    return None if found is None else str(found)


def explained(error: TelegramError) -> DeliveryError | None:  # noqa: PLR0911 - one return for each kind
    """Say what an error of Telegram means for a row, or None when all is well."""
    words = error.message
    plain = words.lower()
    if isinstance(error, RetryAfter):
        return DeliveryError("limited", words, retry_after=_seconds(error))
    if isinstance(error, ChatMigrated):
        return DeliveryError("moved", words, moved_to=str(error.new_chat_id))
    if isinstance(error, Forbidden):
        return DeliveryError("unreachable", words)
    if isinstance(error, BadRequest):
        if any(said in plain for said in HARMLESS):
            return None
        if any(said in plain for said in UNREACHABLE):
            return DeliveryError("unreachable", words)
        return DeliveryError("gone" if any(said in plain for said in GONE) else "refused", words)
    if isinstance(error, NeverSentError | InvalidToken):
        return DeliveryError("never_sent", words)
    if isinstance(error, NetworkError):
        return DeliveryError("doubtful", words)
    return DeliveryError("doubtful", words)


def _seconds(error: RetryAfter) -> float:
    waits = error.retry_after
    return float(waits) if isinstance(waits, int | float) else waits.total_seconds()

"""The poll loop: Telegram forgets a batch only after it is journalled."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import cast

from telegram import Bot
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram.channel import explained
from bot.channels.telegram.inbound import ALLOWED, Raw
from crm_store.errors import StoreError

log = logging.getLogger("hearwell.telegram")
WAIT, LIMIT = 50, 100
Accept = Callable[[Sequence[Raw]], Awaitable[None]]


class Poller:
    """Asks for updates and hands them to intake, one batch at a time."""

    def __init__(self, bot: Bot, accept: Accept) -> None:
        """Poll with a bot and hand each batch over before it is confirmed."""
        self._bot, self._accept = bot, accept
        self._offset: int | None = None
        self._pause = 0.5

    async def run(self) -> None:
        """Poll until cancelled."""
        while True:
            try:
                await self._once()
                self._pause = 0.5
            except StoreError as error:
                log.warning("a batch was not journalled and will come again: %s", error)
                await self._rest()
            except Conflict as error:
                log.error("another process polls with this token: %s", error.message)
                await asyncio.sleep(5)
            except InvalidToken:
                log.error("Telegram no longer accepts the token; set HEARWELL_TELEGRAM__TOKEN anew")
                await asyncio.sleep(30)
            except RetryAfter as error:
                told = explained(error)
                await asyncio.sleep(told.retry_after if told and told.retry_after else 1)
            except TelegramError as error:
                log.warning("polling failed and goes on: %s", error.message)
                await self._rest()
            except Exception:
                log.exception("a batch was not taken and will come again")
                await self._rest()

    async def confirm(self) -> None:
        """Tell Telegram what was journalled, so that it does not come again after a stop."""
        if self._offset is None:
            return
        try:
            await self._bot.do_api_request(
                "getUpdates", {"offset": self._offset, "timeout": 0, "limit": 1, "allowed_updates": ALLOWED}
            )
        except TelegramError as error:
            log.debug("the last batch was not confirmed and will come again: %s", error.message)

    async def _once(self) -> None:
        wanted: dict[str, object] = {"timeout": WAIT, "limit": LIMIT, "allowed_updates": ALLOWED}
        if self._offset is not None:
            wanted["offset"] = self._offset
        answer = await self._bot.do_api_request("getUpdates", wanted, read_timeout=WAIT + 10)
        updates = [raw for raw in cast("list[Raw]", answer) if _is_number(raw.get("update_id"))]
        if updates:
            await self._accept(updates)
            self._offset = cast("int", updates[-1]["update_id"]) + 1
        elif answer:
            log.error("an answer of %d updates holds none that can be kept", len(cast("list[Raw]", answer)))
            await self._rest()

    async def _rest(self) -> None:
        await asyncio.sleep(self._pause)
        self._pause = min(30.0, self._pause * 2)


def _is_number(value: object) -> bool:
    return type(value) is int and abs(value) < 2**63

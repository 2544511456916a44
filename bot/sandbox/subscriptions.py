"""How a bot gets its updates: by polling or by webhook."""

import asyncio
import re
from urllib.parse import urlsplit

from bot.sandbox.bots import Account, Webhook
from bot.sandbox.call import Call
from bot.sandbox.errors import ApiError, Reason
from bot.sandbox.shapes import Json

LONGEST_POLL = 50
BATCH = 100
_HERE = ("127.0.0.1", "localhost", "::1")
_SECRET = re.compile(r"[A-Za-z0-9_-]{0,256}")


async def get_updates(call: Call) -> list[Json]:
    """Confirm what lies before `offset` and return the next updates, waiting for them if asked."""
    bot, arguments = call.bot, call.arguments
    if bot.webhook is not None:
        raise ApiError(Reason.WEBHOOK_ACTIVE)
    _remember_allowed(call)
    _interrupt(bot, Reason.POLLED_ELSEWHERE)
    if bot.updates.confirm(arguments.number("offset") or 0):
        call.world.is_changed = True
    limit = arguments.number("limit") or BATCH
    limit = limit if 1 <= limit <= BATCH else BATCH
    seconds = min(max(arguments.number("timeout") or 0, 0), LONGEST_POLL)
    found = bot.updates.take(limit, call.world.clock.now())
    if not found and seconds:
        await _wait(bot, seconds)
        found = bot.updates.take(limit, call.world.clock.now())
    return [update.as_update() for update in found]


def set_webhook(call: Call) -> bool:
    """Have updates posted to an address on this machine; an empty one ends that."""
    arguments, bot = call.arguments, call.bot
    url, secret = arguments.text("url"), arguments.text("secret_token")
    if not url:
        return delete_webhook(call)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ApiError(Reason.WEBHOOK_URL_INVALID)
    if parts.hostname not in _HERE:
        raise ApiError(Reason.WEBHOOK_ELSEWHERE)
    if not _SECRET.fullmatch(secret):
        raise ApiError(Reason.SECRET_INVALID)
    _remember_allowed(call)
    _drop_pending(call)
    bot.use_webhook(Webhook(url, secret, min(max(arguments.number("max_connections") or 40, 1), 100)))
    _interrupt(bot, Reason.WEBHOOK_SET)
    call.world.notify("call")
    return True


def delete_webhook(call: Call) -> bool:
    """Go back to polling."""
    _drop_pending(call)
    call.bot.use_webhook(None)
    call.world.notify("call")
    return True


def get_webhook_info(call: Call) -> Json:
    """Tell how the webhook does."""
    bot = call.bot
    hook = bot.webhook
    info: Json = {
        "url": hook.url if hook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(bot.updates.waiting),
    }
    if hook:
        info |= {"max_connections": hook.max_connections, "ip_address": "127.0.0.1"}
        if hook.last_error_date:
            info |= {"last_error_date": hook.last_error_date, "last_error_message": hook.last_error_message}
    if bot.updates.allowed:
        info["allowed_updates"] = bot.updates.allowed
    return info


async def _wait(bot: Account, seconds: int) -> None:
    poll = bot.poll = asyncio.get_running_loop().create_future()
    arrival = asyncio.ensure_future(bot.updates.arrived.wait())
    try:
        await asyncio.wait((poll, arrival), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if poll.done():
            raise ApiError(poll.result())
    finally:
        arrival.cancel()
        if bot.poll is poll:
            bot.poll = None


def _interrupt(bot: Account, reason: Reason) -> None:
    if bot.poll is not None and not bot.poll.done():
        bot.poll.set_result(reason)


def _remember_allowed(call: Call) -> None:
    given = call.arguments.json("allowed_updates")
    if isinstance(given, list):
        call.bot.updates.allowed = [str(kind) for kind in given]


def _drop_pending(call: Call) -> None:
    if call.arguments.flag("drop_pending_updates"):
        call.bot.updates.clear()

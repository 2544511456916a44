"""From a call's name and arguments to its answer: faults, limits, the method, the log."""

import asyncio
import logging
import math
from dataclasses import dataclass

from bot.sandbox import methods
from bot.sandbox.arguments import Arguments
from bot.sandbox.bots import Account
from bot.sandbox.call import Call
from bot.sandbox.calls import CallRecord, shorten
from bot.sandbox.errors import ApiError, Reason, too_many
from bot.sandbox.faults import Fault
from bot.sandbox.registry import COUNTED, METHODS
from bot.sandbox.shapes import Json, as_int
from bot.sandbox.subscriptions import get_updates
from bot.sandbox.world import World

logger = logging.getLogger(__name__)
_NOTES = {"setWebhook": "Webhook was set", "deleteWebhook": "Webhook was deleted"}


@dataclass(slots=True, frozen=True)
class Answer:
    """What goes back: a status and a body, or nothing because the connection is dropped."""

    status: int
    body: Json
    is_dropped: bool = False


async def perform(world: World, bot: Account, name: str, arguments: Arguments) -> Answer:
    """Carry out one call and log it."""
    method = methods.CANONICAL.get(name.lower())
    chat = as_int(arguments.values.get("chat_id"))
    fault = world.faults.strike(method, chat) if method else None
    record = CallRecord(world.clock.now(), method or name, shorten(arguments.values))
    if fault is not None and fault.kind == "drop_before":
        record.ok, record.error = False, "dropped before it was carried out"
        _log(world, record, chat)
        return Answer(0, {}, is_dropped=True)
    answer = await _answer(Call(world, bot, arguments), name, fault)
    record.ok = answer.status == 200
    record.error = "" if record.ok else f"{answer.status} {answer.body.get('description', '')}"
    if method is not None:
        record.problems = methods.problems(method, arguments.values, arguments.files)
    if method != "getUpdates" or not record.ok or record.problems:
        _log(world, record, chat)
    if fault is not None and fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
    is_dropped = fault is not None and fault.kind == "drop_after"
    return Answer(answer.status, answer.body, is_dropped=is_dropped)


async def _answer(call: Call, name: str, fault: Fault | None) -> Answer:
    try:
        _refuse_on_order(fault)
        method = methods.CANONICAL.get(name.lower())
        if method is None:
            known = methods.KNOWN.get(name.lower())
            raise ApiError(Reason.METHOD_MISSING, known) if known else ApiError(Reason.METHOD_UNKNOWN)
        result: object = await get_updates(call) if method == "getUpdates" else _counted(call, method)
    except ApiError as error:
        return Answer(error.code, error.body())
    body: Json = {"ok": True, "result": result}
    if method in _NOTES:
        body["description"] = _NOTES[method]
    return Answer(200, body)


def _counted(call: Call, method: str) -> object:
    chat = as_int(call.arguments.values.get("chat_id")) if method in COUNTED else None
    if chat is None:
        return METHODS[method](call)
    seconds = call.world.limits.wait(call.bot.id, chat)
    if seconds:
        raise too_many(seconds)
    result = METHODS[method](call)
    call.world.limits.spend(call.bot.id, chat)
    return result


def _refuse_on_order(fault: Fault | None) -> None:
    match fault.kind if fault else "":
        case "429":
            raise too_many(math.ceil(fault.seconds) if fault else 1)
        case "500":
            raise ApiError(Reason.RESTART)
        case "403":
            raise ApiError(Reason.BLOCKED)


def _log(world: World, record: CallRecord, chat: int | None) -> None:
    world.calls.add(record)
    if record.problems or not record.ok:
        logger.info("%s: %s", record.method, record.error or "; ".join(record.problems))
    if world.watchers:
        world.notify("call", chat)

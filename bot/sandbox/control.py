"""The control API: what the page and tests ask of the sandbox. JSON over HTTP, no token."""

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable

import orjson
from aiohttp import web

from bot.sandbox import acts, presses, samples, views
from bot.sandbox.chats import Member, Topic
from bot.sandbox.errors import ApiError, SandboxError
from bot.sandbox.faults import KINDS, Fault
from bot.sandbox.files import File
from bot.sandbox.forum import open_topic, remove_topic, turn_topic
from bot.sandbox.order import Order
from bot.sandbox.shapes import Json, as_int, as_list, as_mapping
from bot.sandbox.world import World

ANSWER_WAIT = 3


def add_person(order: Order) -> object:
    """Add a person."""
    person = order.world.add_person(
        order.text("name"),
        language_code=order.text("language_code", "en"),
        username=order.text("username"),
        person_id=order.optional("id"),
    )
    person.role_hint = order.text("role_hint")
    person.is_pinned = bool(order.fields.get("pinned", False))
    order.world.notify("people")
    return views.person(person, order.bot)


def add_group(order: Order) -> object:
    """Add a forum group, with the bot as administrator, as member, or without it."""
    world, bot = order.world, order.bot
    members, admins = (
        [as_int(each) or 0 for each in as_list(order.fields.get(name))] for name in ("members", "admins")
    )
    title = order.text("title", "Support")
    group = world.add_group(title, members=members, admins=admins, group_id=order.optional("id"))
    if order.fields.get("bot_member", True):
        status = "administrator" if order.fields.get("bot_admin", True) else "member"
        world.place_bot(bot, group, Member(status), (admins or members or [bot.id])[0])
    return views.chat(world, group, is_full=True)


def place(order: Order) -> object:
    """Give a person, or the bot, another place in a group."""
    world, chat, status = order.world, order.chat(), order.text("status", "member")
    if status not in ("member", "administrator", "left", "kicked"):
        raise SandboxError("status must be member, administrator, left or kicked.")
    new = Member(status, [str(right) for right in as_list(order.fields.get("lacking"))])
    by = order.optional("from") or next((user for user in chat.members if user in world.people), order.bot.id)
    if order.number("person") == order.bot.id:
        world.place_bot(order.bot, chat, new, by)
    else:
        world.place_person(order.person("person"), chat, new, by)
    return views.chat(world, chat, is_full=False)


def send(order: Order) -> object:
    """Send a message as a person."""
    world, person = order.world, order.person()
    is_own = order.optional("chat") in (None, person.id)
    chat = world.open_private(order.bot, person) if is_own else order.chat()
    draft = acts.Draft(
        text=order.text("text") or order.text("caption"),
        file=_file(order, "photo") or _file(order, "document"),
        thread=order.optional("thread"),
        reply_to=order.optional("reply_to"),
        album=order.text("media_group_id"),
    )
    return views.message(world, chat, acts.write(world, chat, person, draft))


async def press(order: Order) -> object:
    """Press a button and wait a little for the bot's answer."""
    where = (order.number("message_id"), order.text("data"))
    query = presses.press(order.world, order.bot, order.chat(), order.person(), where)
    await asyncio.wait((query.answered,), timeout=ANSWER_WAIT)
    return {"answer": query.answered.result() if query.answered.done() else None}


def edit(order: Order) -> object:
    """Edit a person's message."""
    world, chat = order.world, order.chat()
    message = acts.edit(world, chat, order.person(), order.number("message_id"), order.text("text"))
    return views.message(world, chat, message)


def react(order: Order) -> object:
    """React to a message as a person."""
    acts.react(order.world, order.chat(), order.person(), order.number("message_id"), order.text("emoji"))
    return {}


def block(order: Order) -> object:
    """Block or unblock the bot."""
    person = order.person("person")
    acts.block(order.world, order.bot, person, is_blocked=bool(order.fields.get("blocked", True)))
    return views.person(person, order.bot)


def topic(order: Order) -> object:
    """Close, reopen, delete or create a topic as one of the group's people."""
    world, chat, action = order.world, order.chat(), order.text("action")
    people = [user for user in chat.members if user in world.people]
    by = order.optional("from") or next(iter(people), order.bot.id)
    if not chat.member(by).may("can_manage_topics"):
        raise SandboxError(
            f"{world.users.as_user(by)['first_name']} may not manage the topics of {chat.title}."
        )
    match action:
        case "create":
            open_topic(world, chat, Topic(chat.next_id(), order.text("name", "Topic")), by=by)
        case "close" | "reopen":
            turn_topic(world, chat, order.topic(chat), "closed" if action == "close" else "open", by=by)
        case "delete":
            remove_topic(world, chat, order.topic(chat))
        case _:
            raise SandboxError("action must be create, close, reopen or delete.")
    return views.chat(world, chat, is_full=False)


def clock(order: Order) -> object:
    """Skip ahead."""
    seconds = order.number("advance")
    if seconds < 0:
        raise SandboxError("The clock only runs forward.")
    order.world.clock.advance(seconds)
    order.world.notify("clock")
    return {"now": order.world.now(), "offset_seconds": order.world.clock.offset}


def faults(order: Order) -> object:
    """Order a trouble, or make one happen at once."""
    kind = order.text("kind")
    match kind:
        case "duplicate_last_update":
            return updates(Order(order.world, order.fields | {"action": "duplicate_last"}))
        case "delete_topic":
            return topic(Order(order.world, order.fields | {"action": "delete"}))
        case "remove_admin":
            chat = order.chat()
            by = next((user for user in chat.members if user in order.world.people), order.bot.id)
            order.world.place_bot(order.bot, chat, Member(), by)
            return {}
    if kind not in KINDS:
        raise SandboxError(f"kind must be one of {', '.join(KINDS)}.")
    fault = Fault(
        kind=kind,
        method=order.text("method"),
        chat=order.optional("chat"),
        times=order.optional("times") if "times" in order.fields else 1,
        seconds=order.fraction("seconds", 3),
        share=order.fraction("share", 1),
    )
    order.world.faults.order(fault, seed=order.optional("seed"))
    order.world.notify("call")
    return {"faults": order.world.faults.waiting}


def limits(order: Order) -> object:
    """Switch the budgets on or off."""
    mode = order.text("mode")
    if mode not in ("strict", "off"):
        raise SandboxError("mode must be strict or off.")
    order.world.limits.mode = mode
    order.world.notify("call")
    return {"mode": mode}


def updates(order: Order) -> object:
    """Deliver the last update once more."""
    if order.text("action") != "duplicate_last":
        raise SandboxError("action must be duplicate_last.")
    is_resent = bool(order.fields.get("new_id"))
    update = order.bot.updates.repeat_last(is_resent=is_resent, now=order.world.clock.now())
    if update is None:
        raise SandboxError("There was no update yet.")
    return {"update_id": update.id}


ORDERS: dict[str, Callable[[Order], object] | Callable[[Order], Awaitable[object]]] = {
    "people": add_person,
    "groups": add_group,
    "members": place,
    "send": send,
    "press": press,
    "edit": edit,
    "react": react,
    "block": block,
    "topic": topic,
    "clock": clock,
    "faults": faults,
    "limits": limits,
    "updates": updates,
}


async def obey(world: World, request: web.Request) -> web.Response:
    """Carry out a control request."""
    try:
        act = ORDERS.get(request.match_info["order"])
        if act is None:
            raise SandboxError(f"There is no order {request.match_info['order']}.")
        result = act(Order(world, await _fields(request)))
        return reply(await result if isinstance(result, Awaitable) else result)
    except SandboxError as error:
        return reply({"error": str(error)}, status=400)
    except ApiError as error:
        return reply({"error": error.description}, status=400)


def reply(content: object, *, status: int = 200) -> web.Response:
    """Answer with JSON."""
    body = orjson.dumps(content, option=orjson.OPT_NON_STR_KEYS)
    return web.Response(body=body, status=status, content_type="application/json")


async def _fields(request: web.Request) -> Json:
    body = await request.read()
    try:
        return as_mapping(orjson.loads(body)) if body else {}
    except orjson.JSONDecodeError as error:
        raise SandboxError("The body is no JSON.") from error


def _file(order: Order, kind: str) -> File | None:
    given = order.fields.get(kind)
    if not given:
        return None
    fields = as_mapping(given)
    is_photo = kind == "photo"
    name = str(fields.get("name") or ("photo.png" if is_photo else "sample.txt"))
    try:
        content = base64.b64decode(str(fields.get("base64") or ""), validate=True)
    except binascii.Error as error:
        raise SandboxError("base64 cannot be decoded.") from error
    content = content or (samples.photo() if is_photo else samples.DOCUMENT)
    mime = str(fields.get("mime") or ("image/png" if is_photo else "text/plain"))
    return order.world.files.store(kind, name, mime, content)

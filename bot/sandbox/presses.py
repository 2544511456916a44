"""Presses of buttons and their answers."""

import asyncio

from bot.sandbox.bots import Account, CallbackQuery
from bot.sandbox.call import Call
from bot.sandbox.chats import Chat
from bot.sandbox.errors import ApiError, Reason, SandboxError
from bot.sandbox.keyboards import find_button
from bot.sandbox.messages import Message
from bot.sandbox.people import Person
from bot.sandbox.rendering import inaccessible
from bot.sandbox.shapes import Json, present
from bot.sandbox.updates import CALLBACK_LIFETIME
from bot.sandbox.world import World

ANSWER_LIMIT = 200


def press(world: World, bot: Account, chat: Chat, person: Person, where: tuple[int, str]) -> CallbackQuery:
    """Press the button of a message (its id and the button's data) as a person would."""
    message_id, data = where
    message = chat.messages.get(message_id)
    if message is None and not 0 < message_id <= chat.last_id:
        raise SandboxError(f"There is no message {message_id} in this chat.")
    if message is not None and find_button(message, data) is None:
        raise SandboxError(f"Message {message_id} has no button with the data {data!r}.")
    query = CallbackQuery(
        id=str(person.id * 1_000_000_000 + world.next_serial()),
        expires=world.clock.now() + CALLBACK_LIFETIME,
        answered=asyncio.get_running_loop().create_future(),
    )
    owner = _owner(world, message, bot)
    _forget_old(world, owner)
    owner.queries[query.id] = query
    content: Json = {
        "id": query.id,
        "from": person.as_user(),
        "message": _shown(world, chat, message, message_id),
        "chat_instance": str(abs(chat.id) * 7_919 + owner.id),
        "data": data,
    }
    world.emit(owner, "callback_query", content, lane=f"user:{person.id}")
    return query


def answer_callback_query(call: Call) -> bool:
    """Answer a press."""
    arguments = call.arguments
    query = call.bot.queries.get(arguments.text("callback_query_id"))
    if query is None or query.expires <= call.world.clock.now():
        raise ApiError(Reason.QUERY_TOO_OLD)
    text = arguments.text("text")
    if len(text) > ANSWER_LIMIT:
        raise ApiError(Reason.ANSWER_TOO_LONG)
    if not query.answered.done():
        shown = present(url=arguments.text("url"))
        query.answered.set_result({"text": text, "show_alert": arguments.flag("show_alert"), **shown})
    return True


def _shown(world: World, chat: Chat, message: Message | None, message_id: int) -> Json:
    return inaccessible(chat, message_id) if message is None else world.show(chat, message)


def _owner(world: World, message: Message | None, bot: Account) -> Account:
    authors = {account.id: account for account in world.bots.values()}
    return bot if message is None else authors.get(message.sender, bot)


def _forget_old(world: World, bot: Account) -> None:
    now = world.clock.now()
    while bot.queries and next(iter(bot.queries.values())).expires <= now:
        del bot.queries[next(iter(bot.queries))]

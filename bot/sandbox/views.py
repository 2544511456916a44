"""What the page sees: people, chats, messages and the settings of the sandbox."""

from collections.abc import Collection
from itertools import islice

from bot.sandbox.bots import Account
from bot.sandbox.chats import Chat
from bot.sandbox.messages import Message
from bot.sandbox.people import Person
from bot.sandbox.shapes import Json
from bot.sandbox.world import World

MESSAGES_SHOWN = 200


def state(world: World, bot: Account, wanted: Collection[int] | None = None) -> Json:
    """Return everything, with the messages of the wanted chats only (None: of all)."""
    chats = [*bot.private.values(), *world.groups.values()]
    return {
        "now": world.now(),
        "offset_seconds": world.clock.offset,
        "bot": bot.as_me() | {"commands": bot.commands},
        "people": [person(each, bot) for each in world.people.values()],
        "chats": [chat(world, each, is_full=wanted is None or each.id in wanted) for each in chats],
        "faults": world.faults.waiting,
        "limits": {"mode": world.limits.mode},
        "calls_total": world.calls.total,
    }


def person(each: Person, bot: Account) -> Json:
    """Return a person as the page knows them."""
    own = bot.private.get(each.id)
    return {
        "id": each.id,
        "name": each.name,
        "language_code": each.language_code,
        "username": each.username,
        "started": own is not None,
        "blocked": own is not None and own.is_blocked,
        "role_hint": each.role_hint,
        "pinned": each.is_pinned,
    }


def chat(world: World, shown: Chat, *, is_full: bool) -> Json:
    """Return a chat as the page knows it."""
    latest = list(islice(reversed(shown.messages.values()), MESSAGES_SHOWN)) if is_full else []
    return {
        "id": shown.id,
        "type": shown.kind,
        "title": shown.title,
        "is_forum": shown.is_forum,
        "blocked": shown.is_blocked,
        "pinned": shown.pinned,
        "last_message_id": shown.last_id,
        "topics": [topic for topic in shown.topics.values() if topic.state != "deleted"],
        "members": [{"id": user, "status": place.status} for user, place in shown.members.items()],
        "messages": [message(world, shown, each) for each in reversed(latest)],
    }


def message(world: World, where: Chat, shown: Message) -> Json:
    """Return a message as the Bot API shows it, with its reactions and reply keyboard besides."""
    found = world.show(where, shown)
    found["reactions"] = [
        {"from": user, "emoji": emoji} for user, each in shown.reactions.items() for emoji in each
    ]
    if shown.keyboard is not None:
        found["reply_keyboard"] = shown.keyboard
    return found

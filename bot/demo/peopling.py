"""The demo's people in the sandbox: their accounts, their chats with the bot, and the staff's group."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.demo.cast import (
    ADMIN,
    BOT_NAME,
    BOT_USERNAME,
    CHEN,
    GROUP_TITLE,
    LI,
    MEI,
    STAFF,
    STAFF_GROUP,
    Shopper,
)
from bot.demo.history import History, Line
from bot.sandbox.chats import Member
from bot.sandbox.messages import Message
from bot.sandbox.world import World
from handlers.texts import catalogue

CODES = {"zh": "zh-hans", "en": "en"}


def people_staff(world: World) -> None:
    """Add the staff and their forum group, with the bot as its administrator."""
    for one in STAFF:
        person = world.add_person(one.name, language_code=CODES[one.language], person_id=one.address)
        person.role_hint, person.is_pinned = one.role.value, True
        world.open_private(world.bot, person)
    world.bot.name, world.bot.username = BOT_NAME, BOT_USERNAME
    members = [one.address for one in STAFF]
    group = world.add_group(
        GROUP_TITLE, members=members, admins=[ADMIN.address, CHEN.address], group_id=STAFF_GROUP
    )
    group.members[world.bot.id] = Member("administrator")


def people_customers(world: World, people: Sequence[Shopper]) -> None:
    """Add the customers, Li before Mei: the page begins with the first, who has nothing open."""
    for one in sorted(people, key=lambda each: each is not LI):
        person = world.add_person(one.name, language_code=CODES[one.language], person_id=one.address)
        person.role_hint, person.is_pinned = "customer", one.is_pinned
        chat = world.open_private(world.bot, person)
        chat.is_blocked = one.has_blocked or one.blocks_unseen


def greet(history: History, people: Sequence[Shopper], *, base: datetime) -> None:
    """Begin every chat with its first meeting; Mei's is still to come."""
    for one in people:
        if one is not MEI:
            at = one.since(base) - timedelta(minutes=1)
            words = catalogue.say(one.language, "start.greeting", name=one.name)
            history.lines[one.number] += [Line(at, "customer", "/start"), Line(at, "bot", words)]


def show_history(world: World, history: History, people: Sequence[Shopper]) -> None:
    """Write into the chats what was said in them."""
    for one in people:
        chat = world.bot.private[one.address]
        for line in history.lines[one.number]:
            sender = one.address if line.speaker == "customer" else world.bot.id
            content = {"text": line.text}
            chat.keep(Message(line.provider_id, sender, int(line.at.timestamp()), dict(content)))
            chat.last_id = line.provider_id


def show_cards(world: World, owner: int, cards: Sequence[tuple[datetime, str]]) -> None:
    """Write into a marketer's chat how past campaigns ended."""
    chat = world.bot.private[owner]
    for at, text in cards:
        chat.keep(Message(chat.next_id(), world.bot.id, int(at.timestamp()), {"text": text}))

"""Command menus on a served API: one for each scope and language, set only when it differs."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy.orm import Session
from telegram import Bot

from bot import config
from bot.app import App
from bot.channels.telegram import menus
from bot.channels.telegram.request import AiohttpRequest
from bot.sandbox.bots import DEFAULT_TOKEN
from bot.sandbox.chats import Member
from bot.sandbox.faults import Fault
from bot.sandbox.server import serve
from bot.sandbox.world import World
from crm_store import staff
from crm_store.rules.roles import Role
from crm_store.staff import Colleague, Newcomer
from handlers.context import Desk
from handlers.routes import ROUTES
from handlers.texts import catalogue
from tests.bot.sandbox.lab import eventually
from tests.factories import MONDAY

WANG, ZHAO = 201, 203


@dataclass
class Shop:
    """A bot that shows its menus in a world."""

    world: World
    bot: Bot
    desk: Desk
    people: list[Colleague]

    async def publish(self) -> int:
        """Publish the menus and return how many calls set one."""
        before = self.sets()
        await menus.publish(self.bot, ROUTES, self.desk, self.people)
        return self.sets() - before

    def sets(self) -> int:
        return sum(call.method == "setMyCommands" for call in self.world.calls.latest)

    def menu(self, key: str) -> dict[str, str]:
        """Return what a menu lists: words by command."""
        shown = self.world.bot.commands.get(key, [])
        return {str(command["command"]): str(command["description"]) for command in shown}


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    world = World(limits="off")
    for person, name in ((WANG, "Wang 王"), (ZHAO, "Zhao 赵")):
        world.open_private(world.bot, world.add_person(name, person_id=person))
    group = world.add_group("Staff", members=[], admins=[WANG])
    group.members[world.bot.id] = Member("administrator")
    running = await serve(world)
    bot = Bot(
        DEFAULT_TOKEN, base_url=f"{running.url}/bot", request=AiohttpRequest(),
        get_updates_request=AiohttpRequest(connections=1),
    )  # fmt: skip
    await bot.initialize()
    desk = Desk(str(group.id), "zh", "UTC", b"secret", bot_name="hearwell_bot")
    yield Shop(world, bot, desk, [Colleague(str(WANG), "zh", frozenset({Role.AGENT}))])
    await bot.shutdown()
    await running.stop()


async def test_customers_read_their_own_language_and_else_the_house_s(shop: Shop) -> None:
    await shop.publish()
    for code, language in (("", "zh"), ("zh", "zh"), ("en", "en")):
        shown = shop.menu(f"all_private_chats::{code}")
        assert shown["status"] == catalogue.say(language, "command.status")
        assert "take" not in shown
        assert "campaign" not in shown


async def test_the_staff_group_is_offered_what_agents_do(shop: Shop) -> None:
    await shop.publish()
    for code, language in (("", "zh"), ("zh", "zh"), ("en", "en")):
        shown = shop.menu(f"chat_administrators:{shop.desk.staff_group}:{code}")
        assert shown["take"] == catalogue.say(language, "command.take")
        assert "campaign" not in shown
        assert "status" not in shown


async def test_who_serves_reads_the_menu_of_the_role_in_the_own_language(shop: Shop) -> None:
    shop.people.append(Colleague(str(ZHAO), "en", frozenset({Role.MARKETER})))
    await shop.publish()
    wang, zhao = shop.menu(f"chat:{WANG}:"), shop.menu(f"chat:{ZHAO}:")
    assert wang["take"] == catalogue.say("zh", "command.take")
    assert zhao["campaign"] == catalogue.say("en", "command.campaign")
    assert "campaign" not in wang
    assert "take" not in zhao


async def test_what_is_as_it_should_be_is_not_set_again(shop: Shop) -> None:
    assert await shop.publish() == 7
    assert await shop.publish() == 0


async def test_a_newcomer_gets_the_menu_of_the_role_and_nobody_else_s_is_set(shop: Shop) -> None:
    await shop.publish()
    shop.people.append(Colleague(str(ZHAO), "zh", frozenset({Role.MARKETER})))
    assert await shop.publish() == 1
    assert "campaign" in shop.menu(f"chat:{ZHAO}:")


async def test_a_new_role_and_a_new_language_change_one_menu_each(shop: Shop) -> None:
    await shop.publish()
    shop.people[0] = replace(shop.people[0], roles=frozenset({Role.SUPERVISOR}))
    assert await shop.publish() == 1
    assert "satisfaction" in shop.menu(f"chat:{WANG}:")
    shop.people[0] = replace(shop.people[0], language="en")
    assert await shop.publish() == 1
    assert shop.menu(f"chat:{WANG}:")["take"] == catalogue.say("en", "command.take")


async def test_one_who_left_the_bot_keeps_nobody_from_a_menu(shop: Shop) -> None:
    stranger = Colleague("999", "en", frozenset({Role.AGENT}))
    shop.people = [stranger, *shop.people]
    await shop.publish()
    assert shop.menu("chat:999:") == {}
    assert "take" in shop.menu(f"chat:{WANG}:")


async def test_a_refusal_for_one_menu_leaves_the_others(shop: Shop) -> None:
    shop.world.faults.order(Fault("500", "setMyCommands"))
    await shop.publish()
    assert len(shop.world.bot.commands) == 6
    assert await shop.publish() == 1


async def test_a_role_that_is_granted_while_the_bot_runs_shows_at_once(shop: Shop, tmp_path: Path) -> None:
    api = str(shop.bot.base_url).partition("/bot")[0]
    running = App(
        config.without_environment(
            telegram={"token": DEFAULT_TOKEN, "api_url": api}, web={"port": 0}, data_dir=tmp_path
        )
    )
    await running.start()
    assert running.parts is not None
    inbox_id = running.parts.inbox_id

    def hire(session: Session) -> None:
        newcomer = Newcomer(inbox_id, str(ZHAO), "Zhao 赵", "zh")
        member = staff.get_or_create(session, newcomer, now=MONDAY)
        staff.grant(session, member.id, Role.MARKETER, by="settings", now=MONDAY)

    await running.store.write(hire)
    await eventually(lambda: "campaign" in shop.menu(f"chat:{ZHAO}:"))
    await running.stop()

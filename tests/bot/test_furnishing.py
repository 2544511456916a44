"""What stands before the first update: the key, the admins of the settings, a staff group that is there."""

import stat
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from telegram import Bot

from bot import config, furnishing
from bot.channels.telegram.request import AiohttpRequest
from bot.sandbox.bots import DEFAULT_TOKEN
from bot.sandbox.chats import Member
from bot.sandbox.server import Running, serve
from bot.sandbox.world import World
from crm_store import gates, staff
from crm_store.rules.roles import Role
from crm_store.store import Store
from tests.factories import MONDAY

GROUP = -1001


@pytest.fixture
async def running() -> AsyncIterator[Running]:
    world = World(limits="off")
    chen = world.add_person("Chen 陈")
    group = world.add_group("Staff", members=[], admins=[chen.id], group_id=GROUP)
    group.members[world.bot.id] = Member("administrator")
    found = await serve(world)
    yield found
    await found.stop()


@pytest.fixture
async def bot(running: Running) -> AsyncIterator[Bot]:
    made = Bot(
        DEFAULT_TOKEN, base_url=f"{running.url}/bot", request=AiohttpRequest(),
        get_updates_request=AiohttpRequest(connections=1),
    )  # fmt: skip
    await made.initialize()
    yield made
    await made.shutdown()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(f"sqlite:///{tmp_path / 'store.db'}")
    made.create_tables()
    yield made
    made.close()


def furnish(store: Store, *admins: int, group: int | None = None) -> tuple[int, str | None]:
    settings = config.without_environment(telegram={"admins": admins, "staff_group": group})
    return store.write_now(lambda session: furnishing.furnish(session, settings, "100001", now=MONDAY))


def admins(store: Store, inbox_id: int) -> list[str]:
    return store.read_now(
        lambda session: [each.address for each in staff.with_role(session, inbox_id, Role.ADMIN)]
    )


def test_the_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    first = furnishing.secret_of(tmp_path)
    assert len(first) == 32
    assert furnishing.secret_of(tmp_path) == first
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600


def test_each_installation_has_a_key_of_its_own_though_an_earlier_try_was_cut_short(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "secret.new").write_bytes(b"cut short")
    keys = {furnishing.secret_of(tmp_path / name) for name in ("one", "two")}
    assert len(keys) == 2
    assert b"cut short" not in keys
    assert stat.S_IMODE((tmp_path / "one" / "secret.key").stat().st_mode) == 0o600


def test_admins_are_those_of_the_settings_at_every_start(store: Store) -> None:
    inbox_id, _ = furnish(store, 201, 202)
    assert admins(store, inbox_id) == ["201", "202"]
    assert furnish(store, 202)[0] == inbox_id
    assert admins(store, inbox_id) == ["202"]
    furnish(store, 201, 202)
    assert admins(store, inbox_id) == ["201", "202"]


def test_a_group_that_became_another_is_found_by_its_old_number(store: Store) -> None:
    inbox_id, group = furnish(store, group=-5)
    assert group == "-5"
    store.write_now(lambda session: gates.gate(session, inbox_id, "-5", until=None, dead="moved:-1001"))
    assert furnish(store, group=-5) == (inbox_id, "-1001")


async def test_a_group_that_is_there_is_used(bot: Bot) -> None:
    assert await furnishing.look_for(bot, str(GROUP)) == furnishing.Group(str(GROUP))
    assert await furnishing.look_for(bot, None) == furnishing.Group(None)


async def test_a_group_that_is_not_there_is_told_of(bot: Bot) -> None:
    found = await furnishing.look_for(bot, "-1009999999999")
    assert (found.chat, found.wanted) == (None, "-1009999999999")
    assert found.problem is not None
    assert "not found" in found.problem


async def test_a_network_that_is_down_takes_no_group_away(bot: Bot, running: Running) -> None:
    await running.stop()
    assert await furnishing.look_for(bot, str(GROUP)) == furnishing.Group(str(GROUP))

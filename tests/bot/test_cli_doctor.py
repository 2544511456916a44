"""`doctor`: every finding it can come to, in both languages, and 1 as the end when something fails."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.sandbox.bots import DEFAULT_TOKEN, Account, Webhook
from bot.sandbox.chats import Chat, Member
from bot.sandbox.server import serve
from bot.sandbox.shapes import Json
from bot.sandbox.world import World
from crm_store.run_lock import RunLock
from handlers.texts import catalogue
from tests.bot.console import Console, Said

STRANGER = "100002:" + "A" * 35
HOOK = "https://bot.example.org/telegram"
WAITS = """INSERT INTO outbox (inbox_id, chat, priority, rank, action, state, created, not_before, body)
           VALUES (1, '101', ?, 0, 'send', ?, 0, 0, '{}')"""


class Open(Account):
    """A bot that reads everything said in its groups."""

    def as_me(self) -> Json:
        return super().as_me() | {"can_read_all_group_messages": True}


@dataclass
class Practice:
    """A doctor, and a world and a store to examine."""

    console: Console
    world: World
    group: Chat

    async def examine(self, language: str = "en", **settings: str) -> Said:
        """Ask the doctor, who never repeats a token."""
        said = await self.console.beside("doctor", LANGUAGE=language, **settings)
        assert DEFAULT_TOKEN.partition(":")[2] not in said.all
        assert STRANGER.partition(":")[2] not in said.all
        assert said.err == ""
        return said

    def make_store(self) -> None:
        """Make a store with one inbox."""
        file = self.console.file("people.csv", "telegram id\n101\n")
        assert self.console.run("import", file).code == 0


@pytest.fixture
async def practice(tmp_path: Path) -> AsyncIterator[Practice]:
    world = World(limits="off")
    chen = world.add_person("Chen 陈")
    group = world.add_group("Staff", members=[], admins=[chen.id])
    group.members[world.bot.id] = Member("administrator")
    running = await serve(world)
    settings = {"TELEGRAM__API_URL": running.url, "TELEGRAM__STAFF_GROUP": str(group.id)}
    yield Practice(Console(tmp_path, settings), world, group)
    await running.stop()


def line(verdict: str, key: str, *, language: str = "en", about: str | None = None) -> str:
    """Return a finding's line as a pattern: what is filled in may be anything."""
    subject = about or key.split(".")[0]
    told = re.escape(catalogue.sentences(language)[f"doctor.{key}"])
    told = re.sub(r"\\\{\w+\\\}", ".+", told)
    words = (catalogue.say(language, f"doctor.{each}") for each in (verdict, subject))
    shown, named = words
    return rf"^{re.escape(f'{shown:<5}')} {re.escape(named)}.{{1,2}}{told}$"


def finds(said: Said, verdict: str, key: str, *, language: str = "en") -> bool:
    assert said.code == (
        1 if re.search(rf"^{catalogue.say(language, 'doctor.fail')}", said.out, re.MULTILINE) else 0
    )
    return re.search(line(verdict, key, language=language), said.out, re.MULTILINE) is not None


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_when_all_is_well_it_says_so_and_ends_with_zero(practice: Practice, language: str) -> None:
    practice.world.bots[DEFAULT_TOKEN] = Open(practice.world.bot.id, DEFAULT_TOKEN)
    practice.make_store()
    said = await practice.examine(language)
    assert said.code == 0
    for key in ("store.good", "letters.good", "outbox.good", "disk.good", "font.good", "zone.good",
                "token.good", "webhook.none", "privacy.good", "group.good"):  # fmt: skip
        assert finds(said, "ok", key, language=language), key
    assert said.out.count("\n") == 10


async def test_before_the_first_start_the_folder_is_tried(practice: Practice) -> None:
    said = await practice.examine()
    assert finds(said, "ok", "store.good")
    assert said.code == 0


async def test_beside_a_running_bot_the_store_is_only_read(practice: Practice) -> None:
    practice.make_store()
    lock = RunLock(practice.console.data)
    lock.acquire()
    said = await practice.examine()
    lock.release()
    assert finds(said, "ok", "store.running")
    assert finds(said, "ok", "letters.good")


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_no_token(practice: Practice, language: str) -> None:
    said = await practice.examine(language, TELEGRAM__TOKEN="")
    assert finds(said, "fail", "token.missing", language=language)


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_wrong_token(practice: Practice, language: str) -> None:
    said = await practice.examine(language, TELEGRAM__TOKEN=STRANGER)
    assert finds(said, "fail", "token.refused", language=language)


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_an_api_that_cannot_be_reached(practice: Practice, language: str) -> None:
    said = await practice.examine(language, TELEGRAM__API_URL="http://127.0.0.1:1")
    assert finds(said, "fail", "token.unreachable", language=language)


async def test_no_staff_group_is_well(practice: Practice) -> None:
    assert finds(await practice.examine(TELEGRAM__STAFF_GROUP=""), "ok", "group.none")


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_group_that_is_not_there(practice: Practice, language: str) -> None:
    said = await practice.examine(language, TELEGRAM__STAFF_GROUP="-1009999999999")
    assert finds(said, "fail", "group.missing", language=language)
    assert "-1009999999999" in said.out


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_group_without_topics(practice: Practice, language: str) -> None:
    practice.group.is_forum = False
    assert finds(await practice.examine(language), "fail", "group.no_topics", language=language)


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_bot_that_is_no_admin(practice: Practice, language: str) -> None:
    practice.group.members[practice.world.bot.id] = Member()
    assert finds(await practice.examine(language), "fail", "group.no_admin", language=language)


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_an_admin_without_the_right(practice: Practice, language: str) -> None:
    practice.group.members[practice.world.bot.id] = Member("administrator", ["can_manage_topics"])
    assert finds(await practice.examine(language), "fail", "group.no_right", language=language)


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_group_privacy_is_a_warning(practice: Practice, language: str) -> None:
    said = await practice.examine(language)
    assert finds(said, "warn", "privacy.on", language=language)
    assert said.code == 0


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_stray_webhook_is_a_warning(practice: Practice, language: str) -> None:
    practice.world.bot.use_webhook(Webhook("http://127.0.0.1:1/hook"))
    assert finds(await practice.examine(language), "warn", "webhook.stray", language=language)


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_webhook_mode_needs_an_address(practice: Practice, language: str) -> None:
    said = await practice.examine(language, TELEGRAM__MODE="webhook")
    assert finds(said, "fail", "webhook.no_address", language=language)


async def test_a_webhook_is_set_by_the_first_start(practice: Practice) -> None:
    hooked = {"TELEGRAM__MODE": "webhook", "TELEGRAM__WEBHOOK_URL": HOOK}
    assert finds(await practice.examine(**hooked), "warn", "webhook.not_set")
    practice.world.bot.webhook = Webhook(HOOK)
    assert finds(await practice.examine(**hooked), "ok", "webhook.set")
    practice.world.bot.webhook = Webhook(HOOK, last_error_date=1, last_error_message="Connection refused")
    said = await practice.examine(**hooked)
    assert finds(said, "fail", "webhook.error")
    assert "Connection refused" in said.out


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_dead_letters_are_a_warning(practice: Practice, language: str) -> None:
    practice.make_store()
    practice.console.ask(
        "INSERT INTO journal (inbox_id, update_id, received, lane, raw, state) "
        "VALUES (1, 1, 0, '', '{}', 'failed')"
    )
    said = await practice.examine(language)
    assert finds(said, "warn", "letters.some", language=language)
    assert "python -m bot replay" in said.out


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_messages_that_wait_too_long_are_a_warning(practice: Practice, language: str) -> None:
    practice.make_store()
    practice.console.ask(WAITS, "reply", "ready")
    assert finds(await practice.examine(language), "warn", "outbox.late", language=language)


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_campaign_messages_nobody_knows_of_are_a_warning(practice: Practice, language: str) -> None:
    practice.make_store()
    practice.console.ask(WAITS, "campaign", "unknown")
    assert finds(await practice.examine(language), "warn", "outbox.unknown", language=language)


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_folder_that_cannot_be_written_to(practice: Practice, language: str) -> None:
    practice.console.file("data", "a file where the folder should be")
    said = await practice.examine(language)
    assert finds(said, "fail", "store.bad", language=language)
    assert finds(said, "ok", "font.good", language=language)
    assert said.code == 1


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_database_that_cannot_be_reached(practice: Practice, language: str) -> None:
    url = "postgresql://hearwell:canary-password@127.0.0.1:1/hearwell"
    said = await practice.examine(language, DATABASE__URL=url)
    assert finds(said, "fail", "store.bad", language=language)
    assert "canary-password" not in said.out


async def test_a_file_that_is_no_store(practice: Practice) -> None:
    practice.make_store()
    practice.console.database.write_bytes(b"this is no database at all, " * 400)
    said = await practice.examine()
    assert finds(said, "fail", "store.bad")
    assert "file is not a database" in said.out


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a file system without room")
async def test_a_disk_without_room(practice: Practice) -> None:
    said = await practice.examine(DATA_DIR="/proc/hearwell")
    assert finds(said, "warn", "disk.low")
    assert finds(said, "fail", "store.bad")

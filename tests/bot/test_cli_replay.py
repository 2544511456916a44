"""`replay`: a dead letter is handled by the next start, and only once."""

from pathlib import Path

import orjson
import pytest

from bot.sandbox import acts
from tests.bot.console import Console
from tests.faults.site import Site, opened


@pytest.fixture
def console(tmp_path: Path) -> Console:
    return Console(tmp_path)


def with_a_store(console: Console) -> Console:
    assert console.run("import", console.file("people.csv", "telegram id\n101\n")).code == 0
    return console


def put_aside(console: Console, number: int, raw: str = "{}") -> None:
    """Keep an update as a dead letter."""
    console.ask(
        "INSERT INTO journal (inbox_id, update_id, received, lane, raw, state, attempts, error) "
        "VALUES (1, ?, 0, 'x:', ?, 'failed', 3, 'KeyError: a fault of ours')",
        number,
        raw,
    )


@pytest.mark.parametrize(("language", "told"), [
    ("en", "2 dead letter(s) will be handled again at the bot's next start.\n"),
    ("zh", "2 条死信将在机器人下次启动时重新处理。\n"),
])  # fmt: skip
def test_dead_letters_wait_again(console: Console, language: str, told: str) -> None:
    with_a_store(console)
    for number in (1, 2):
        put_aside(console, number)
    said = console.run("replay", LANGUAGE=language)
    assert (said.code, said.out, said.err) == (0, told, "")
    assert console.ask("SELECT state, attempts, error FROM journal") == [("new", 0, None)] * 2


def test_what_was_handled_stays_handled(console: Console) -> None:
    with_a_store(console)
    put_aside(console, 1)
    console.ask("UPDATE journal SET state = 'done'")
    assert console.run("replay").out.startswith("0 dead letter(s)")
    assert console.ask("SELECT state FROM journal") == [("done",)]


@pytest.mark.parametrize(("language", "told"), [("en", "There is no store at"), ("zh", "处还没有数据库")])
def test_where_there_is_no_store_it_makes_none(console: Console, language: str, told: str) -> None:
    said = console.run("replay", LANGUAGE=language)
    assert (said.code, said.out) == (3, "")
    assert told in said.err
    assert not console.data.exists()


def test_an_empty_file_is_no_store(console: Console) -> None:
    console.data.mkdir()
    console.database.touch()
    said = console.run("replay")
    assert said.code == 3
    assert "There is no store" in said.err


def test_a_database_that_cannot_be_reached_is_told_without_its_password(console: Console) -> None:
    said = console.run("replay", DATABASE__URL="postgresql://h:canary-password@127.0.0.1:1/h")
    assert said.code == 3
    assert "cannot be used: connection failed" in said.err
    assert "canary-password" not in said.err


def letter(site: Site, number: int) -> tuple[int, str]:
    """Let somebody ask, and take the update away from the bot as if it had failed."""
    person, chat = site.meet("Mei")
    acts.write(site.world, chat, person, acts.Draft("Where is my parcel?"))
    (update,) = site.world.bot.updates.take(1, site.world.clock.now())
    site.world.bot.updates.confirm(update.id + 1)
    return chat.id, orjson.dumps({**update.as_update(), "update_id": number}).decode()


@pytest.mark.slow
async def test_the_next_start_answers_a_dead_letter_once(tmp_path: Path) -> None:
    console = with_a_store(Console(tmp_path))
    async with opened(tmp_path) as site:
        chat, raw = letter(site, 7)
        put_aside(console, 7, raw)
        for replayed in ("1 dead", "0 dead"):
            assert (await console.beside("replay")).out.startswith(replayed)
            await site.start()
            assert await site.until(lambda: len(site.said(chat)) == 1, within=20), site.last_words()
            await site.terminate()
        assert len(site.said(chat)) == 1
    assert console.ask("SELECT state FROM journal WHERE update_id = 7") == [("done",)]
    assert console.ask("SELECT count(*) FROM ticket") == [(1,)]

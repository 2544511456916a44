"""`backup`: one whole file beside whatever the bot is doing, and nothing left behind when it cannot be."""

import os
import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from threading import Event, Thread

import pytest

from tests.bot.console import Console, ask
from tests.faults.site import Site, opened, under_load

ALIVE = 10.0  # seconds a restored bot may take to answer on a busy machine


@pytest.fixture
def console(tmp_path: Path) -> Console:
    """Open a shell beside a store with ten customers."""
    made = Console(tmp_path)
    rows = "".join(f"p{number}@example.org\n" for number in range(10))
    assert made.run("import", made.file("people.csv", f"email\n{rows}")).code == 0
    return made


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_copy_is_whole_and_for_its_owner_only(console: Console) -> None:
    target = console.folder / "safe" / "copy.db"
    said = console.run("backup", target)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(f"Backup written and checked: {target} (")
    assert ask(target, "SELECT count(*) FROM customer") == [(10,)]
    assert ask(target, "PRAGMA integrity_check") == [("ok",)]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert left(target.parent) == ["copy.db"]


def test_it_tells_how_much_the_copy_holds(console: Console) -> None:
    target = console.folder / "copy.db"
    out = console.run("backup", target, LANGUAGE="zh").out
    names = [name for (name,) in ask(target, "SELECT name FROM sqlite_master WHERE type = 'table'")]
    rows = sum(int(str(ask(target, f'SELECT count(*) FROM "{name}"')[0][0])) for name in names)  # noqa: S608 - names from the file itself
    assert out == f"备份已写入并核对：{target}（{len(names)} 张表，{rows} 行）。\n"
    assert rows > 10


def test_without_a_name_it_goes_to_a_dated_file_in_the_data_folder(console: Console) -> None:
    assert console.run("backup").code == 0
    (made,) = (console.data / "backups").iterdir()
    assert made.match("hearwell-[0-9]*-[0-9]*.db")


def test_what_is_in_the_log_of_a_killed_writer_is_in_the_copy(console: Console) -> None:
    with closing(sqlite3.connect(console.database)) as writer:
        writer.execute("PRAGMA wal_autocheckpoint=0")
        writer.execute("UPDATE customer SET name = 'late'")
        writer.commit()
        killed = Console(console.folder / "killed")
        shutil.copytree(console.data, killed.data)
    assert (killed.data / "hearwell.db-wal").stat().st_size > 0
    assert killed.run("backup", killed.folder / "copy.db").code == 0
    assert ask(killed.folder / "copy.db", "SELECT DISTINCT name FROM customer") == [("late",)]


def test_it_ends_while_another_process_never_stops_writing(console: Console) -> None:
    ask(
        console.database,
        "CREATE TABLE filler AS SELECT randomblob(8000) AS bytes FROM customer a, customer b, customer c",
    )
    done, rounds = Event(), []

    def write() -> None:
        with closing(sqlite3.connect(console.database, timeout=10)) as other:
            while not done.is_set():
                other.execute("UPDATE customer SET name = name || 'x'")
                other.commit()
                rounds.append(1)

    busy = Thread(target=write)
    busy.start()
    try:
        said = console.run("backup", console.folder / "copy.db")
    finally:
        done.set()
        busy.join()
    assert said.code == 0
    assert ask(console.folder / "copy.db", "SELECT count(DISTINCT length(name)) FROM customer") == [(1,)]
    assert rounds


def test_it_never_overwrites(console: Console) -> None:
    precious = console.file("precious.db", "do not touch")
    said = console.run("backup", precious)
    assert (said.code, said.out) == (2, "")
    assert said.err == f"{precious} exists already. Name another file; a backup never overwrites.\n"
    assert precious.read_text() == "do not touch"
    assert "已存在" in console.run("backup", precious, LANGUAGE="zh").err


def test_what_a_killed_backup_left_is_swept_away(console: Console) -> None:
    console.file("copy.db.part", "half a copy")
    assert console.run("backup", console.folder / "copy.db").code == 0
    assert not (console.folder / "copy.db.part").exists()
    assert ask(console.folder / "copy.db", "SELECT count(*) FROM customer") == [(10,)]


def test_a_damaged_store_leaves_no_copy(console: Console) -> None:
    with console.database.open("r+b") as file:
        file.seek(2 * 4096)
        file.write(os.urandom(20 * 4096))
    target = console.folder / "safe" / "copy.db"
    said = console.run("backup", target)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("The backup could not be written: ")
    assert said.err.endswith("Nothing was changed.\n")
    assert left(target.parent) == []


def test_a_place_that_cannot_be_written_to_is_told(console: Console) -> None:
    console.file("wall", "a file where a folder should be")
    for language, told in (("en", "The backup could not be written"), ("zh", "备份写入失败")):
        said = console.run("backup", console.folder / "wall" / "copy.db", LANGUAGE=language)
        assert said.code == 2
        assert said.err.startswith(told)


@pytest.mark.parametrize(("language", "told"), [
    ("en", "This store is PostgreSQL; back it up with pg_dump.\n"),
    ("zh", "当前数据库是 PostgreSQL，请用 pg_dump 备份。\n"),
])  # fmt: skip
def test_postgresql_has_a_tool_of_its_own(tmp_path: Path, language: str, told: str) -> None:
    said = Console(tmp_path).run("backup", LANGUAGE=language, DATABASE__URL="postgresql://h:secret@db/h")
    assert (said.code, said.out, said.err) == (2, "", told)


def test_where_there_is_no_store_there_is_nothing_to_copy(tmp_path: Path) -> None:
    console = Console(tmp_path)
    said = console.run("backup")
    assert said.code == 2
    assert said.err.startswith(f"There is no store at {console.database} yet.")
    assert not console.data.exists()


async def answered(site: Site) -> bool:
    """Tell whether somebody new is answered."""
    person, chat = site.meet("Late")
    site.write(person, chat)
    return await site.until(lambda: bool(site.said(chat.id)), within=ALIVE)


@pytest.mark.slow
async def test_a_copy_made_under_load_starts_and_answers(tmp_path: Path) -> None:
    console = Console(tmp_path)
    async with opened(tmp_path) as site:
        await site.start()
        async with under_load(site, rate=60):
            await site.until(lambda: len(site.written) > 60, within=30)
            said = await console.beside("backup", tmp_path / "copy.db")
            before = len(site.written)
            await site.until(lambda: len(site.written) > before + 30, within=30)
        assert said.code == 0, said.err
        copied = ask(tmp_path / "copy.db", "SELECT count(*) FROM journal")[0][0]
        await site.kill()
        for name in ("hearwell.db", "hearwell.db-wal", "hearwell.db-shm"):
            (site.data / name).unlink(missing_ok=True)
        (tmp_path / "copy.db").rename(site.database)
        await site.start()
        assert await answered(site), site.last_words()
        await site.terminate()
    assert isinstance(copied, int)
    assert copied > 10
    assert console.ask("SELECT count(*) > ? FROM journal", copied) == [(1,)]
    assert console.ask("SELECT count(*) FROM journal WHERE state <> 'done'") == [(0,)]

"""A world that survives its server."""

import asyncio
import sys
from pathlib import Path

import pytest

from bot.sandbox import samples
from bot.sandbox.errors import SandboxError
from bot.sandbox.server import serve
from bot.sandbox.world import World
from tests.bot.sandbox.lab import EVERY_KIND, Lab, eventually, open_lab


async def fill(lab: Lab) -> tuple[int, int]:
    """Give a world something of everything."""
    group, wang = await lab.staff_group()
    mei = await lab.person()
    await lab.bot.set_my_commands([("help", "Help")], language_code="zh")
    thread = (await lab.bot.create_forum_topic(group, "#1")).message_thread_id
    message = await lab.bot.send_photo(mei, samples.photo(), caption="hi")
    await lab.order("react", **{"from": mei, "chat": mei, "message_id": message.message_id, "emoji": "👍"})
    await lab.order("clock", advance=3600)
    await lab.write(wang, "in topic", chat=group, thread=thread)
    return mei, group


async def test_a_restart_brings_everything_back(tmp_path: Path) -> None:
    path = tmp_path / "world.json"
    async with open_lab(state_path=path) as lab:
        mei, _ = await fill(lab)
        before = lab.world.snapshot().as_bytes()
        waiting = list(lab.world.bot.updates.waiting)
    async with open_lab(World.load(path), state_path=path) as lab:
        assert lab.world.snapshot().as_bytes() == before
        updates = (await lab.call("getUpdates", allowed_updates=EVERY_KIND))["result"]
        assert [update["update_id"] for update in updates] == waiting
        photo = lab.world.bot.private[mei].messages[2].content["photo"]
        assert isinstance(photo, list)
        file = await lab.bot.get_file(photo[0]["file_id"])
        assert bytes(await file.download_as_bytearray()) == samples.photo()
        assert (await lab.bot.get_my_commands(language_code="zh"))[0].command == "help"


async def test_ids_go_on_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "world.json"
    async with open_lab(state_path=path) as lab:
        mei = await lab.person()
        last = await lab.write(mei, "before")
        update = list(lab.world.bot.updates.waiting)[-1]
    async with open_lab(World.load(path), state_path=path) as lab:
        assert await lab.write(mei, "after") == last + 1
        assert list(lab.world.bot.updates.waiting) == [update, update + 1]
        assert await lab.person("Li") == mei + 1


async def test_changes_are_saved_while_it_runs(tmp_path: Path) -> None:
    path = tmp_path / "world.json"
    async with open_lab(state_path=path) as lab:
        mei = await lab.person()
        await lab.write(mei, "saved soon")
        await eventually(lambda: path.exists() and "saved soon" in path.read_text())
        await lab.call("getUpdates", offset=lab.offset + 1)
        await eventually(lambda: not World.load(path).bot.updates.waiting)


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"serial": 1, "offset": 0}'])
def test_a_file_that_is_no_state_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "world.json"
    path.write_text(content)
    with pytest.raises(SandboxError, match="holds no state of a sandbox; remove it to start afresh"):
        World.load(path)


async def test_a_taken_port_leaves_the_saved_state_alone(tmp_path: Path) -> None:
    path = tmp_path / "world.json"
    async with open_lab(state_path=path) as lab:
        await lab.person()
        lab.world.save(path)
        before = path.read_bytes()
        with pytest.raises(OSError):
            await serve(World(), port=lab.running.port, state_path=path)
        assert path.read_bytes() == before


SERVER = """
import asyncio, sys
from pathlib import Path
from bot.sandbox.server import serve
from bot.sandbox.world import World

async def main():
    path = Path(sys.argv[1])
    world = World.load(path) if path.exists() else World()
    running = await serve(world, state_path=path)
    mei = world.add_person("Mei")
    print(running.url, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.slow
async def test_a_killed_server_leaves_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "world.json"
    for people in range(1, 4):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", SERVER, str(path), stdout=asyncio.subprocess.PIPE
        )
        try:
            assert process.stdout is not None
            assert (await process.stdout.readline()).startswith(b"http://127.0.0.1:")
            await eventually(lambda people=people: path.exists() and len(World.load(path).people) == people)
        finally:
            process.kill()
            await process.wait()
    assert len(World.load(path).people) == 3

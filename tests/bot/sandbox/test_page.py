"""The sandbox's page: its words are complete and everything it asks for is there."""

import re
from pathlib import Path

import aiohttp
import pytest

from bot.sandbox.server import PAGE, serve
from bot.sandbox.world import World

_KEY = re.compile(r'^ {4}"([a-z]+\.[a-z_]+|unread)": "(.+)",$', re.MULTILINE)


def _words() -> tuple[dict[str, str], dict[str, str]]:
    english, _, chinese = (PAGE / "texts.js").read_text("utf-8").partition("  zh: {")
    chinese = chinese.partition("export const")[0]
    return dict(_KEY.findall(english)), dict(_KEY.findall(chinese))


def _scripts() -> list[Path]:
    return [path for path in sorted(PAGE.glob("*.js")) if path.name != "texts.js"]


def test_both_languages_say_the_same_things() -> None:
    english, chinese = _words()
    assert len(english) > 100
    assert english.keys() == chinese.keys()
    for key, text in english.items():
        assert sorted(re.findall(r"\{\w+\}", text)) == sorted(re.findall(r"\{\w+\}", chinese[key])), key


def test_every_word_asked_for_exists() -> None:
    english, _ = _words()
    asked = {key for path in _scripts() for key in re.findall(r'say\("([a-z._]+)"', path.read_text("utf-8"))}
    asked |= set(re.findall(r'data-(?:say|label)="([a-z._]+)"', (PAGE / "index.html").read_text("utf-8")))
    assert len(asked) > 50
    assert asked <= english.keys()


@pytest.mark.parametrize("path", _scripts(), ids=lambda path: path.name)
def test_scripts_import_only_their_neighbours(path: Path) -> None:
    text = path.read_text("utf-8")
    for wanted in re.findall(r'from "(.+?)"', text):
        assert (PAGE / wanted).is_file()
    assert not re.search(r"https?://(?!127\.0\.0\.1|www\.w3\.org)[a-z]", text)


async def test_the_page_and_all_it_names_are_served() -> None:
    running = await serve(World())
    try:
        async with aiohttp.ClientSession(running.url) as session:
            page = await (await session.get("/")).text()
            named = re.findall(r'(?:href|src)="(sandbox/[^"]+)"', page)
            assert len(named) >= 4
            for path in named:
                assert (await session.get(f"/{path}")).status == 200, path
    finally:
        await running.stop()


async def test_a_person_stands_in_the_pane_of_their_role(tmp_path: Path) -> None:
    world = World()
    running = await serve(world, state_path=tmp_path / "world.json")
    async with aiohttp.ClientSession(running.url) as session:
        chen = {"name": "Chen 陈", "language_code": "zh", "role_hint": "supervisor", "pinned": True}
        await session.post("/sandbox/people", json=chen)
    await running.stop()
    again = await serve(World.load(tmp_path / "world.json"))
    try:
        async with aiohttp.ClientSession(again.url) as session:
            state = await (await session.get("/sandbox/state")).json()
    finally:
        await again.stop()
    assert [(one["role_hint"], one["pinned"]) for one in state["people"]] == [("supervisor", True)]

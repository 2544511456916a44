"""The page, the state it reads, the events it hears."""

import asyncio

import aiohttp
import orjson

from bot.sandbox import samples
from bot.sandbox.bots import DEFAULT_TOKEN
from bot.sandbox.server import serve
from bot.sandbox.world import World
from tests.bot.sandbox.lab import Lab, eventually, open_lab


async def test_the_state_shows_people_chats_and_settings(lab: Lab) -> None:
    group, wang = await lab.staff_group()
    mei = await lab.person()
    await lab.bot.create_forum_topic(group, "#1")
    await lab.bot.set_my_commands([("help", "Help")])
    await lab.order("faults", kind="429", times=3)
    async with lab.http.get(f"{lab.running.url}/sandbox/state") as response:
        state = await response.json()
    assert [(one["id"], one["started"]) for one in state["people"]] == [(wang, False), (mei, True)]
    private, staff = state["chats"]
    assert [message["text"] for message in private["messages"]] == ["/start"]
    assert [topic["name"] for topic in staff["topics"]] == ["#1"]
    assert {member["id"]: member["status"] for member in staff["members"]} == {
        wang: "creator",
        lab.world.bot.id: "administrator",
    }
    assert state["faults"][0]["times"] == 3
    assert state["limits"] == {"mode": "off"}
    assert state["bot"]["commands"] == {"default::": [{"command": "help", "description": "Help"}]}


async def test_it_is_healthy_once_what_belongs_to_it_is_up() -> None:
    is_up = False
    running = await serve(World(), is_open=lambda: is_up)
    try:
        async with aiohttp.ClientSession() as http:
            async with http.get(f"{running.url}/healthz") as early:
                assert (early.status, await early.json()) == (503, {"status": "starting"})
            is_up = True
            async with http.get(f"{running.url}/healthz") as later:
                assert (later.status, await later.json()) == (200, {"status": "ok"})
    finally:
        await running.stop()


async def test_only_the_chats_asked_for_come_with_messages(lab: Lab) -> None:
    mei, li = await lab.person(), await lab.person("Li")
    for query, full in {f"chats={mei}": [mei], f"chat={mei}&chat={li}": [mei, li], "chats=": []}.items():
        async with lab.http.get(f"{lab.running.url}/sandbox/state?{query}") as response:
            chats = (await response.json())["chats"]
        assert [chat["id"] for chat in chats] == [mei, li]
        assert [chat["id"] for chat in chats if chat["messages"]] == full


async def test_the_state_shows_the_latest_two_hundred(lab: Lab) -> None:
    mei = await lab.person()
    for number in range(250):
        await lab.write(mei, str(number))
    async with lab.http.get(f"{lab.running.url}/sandbox/state") as response:
        messages = (await response.json())["chats"][0]["messages"]
    assert [message["text"] for message in messages] == [str(number) for number in range(50, 250)]


async def test_events_tell_what_changed_where(lab: Lab) -> None:
    mei = await lab.person()
    async with lab.http.get(f"{lab.running.url}/sandbox/events") as response:
        assert response.headers["Content-Type"] == "text/event-stream"
        await response.content.readuntil(b"\n\n")
        await eventually(lambda: bool(lab.world.watchers))
        await lab.write(mei, "hi")
        await lab.bot.send_chat_action(mei, "typing")
        lines = [await response.content.readuntil(b"\n\n") for _ in range(3)]
    events = [orjson.loads(line.removeprefix(b"data: ")) for line in lines]
    assert events == [{"kind": kind, "chat": mei} for kind in ("message", "typing", "call")]


async def test_the_clock_tells_who_listens(lab: Lab) -> None:
    heard: list[int] = []
    lab.world.on_clock.append(heard.append)
    before = lab.world.now()
    answer = await lab.order("clock", advance=3600)
    await lab.order("clock", advance=86_400)
    assert heard == [3600, 90_000]
    assert answer["offset_seconds"] == 3600
    assert 0 <= answer["now"] - before - 3600 < 60


async def test_files_are_shown_to_the_page(lab: Lab) -> None:
    mei = await lab.person()
    message = await lab.bot.send_photo(mei, samples.photo())
    async with lab.http.get(f"{lab.running.url}/sandbox/file/{message.photo[-1].file_id}") as response:
        assert await response.read() == samples.photo()
    async with lab.http.get(f"{lab.running.url}/sandbox/file/nonsense") as response:
        assert response.status == 404


async def test_a_page_from_elsewhere_may_not_give_orders(lab: Lab) -> None:
    url = f"{lab.running.url}/sandbox/people"
    for origin, status in {"https://evil.example": 403, lab.running.url: 200}.items():
        async with lab.http.post(url, json={"name": "X"}, headers={"Origin": origin}) as response:
            assert response.status == status


async def test_the_page_is_served(lab: Lab) -> None:
    async with lab.http.get(f"{lab.running.url}/") as response:
        assert response.content_type == "text/html"
    async with lab.http.get(f"{lab.running.url}/sandbox/page/page.js") as response:
        assert response.status == 200
    async with lab.http.get(f"{lab.running.url}/sandbox/page/../server.py") as response:
        assert response.status == 404


async def test_menus_by_scope_and_language(lab: Lab) -> None:
    group, _ = await lab.staff_group()
    for scope, word in [(None, "start"), ({"type": "chat", "chat_id": group}, "take")]:
        commands = [{"command": word, "description": word}]
        await lab.call("setMyCommands", commands=commands, scope=scope, language_code="zh")
        answer = await lab.call("getMyCommands", scope=scope, language_code="zh")
        assert answer["result"] == commands
        assert (await lab.call("getMyCommands", scope=scope))["result"] == []
    await lab.call("deleteMyCommands", language_code="zh")
    assert (await lab.call("getMyCommands", language_code="zh"))["result"] == []
    for wrong, sentence in {
        "Start": "BOT_COMMAND_INVALID",
        "x" * 33: "BOT_COMMAND_INVALID",
    }.items():
        refusal = await lab.refusal("setMyCommands", commands=[{"command": wrong, "description": "x"}])
        assert refusal == f"Bad Request: {sentence}"


async def test_stopping_ends_a_long_poll_at_once(lab: Lab) -> None:
    poll = asyncio.create_task(lab.call("getUpdates", timeout=50))
    await eventually(lambda: lab.world.bot.poll is not None)
    await lab.running.stop()
    assert (await poll)["result"] == []


async def test_documents_are_handed_out_under_their_name(lab: Lab) -> None:
    mei = await lab.person()
    message = await lab.bot.send_document(mei, b"<script>", filename="发票.html")
    assert message.document is not None
    async with lab.http.get(f"{lab.running.url}/sandbox/file/{message.document.file_id}") as response:
        assert response.content_type == "application/octet-stream"
        assert response.content_disposition is not None
        assert response.content_disposition.filename == "发票.html"


async def test_two_bots_share_people_but_not_chats() -> None:
    other = "200002:" + "B" * 35
    world = World(tokens=[DEFAULT_TOKEN, other], limits="off")
    async with open_lab(world) as lab:
        mei = await lab.person()
        refused = await lab.call("sendMessage", token=other, chat_id=mei, text="hi")
        assert refused["description"] == "Forbidden: bot can't initiate conversation with a user"
        await lab.order("send", **{"from": mei, "text": "for the second", "bot": 200002})
        assert await lab.updates() == []
        (update,) = (await lab.call("getUpdates", token=other))["result"]
        assert update["message"]["text"] == "for the second"
        assert (await lab.call("getMe", token=other))["result"]["username"] == "sandbox2_bot"

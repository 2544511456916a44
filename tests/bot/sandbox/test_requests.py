"""How calls arrive: tokens, paths, ways to send arguments, the log."""

import aiohttp
import pytest

from bot.sandbox.bots import DEFAULT_TOKEN
from bot.sandbox.methods import PARAMETERS
from tests.bot.sandbox.lab import Lab

OTHER_TOKEN = "123:" + "A" * 35


async def test_get_me_names_the_bot(lab: Lab) -> None:
    me = await lab.bot.get_me()
    assert (me.id, me.is_bot, me.username) == (100001, True, "sandbox_bot")


@pytest.mark.parametrize(
    ("token", "description"),
    [(OTHER_TOKEN, "Unauthorized"), ("nonsense", "Unauthorized: invalid token specified")],
)
async def test_a_wrong_token_is_refused(lab: Lab, token: str, description: str) -> None:
    answer = await lab.call("getMe", token=token)
    assert answer == {"ok": False, "error_code": 401, "description": description}


async def test_unknown_names_and_paths(lab: Lab) -> None:
    assert await lab.refusal("sendMesage") == "Not Found: method not found"
    assert await lab.refusal("sendDice") == "Bad Request: sandbox does not implement sendDice"
    async with lab.http.get(f"{lab.running.url}/nowhere") as response:
        assert (await response.json()) == {"ok": False, "error_code": 404, "description": "Not Found"}


@pytest.mark.parametrize("way", ["query", "json", "form", "multipart"])
async def test_arguments_come_by_any_way(lab: Lab, way: str) -> None:
    mei = await lab.person()
    url = f"{lab.running.url}/bot{DEFAULT_TOKEN}/SENDmessage"
    fields = {"chat_id": str(mei), "text": "hi & bye 你好", "reply_markup": '{"inline_keyboard": []}'}
    match way:
        case "query":
            request = lab.http.get(url, params=fields)
        case "json":
            request = lab.http.post(url, json=fields)
        case "form":
            request = lab.http.post(url, data=fields)
        case _:
            form = aiohttp.FormData(fields, default_to_multipart=True)
            request = lab.http.post(url, data=form)
    async with request as response:
        answer = await response.json()
    assert answer["result"]["text"] == "hi & bye 你好"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{oops"),
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=a", b"--b"),
    ],
)
async def test_an_unreadable_body_is_a_bad_request(lab: Lab, kind: str, body: bytes) -> None:
    url = f"{lab.running.url}/bot{DEFAULT_TOKEN}/sendMessage"
    async with lab.http.post(url, data=body, headers={"Content-Type": kind}) as response:
        assert response.status == 400
        assert (await response.json())["ok"] is False


async def test_the_log_shows_calls_with_their_problems(lab: Lab) -> None:
    mei = await lab.person()
    await lab.call("sendMessage", chat_id=mei, text="x" * 1000, disable_everything=True)
    await lab.refusal("sendMessage", chat_id=5, text="hi")
    async with lab.http.get(f"{lab.running.url}/sandbox/calls?limit=2") as response:
        newest, before = await response.json()
    assert (newest["ok"], newest["error"]) == (False, "400 Bad Request: chat not found")
    assert before["problems"] == ["unknown parameter disable_everything"]
    assert len(before["params"]["text"]) < 400


async def test_the_client_library_causes_no_problems(lab: Lab) -> None:
    mei = await lab.person()
    message = await lab.bot.send_message(mei, "hi", disable_notification=True, protect_content=True)
    await lab.bot.edit_message_text("ho", mei, message.message_id)
    await lab.bot.send_chat_action(mei, "typing")
    assert [problem for call in lab.world.calls.latest for problem in call.problems] == []


NASTY: list[object] = [
    None,
    "",
    -1,
    0,
    10**30,
    "9" * 5000,
    "²",
    "--5",
    [],
    {},
    "[",
    "null",
    True,
    1.5,
    [[None]],
]


@pytest.mark.slow
@pytest.mark.parametrize("value", NASTY, ids=range(len(NASTY)))
async def test_no_argument_breaks_a_method(lab: Lab, value: object) -> None:
    """Every parameter of every method, given something odd, is answered in the Bot API's form."""
    group, wang = await lab.staff_group()
    await lab.write(wang, "hi", chat=group)
    sane: dict[str, object] = {"chat_id": group, "from_chat_id": group, "message_id": 2, "text": "x"}
    for method, table in PARAMETERS.items():
        for name in table:
            given = {key: each for key, each in sane.items() if key in table}
            async with lab.http.post(
                f"{lab.running.url}/bot{DEFAULT_TOKEN}/{method}", json=given | {name: value}
            ) as response:
                assert response.status in (200, 400, 401, 403, 404, 409), (
                    method,
                    name,
                    await response.text(),
                )
                assert isinstance((await response.json())["ok"], bool)
        await lab.call("deleteWebhook")

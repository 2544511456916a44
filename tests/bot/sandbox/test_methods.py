"""The table of methods against the client library and, where present, the Bot API's own description."""

import inspect
import json
import os
from pathlib import Path

import pytest
from telegram import Bot

from bot.sandbox.methods import KNOWN, PARAMETERS, problems
from bot.sandbox.registry import COUNTED, METHODS

# What the client library's own signatures add for comfort: none of it is sent under these names.
COMFORTS = {
    "self",
    "read_timeout",
    "write_timeout",
    "connect_timeout",
    "pool_timeout",
    "api_kwargs",
    "reply_to_message_id",
    "allow_sending_without_reply",
    "disable_web_page_preview",
    "filename",
}
SPEC = os.environ.get("HEARWELL_BOTAPI_SPEC", "")
# What the newest description has and the client library does not know yet.
NEWER = {("editMessageText", "rich_message")}


def library_parameters(method: str) -> set[str]:
    return set(inspect.signature(getattr(Bot, method)).parameters) - COMFORTS


@pytest.mark.parametrize("method", [name for name in PARAMETERS if name not in ("close", "logOut")])
def test_parameters_are_those_the_client_library_sends(method: str) -> None:
    own = set(PARAMETERS[method])
    by_library = library_parameters(method)
    if method == "sendMediaGroup":
        by_library -= {"caption", "parse_mode", "caption_entities"}
    assert by_library - own == set()
    assert {name for name in own - by_library if (method, name) not in NEWER} == set()


def test_every_method_in_the_table_is_answered() -> None:
    assert set(METHODS) | {"getUpdates"} == set(PARAMETERS)
    assert set(METHODS) >= COUNTED


def test_no_method_is_both_answered_and_refused() -> None:
    assert not {name.lower() for name in PARAMETERS} & set(KNOWN)


@pytest.mark.skipif(not SPEC, reason="HEARWELL_BOTAPI_SPEC names no Bot API description to check against")
def test_the_table_agrees_with_the_bot_api_description() -> None:
    described = json.loads(Path(SPEC).read_text())["methods"]
    assert set(PARAMETERS) | set(KNOWN.values()) == set(described)
    for method, own in PARAMETERS.items():
        fields = {field["name"]: field["required"] for field in described[method].get("fields", [])}
        assert {name: parameter.required for name, parameter in own.items()} == fields, method


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"chat_id": 1, "text": "hi"}, []),
        ({"chat_id": "1", "text": "hi", "protect_content": "true"}, []),
        ({"chat_id": 1, "txt": "hi"}, ["unknown parameter txt", "missing parameter text"]),
        ({"chat_id": 1, "text": 5}, ["parameter text should be str"]),
        ({"chat_id": "x", "text": "hi"}, ["parameter chat_id should be chat"]),
        ({"chat_id": 1, "text": "hi", "entities": "{}"}, ["parameter entities should be list"]),
        (
            {"chat_id": 1, "text": "hi", "message_thread_id": True},
            ["parameter message_thread_id should be int"],
        ),
    ],
)
def test_what_the_real_server_overlooks_is_named(values: dict[str, object], expected: list[str]) -> None:
    assert problems("sendMessage", values) == expected

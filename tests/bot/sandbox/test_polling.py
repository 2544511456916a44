"""The queue of updates, as getUpdates shows it."""

import asyncio

import pytest

from bot.sandbox.bots import Account
from tests.bot.sandbox.lab import Lab, eventually

POLLED_ELSEWHERE = (
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
)


async def texts(lab: Lab, **arguments: object) -> list[str]:
    """Return the texts of the updates one getUpdates brings."""
    answer = await lab.call("getUpdates", **arguments)
    return [update["message"]["text"] for update in answer["result"]]


async def three(lab: Lab) -> int:
    """Have a person write three messages; return the first update's id."""
    mei = await lab.person()
    for text in "abc":
        await lab.write(mei, text)
    answer = await lab.call("getUpdates", limit=1)
    return int(answer["result"][0]["update_id"])


async def is_waiting(bot: Account) -> None:
    """Wait until a long poll is open."""
    await eventually(lambda: bot.poll is not None)


async def test_unconfirmed_updates_come_again(lab: Lab) -> None:
    await three(lab)
    assert await texts(lab) == ["a", "b", "c"]
    assert await texts(lab) == ["a", "b", "c"]


async def test_an_offset_confirms_what_lies_before_it(lab: Lab) -> None:
    first = await three(lab)
    assert await texts(lab, offset=first + 1) == ["b", "c"]
    assert await texts(lab, offset=first) == ["b", "c"]
    assert await texts(lab, offset=first + 3) == []


async def test_a_negative_offset_keeps_the_last(lab: Lab) -> None:
    await three(lab)
    assert await texts(lab, offset=-2) == ["b", "c"]
    assert await texts(lab) == ["b", "c"]


async def test_a_negative_offset_beyond_the_start_keeps_all(lab: Lab) -> None:
    await three(lab)
    assert await texts(lab, offset=-9) == ["a", "b", "c"]


@pytest.mark.parametrize(("limit", "count"), [(2, 2), (0, 3), (500, 3)])
async def test_a_limit(lab: Lab, limit: int, count: int) -> None:
    await three(lab)
    assert len(await texts(lab, limit=limit)) == count


async def test_a_long_poll_ends_with_the_first_update(lab: Lab) -> None:
    mei = await lab.person()
    poll = asyncio.create_task(lab.call("getUpdates", timeout=30, offset=lab.offset))
    await is_waiting(lab.world.bot)
    await lab.write(mei, "now")
    assert (await poll)["result"][0]["message"]["text"] == "now"


async def test_the_older_of_two_pollers_is_ended(lab: Lab) -> None:
    mei = await lab.person()
    older = asyncio.create_task(lab.call("getUpdates", timeout=30, offset=lab.offset))
    await is_waiting(lab.world.bot)
    newer = asyncio.create_task(lab.call("getUpdates", timeout=30, offset=lab.offset))
    answer = await older
    assert (answer["error_code"], answer["description"]) == (409, POLLED_ELSEWHERE)
    await is_waiting(lab.world.bot)
    await lab.write(mei, "now")
    assert len((await newer)["result"]) == 1


async def test_polling_and_webhook_exclude_each_other(lab: Lab) -> None:
    poll = asyncio.create_task(lab.call("getUpdates", timeout=30))
    await is_waiting(lab.world.bot)
    await lab.call("setWebhook", url="http://127.0.0.1:9/hook")
    assert (await poll)["description"] == "Conflict: terminated by setWebhook request"
    assert (await lab.refusal("getUpdates")).startswith("Conflict: can't use getUpdates method while webhook")
    await lab.call("deleteWebhook")
    assert (await lab.call("getUpdates"))["ok"] is True


async def test_reactions_come_only_when_asked_for(lab: Lab) -> None:
    mei = await lab.person()
    message = await lab.write(mei, "hi")
    await lab.call("getUpdates", allowed_updates=[])
    await lab.order("react", **{"from": mei, "chat": mei, "message_id": message, "emoji": "👍"})
    assert await texts(lab) == ["hi"]
    await lab.call("getUpdates", allowed_updates=["message_reaction"])
    await lab.order("react", **{"from": mei, "chat": mei, "message_id": message, "emoji": "👎"})
    await lab.write(mei, "not asked for")
    updates = (await lab.call("getUpdates"))["result"]
    assert [set(update) - {"update_id"} for update in updates] == [{"message"}, {"message_reaction"}]


async def test_updates_expire(lab: Lab) -> None:
    mei = await lab.person()
    message = await lab.bot.send_message(mei, "hi", reply_markup=button("x"))
    press = asyncio.create_task(
        lab.order("press", **{"from": mei, "chat": mei, "message_id": message.message_id, "data": "x"})
    )
    await eventually(lambda: bool(lab.world.bot.updates.waiting))
    await lab.write(mei, "kept for a day")
    await lab.order("clock", advance=150)
    assert await texts(lab, offset=lab.offset) == ["kept for a day"]
    await lab.order("clock", advance=86_400)
    assert await texts(lab, offset=lab.offset) == []
    press.cancel()


def button(data: str) -> dict[str, object]:
    return {"inline_keyboard": [[{"text": "x", "callback_data": data}]]}


async def test_the_last_update_can_come_twice(lab: Lab) -> None:
    first = await three(lab)
    await lab.call("getUpdates", offset=first + 3)
    await lab.order("updates", action="duplicate_last")
    again = (await lab.call("getUpdates", offset=first + 3))["result"]
    assert [update["update_id"] for update in again] == [first + 2]
    assert await texts(lab, offset=first + 3) == []
    await lab.order("faults", kind="duplicate_last_update", new_id=True)
    resent = (await lab.call("getUpdates", offset=first + 3))["result"]
    assert [update["update_id"] for update in resent] == [first + 3]
    assert resent[0]["message"] == again[0]["message"]

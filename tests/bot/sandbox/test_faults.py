"""Troubles on order."""

import pytest
from telegram.error import Forbidden, NetworkError, RetryAfter, TimedOut

from bot.sandbox.faults import Fault, Faults
from tests.bot.sandbox.lab import Lab


def words(lab: Lab, chat: int) -> list[str]:
    """Return what was written in a private chat."""
    return [message.text for message in lab.world.bot.private[chat].messages.values()]


async def test_a_429_passes_by_after_its_times(lab: Lab) -> None:
    mei = await lab.person()
    await lab.order("faults", kind="429", seconds=9, times=2)
    for _ in range(2):
        with pytest.raises(RetryAfter, match="Retry in 9"):
            await lab.bot.send_message(mei, "hi")
    await lab.bot.send_message(mei, "hi")
    assert words(lab, mei) == ["/start", "hi"]


async def test_a_500_and_a_403_carry_nothing_out(lab: Lab) -> None:
    mei = await lab.person()
    await lab.order("faults", kind="500")
    with pytest.raises(NetworkError, match="Internal Server Error: restart"):
        await lab.bot.send_message(mei, "hi")
    await lab.order("faults", kind="403")
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await lab.bot.send_message(mei, "hi")
    assert words(lab, mei) == ["/start"]


@pytest.mark.parametrize(("kind", "expected"), [("drop_before", []), ("drop_after", ["hi"])])
async def test_a_dropped_connection_leaves_the_outcome_open(lab: Lab, kind: str, expected: list[str]) -> None:
    mei = await lab.person()
    await lab.order("faults", kind=kind, method="sendMessage")
    with pytest.raises(NetworkError):
        await lab.bot.send_message(mei, "hi")
    assert words(lab, mei)[1:] == expected


async def test_a_slow_answer_comes_after_the_deed(lab: Lab) -> None:
    mei = await lab.person()
    await lab.order("faults", kind="slow", seconds=5, method="send*")
    with pytest.raises(TimedOut):
        await lab.bot.send_message(mei, "hi", read_timeout=0.2)
    assert words(lab, mei) == ["/start", "hi"]


async def test_a_fault_waits_for_its_method_and_chat(lab: Lab) -> None:
    mei, li = await lab.person(), await lab.person("Li")
    await lab.order("faults", kind="403", method="sendMessage", chat=li)
    await lab.bot.send_message(mei, "hi")
    await lab.bot.send_chat_action(li, "typing")
    with pytest.raises(Forbidden):
        await lab.bot.send_message(li, "hi")


async def test_faults_can_be_called_off(lab: Lab) -> None:
    mei = await lab.person()
    await lab.order("faults", kind="500", times=None)
    async with lab.http.delete(f"{lab.running.url}/sandbox/faults") as response:
        assert await response.json() == {"faults": []}
    await lab.bot.send_message(mei, "hi")


def test_a_share_strikes_some_and_the_same_ones_each_time() -> None:
    def strikes() -> list[bool]:
        faults = Faults()
        faults.order(Fault("500", times=None, share=0.3), seed=7)
        return [faults.strike("sendMessage", 1) is not None for _ in range(200)]

    first = strikes()
    assert first == strikes()
    assert 30 < sum(first) < 90


def test_polling_is_spared_unless_named() -> None:
    faults = Faults()
    faults.order(Fault("500"))
    assert faults.strike("getUpdates", None) is None
    faults.order(Fault("429", method="getupdates"))
    struck = faults.strike("getUpdates", None)
    assert struck is not None
    assert struck.kind == "429"


async def test_an_unknown_fault_is_refused(lab: Lab) -> None:
    assert (await lab.complaint("faults", kind="flood")).startswith("kind must be one of 429, 500")


async def test_a_topic_vanishes_on_order(lab: Lab) -> None:
    group, _ = await lab.staff_group()
    thread = (await lab.bot.create_forum_topic(group, "#1")).message_thread_id
    await lab.order("faults", kind="delete_topic", chat=group, thread=thread)
    assert await lab.refusal("sendMessage", chat_id=group, message_thread_id=thread, text="x") == (
        "Bad Request: TOPIC_DELETED"
    )

"""The budgets of the official server."""

import pytest
from telegram.error import RetryAfter

from bot.sandbox.limits import Limits
from tests.bot.sandbox.lab import Lab, open_lab


class Timer:
    """A monotonic clock set by hand."""

    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


def sent(limits: Limits, chat: int, *, tries: int) -> int:
    """Count how many of so many messages go through at once."""
    count = 0
    for _ in range(tries):
        if not limits.wait(1, chat):
            limits.spend(1, chat)
            count += 1
    return count


def test_a_private_chat_takes_three_at_once_then_one_a_second() -> None:
    timer = Timer()
    limits = Limits(timer=timer)
    assert sent(limits, 5, tries=10) == 3
    assert limits.wait(1, 5) == 1
    timer.time += 1
    assert sent(limits, 5, tries=10) == 1
    timer.time += 60
    assert sent(limits, 5, tries=10) == 3


def test_a_group_takes_twenty_a_minute() -> None:
    timer = Timer()
    limits = Limits(timer=timer)
    assert sent(limits, -100, tries=30) == 20
    assert limits.wait(1, -100) == 60
    timer.time += 59
    assert limits.wait(1, -100) == 1
    timer.time += 1
    assert sent(limits, -100, tries=30) == 20


def test_a_bot_sends_thirty_a_second_in_all() -> None:
    timer = Timer()
    limits = Limits(timer=timer)
    assert sum(sent(limits, chat, tries=1) for chat in range(1, 51)) == 30
    timer.time += 1
    assert sum(sent(limits, chat, tries=1) for chat in range(51, 101)) == 30


def test_a_steady_sender_at_the_allowed_pace_is_never_refused() -> None:
    timer = Timer()
    limits = Limits(timer=timer)
    refused = 0
    for chat in range(1, 901):
        refused += not sent(limits, chat, tries=1)
        timer.time += 1 / 30 + 1e-9
    assert refused == 0


async def test_a_refusal_names_the_wait_in_body_and_header() -> None:
    async with open_lab(limits="strict") as lab:
        mei = await lab.person()
        for _ in range(3):
            await lab.bot.send_message(mei, "hi")
        with pytest.raises(RetryAfter) as refused:
            await lab.bot.send_message(mei, "hi")
        assert refused.value._retry_after.total_seconds() == 1
        url = f"{lab.running.url}/bot{lab.bot.token}/sendMessage"
        async with lab.http.post(url, json={"chat_id": mei, "text": "hi"}) as response:
            assert (response.status, response.headers["Retry-After"]) == (429, "1")


async def test_edits_and_topics_count_in_a_group() -> None:
    async with open_lab(limits="strict") as lab:
        group, _ = await lab.staff_group()
        message = await lab.bot.send_message(group, "0")
        for number in range(1, 10):
            await lab.bot.edit_message_text(str(number), group, message.message_id)
            await lab.bot.create_forum_topic(group, f"#{number}")
        await lab.bot.send_message(group, "twentieth")
        with pytest.raises(RetryAfter):
            await lab.bot.edit_message_text("more", group, message.message_id)
        await lab.bot.set_message_reaction(group, message.message_id, "👍")


async def test_a_refused_call_costs_nothing(lab: Lab) -> None:
    await lab.order("limits", mode="strict")
    mei = await lab.person()
    for _ in range(9):
        await lab.refusal("sendMessage", chat_id=mei, text="")
    assert (await lab.bot.send_message(mei, "hi")).text == "hi"


async def test_skipping_the_clock_refills_nothing() -> None:
    async with open_lab(limits="strict") as lab:
        mei = await lab.person()
        for _ in range(3):
            await lab.bot.send_message(mei, "hi")
        await lab.order("clock", advance=3600)
        with pytest.raises(RetryAfter):
            await lab.bot.send_message(mei, "hi")
        await lab.order("limits", mode="off")
        await lab.bot.send_message(mei, "hi")

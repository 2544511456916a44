"""Intake: journalled first, in order within a lane, tried again, put aside, never forgotten."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.intake import Adapter, Intake
from crm_store import journal
from crm_store.errors import RefusedError
from crm_store.models.inbox import JournalEntry
from crm_store.rules.roles import Role
from crm_store.store import StoreBusyError
from handlers.context import Context
from handlers.ports import InboundEvent, Message, Person, Place
from handlers.router import Router, command, open_to, text
from tests.bot.sandbox.lab import eventually
from tests.factories import MONDAY, House, house

Raw = Mapping[str, object]


def update(number: int, words: str = "hello", *, chat: int = 101) -> Raw:
    return {"update_id": number, "chat": chat, "text": words}


def lane_of(raw: Raw) -> str:
    return str(raw["chat"])


def decode(raw: Raw, inbox_id: int) -> InboundEvent | None:
    """Read an update; some cannot be read and some concern nobody."""
    if raw["text"] == "unreadable":
        raise ValueError("no such thing")
    if raw["text"] == "nothing":
        return None
    chat = str(raw["chat"])
    return Message(
        Place(inbox_id, "telegram", chat),
        Person(chat, "Mei"),
        str(raw["update_id"]),
        MONDAY,
        str(raw["text"]),
    )


@dataclass
class Bench:
    """An intake at work, and what its handlers heard."""

    house: House
    heard: list[str]
    failing: dict[str, list[Exception]] = field(default_factory=dict)
    intake: Intake = field(init=False)

    def __post_init__(self) -> None:
        self.intake = self.another()

    def another(self) -> Intake:
        """Begin anew, as after a restart."""
        return Intake(
            self.house.store, self.house.routes, self.house.desk, self.house.inbox_id,
            Adapter(lane_of, decode), lambda: MONDAY, first_wait=0.002,
        )  # fmt: skip

    async def accept(self, *updates: Raw) -> None:
        await self.intake.accept(updates)
        assert await self.intake.drain(within=10)
        self.intake._closed = False

    def states(self) -> dict[int, str]:
        def query(session: "sa.orm.Session") -> dict[int, str]:
            return {entry.update_id: entry.state for entry in session.scalars(sa.select(JournalEntry))}

        return self.house.store.read_now(query)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest) -> str | None:
    """Give a database to keep the journal in."""
    return None if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def bench(tmp_path: Path, url: str | None) -> Iterator[Bench]:
    """Set up an intake whose only route hears, fails as told or refuses."""
    heard: list[str] = []
    failing: dict[str, list[Exception]] = {}

    def receive(ctx: Context) -> None:
        assert isinstance(ctx.event, Message)
        errors = failing.get(ctx.event.text)
        if errors:
            raise errors.pop(0)
        heard.append(f"{ctx.place.chat}: {ctx.event.text}")

    def look(ctx: Context) -> None:
        heard.append("looked")

    found = house(
        tmp_path, Router(*open_to(Role.CUSTOMER, text(receive), command("look", look, reads=True))), url=url
    )
    yield Bench(found, heard, failing)
    found.store.close()


async def test_what_arrives_is_handled_in_the_order_of_its_lane(bench: Bench) -> None:
    wanted = [update(number, f"m{number}", chat=100 + number % 3) for number in range(1, 61)]
    await bench.accept(*wanted)
    for chat in (100, 101, 102):
        mine = [words for words in bench.heard if words.startswith(f"{chat}:")]
        assert mine == [f"{chat}: m{number}" for number in range(1, 61) if 100 + number % 3 == chat]
    assert set(bench.states().values()) == {"done"}


async def test_a_message_that_is_tried_again_keeps_its_place(bench: Bench) -> None:
    bench.failing["first"] = [OSError("no network"), OSError("no network")]
    await bench.accept(update(1, "first"), update(2, "second"), update(3, "other", chat=102))
    assert [words for words in bench.heard if words.startswith("101")] == ["101: first", "101: second"]


async def test_a_lane_that_waits_holds_no_other_lane(bench: Bench) -> None:
    bench.intake.first_wait = 0.5
    bench.failing["first"] = [OSError("no network")]
    await bench.accept(update(1, "first"), update(2, "second"), update(3, "other", chat=102))
    assert bench.heard[0] == "102: other"


async def test_an_update_that_comes_again_is_handled_once(bench: Bench) -> None:
    await bench.accept(update(1), update(1), update(2, "later"))
    await bench.accept(update(1))
    assert bench.heard == ["101: hello", "101: later"]


async def test_a_smaller_number_is_not_an_old_one(bench: Bench) -> None:
    await bench.accept(update(900, "first"))
    await bench.accept(update(3, "second"))
    assert bench.heard == ["101: first", "101: second"]


async def test_after_three_tries_a_message_is_put_aside_and_the_next_one_comes(bench: Bench) -> None:
    bench.failing["poison"] = [ValueError("a fault of ours") for _ in range(9)]
    await bench.accept(update(1, "poison"), update(2, "next"))
    assert bench.heard == ["101: next"]
    assert bench.states() == {1: "failed", 2: "done"}
    assert len(bench.failing["poison"]) == 6
    (dead,) = bench.house.store.read_now(journal.dead)
    assert (dead.attempts, dead.error) == (3, "ValueError: a fault of ours")


async def test_a_dead_letter_is_replayed(bench: Bench) -> None:
    bench.failing["poison"] = [ValueError("a fault of ours") for _ in range(3)]
    await bench.accept(update(1, "poison"))
    assert bench.house.store.write_now(journal.replay) == 1
    bench.intake = bench.another()
    assert await bench.intake.resume() == 1
    assert await bench.intake.drain(within=10)
    assert bench.heard == ["101: poison"]
    assert bench.states() == {1: "done"}


async def test_what_was_journalled_and_not_handled_is_taken_up(bench: Bench) -> None:
    arrival = journal.Arrival(bench.house.inbox_id, 5, "101", '{"update_id": 5, "chat": 101, "text": "left"}')
    bench.house.store.write_now(lambda session: journal.keep(session, [arrival], now=MONDAY))
    assert await bench.intake.resume() == 1
    await bench.accept(update(5, "left"), update(6, "new"))
    assert bench.heard == ["101: left", "101: new"]


async def test_an_update_nobody_can_read_is_kept(bench: Bench) -> None:
    await bench.accept(update(1, "unreadable"), update(2, "readable"))
    assert bench.heard == ["101: readable"]
    assert bench.states() == {1: "failed", 2: "done"}


async def test_an_update_that_concerns_nobody_is_done(bench: Bench) -> None:
    await bench.accept(update(1, "nothing"))
    assert bench.states() == {1: "done"}


async def test_a_refusal_becomes_a_sentence(bench: Bench) -> None:
    bench.failing["may I?"] = [RefusedError("anonymous")]
    await bench.accept(update(1, "may I?"))
    assert bench.states() == {1: "done"}
    (told,) = bench.house.outgoing()
    assert told.startswith("101: ")


async def test_a_route_that_only_reads_answers_and_is_done(bench: Bench) -> None:
    await bench.accept(update(1, "/look"), update(2, "after"))
    assert bench.heard == ["looked", "101: after"]
    assert bench.states() == {1: "done", 2: "done"}


async def test_a_busy_store_is_waited_for_longer_than_a_fault(bench: Bench) -> None:
    bench.failing["slow"] = [StoreBusyError(), StoreBusyError()]
    bench.intake = bench.another()
    await bench.intake.accept([update(1, "slow")])
    for entry in bench.intake._lanes["101"]:
        entry.tries = 600  # hours of it
    assert await bench.intake.drain(within=20)
    assert (bench.heard, bench.states()) == (["101: slow"], {1: "done"})


async def test_too_many_waiting_hold_up_the_next_batch(bench: Bench) -> None:
    bench.intake.most_waiting = 2
    bench.intake.first_wait = 0.5
    bench.failing["first"] = [OSError("no network")]
    taken = asyncio.create_task(bench.intake.accept([update(number, "first") for number in range(1, 6)]))
    await eventually(lambda: len(bench.states()) == 5)
    assert not taken.done(), "a batch is confirmed only when there is room for another"
    await asyncio.wait_for(taken, 5)
    assert await bench.intake.drain(within=10)


async def test_nothing_new_is_taken_once_it_drains(bench: Bench) -> None:
    await bench.intake.accept([update(1)])
    assert await bench.intake.drain(within=10)
    with pytest.raises(StoreBusyError):
        await bench.intake.accept([update(2)])
    assert bench.states() == {1: "done"}


async def test_what_is_not_journalled_is_not_confirmed(bench: Bench) -> None:
    if not bench.house.store.is_sqlite:
        pytest.skip("the trigger is SQLite's")

    def unit(session: "sa.orm.Session") -> None:
        session.execute(
            sa.text("CREATE TRIGGER full BEFORE INSERT ON journal BEGIN SELECT RAISE(ABORT, 'full'); END")
        )

    bench.house.store.write_now(unit)
    updates: Sequence[Raw] = [update(1)]
    with pytest.raises(Exception, match="full"):
        await bench.intake.accept(updates)
    assert await bench.intake.drain(within=10)
    assert (bench.heard, bench.states()) == ([], {})

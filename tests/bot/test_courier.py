"""The courier on a real store, with a channel that does as it is told."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.delivery.courier import Courier
from bot.delivery.pace import Pace
from crm_store import customers, gates, outbox, recipients, tickets
from crm_store.claims import Claimed
from crm_store.models.campaign import Recipient
from crm_store.models.customer import Identity
from crm_store.models.outbox import Action, Delivery, Lane, OutboxRow, OutboxState, Thread
from crm_store.outbox import Draft
from crm_store.rules.lifecycle import Kind, Priority
from crm_store.tickets import Opening
from handlers.ports import DeliveryError
from handlers.router import Router
from tests.bot.sandbox.lab import eventually
from tests.crm_store.crowd import crowd, launch, plan_all, render
from tests.factories import MONDAY, House, house

GROUP = "-1001"


@dataclass
class FakeChannel:
    """Keeps what it is given; refuses or holds what it is told to."""

    name: str = "fake"
    sent: list[tuple[str, str]] = field(default_factory=list)
    refusals: dict[str, list[Exception]] = field(default_factory=dict)
    held: dict[str, asyncio.Event] = field(default_factory=dict)
    begun: list[tuple[str, str | None]] = field(default_factory=list)

    async def send(self, row: Claimed, attachment: bytes | None) -> str | None:
        self.begun.append((row.chat, row.thread))
        if row.chat in self.held:
            await self.held[row.chat].wait()
        refusals = self.refusals.get(row.chat)
        if refusals:
            raise refusals.pop(0)
        self.sent.append((row.chat, str(row.body.get("text", row.action.value))))
        return str(1000 + len(self.sent))


@dataclass
class Office:
    """A courier at work, and the outbox it works off."""

    house: House
    channel: FakeChannel
    courier: Courier
    now: datetime = MONDAY

    def put(self, chat: str, text: str = "hello", **more: object) -> int:
        """Write a row that must go out."""
        given: dict[str, object] = {"body": {"text": text}, **more}
        draft = Draft(inbox_id=self.house.inbox_id, chat=chat, **given)  # type: ignore[arg-type]  # its fields
        row = self.house.store.write_now(lambda session: outbox.enqueue(session, draft, now=self.now))
        self.courier.wake()
        return row

    def state(self, row_id: int) -> str:
        return self.row(row_id).state

    def row(self, row_id: int) -> OutboxRow:
        return self.house.store.read_now(lambda session: session.get_one(OutboxRow, row_id))

    async def becomes(self, row_id: int, state: OutboxState) -> None:
        await eventually(lambda: self.state(row_id) == state)

    async def passes(self, **span: float) -> None:
        """Let time pass for the rows; the pace runs on a clock of its own."""
        self.now += timedelta(**span)
        self.courier.pace.chats.clear()
        self.courier._held.clear()
        self.courier.wake()
        await asyncio.sleep(0.05)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """Open a house whose courier sends as fast as it can."""
    found = house(tmp_path, Router())
    channel = FakeChannel()
    courier = Courier(found.store, channel, found.inbox_id, lambda: built.now, lambda *_: 0, Pace(rate=1000))
    built = Office(found, channel, courier)
    found.store.on_commit = None
    await courier.start()
    running = asyncio.create_task(courier.run())
    yield built
    await courier.stop(within=5)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    found.store.close()


def limited(seconds: float) -> DeliveryError:
    return DeliveryError("limited", "Too Many Requests", retry_after=seconds)


def doubtful() -> DeliveryError:
    return DeliveryError("doubtful", "Timed out")


async def test_what_is_put_goes_out_and_is_settled(office: Office) -> None:
    row = office.put("101")
    await office.becomes(row, OutboxState.SENT)
    assert office.channel.sent == [("101", "hello")]
    assert office.row(row).provider_id == "1001"


async def test_replies_go_before_notices(office: Office) -> None:
    def unit(session: Session) -> None:
        for chat, lane in (("1", Lane.NOTICE), ("2", Lane.NOTICE), ("3", Lane.REPLY)):
            draft = Draft(inbox_id=office.house.inbox_id, chat=chat, body={"text": "x"}, priority=lane)
            outbox.enqueue(session, draft, now=MONDAY)

    office.house.store.write_now(unit)
    office.courier.wake()
    await eventually(lambda: len(office.channel.begun) == 3)
    assert [chat for chat, _ in office.channel.begun] == ["3", "1", "2"]


async def test_one_row_of_a_chat_is_on_its_way_and_others_do_not_wait(office: Office) -> None:
    office.channel.held["101"] = asyncio.Event()
    first, second, other = office.put("101", "one"), office.put("101", "two"), office.put("102")
    await office.becomes(other, OutboxState.SENT)
    assert [chat for chat, _ in office.channel.begun].count("101") == 1
    office.channel.held["101"].set()
    await office.becomes(second, OutboxState.SENT)
    assert office.state(first) == OutboxState.SENT
    assert [text for chat, text in office.channel.sent if chat == "101"] == ["one", "two"]


async def test_a_refusal_for_speed_holds_its_chat_only(office: Office) -> None:
    office.channel.refusals["101"] = [limited(60)]
    held, other = office.put("101"), office.put("102")
    await office.becomes(other, OutboxState.SENT)
    await eventually(lambda: office.row(held).not_before == MONDAY + timedelta(seconds=60))
    assert (office.state(held), office.row(held).attempts) == (OutboxState.READY, 0)
    inbox = office.house.inbox_id
    known = office.house.store.read_now(lambda session: gates.gates(session, inbox, now=MONDAY))
    assert known == {"101": MONDAY + timedelta(seconds=60)}
    later = office.put("103")
    await office.becomes(later, OutboxState.SENT)
    await office.passes(seconds=61)
    await office.becomes(held, OutboxState.SENT)


async def test_two_chats_refused_at_once_hold_the_account(office: Office) -> None:
    for chat in ("101", "102"):
        office.channel.refusals[chat] = [limited(60)]
        office.put(chat)
    await eventually(lambda: office.courier.pace.careful_until > 0)


async def test_who_cannot_be_reached_is_remembered_and_not_tried_again(office: Office) -> None:
    inbox = office.house.inbox_id
    office.house.store.write_now(
        lambda session: customers.create(session, inbox, "101", name="Mei", language="zh", now=MONDAY)
    )
    office.channel.refusals["101"] = [DeliveryError("unreachable", "bot was blocked by the user")]
    row = office.put("101")
    await office.becomes(row, OutboxState.FAILED)

    def since(session: Session) -> datetime | None:
        return session.scalar(sa.select(Identity.unreachable_since).where(Identity.address == "101"))

    assert office.house.store.read_now(since) == MONDAY
    assert len(office.channel.begun) == 1


def topic(office: Office) -> int:
    """Open a ticket whose topic is 77."""
    inbox = office.house.inbox_id

    def unit(session: Session) -> int:
        mei = customers.create(session, inbox, "101", name="Mei", language="zh", now=MONDAY)
        opening = Opening(
            kind=Kind.INQUIRY, priority=Priority.NORMAL, subject="?", first_due=None, resolution_due=None
        )
        number = tickets.create(session, mei, opening, now=MONDAY)
        thread = Thread(
            inbox_id=inbox, chat=GROUP, ticket_id=number, name="#1", created=MONDAY, provider_id="77",
            state="open",
        )  # fmt: skip
        session.add(thread)
        session.flush()
        return thread.id

    return office.house.store.write_now(unit)


async def test_a_message_for_a_deleted_topic_goes_to_a_new_one(office: Office) -> None:
    thread = topic(office)
    office.channel.refusals[GROUP] = [DeliveryError("gone", "message thread not found")]
    row = office.put(GROUP, "news", thread_id=thread, priority=Lane.NOTICE)
    await office.becomes(row, OutboxState.SENT)
    assert [text for _, text in office.channel.sent] == ["make_thread", "news"]
    assert office.channel.begun[-1] == (GROUP, "1001")


async def test_a_group_that_moved_is_written_to_at_its_new_place(office: Office) -> None:
    office.channel.refusals[GROUP] = [DeliveryError("moved", "upgraded", moved_to="-2002")]
    row = office.put(GROUP, priority=Lane.NOTICE)
    await office.becomes(row, OutboxState.SENT)
    assert office.channel.sent == [("-2002", "hello")]


async def test_a_doubtful_reply_is_repeated_marked_and_given_up_after_five(office: Office) -> None:
    office.channel.refusals["101"] = [doubtful() for _ in range(9)]
    row = office.put("101")
    for made in range(1, 5):
        await eventually(lambda made=made: office.row(row).attempts == made)  # type: ignore[misc]  # bound
        assert office.row(row).may_repeat
        await office.passes(minutes=2)
    await office.becomes(row, OutboxState.FAILED)
    assert len(office.channel.begun) == 5


async def test_a_doubtful_campaign_message_is_unknown_and_not_repeated(office: Office) -> None:
    crowd(office.house.store, 1)
    launch(office.house.store, now=MONDAY)
    plan_all(office.house.store, now=MONDAY)
    office.channel.refusals["91"] = [doubtful()]
    office.house.store.write_now(
        lambda session: recipients.feed(session, 1, now=office.now, most=10, render=render)
    )
    office.courier.wake()
    await eventually(lambda: len(office.channel.begun) == 1)

    def state(session: Session) -> str | None:
        return session.scalar(sa.select(Recipient.state))

    await eventually(lambda: office.house.store.read_now(state) == "unknown")
    await office.passes(hours=2)
    assert len(office.channel.begun) == 1


async def test_lines_that_wait_for_one_chat_go_out_as_one_message(office: Office) -> None:
    office.channel.held[GROUP] = asyncio.Event()
    more: Mapping[str, object] = {"priority": Lane.NOTICE, "combinable": True}
    first = office.put(GROUP, "line 0", **more)
    await eventually(lambda: len(office.channel.begun) == 1)
    rows = [first, *(office.put(GROUP, f"line {number}", **more) for number in range(1, 5))]
    office.channel.held[GROUP].set()
    for row in rows:
        await office.becomes(row, OutboxState.SENT)
    assert [text for _, text in office.channel.sent] == ["line 0", "line 1\nline 2\nline 3\nline 4"]
    assert len({office.row(row).provider_id for row in rows[1:]}) == 1


async def test_a_fault_of_the_channel_stops_no_other_row(office: Office) -> None:
    office.channel.refusals["101"] = [ValueError("a fault of ours")]
    row, other = office.put("101"), office.put("102")
    await office.becomes(other, OutboxState.SENT)
    await office.becomes(row, OutboxState.FAILED)


async def test_what_cannot_be_settled_stops_nothing(office: Office) -> None:
    def unit(session: Session) -> None:
        session.execute(
            sa.text(
                "CREATE TRIGGER broken BEFORE INSERT ON delivery WHEN (SELECT chat FROM outbox "
                "WHERE id = NEW.outbox_id) = '666' BEGIN SELECT RAISE(ABORT, 'broken'); END"
            )
        )

    office.house.store.write_now(unit)
    office.channel.held["666"] = asyncio.Event()
    office.put("666")
    other = office.put("102")
    await eventually(lambda: len(office.channel.begun) == 2)
    office.channel.held["666"].set()
    await office.becomes(other, OutboxState.SENT)
    after = office.put("103")
    for _ in range(40):  # the courier pauses a second after a failure
        await asyncio.sleep(0.05)
        if office.state(after) == OutboxState.SENT:
            break
    assert office.state(after) == OutboxState.SENT


async def test_a_stop_waits_for_what_is_on_its_way_and_settles_it(office: Office) -> None:
    office.channel.held["101"] = asyncio.Event()
    row, waiting = office.put("101", "one"), office.put("101", "two")
    await eventually(lambda: len(office.channel.begun) == 1)
    stopping = asyncio.create_task(office.courier.stop(within=5))
    await asyncio.sleep(0.02)
    office.channel.held["101"].set()
    await stopping
    assert office.state(row) == OutboxState.SENT
    assert office.state(waiting) == OutboxState.READY


async def test_every_attempt_is_written_down(office: Office) -> None:
    office.channel.refusals["101"] = [doubtful(), limited(5)]
    row = office.put("101")
    await eventually(lambda: office.row(row).attempts == 1)
    await office.passes(minutes=1)
    await eventually(lambda: not office.channel.refusals["101"])
    await office.passes(minutes=1)
    await office.becomes(row, OutboxState.SENT)

    def outcomes(session: Session) -> list[str]:
        return list(session.scalars(sa.select(Delivery.outcome).order_by(Delivery.id)))

    assert office.house.store.read_now(outcomes) == ["retry", "limited", "sent"]
    assert orjson.loads(office.row(row).body) == {"text": "hello"}
    assert office.row(row).action == Action.SEND

"""An answer that crossed its customer's words is held, shown with them, and sent by one tap."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from crm_store import customers
from crm_store.models.held_reply import HeldReply
from crm_store.models.outbox import Action
from crm_store.rules.lifecycle import Status
from handlers.agent import desk as handling
from handlers.context import Context
from handlers.ports import FileRef, Message, Place
from handlers.understanding import understand
from tests.factories import CAST, STAFF_GROUP, House
from tests.handlers.customers import QUESTION, teach
from tests.handlers.desk import body, desk, get, log, messages, said, send_all, threads, ticket, to
from tests.handlers.people import tick

MEI, LI, WANG, CHEN = (CAST[who].address for who in ("mei", "li", "wang", "chen"))
HELD = "Send anyway"


@pytest.fixture
def home(tmp_path: Path) -> House:
    """Let chen have a ticket whose card she has read."""
    built = desk(tmp_path)
    ticket(built)
    built.hears("chen", "/take 1")
    send_all(built)
    return built


@pytest.fixture
def group(tmp_path: Path) -> House:
    """Let wang have a ticket with a topic."""
    built = desk(tmp_path, group=True)
    ticket(built)
    built.hears("wang", "/take 1", group=True)
    send_all(built)
    return built


def sent(at: House) -> list[str]:
    """List what staff said to the customer."""
    return [text for direction, text in said(at, 1) if direction == "outbound"]


def shown_as(at: House, words: str) -> int:
    """Return the channel's id of the message that shows these words to staff."""
    [row] = [row for row in at.rows() if words in row.body and row.chat != MEI and row.action == Action.SEND]
    assert row.provider_id is not None
    return int(row.provider_id)


def key(at: House, label: str) -> str:
    """Return what the newest button of this label sends back."""
    return [data for name, data in at.buttons(last=50) if name == label][-1]


def writes(at: House, who: str, text: str, *, id_: int, minutes_ago: int = 0, **more: object) -> list[str]:
    """Let someone's message be handled now that was written then."""
    return at.hears(who, text, id=str(id_), at=at.now - timedelta(minutes=minutes_ago), **more)


class TestInPrivate:
    def test_what_the_agent_had_read_holds_nothing(self, home: House) -> None:
        home.hears("mei", "还在吗？")
        send_all(home)
        writes(home, "chen", "/reply 1 Yes", id_=shown_as(home, "还在吗") + 1)
        assert sent(home) == ["Yes"]

    def test_what_was_not_sent_yet_holds(self, home: House) -> None:
        home.hears("mei", "还在吗？")
        [told] = home.hears("chen", "/reply 1 It ships today")
        assert told == (
            f"{CHEN}: #1: your answer is not sent yet, because the customer wrote meanwhile:\n"
            "09:00 Mei 梅: 还在吗？"
        )
        assert home.buttons() == [(HELD, "v1:held_send:1:0"), ("Discard", "v1:held_drop:1:0")]
        assert sent(home) == []
        assert log(home, 1)[-1][0] == "heard"

    def test_what_was_sent_after_the_answer_was_written_holds(self, home: House) -> None:
        home.hears("mei", "还在吗？")
        send_all(home)
        writes(home, "chen", "/reply 1 Yes", id_=shown_as(home, "还在吗") - 1)
        assert sent(home) == []

    def test_one_tap_sends_it_as_it_was_written(self, home: House) -> None:
        home.hears("mei", "还在吗？")
        home.hears("chen", "/reply 1 It ships today")
        written = str(home.messages)
        home.outgoing()
        told = home.presses("chen", key(home, HELD))
        assert told == [
            f"{MEI}: It ships today",
            f"{CHEN}: react",
            f"{CHEN}: #1: your answer is sent all the same.",
        ]
        [sign] = [row for row in home.rows() if row.action == Action.REACT]
        assert body(sign)["message"] == written
        assert log(home, 1)[-1][1]["anyway"] is True
        assert get(home, 1).bot_quiet

    def test_a_newer_message_does_not_hold_it_again(self, home: House) -> None:
        home.hears("mei", "还在吗？")
        home.hears("chen", "/reply 1 It ships today")
        home.hears("mei", "快点！")
        home.presses("chen", key(home, HELD))
        assert sent(home) == ["It ships today"]

    def test_two_taps_send_once(self, home: House) -> None:
        home.hears("mei", "还在吗？")
        home.hears("chen", "/reply 1 It ships today")
        button = key(home, HELD)
        home.presses("chen", button)
        assert home.presses("chen", button) == [
            f"{CHEN}: That answer has gone out or is on its way, so nothing was sent twice."
        ]
        assert sent(home) == ["It ships today"]

    def test_discarded_is_never_sent(self, home: House) -> None:
        home.hears("mei", "还在吗？")
        home.hears("chen", "/reply 1 It ships today")
        send, drop = key(home, HELD), key(home, "Discard")
        assert home.presses("chen", drop) == [f"{CHEN}: #1: your answer is discarded."]
        assert home.presses("chen", send) == [f"{CHEN}: That answer was discarded. Please write it again."]
        assert sent(home) == []

    def test_after_an_hour_it_has_to_be_written_again(self, home: House) -> None:
        home.hears("mei", "还在吗？")
        home.hears("chen", "/reply 1 It ships today")
        home.passes(hours=1)
        [told] = home.presses("chen", key(home, HELD))
        assert "held for more than an hour" in told
        assert sent(home) == []

    def test_after_a_day_it_is_forgotten(self, home: House) -> None:
        home.hears("mei", "还在吗？")
        home.hears("chen", "/reply 1 It ships today")
        held = sa.select(sa.func.count(HeldReply.id))
        home.passes(hours=24)
        tick(home)
        assert home.store.read_now(lambda session: session.scalar(held)) == 1
        home.passes(hours=1)
        tick(home)
        assert home.store.read_now(lambda session: session.scalar(held)) == 0

    def test_only_its_writer_may_send_it(self, home: House) -> None:
        home.hears("mei", "还在吗？")
        home.hears("chen", "/reply 1 It ships today")
        home.presses("wang", key(home, HELD))
        assert sent(home) == []

    def test_whoever_claimed_it_meanwhile_keeps_it(self, home: House) -> None:
        ticket(home, "li")
        home.hears("wang", "/take 2")
        home.hears("li", "hello?")
        home.hears("wang", "/reply 2 今天发货")
        button = key(home, "仍然发送")
        home.hears("chen", "/take 2")
        [told] = home.presses("wang", button)
        assert told.startswith(f"{WANG}: #2 正由 Chen 陈 处理")

    def test_a_file_is_held_and_sent_too(self, home: House) -> None:
        home.hears("mei", "还在吗？")
        home.hears("chen", "/reply 1 like this", file=FileRef("photo", "f1"))
        written = str(home.messages)
        home.presses("chen", key(home, HELD))
        [copy] = [row for row in home.rows() if row.action == Action.COPY and row.chat == MEI]
        assert body(copy) == {"from_chat": CHEN, "message": written, "caption": "like this"}

    def test_the_refusal_shows_what_was_missed(self, home: House) -> None:
        home.hears("mei", "还在吗？")
        home.hears("chen", "/reply 1 It ships today")
        send_all(home)
        writes(home, "chen", "/reply 1 It ships at noon", id_=shown_as(home, "not sent yet") + 1)
        assert sent(home) == ["It ships at noon"]

    def test_a_note_is_never_held(self, home: House) -> None:
        home.hears("mei", "还在吗？")
        home.hears("chen", "/note 1 waiting for the depot")
        assert said(home, 1)[-1] == ("note", "waiting for the depot")

    def test_resolving_with_words_waits_too(self, home: House) -> None:
        home.hears("mei", "还有一个问题")
        home.hears("chen", "/resolve 1 It ships today")
        assert (sent(home), get(home, 1).status) == ([], Status.OPEN)

    def test_where_it_was_written_is_kept(self, home: House) -> None:
        home.hears("chen", "/reply 1 It ships today")
        kept = messages(home)[-1]
        assert (kept.source_chat, kept.source_id) == (CHEN, str(home.messages))


class TestInTheTopic:
    def topic(self, at: House) -> str:
        return str(threads(at)[0].provider_id)

    @pytest.mark.parametrize(("before", "goes"), [(1, True), (-1, False)])
    def test_the_ids_of_the_chat_tell_what_came_first(self, group: House, before: int, goes: bool) -> None:
        group.hears("mei", "还在吗？")
        send_all(group)
        id_ = shown_as(group, "还在吗") + before
        writes(group, "wang", "Yes", id_=id_, group=True, thread=self.topic(group))
        assert (sent(group) == ["Yes"]) is goes

    @pytest.mark.parametrize(("minutes_ago", "goes"), [(0, True), (2, False)])
    def test_from_another_chat_time_tells(self, group: House, minutes_ago: int, goes: bool) -> None:
        group.hears("mei", "还在吗？")
        group.passes(minutes=1)
        send_all(group)
        writes(group, "wang", "/reply 1 Yes", id_=1, minutes_ago=minutes_ago)
        assert (sent(group) == ["Yes"]) is goes


class TestNobodyHasIt:
    @pytest.fixture
    def free(self, tmp_path: Path) -> House:
        built = desk(tmp_path)
        ticket(built)
        built.passes(minutes=5)
        built.hears("mei", "还在吗？")
        built.passes(minutes=5)
        return built

    def test_what_was_never_to_be_shown_holds_nothing_but_is_shown_then(self, free: House) -> None:
        told = free.hears("chen", "/reply 1 Yes")
        assert told[0] == f"{MEI}: Yes"
        assert "09:05 Mei 梅: 还在吗？" in told[-1]
        assert get(free, 1).assignee_id == free.staff_ids["chen"]

    def test_what_came_after_it_was_written_holds(self, free: House) -> None:
        writes(free, "chen", "/reply 1 Yes", id_=999, minutes_ago=6)
        assert sent(free) == []
        assert get(free, 1).assignee_id is None

    def test_the_opening_message_is_known(self, tmp_path: Path) -> None:
        built = desk(tmp_path)
        ticket(built)
        assert len(built.hears("chen", "/reply 1 Yes")) == 2


@pytest.mark.parametrize(("seen", "goes"), [(0, False), (1, False), (2, True)])
def test_what_was_seen_may_be_told(home: House, seen: int, goes: bool) -> None:
    """A page or a macro says itself what it was written against."""
    home.hears("mei", "还在吗？")

    def unit(session):  # type: ignore[no-untyped-def]  # a unit of the test
        place = Place(home.inbox_id, "telegram", CHEN)
        event = Message(place, CAST["chen"], "500", home.now, "Yes")
        ctx = Context(session, home.now, event, home.desk)
        ctx.sender = customers.sender(session, home.inbox_id, CHEN)
        return handling.answer(ctx, handling.held(ctx, 1), "Yes", seen=seen)

    assert home.store.write_now(unit) is goes
    assert (sent(home) == ["Yes"]) is goes


class TestTheBotIsQuiet:
    """Once a person has answered, the bot adds nothing, not even what was being worked out meanwhile."""

    @pytest.fixture
    def asked(self, tmp_path: Path) -> House:
        built = desk(tmp_path)
        assert teach(built)["returns"] == 1
        first, *_ = built.hears("li", QUESTION["en"])
        assert "Source: FAQ" in first
        return built

    def test_an_answer_being_computed_is_dropped(self, asked: House) -> None:
        asked.messages += 1
        place = Place(asked.inbox_id, "telegram", LI)
        event = Message(place, CAST["li"], str(asked.messages), asked.now, QUESTION["en"])
        understood = understand(event, asked.index)
        assert understood.answers  # found before the agent answered …
        asked.hears("chen", "/reply 1 I will send you a label")
        asked.store.write_now(  # … and handled after
            lambda session: asked.routes.perform(
                Context(session, asked.now, event, asked.desk, understood=understood)
            )
        )
        assert [line for line in asked.outgoing() if line.startswith(f"{LI}: ")] == []

    @pytest.mark.parametrize("verb", ["article", "helped"])
    def test_buttons_of_before_do_nothing_more(self, asked: House, verb: str) -> None:
        asked.hears("chen", "/reply 1 I will send you a label")
        assert asked.presses("li", f"v1:{verb}:1:1") == [
            f"{LI}: A colleague is already answering you in #1; just write here and they will read it."
        ]
        assert get(asked, 1).status == Status.OPEN


def test_in_general_a_reply_to_a_topics_ticket_is_judged_by_the_chats_ids(group: House) -> None:
    group.hears("mei", "还在吗？")
    send_all(group)
    writes(group, "wang", "/reply 1 Yes", id_=shown_as(group, "还在吗") - 1, group=True)
    assert sent(group) == []
    assert to(list(group.rows()), STAFF_GROUP)[-1].startswith("#1: your answer is not sent yet")

"""What must go out: in order within a chat, important things first, once, and decided after a crash."""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import orjson
import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import claims, customers, deliveries, gates, outbox, settlements, tickets
from crm_store.claims import Claimed
from crm_store.models.conversation import Conversation
from crm_store.models.customer import Identity
from crm_store.models.outbox import Action, Delivery, Lane, OutboxRow, OutboxState, Thread, ThreadState
from crm_store.outbox import Draft
from crm_store.rules.lifecycle import Kind, Priority
from crm_store.settlements import Settlement
from crm_store.store import Store
from crm_store.tickets import Opening

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
GROUP = "-1001"


class Post:
    """The outbox of one inbox, in the words of these tests."""

    def __init__(self, store: Store, inbox_id: int) -> None:
        self.store, self.inbox_id, self.now = store, inbox_id, NOW
        self.epoch = self.takes_over()

    def takes_over(self) -> int:
        """Become the owner, as a process does when it starts."""
        self.epoch = self.store.write_now(
            lambda session: deliveries.take_over(session, self.inbox_id, now=self.now)
        )
        return self.epoch

    def put(self, chat: str, text: str = "hello", **more: object) -> int:
        """Write a row that must go out."""
        body = more.pop("body", {"text": text})
        draft = Draft(inbox_id=self.inbox_id, chat=chat, body=body, **more)  # type: ignore[arg-type]
        return self.store.write_now(lambda session: outbox.enqueue(session, draft, now=self.now))

    def ready(self) -> list[Claimed]:
        """List what may go out now."""
        return self.store.write_now(lambda session: claims.ready(session, self.inbox_id, now=self.now))

    def texts(self) -> list[str]:
        """List the texts of what may go out now."""
        return [str(row.body.get("text")) for row in self.ready()]

    def claims(self, place: int = 0) -> Claimed:
        """Take in hand one of the rows that may go out."""

        def unit(session: Session) -> Claimed:
            row = claims.ready(session, self.inbox_id, now=self.now)[place]
            claims.claim(session, self.inbox_id, row, epoch=self.epoch, now=self.now)
            return row

        return self.store.write_now(unit)

    def settles(self, row: Claimed, outcome: str = "sent", **more: object) -> None:
        """Write down what became of an attempt."""
        settlement = replace(Settlement(row, outcome, self.now), **more)  # type: ignore[arg-type]
        self.store.write_now(
            lambda session: deliveries.settle_all(session, self.inbox_id, [settlement], now=self.now)
        )

    def row(self, row_id: int) -> OutboxRow:
        """Return a row as it is now."""
        return self.store.read_now(lambda session: session.get_one(OutboxRow, row_id))

    def state(self, row_id: int) -> str:
        """Return how far a row has come."""
        return self.row(row_id).state

    def change(self, row_id: int, **values: object) -> None:
        """Set columns of a row as earlier work would have."""
        self.store.write_now(
            lambda session: session.execute(
                sa.update(OutboxRow).where(OutboxRow.id == row_id).values(**values)
            ).close()
        )

    def passes(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def post(store: Store, inbox_id: int) -> Post:
    return Post(store, inbox_id)


@pytest.fixture
def ticket(store: Store, inbox_id: int) -> int:
    """Open a ticket of a customer."""

    def unit(session: Session) -> int:
        mei = customers.create(session, inbox_id, "101", name="Mei 梅", language="zh", now=NOW)
        opening = Opening(
            kind=Kind.INQUIRY, priority=Priority.NORMAL, subject="?", first_due=None, resolution_due=None
        )
        return tickets.create(session, mei, opening, now=NOW)

    return store.write_now(unit)


@pytest.fixture
def thread(store: Store, inbox_id: int, ticket: int) -> int:
    """Want a thread in the staff group for that ticket."""

    def unit(session: Session) -> int:
        wanted = Thread(inbox_id=inbox_id, chat=GROUP, ticket_id=ticket, name="#1 Mei", created=NOW)
        session.add(wanted)
        session.flush()
        return wanted.id

    return store.write_now(unit)


class TestEnqueue:
    def test_a_row_goes_out_as_it_was_written(self, post: Post) -> None:
        body: Mapping[str, object] = {"text": "你好", "buttons": [[["Take", "v1:take:1:0"]]]}
        row_id = post.put("101", body=body)
        (row,) = post.ready()
        assert (row.id, row.chat, row.body) == (row_id, "101", body)
        assert (row.action, row.priority, row.attempts) == (Action.SEND, Lane.REPLY, 0)

    def test_a_row_waits_for_its_time(self, post: Post) -> None:
        post.put("101", not_before=NOW + timedelta(minutes=5))
        assert post.texts() == []
        post.passes(300)
        assert post.texts() == ["hello"]

    def test_when_the_next_waiting_row_is_due_is_known(self, post: Post) -> None:
        post.put("101", not_before=NOW + timedelta(minutes=5))
        post.put("102", not_before=NOW + timedelta(minutes=2))
        due = post.store.read_now(lambda session: claims.next_due(session, post.inbox_id, now=NOW))
        assert due == NOW + timedelta(minutes=2)

    def test_a_dedupe_key_is_used_once(self, post: Post) -> None:
        post.put("101", dedupe_key="campaign:1:7")
        with pytest.raises((sqlite3.IntegrityError, psycopg.IntegrityError)):
            post.put("101", dedupe_key="campaign:1:7")
        assert post.texts() == ["hello"]

    def test_whoever_delivers_is_woken(self, post: Post) -> None:
        woken: list[frozenset[str]] = []
        post.store.on_commit = woken.append
        post.put("101")
        assert woken == [frozenset({"outbox"})]


class TestOrder:
    def test_one_row_of_a_chat_goes_out_at_a_time(self, post: Post) -> None:
        for text in ("first", "second"):
            post.put("101", text)
        post.put("102", "other")
        assert post.texts() == ["first", "other"]
        first = post.claims()
        assert post.texts() == ["other"]
        post.settles(first)
        assert post.texts() == ["second", "other"]

    def test_replies_go_before_notices_and_those_before_campaigns(self, post: Post) -> None:
        post.put("101", "campaign", priority=Lane.CAMPAIGN)
        post.put("102", "notice", priority=Lane.NOTICE)
        post.put("103", "reply")
        assert post.texts() == ["reply", "notice", "campaign"]

    def test_a_reply_goes_before_a_campaign_of_the_same_chat(self, post: Post) -> None:
        post.put("101", "campaign", priority=Lane.CAMPAIGN)
        post.put("101", "reply")
        assert post.texts() == ["reply"]

    def test_a_row_in_flight_keeps_its_chat_even_from_replies(self, post: Post) -> None:
        post.put("101", "campaign", priority=Lane.CAMPAIGN)
        flying = post.claims()
        post.put("101", "reply")
        assert post.texts() == []
        post.settles(flying)
        assert post.texts() == ["reply"]

    def test_a_retry_holds_its_chat_and_no_other(self, post: Post) -> None:
        post.put("101", "first")
        post.put("101", "second")
        post.put("102", "other")
        post.settles(post.claims(), "retry", not_before=NOW + timedelta(seconds=4))
        assert post.texts() == ["other"]
        post.passes(4)
        assert post.texts() == ["first", "other"]

    def test_threads_of_a_group_do_not_wait_for_each_other(self, post: Post, thread: int) -> None:
        post.settles(self._made(post, thread), provider_id="77")
        post.put(GROUP, "general")
        post.put(GROUP, "in the thread", thread_id=thread)
        post.claims()
        assert post.texts() == ["in the thread"]

    @staticmethod
    def _made(post: Post, thread: int) -> Claimed:
        post.put(GROUP, action=Action.MAKE_THREAD, thread_id=thread)
        return post.claims()

    def test_inboxes_do_not_see_each_others_rows(self, post: Post, store: Store) -> None:
        other = store.write_now(
            lambda session: session.scalar(
                sa.text("INSERT INTO inbox (channel, account) VALUES ('telegram', '2') RETURNING id")
            )
        )
        assert isinstance(other, int)
        post.put("101", "mine")
        Post(store, other).put("101", "theirs")
        assert post.texts() == ["mine"]


class TestWaiting:
    def test_what_belongs_in_a_thread_waits_until_it_is_made(self, post: Post, thread: int) -> None:
        post.put(GROUP, "card", thread_id=thread)
        assert post.texts() == []
        post.put(GROUP, action=Action.MAKE_THREAD, thread_id=thread, body={"name": "#1 Mei"})
        making = post.claims()
        assert making.action is Action.MAKE_THREAD
        assert post.ready() == []
        post.settles(making, provider_id="77")
        (card,) = post.ready()
        assert (card.body["text"], card.thread) == ("card", "77")

    def test_making_a_thread_goes_before_everything(self, post: Post, thread: int) -> None:
        post.put("101", "reply")
        post.put(GROUP, action=Action.MAKE_THREAD, thread_id=thread, priority=Lane.NOTICE)
        assert [row.action for row in post.ready()] == [Action.MAKE_THREAD, Action.SEND]

    def test_a_thread_that_cannot_be_made_lets_go_of_what_waits(self, post: Post, thread: int) -> None:
        post.put(GROUP, "card", thread_id=thread)
        post.put(GROUP, action=Action.MAKE_THREAD, thread_id=thread)
        post.settles(post.claims(), "failed", reason="not enough rights")
        (card,) = post.ready()
        assert (card.body["text"], card.thread_id) == ("card", None)

    def test_a_thread_that_someone_deleted_is_made_again(self, post: Post, thread: int) -> None:
        post.put(GROUP, action=Action.MAKE_THREAD, thread_id=thread)
        post.settles(post.claims(), provider_id="77")
        card = post.put(GROUP, "card", thread_id=thread)
        post.settles(post.claims(), "gone", reason="thread not found")
        making = post.claims()
        assert (making.action, making.body) == (Action.MAKE_THREAD, {"name": "#1 Mei"})
        post.settles(making, provider_id="78")
        (again,) = post.ready()
        assert (again.id, again.thread) == (card, "78")

    def test_what_changes_a_message_waits_until_that_was_sent(self, post: Post) -> None:
        card = post.put(GROUP, "card")
        post.put(GROUP, "card, taken", action=Action.EDIT, target_id=card)
        assert post.texts() == ["card"]
        post.settles(post.claims(), provider_id="55")
        (edit,) = post.ready()
        assert (edit.action, edit.target) == (Action.EDIT, "55")

    @pytest.mark.parametrize("outcome", ["failed", "unreachable", "unknown"])
    def test_what_changes_a_message_that_never_went_out_is_skipped(self, post: Post, outcome: str) -> None:
        card = post.put(GROUP, "card")
        edit = post.put(GROUP, "card, taken", action=Action.EDIT, target_id=card)
        other = post.put(GROUP, "another matter")
        post.settles(post.claims(), outcome)
        assert (post.state(edit), post.row(edit).reason) == ("skipped", "target_not_sent")
        assert post.state(other) == "ready"

    def test_nothing_waits_for_a_message_that_a_crash_gave_up(self, post: Post) -> None:
        card = post.put(GROUP, "card")
        edit = post.put(GROUP, "card, taken", action=Action.EDIT, target_id=card)
        post.claims()
        post.change(card, attempts=settlements.MOST_ATTEMPTS - 1)
        post.takes_over()
        assert [post.state(card), post.state(edit)] == ["failed", "skipped"]

    def test_what_changes_a_message_does_not_hold_up_its_chat(self, post: Post) -> None:
        message = post.put("101", "answer")
        post.put(GROUP, action=Action.REACT, target_id=message)
        post.put(GROUP, "another matter")
        assert post.texts() == ["answer", "another matter"]


class TestCombining:
    def lines(self, post: Post, *texts: str) -> list[int]:
        return [
            post.put(GROUP, text, priority=Lane.NOTICE, combinable=True,
                     body={"text": text, "buttons": [[["Take", f"v1:take:{place}:0"]]]})
            for place, text in enumerate(texts)
        ]  # fmt: skip

    def test_lines_that_wait_for_one_chat_become_one_message(self, post: Post) -> None:
        ids = self.lines(post, "#1 Mei", "#2 Li", "#3 Mei")
        row = post.claims()
        assert row.body["text"] == "#1 Mei\n#2 Li\n#3 Mei"
        assert "v1:take:2:0" in orjson.dumps(row.body["buttons"]).decode()
        assert [row.id, *row.also] == ids
        assert post.ready() == []

    def test_they_are_settled_together(self, post: Post) -> None:
        ids = self.lines(post, "#1 Mei", "#2 Li")
        post.settles(post.claims(), provider_id="90")
        assert [(post.state(id_), post.row(id_).provider_id) for id_ in ids] == [("sent", "90")] * 2

    def test_a_message_is_never_longer_than_the_channel_takes(self, post: Post) -> None:
        self.lines(post, *(["x" * 1500] * 4))
        row = post.claims()
        assert len(str(row.body["text"])) == 2 * 1500 + 1
        post.settles(row)
        assert len(str(post.claims().body["text"])) == 2 * 1500 + 1

    def test_there_are_no_more_lines_than_a_message_has_room_for(self, post: Post) -> None:
        self.lines(post, *map(str, range(claims.MOST_LINES + 3)))
        row = post.claims()
        assert str(row.body["text"]).count("\n") + 1 == claims.MOST_LINES

    def test_other_chats_and_other_messages_stay_apart(self, post: Post) -> None:
        self.lines(post, "#1 Mei")
        post.put(GROUP, "not a line", priority=Lane.NOTICE)
        post.put("-2002", "elsewhere", priority=Lane.NOTICE, combinable=True)
        assert post.claims().body["text"] == "#1 Mei"

    def test_a_line_whose_time_has_not_come_stays_behind(self, post: Post) -> None:
        self.lines(post, "#1 Mei")
        post.put(GROUP, "later", priority=Lane.NOTICE, combinable=True, not_before=NOW + timedelta(hours=1))
        assert post.claims().body["text"] == "#1 Mei"

    def test_after_a_failure_the_lines_wait_again(self, post: Post) -> None:
        ids = self.lines(post, "#1 Mei", "#2 Li")
        post.settles(post.claims(), "retry", not_before=NOW + timedelta(seconds=1))
        assert {post.state(id_) for id_ in ids} == {"ready"}
        post.passes(1)
        assert post.claims().body["text"] == "#1 Mei\n#2 Li"


class TestSettling:
    @pytest.mark.parametrize(
        ("outcome", "state", "attempts"),
        [
            ("sent", "sent", 1),
            ("retry", "ready", 1),
            ("limited", "ready", 0),
            ("failed", "failed", 1),
            ("unreachable", "failed", 1),
            ("unknown", "unknown", 1),
        ],
    )
    def test_an_outcome_decides_the_row(self, post: Post, outcome: str, state: str, attempts: int) -> None:
        row_id = post.put("101")
        post.settles(post.claims(), outcome, reason="why")
        row = post.row(row_id)
        assert (row.state, row.attempts, row.reason) == (state, attempts, "why")

    def test_every_attempt_is_written_down(self, post: Post) -> None:
        post.put("101")
        post.settles(post.claims(), "limited", not_before=NOW + timedelta(seconds=7), reason="429")
        post.passes(7)
        post.settles(post.claims(), provider_id="12")
        attempts = post.store.read_now(
            lambda session: session.execute(
                sa.select(Delivery.outcome, Delivery.ended, Delivery.retry_after).order_by(Delivery.id)
            ).all()
        )
        assert [tuple(attempt) for attempt in attempts] == [
            ("limited", NOW, 7.0),
            ("sent", NOW + timedelta(seconds=7), None),
        ]

    def test_a_doubtful_attempt_marks_the_row_for_good(self, post: Post) -> None:
        row_id = post.put("101")
        post.settles(post.claims(), "retry", repeat=True)
        post.settles(post.claims(), "sent")
        assert post.row(row_id).may_repeat is True

    def test_a_chat_that_refuses_is_remembered_for_as_long_as_it_said(self, post: Post) -> None:
        post.put("101")
        until = NOW + timedelta(seconds=7)
        post.settles(post.claims(), "limited", not_before=until)
        held = post.store.read_now(lambda session: gates.gates(session, post.inbox_id, now=NOW))
        assert held == {"101": until}
        assert post.store.read_now(lambda session: gates.gates(session, post.inbox_id, now=until)) == {}

    def test_a_person_who_cannot_be_written_to_is_marked_unreachable(self, post: Post, ticket: int) -> None:
        post.put("101")
        post.settles(post.claims(), "unreachable", reason="bot was blocked by the user")
        since = post.store.read_now(
            lambda session: session.scalar(
                sa.select(Identity.unreachable_since).where(Identity.address == "101")
            )
        )
        assert since == NOW

    def test_a_group_that_moved_is_followed_everywhere(self, post: Post, thread: int) -> None:
        post.put(GROUP, "first")
        post.put(GROUP, "second")
        post.settles(post.claims(), "retry", moved_to="-2002")
        assert {row.chat for row in post.ready()} == {"-2002"}
        moved = post.store.read_now(lambda session: gates.moved_to(session, post.inbox_id, GROUP))
        assert moved == "-2002"
        chats = sa.select(Thread.chat).union_all(sa.select(Conversation.chat))
        assert set(post.store.read_now(lambda session: session.scalars(chats).all())) == {"-2002", "101"}

    def test_what_was_sent_lately_is_known_after_a_restart(self, post: Post) -> None:
        for chat in ("101", "102"):
            post.put(chat)
            post.settles(post.claims(), provider_id=chat)
            post.passes(1)
        lately = NOW - timedelta(seconds=60)
        recent = post.store.read_now(
            lambda session: settlements.recent_starts(session, post.inbox_id, since=lately)
        )
        assert recent == [("101", NOW), ("102", NOW + timedelta(seconds=1))]

    def test_a_thread_that_was_closed_is_so(self, post: Post, thread: int, store: Store) -> None:
        post.put(GROUP, action=Action.MAKE_THREAD, thread_id=thread)
        post.settles(post.claims(), provider_id="77")
        post.put(GROUP, action=Action.CLOSE_THREAD, thread_id=thread)
        post.settles(post.claims())
        assert store.read_now(lambda session: session.get_one(Thread, thread).state) == ThreadState.CLOSED


class TestTakingOver:
    def marked(self, post: Post) -> Callable[[Claimed], bool]:
        return lambda row: post.store.write_now(
            lambda session: deliveries.begin(session, row, epoch=post.epoch, now=post.now)
        )

    def test_each_owner_has_a_higher_number(self, post: Post) -> None:
        assert post.takes_over() == post.takes_over() - 1

    @pytest.mark.parametrize("lane", [Lane.REPLY, Lane.NOTICE])
    def test_a_reply_in_flight_is_sent_again_and_marked_so(self, post: Post, lane: Lane) -> None:
        row_id = post.put("101", priority=lane)
        post.claims()
        post.takes_over()
        row = post.row(row_id)
        assert (row.state, row.attempts, row.may_repeat) == ("ready", 1, True)

    def test_a_reply_is_not_sent_again_for_ever(self, post: Post) -> None:
        row_id = post.put("101")
        for _ in range(settlements.MOST_ATTEMPTS):
            assert post.state(row_id) == "ready"
            post.claims()
            post.takes_over()
        row = post.row(row_id)
        assert (row.state, row.reason) == ("failed", "crashed_too_often")

    def test_a_campaign_row_whose_call_had_not_started_waits_again(self, post: Post) -> None:
        row_id = post.put("101", priority=Lane.CAMPAIGN)
        post.claims()
        post.takes_over()
        row = post.row(row_id)
        assert (row.state, row.attempts, row.may_repeat) == ("ready", 0, False)

    def test_a_campaign_row_whose_call_had_started_is_unknown(self, post: Post) -> None:
        row_id = post.put("101", priority=Lane.CAMPAIGN)
        assert self.marked(post)(post.claims()) is True
        post.takes_over()
        row = post.row(row_id)
        assert (row.state, row.reason) == ("unknown", "crashed_while_sending")
        assert post.texts() == []
        left = post.store.read_now(lambda session: settlements.left_unknown(session, post.inbox_id))
        assert list(left) == [row_id]

    def test_what_waited_and_what_is_over_stays_as_it_was(self, post: Post) -> None:
        over = post.put("101")
        post.settles(post.claims())
        waiting = post.put("101")
        post.takes_over()
        assert [post.state(over), post.state(waiting)] == ["sent", "ready"]

    def test_an_earlier_owner_cannot_start_a_campaign_row(self, post: Post) -> None:
        row_id = post.put("101", priority=Lane.CAMPAIGN)
        row, earlier = post.claims(), post.epoch
        post.takes_over()
        post.epoch = earlier
        assert self.marked(post)(row) is False
        assert post.state(row_id) == "ready"

    def test_a_row_is_started_once(self, post: Post) -> None:
        row_id = post.put("101", priority=Lane.CAMPAIGN)
        row = post.claims()
        assert [self.marked(post)(row), self.marked(post)(row)] == [True, False]
        assert (post.state(row_id), post.row(row_id).started) == ("sending", NOW)

    def test_a_row_that_was_taken_back_in_time_does_not_start(self, post: Post) -> None:
        row_id = post.put("101", priority=Lane.CAMPAIGN)
        row = post.claims()
        post.change(row_id, state=OutboxState.CANCELLED)
        assert self.marked(post)(row) is False
        assert post.state(row_id) == "cancelled"

    def test_a_row_that_was_taken_back_in_time_cannot_be_claimed(self, post: Post) -> None:
        row_id = post.put("101", priority=Lane.CAMPAIGN)
        (row,) = post.ready()
        post.change(row_id, state=OutboxState.CANCELLED)
        taken = post.store.write_now(
            lambda session: claims.claim(session, post.inbox_id, row, epoch=post.epoch, now=NOW)
        )
        assert not taken
        assert post.state(row_id) == "cancelled"


def test_bytes_are_kept_for_the_row_that_carries_them(post: Post) -> None:
    png = bytes(range(256))
    kept = post.store.write_now(
        lambda session: outbox.attach(session, name="trend.png", mime="image/png", content=png)
    )
    found = post.store.read_now(lambda session: outbox.attachment(session, kept))
    assert found is not None
    assert (found.name, found.mime, found.content) == ("trend.png", "image/png", png)


def test_the_row_behind_a_message_is_found(post: Post) -> None:
    row_id = post.put(GROUP, "card")
    post.settles(post.claims(), provider_id="55")

    def behind(chat: str, provider_id: str) -> int | None:
        found = post.store.read_now(
            lambda session: outbox.by_provider_id(session, post.inbox_id, chat=chat, provider_id=provider_id)
        )
        return None if found is None else found.id

    assert behind(GROUP, "55") == row_id
    assert behind("-2002", "55") is None

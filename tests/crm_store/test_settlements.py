"""What became of an attempt is written down, for the row and for all that follows from it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from crm_store import gates, settlements
from crm_store.models.conversation import Conversation
from crm_store.models.customer import Identity
from crm_store.models.outbox import Action, Delivery, Thread, ThreadState
from crm_store.store import Store
from tests.crm_store.post import GROUP, NOW, Post


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

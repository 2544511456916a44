"""What must go out: in order within a chat, important things first, and not before it can."""

import sqlite3
from collections.abc import Mapping
from datetime import timedelta

import psycopg
import pytest
import sqlalchemy as sa

from crm_store import claims, outbox, settlements
from crm_store.claims import Claimed
from crm_store.models.outbox import Action, Lane
from crm_store.store import Store
from tests.crm_store.post import GROUP, NOW, Post


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

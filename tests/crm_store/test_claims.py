"""Rows are taken in hand: lines as one message, and after a crash by the next owner."""

from collections.abc import Callable
from datetime import timedelta

import orjson
import pytest

from crm_store import claims, deliveries, settlements
from crm_store.claims import Claimed
from crm_store.models.outbox import Lane, OutboxState
from tests.crm_store.post import GROUP, NOW, Post


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

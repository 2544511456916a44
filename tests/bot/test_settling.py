"""What an attempt's end means for its row."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.delivery import settling
from crm_store.claims import Claimed
from crm_store.models.outbox import Action, Lane
from handlers.ports import DeliveryError

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def row(priority: Lane = Lane.REPLY, *, attempts: int = 0) -> Claimed:
    return Claimed(
        id=1, chat="101", thread_id=None, thread=None, priority=priority, action=Action.SEND, target=None,
        attempts=attempts, combinable=False, occurrence_id=None, customer_id=None, message_id=None, body={},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "priority", "outcome", "repeat"),
    [
        ("never_sent", Lane.REPLY, "retry", False),
        ("never_sent", Lane.CAMPAIGN, "retry", False),
        ("doubtful", Lane.REPLY, "retry", True),
        ("doubtful", Lane.NOTICE, "retry", True),
        ("doubtful", Lane.CAMPAIGN, "unknown", False),
        ("limited", Lane.CAMPAIGN, "limited", False),
        ("unreachable", Lane.REPLY, "unreachable", False),
        ("gone", Lane.NOTICE, "gone", False),
        ("refused", Lane.REPLY, "failed", False),
        ("moved", Lane.NOTICE, "retry", False),
    ],
)
def test_each_error_has_its_end(kind: str, priority: Lane, outcome: str, repeat: bool) -> None:
    told = settling.failed(row(priority), DeliveryError(kind, "told so", moved_to=None), NOW)
    assert (told.outcome, told.repeat, told.reason) == (outcome, repeat, "told so")


def test_a_refusal_for_speed_waits_as_long_as_told() -> None:
    told = settling.failed(row(), DeliveryError("limited", "", retry_after=10072), NOW)
    assert told.not_before == NOW + timedelta(seconds=10072)


def test_a_doubtful_reply_is_given_up_at_the_fifth_attempt() -> None:
    ends = [settling.failed(row(attempts=made), DeliveryError("doubtful", ""), NOW) for made in range(5)]
    assert [end.outcome for end in ends] == ["retry"] * 4 + ["failed"]
    assert all(end.repeat for end in ends)


def test_waits_grow_to_a_minute_and_no_number_of_attempts_is_too_many() -> None:
    waits = []
    for made in (0, 1, 2, 5, 6, 40, 5000):
        told = settling.failed(row(attempts=made), DeliveryError("never_sent", ""), NOW)
        assert told.not_before is not None
        waits.append((told.not_before - NOW).total_seconds())
    assert waits == [1, 2, 4, 32, 60, 60, 60]


def test_a_moved_chat_is_tried_again_at_once() -> None:
    told = settling.failed(row(), DeliveryError("moved", "", moved_to="-1002"), NOW)
    assert (told.not_before, told.moved_to) == (NOW, "-1002")

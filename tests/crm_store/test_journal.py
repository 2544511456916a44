"""The journal keeps each event once, lets it be handled once, and gives dead letters back."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from crm_store import journal
from crm_store.journal import Arrival
from crm_store.models.inbox import JournalEntry
from crm_store.store import Store

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def arrival(inbox_id: int, update_id: int, text: str = "hello") -> Arrival:
    return Arrival(inbox_id, update_id, "101:", f'{{"text": "{text}"}}')


def waiting(store: Store, inbox_id: int) -> list[int]:
    return [entry.update_id for entry in store.read_now(lambda session: journal.waiting(session, inbox_id))]


def test_an_account_has_one_inbox(store: Store, inbox_id: int) -> None:
    again = store.write_now(lambda session: journal.inbox(session, "telegram", "1").id)
    other = store.write_now(lambda session: journal.inbox(session, "telegram", "2").id)
    assert again == inbox_id
    assert other != inbox_id


def test_events_wait_in_the_order_they_came(store: Store, inbox_id: int) -> None:
    store.write_now(lambda session: journal.keep(session, [arrival(inbox_id, n) for n in (7, 5, 9)], now=NOW))
    assert waiting(store, inbox_id) == [7, 5, 9]


def test_an_event_that_comes_again_changes_nothing(store: Store, inbox_id: int) -> None:
    first, second = arrival(inbox_id, 5, "first"), arrival(inbox_id, 5, "second")
    store.write_now(lambda session: journal.keep(session, [first], now=NOW))
    store.write_now(lambda session: journal.keep(session, [second, second], now=NOW))
    assert store.read_now(lambda session: journal.waiting(session, inbox_id)) == [first]


def test_the_same_number_on_another_inbox_is_another_event(store: Store, inbox_id: int) -> None:
    other = store.write_now(lambda session: journal.inbox(session, "telegram", "2").id)
    both = [arrival(inbox_id, 5), arrival(other, 5)]
    store.write_now(lambda session: journal.keep(session, both, now=NOW))
    assert waiting(store, inbox_id) == waiting(store, other) == [5]


def test_the_time_of_arrival_is_kept(store: Store, inbox_id: int) -> None:
    store.write_now(lambda session: journal.keep(session, [arrival(inbox_id, 5)], now=NOW))
    assert store.read_now(lambda session: session.scalar(sa.select(JournalEntry.received))) == NOW


def test_an_event_is_finished_once(store: Store, inbox_id: int) -> None:
    store.write_now(lambda session: journal.keep(session, [arrival(inbox_id, 5)], now=NOW))
    assert store.write_now(lambda session: journal.finish(session, inbox_id, 5)) is True
    assert store.write_now(lambda session: journal.finish(session, inbox_id, 5)) is False
    assert waiting(store, inbox_id) == []


def test_a_finished_event_that_comes_again_stays_finished(store: Store, inbox_id: int) -> None:
    store.write_now(lambda session: journal.keep(session, [arrival(inbox_id, 5)], now=NOW))
    store.write_now(lambda session: journal.finish(session, inbox_id, 5))
    store.write_now(lambda session: journal.keep(session, [arrival(inbox_id, 5)], now=NOW))
    assert waiting(store, inbox_id) == []
    assert store.write_now(lambda session: journal.finish(session, inbox_id, 5)) is False


def test_what_never_came_cannot_be_finished(store: Store, inbox_id: int) -> None:
    assert store.write_now(lambda session: journal.finish(session, inbox_id, 5)) is False


def test_a_dead_letter_is_kept_with_its_reason(store: Store, inbox_id: int) -> None:
    store.write_now(lambda session: journal.keep(session, [arrival(inbox_id, 5)], now=NOW))
    store.write_now(lambda session: journal.give_up(session, inbox_id, 5, attempts=3, error="x" * 900))
    (entry,) = store.read_now(journal.dead)
    assert (entry.update_id, entry.attempts, entry.error) == (5, 3, "x" * 500)
    assert waiting(store, inbox_id) == []
    assert store.write_now(lambda session: journal.finish(session, inbox_id, 5)) is False


def test_a_replayed_dead_letter_waits_and_can_be_finished(store: Store, inbox_id: int) -> None:
    store.write_now(lambda session: journal.keep(session, [arrival(inbox_id, n) for n in (5, 6)], now=NOW))
    store.write_now(lambda session: journal.give_up(session, inbox_id, 5, attempts=3, error="broken"))
    assert store.write_now(journal.replay) == 1
    assert waiting(store, inbox_id) == [5, 6]
    assert store.write_now(lambda session: journal.finish(session, inbox_id, 5)) is True
    assert store.read_now(journal.dead) == []


def test_a_unit_that_fails_keeps_nothing(store: Store, inbox_id: int) -> None:
    def fails(session: "sa.orm.Session") -> None:
        journal.keep(session, [arrival(inbox_id, 5)], now=NOW)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        store.write_now(fails)
    assert waiting(store, inbox_id) == []

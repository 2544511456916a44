"""Campaigns from their schedule to the last settled row, on a real store."""

import random
from datetime import date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import campaigns, consents, customers, policies, recipients, runs, tickets
from crm_store.consents import Scope
from crm_store.errors import NotFoundError, RefusedError
from crm_store.models.campaign import Campaign, Recipient, Reservation
from crm_store.models.customer import Identity
from crm_store.models.outbox import OutboxRow
from crm_store.rules.occurrences import Schedule
from crm_store.runs import Progress
from crm_store.store import Store
from tests.crm_store.crowd import (
    EVERYONE,
    NIGHT,
    NOON,
    all_runs,
    complain,
    counting,
    crowd,
    feed,
    furnish,
    launch,
    plan_all,
    plan_of,
    send_all,
)

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
DAILY = Schedule.daily(time(13), "UTC", start=date(2026, 3, 2))


@pytest.fixture
def store(store: Store) -> Store:
    """Furnish the store with an inbox and a marketer."""
    return furnish(store)


def capped(store: Store) -> None:
    store.write_now(lambda session: policies.load(session, by="t", now=NOON))


def progress(store: Store, run_id: int = 1) -> Progress:
    found = store.read_now(lambda session: runs.progress(session, run_id))
    parts = found.sent + found.failed + found.dropped + found.unknown + found.waiting + found.never
    assert parts == found.planned
    return found


def rows(store: Store) -> list[OutboxRow]:
    return list(
        store.read_now(lambda session: session.scalars(sa.select(OutboxRow).order_by(OutboxRow.id)).all())
    )


def state_of(store: Store, number: int) -> str:
    return store.read_now(lambda session: session.get_one(Campaign, number).state)


def act(store: Store, verb: str, number: int = 1, *, now: datetime = NOON) -> None:
    def unit(session: Session) -> None:
        getattr(runs, verb)(session, campaigns.by_number(session, number), now=now)

    store.write_now(unit)


def test_everyone_is_sent_to_once_and_the_campaign_ends(store: Store) -> None:
    crowd(store, 12)
    launch(store)
    plan_all(store)
    assert feed(store) == 12
    assert feed(store) == 0
    assert send_all(store) == 12
    plan_all(store)
    assert progress(store) == Progress(planned=12, sent=12)
    assert (all_runs(store)[0].state, state_of(store, 1)) == ("done", "done")
    assert len({row.chat for row in rows(store)}) == 12


def test_ticks_that_run_twice_make_each_occurrence_once(store: Store) -> None:
    launch(store, schedule=DAILY)
    for at in (NOON, NOON + HOUR, NOON + HOUR, NOON + HOUR + MINUTE, NOON + 25 * HOUR, NOON + 25 * HOUR):
        store.write_now(lambda session, at=at: runs.due(session, now=at))  # type: ignore[misc]  # bound now
    assert [run.local_time for run in all_runs(store)] == ["2026-03-02T13:00", "2026-03-03T13:00"]


def test_after_a_downtime_only_the_newest_missed_run_happens(store: Store) -> None:
    launch(store, schedule=DAILY)
    store.write_now(lambda session: runs.due(session, now=NOON + 3 * DAY))
    assert [run.state for run in all_runs(store)] == ["skipped", "skipped", "due"]


def test_runs_that_fall_into_a_pause_are_skipped(store: Store) -> None:
    launch(store, schedule=DAILY)
    act(store, "pause")
    store.write_now(lambda session: runs.due(session, now=NOON + 2 * DAY))
    act(store, "resume", now=NOON + 2 * DAY)
    store.write_now(lambda session: runs.due(session, now=NOON + 2 * DAY + HOUR))
    assert [run.state for run in all_runs(store)] == ["skipped", "skipped", "due"]


def test_schedules_come_back_as_they_were_given(store: Store) -> None:
    given = [
        DAILY,
        Schedule.weekly(0, time(9, 30), "Asia/Shanghai", start=date(2026, 3, 2), until=date(2026, 5, 1)),
        Schedule.once(datetime(2026, 12, 1, 9), "Europe/Berlin"),  # noqa: DTZ001 - a local time
    ]
    numbers = [launch(store, schedule=schedule) for schedule in given]
    assert store.read_now(campaigns.schedules) == list(zip(numbers, given, strict=True))
    act(store, "pause", numbers[0])
    assert [number for number, _ in store.read_now(campaigns.schedules)] == numbers[1:]


def test_an_open_complaint_holds_its_customer_until_it_is_resolved(store: Store) -> None:
    first, second = crowd(store, 2)
    ticket = complain(store, second)
    launch(store)
    plan_all(store)
    assert feed(store) == 1
    assert plan_of(store)[second] == ("later", "open_complaint", "planned")
    assert store.read_now(lambda s: s.get_one(Recipient, (1, second)).reason_detail) == str(ticket)
    send_all(store)
    assert progress(store).held == 1
    store.write_now(lambda session: tickets.by_number(session, ticket).resolve(NOON))
    plan_all(store, now=NOON + HOUR)
    assert feed(store, now=NOON + HOUR) == 1
    send_all(store, now=NOON + HOUR)
    assert progress(store) == Progress(planned=2, sent=2)
    assert counting(store, first) == [NOON]


def test_a_complaint_after_planning_holds_too_and_gives_the_room_back(store: Store) -> None:
    (one,) = crowd(store, 1)
    launch(store)
    plan_all(store)
    complain(store, one)
    assert feed(store) == 0
    assert plan_of(store)[one] == ("later", "open_complaint", "planned")
    assert counting(store, one) == []


def withdraw(store: Store, one: int) -> None:
    scope = Scope(one, "telegram", "news")
    store.write_now(lambda session: consents.withdraw(session, scope, source="test", now=NOON))


def stop(store: Store, one: int) -> None:
    store.write_now(lambda session: consents.suppress(session, one, "telegram", reason="stop", now=NOON))


def block(store: Store, one: int) -> None:
    store.write_now(lambda s: customers.unreachable(s, 1, f"9{one}", reason="blocked", now=NOON))


NOES = [(withdraw, "no_consent"), (stop, "suppressed"), (block, "not_reachable")]


@pytest.mark.parametrize(("refuse", "reason"), NOES)
def test_a_no_after_planning_drops_the_message(store: Store, refuse: object, reason: str) -> None:
    one, other = crowd(store, 2)
    launch(store)
    plan_all(store)
    assert callable(refuse)
    refuse(store, one)
    assert feed(store) == 1
    assert plan_of(store)[one][1:] == (reason, "dropped")
    assert (counting(store, one), len(counting(store, other))) == ([], 1)


@pytest.mark.parametrize(("refuse", "reason"), NOES)
def test_a_no_right_before_sending_drops_the_message(store: Store, refuse: object, reason: str) -> None:
    one, _ = crowd(store, 2)
    launch(store)
    plan_all(store)
    assert feed(store) == 2
    assert callable(refuse)
    refuse(store, one)
    assert send_all(store) == 1
    assert plan_of(store)[one][1:] == (reason, "dropped")
    assert counting(store, one) == []
    assert progress(store) == Progress(planned=2, sent=1, dropped=1)


def test_consent_of_another_topic_or_channel_is_no_consent(store: Store) -> None:
    crowd(store, 2)
    launch(store, topic="coupon")
    plan_all(store)
    assert set(plan_of(store).values()) == {("never", "no_consent", "dropped")}
    assert progress(store) == Progress(planned=2, never=2)


def test_a_pause_takes_back_what_is_not_under_way_and_resume_sends_the_same_rows(store: Store) -> None:
    crowd(store, 6)
    launch(store)
    plan_all(store)
    feed(store, most=4)
    act(store, "pause")
    assert (send_all(store), feed(store), progress(store).waiting) == (0, 0, 6)
    act(store, "resume")
    assert feed(store) == 6
    assert send_all(store) == 6
    assert len(rows(store)) == 6
    assert progress(store) == Progress(planned=6, sent=6)


def test_a_cap_is_checked_again_when_a_paused_campaign_goes_on(store: Store) -> None:
    capped(store)
    (one,) = crowd(store, 1)
    launch(store)
    plan_all(store)
    act(store, "pause")
    later = NOON + timedelta(days=8)
    second = launch(store, now=later)
    plan_all(store, now=later)
    assert feed(store, now=later) == 1
    send_all(store, now=later)
    act(store, "resume", now=later + DAY)
    assert feed(store, now=later + DAY) == 0
    assert plan_of(store)[one][:2] == ("later", "cap")
    assert plan_of(store, second)[one][2] == "sent"


def test_a_cancel_releases_everyone_who_was_not_reached(store: Store) -> None:
    people = crowd(store, 5)
    launch(store)
    plan_all(store)
    feed(store, most=3)

    def settle_first(session: Session) -> None:
        session.get_one(OutboxRow, 1).state = "sent"
        session.flush()
        recipients.settled(session, 1, "sent", at=NOON)

    store.write_now(settle_first)
    act(store, "cancel")
    assert progress(store) == Progress(planned=5, sent=1, dropped=4)
    assert sum(len(counting(store, one)) for one in people) == 1
    assert [row.state for row in rows(store)][1:] == ["cancelled", "cancelled"]
    assert (all_runs(store)[0].state, state_of(store, 1)) == ("cancelled", "cancelled")
    assert feed(store) == 0


@pytest.mark.parametrize(("verb", "first"), [("pause", "pause"), ("resume", ""), ("cancel", "cancel")])
def test_what_cannot_be_done_to_a_campaign_is_refused(store: Store, verb: str, first: str) -> None:
    launch(store)
    if first:
        act(store, first)
    with pytest.raises(RefusedError):
        act(store, verb)


def test_an_unknown_campaign_is_not_found(store: Store) -> None:
    with pytest.raises(NotFoundError):
        act(store, "pause", 99)


def test_a_failure_gives_the_room_to_the_campaign_that_waits(store: Store) -> None:
    capped(store)
    (one,) = crowd(store, 1)
    launch(store)
    second = launch(store)
    plan_all(store)
    assert feed(store) == 1
    assert plan_of(store, second)[one][:2] == ("later", "cap")
    send_all(store, "failed")
    assert progress(store).failed == 1
    assert feed(store) == 1
    assert plan_of(store, second)[one] == ("now", "ok", "queued")


def test_an_unknown_counts_is_listed_and_resent_as_the_same_row(store: Store) -> None:
    capped(store)
    (one,) = crowd(store, 1)
    launch(store)
    plan_all(store)
    feed(store)
    send_all(store, "unknown")
    plan_all(store)
    assert (progress(store).unknown, counting(store, one)) == (1, [NOON])
    ((row_id, name),) = store.read_now(lambda session: recipients.unknowns(session, 1))
    assert name == f"C{one}"
    later = NOON + HOUR
    store.write_now(lambda session: recipients.resend(session, row_id, now=later))
    send_all(store, now=later)
    plan_all(store, now=later)
    assert progress(store) == Progress(planned=1, sent=1)
    assert (len(rows(store)), counting(store, one)) == (1, [later])
    with pytest.raises(RefusedError, match="resend_settled"):
        store.write_now(lambda session: recipients.resend(session, row_id, now=later))


def test_an_unknown_is_not_resent_to_who_said_no(store: Store) -> None:
    (one,) = crowd(store, 1)
    launch(store)
    plan_all(store)
    feed(store)
    send_all(store, "unknown")
    stop(store, one)
    with pytest.raises(RefusedError, match="resend_held"):
        store.write_now(lambda session: recipients.resend(session, 1, now=NOON))


def test_settling_twice_changes_nothing(store: Store) -> None:
    (one,) = crowd(store, 1)
    launch(store)
    plan_all(store)
    feed(store)
    send_all(store, "unknown")
    store.write_now(lambda session: recipients.settled(session, 1, "unknown", at=NOON + DAY))
    assert counting(store, one) == [NOON]


def test_the_room_is_used_when_the_provider_took_the_message(store: Store) -> None:
    (one,) = crowd(store, 1)
    launch(store)
    plan_all(store)
    feed(store)
    send_all(store, now=NOON + 9 * MINUTE)
    assert counting(store, one) == [NOON + 9 * MINUTE]


def test_whoever_waits_longer_than_the_run_may_is_dropped(store: Store) -> None:
    capped(store)
    (one,) = crowd(store, 1)
    launch(store, now=NOON + HOUR, schedule=None)
    launch(store, schedule=DAILY)
    plan_all(store, now=NOON + HOUR)
    feed(store, now=NOON + HOUR)
    assert plan_of(store, 2)[one] == ("never", "cap", "dropped")  # tomorrow's run is nearer than a free week
    second = complain(store, one)
    launch(store, now=NOON + 2 * HOUR)
    plan_all(store, now=NOON + 2 * HOUR)
    plan_all(store, now=NOON + timedelta(days=40))
    assert plan_of(store, 3)[one][1:] == ("too_late", "dropped")
    assert second > 0


def test_quiet_hours_that_begin_while_sending_put_the_rest_off(store: Store) -> None:
    (one,) = crowd(store, 1)
    launch(store, quiet=NIGHT)
    plan_all(store)
    night = NOON + 11 * HOUR
    assert feed(store, now=night) == 0
    assert plan_of(store)[one] == ("later", "quiet_hours", "planned")
    assert feed(store, now=NOON + 20 * HOUR - MINUTE) == 0
    assert feed(store, now=NOON + 20 * HOUR) == 1


def test_each_reader_gets_the_text_of_their_language_at_an_address_that_works(store: Store) -> None:
    (zh,), (en,) = crowd(store, 1, language="zh"), crowd(store, 1)

    def move(session: Session) -> None:
        session.add(Identity(inbox_id=1, address="777", customer_id=en, created=NOON))

    store.write_now(move)
    block(store, en)
    launch(store)
    plan_all(store)
    feed(store)
    assert {row.chat: "新年" in row.body for row in rows(store)} == {f"9{zh}": True, "777": False}


def test_audiences_by_language_and_tag(store: Store) -> None:
    zh, en = crowd(store, 2, language="zh"), crowd(store, 3)
    store.write_now(lambda session: customers.tag(session, en[0], "VIP", by="t", now=NOON))
    launch(store, audience={"kind": "language", "value": "zh"})
    launch(store, audience={"kind": "tag", "value": "VIP"})
    plan_all(store)
    assert (list(plan_of(store, 1)), list(plan_of(store, 2))) == (zh, [en[0]])


def test_a_backlog_is_not_fed_further(store: Store) -> None:
    crowd(store, 30)
    launch(store)
    plan_all(store)
    assert [feed(store, most=10) for _ in range(3)] == [10, 0, 0]


def test_the_parts_always_add_up_whatever_happens(store: Store) -> None:
    rng = random.Random(4)
    capped(store)
    people = crowd(store, 60)
    for one in rng.sample(people, 8):
        complain(store, one)
    for one in rng.sample(people, 8):
        withdraw(store, one)
    launch(store)
    launch(store)
    plan_all(store, most=13)
    for step in range(8):
        now = NOON + step * MINUTE
        feed(store, now=now, most=rng.randint(1, 12))
        stop(store, rng.choice(people))
        send_all(store, rng.choice(["sent", "failed", "unknown", "unreachable"]), now=now)
        plan_all(store, now=now)
        assert progress(store, 1).planned == progress(store, 2).planned == 60
        assert all(len(counting(store, one)) <= 1 for one in people)
    assert progress(store, 1).sent + progress(store, 1).unknown > 0
    assert store.read_now(lambda s: s.scalar(sa.select(sa.func.count(Reservation.id)))) <= 120


def test_a_campaign_without_words_is_refused(store: Store) -> None:
    new = campaigns.NewCampaign(
        inbox_id=1, owner_id=1, chat="203", channel="telegram", text_zh=" ", text_en="", audience=EVERYONE,
        zone="UTC",
    )  # fmt: skip
    with pytest.raises(RefusedError, match="campaign_empty"):
        store.write_now(lambda session: campaigns.create(session, new, now=NOON))

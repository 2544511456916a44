"""Caps in SQL against the pure rules on random streams, and against planners that race."""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from threading import Thread
from time import perf_counter

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import campaigns, caps, policies, runs
from crm_store.models.campaign import Campaign, Occurrence, Recipient, Reservation, Verdict
from crm_store.models.customer import Customer
from crm_store.rules.frequency import (
    Cap,
    FrequencyPolicy,
    Local,
    Mode,
    QuietHours,
    Scope,
    allows,
    earliest,
)
from crm_store.store import Store
from crm_store.verdicts import Ruling
from tests.crm_store.crowd import EVERYONE, NIGHT, NOON, counting, crowd, furnish, launch, plan_all, plan_of

DAY, HOUR, WEEK = timedelta(days=1), timedelta(hours=1), timedelta(weeks=1)
ZONES = [None, "Asia/Shanghai", "America/New_York", "no/such zone", "Australia/Lord_Howe"]
POLICIES = [
    (Cap(1, WEEK),),
    (Cap(1, WEEK, min_gap=DAY),),
    (Cap(2, DAY), Cap(3, WEEK, scope=Scope.ALL)),
    (Cap(2, 3 * HOUR, min_gap=HOUR), Cap(1, DAY, Mode.CALENDAR_DAY, 12 * HOUR)),
    (Cap(2, DAY, Mode.CALENDAR_DAY, scope=Scope.TOPIC),),
    (Cap(1, 2 * DAY, scope=Scope.TOPIC), Cap(3, 5 * HOUR)),
]


@pytest.fixture
def store(store: Store) -> Store:
    """Furnish the store with an inbox and a marketer."""
    return furnish(store)


def ruling(policy: FrequencyPolicy, occurrence_id: int, *, quiet: QuietHours | None = None) -> Ruling:
    return Ruling(
        inbox_id=1, channel="telegram", topic="news", occurrence_id=occurrence_id, policy=policy,
        zone="Europe/Berlin", quiet=quiet, at=NOON,
    )  # fmt: skip


def fill(store: Store, rng: random.Random, people: list[int]) -> Mapping[int, Mapping[Scope, list[datetime]]]:
    """Give each customer a random history in runs of other campaigns; some of it does not count."""
    sends: dict[int, dict[Scope, list[datetime]]] = {one: {scope: [] for scope in Scope} for one in people}

    def unit(session: Session) -> None:
        campaign = session.get_one(Campaign, launch_id)
        for number in range(6):
            run = Occurrence(
                campaign_id=campaign.id, local_time=str(number), due=NOON, deadline=NOON + WEEK, state="done"
            )
            session.add(run)
            session.flush()
            for one in people:
                if rng.random() < 0.5:
                    add(session, run.id, one)

    def add(session: Session, run_id: int, one: int) -> None:
        at = NOON + rng.choice([HOUR, DAY, timedelta(minutes=7)]) * rng.randint(-9, 9)
        channel, topic = rng.choice(["telegram", "telegram", "email"]), rng.choice(["news", "coupon"])
        state = rng.choice(["reserved", "sent", "unknown", "released"])
        session.add(
            Reservation(
                occurrence_id=run_id, customer_id=one, channel=channel, topic=topic, at=at, state=state
            )
        )
        if state == "released":
            return
        sends[one][Scope.ALL].append(at)
        if channel == "telegram":
            sends[one][Scope.CHANNEL].append(at)
            if topic == "news":
                sends[one][Scope.TOPIC].append(at)

    launch_id = launch(store)
    store.write_now(unit)
    return sends


@pytest.mark.parametrize("seed", range(3))
def test_sql_caps_agree_with_the_rules_on_random_streams(store: Store, seed: int) -> None:
    rng = random.Random(seed)
    people = [one for zone in ZONES for one in crowd(store, 30, zone=zone)]
    sends = fill(store, rng, people)
    rows = store.read_now(lambda session: session.execute(sa.select(Customer.id, Customer.zone)).all())
    zones = {one: "Europe/Berlin" if zone in ZONES[::3] else str(zone) for one, zone in rows}
    for some in POLICIES:
        policy = FrequencyPolicy("telegram", "news", some)
        rules = ruling(policy, 0)
        judged = store.read_now(lambda session, rules=rules: caps.judge(session, rules, people))  # type: ignore[misc]  # a default binds it now
        said = {one.customer_id: one.reason == "ok" for one in judged}
        meant = {one: allows(policy, sends[one], now=NOON, zone=zones[one]) for one in people}
        assert said == meant
        assert 0 < sum(meant.values()) < len(people)


def test_the_later_instant_is_the_rules_earliest_one(store: Store) -> None:
    rng = random.Random(7)
    people = crowd(store, 60, zone="Asia/Shanghai")
    sends = fill(store, rng, people)
    policy = FrequencyPolicy("telegram", "news", POLICIES[3], 1)

    def unit(session: Session) -> None:
        run = session.get_one(Occurrence, 1)
        rules = ruling(policy, run.id, quiet=NIGHT)
        caps.plan_chunk(session, run, rules, EVERYONE)
        while caps.date_later(session, run, rules, most=7):
            pass

    store.write_now(unit)
    rows = store.read_now(lambda s: s.scalars(sa.select(Recipient).where(Recipient.reason == "cap")).all())
    assert len(rows) > 10
    local = Local("Asia/Shanghai", NIGHT)
    until = store.read_now(lambda s: s.get_one(Occurrence, 1).deadline) - NOON
    for row in rows:
        assert row.not_before == earliest(policy, sends[row.customer_id], at=NOON, horizon=until, local=local)


def test_zero_means_never_and_no_rule_means_no_cap(store: Store) -> None:
    crowd(store, 3)
    launch(store)
    plan_all(store)
    assert {verdict for verdict, _, _ in plan_of(store).values()} == {"now"}
    never = [FrequencyPolicy("telegram", None, (Cap(0, DAY),))]
    store.write_now(lambda session: policies.load(session, never, by="t", now=NOON))
    second = launch(store)
    plan_all(store)
    assert set(plan_of(store, second).values()) == {("never", "cap_never", "dropped")}
    assert [len(counting(store, one)) for one in (1, 2, 3)] == [1, 1, 1]


def test_planning_again_changes_nothing(store: Store) -> None:
    crowd(store, 25)
    store.write_now(lambda session: policies.load(session, by="t", now=NOON))
    launch(store)
    plan_all(store, most=10)
    before = plan_of(store)

    def again(session: Session) -> None:
        run = session.get_one(Occurrence, 1)
        run.cursor, run.state = 0, "due"

    store.write_now(again)
    plan_all(store, most=7)
    assert plan_of(store) == before
    assert len(before) == 25
    assert all(len(counting(store, one)) == 1 for one in before)


def test_four_campaigns_that_race_never_exceed_the_cap(store: Store) -> None:
    people = crowd(store, 150)
    policy = [FrequencyPolicy("telegram", None, (Cap(2, WEEK),))]
    store.write_now(lambda session: policies.load(session, policy, by="t", now=NOON))
    numbers = [launch(store) for _ in range(4)]
    failures: list[Exception] = []

    def race(run_id: int) -> None:
        more = True
        try:
            while more:
                more = store.write_now(lambda session: step(session, run_id))
        except Exception as error:  # noqa: BLE001 - the main thread looks at it
            failures.append(error)

    def step(session: Session, run_id: int) -> bool:
        run = session.get_one(Occurrence, run_id)
        campaign = session.get_one(Campaign, run.campaign_id)
        rules = campaigns.ruling(session, campaign, occurrence_id=run_id, at=NOON)
        return caps.plan_chunk(session, run, rules, EVERYONE, most=20)

    threads = [Thread(target=race, args=(number,)) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert {len(counting(store, one)) for one in people} == {2}


def test_quiet_hours_hold_by_the_customers_own_clock(store: Store) -> None:
    (berlin,), (tokyo,) = crowd(store, 1, zone="Europe/Berlin"), crowd(store, 1, zone="Asia/Tokyo")
    launch(store, now=NOON + 3 * HOUR, quiet=NIGHT)  # 16:00 in Berlin, midnight in Tokyo
    plan_all(store, now=NOON + 3 * HOUR)
    assert plan_of(store)[berlin][:2] == ("now", "ok")
    assert plan_of(store)[tokyo][:2] == ("later", "quiet_hours")
    waits = store.read_now(lambda session: session.get_one(Recipient, (1, tokyo)).not_before)
    assert waits == NOON + 11 * HOUR  # 08:00 in Tokyo


def test_a_preview_counts_what_a_plan_would_say_and_writes_nothing(store: Store) -> None:
    crowd(store, 10)
    launch(store)
    plan_all(store)
    store.write_now(lambda session: policies.load(session, by="t", now=NOON))
    number = launch(store)
    new = store.read_now(lambda session: campaigns.as_draft(session.get_one(Campaign, number)))
    counts = store.read_now(lambda session: campaigns.preview(session, new, now=NOON))
    assert counts == {(Verdict.LATER, "cap"): 10}
    assert (
        store.read_now(lambda session: session.scalar(sa.select(sa.func.count(Recipient.customer_id)))) == 10
    )
    plan_all(store)
    assert {plan[:2] for plan in plan_of(store, number).values()} == {("later", "cap")}


@pytest.mark.slow
def test_ten_thousand_customers_are_planned_in_short_units(store: Store) -> None:
    crowd(store, 10_000)
    store.write_now(lambda session: policies.load(session, by="t", now=NOON))
    launch(store), launch(store)
    store.write_now(lambda session: runs.due(session, now=NOON))
    times: list[float] = []
    more = True
    while more:
        start = perf_counter()
        more = store.write_now(lambda session: runs.plan(session, 1, now=NOON))
        times.append(1000 * (perf_counter() - start))
    print(f"\n{len(times)} units, longest {max(times):.0f} ms, {sum(times):.0f} ms in all")
    verdicts = [plan[0] for number in (1, 2) for plan in plan_of(store, number).values()]
    assert (verdicts.count("now"), verdicts.count("later")) == (10_000, 10_000)

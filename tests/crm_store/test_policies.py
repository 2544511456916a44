"""Policies: the presets as a version, the newest of which holds."""

from datetime import timedelta

from crm_store import policies
from crm_store.models.campaign import Recipient
from crm_store.rules.frequency import PRESETS, Cap, FrequencyPolicy, Mode, Scope
from crm_store.rules.strategy import STRATEGY
from crm_store.store import Store
from tests.crm_store.crowd import NOON, crowd, furnish, launch, plan_all, plan_of
from tests.crm_store.crowd import feed as feed_all

DAY = timedelta(days=1)


def test_nothing_is_capped_before_a_policy_is_loaded(store: Store) -> None:
    assert store.read_now(lambda session: policies.current(session, "email", "newsletter")).caps == ()
    assert store.read_now(policies.table) == ()


def test_the_presets_come_back_as_they_were_loaded(store: Store) -> None:
    version = store.write_now(lambda session: policies.load(session, by="t", now=NOON))
    for channel, preset in PRESETS.items():
        topic = preset.topic or "news"
        found = store.read_now(lambda s, c=channel, t=topic: policies.current(s, c, t))  # type: ignore[misc]  # bound now
        assert (found.caps, found.version) == (preset.caps, version)
    rows = store.read_now(policies.table)
    assert {row.channel: row.strategy for row in rows} == dict(STRATEGY)


def test_a_cap_for_a_topic_holds_for_that_topic_only(store: Store) -> None:
    store.write_now(lambda session: policies.load(session, by="t", now=NOON))
    assert store.read_now(lambda session: policies.current(session, "email", "survey")).caps == ()


def test_the_newest_version_holds_with_every_field(store: Store) -> None:
    cap = Cap(3, DAY, Mode.CALENDAR_DAY, timedelta(hours=2), Scope.ALL)
    store.write_now(lambda session: policies.load(session, by="t", now=NOON))
    mine = [FrequencyPolicy("telegram", None, (cap,))]
    second = store.write_now(lambda session: policies.load(session, mine, by="t", now=NOON))
    found = store.read_now(lambda session: policies.current(session, "telegram", "news"))
    assert (found.caps, found.version) == ((cap,), second)


def test_a_looser_policy_lets_those_who_wait_look_again(store: Store) -> None:
    furnish(store)
    crowd(store, 4)
    store.write_now(lambda session: policies.load(session, by="t", now=NOON))
    launch(store)
    second = launch(store)
    plan_all(store)
    feed_all(store)
    assert {plan[:2] for plan in plan_of(store, second).values()} == {("later", "cap")}
    loose = [FrequencyPolicy("telegram", None, (Cap(2, DAY),))]
    store.write_now(lambda session: policies.load(session, loose, by="t", now=NOON))
    assert feed_all(store) == 4
    assert {plan[2] for plan in plan_of(store, second).values()} == {"queued"}
    assert store.read_now(lambda session: session.get_one(Recipient, (second, 1)).not_before) == NOON

"""A yes and a no are records; the later one holds."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import consents, customers
from crm_store.consents import Scope
from crm_store.models.consent import Consent, Suppression
from crm_store.store import Store

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def scope(store: Store, inbox_id: int, topic: str = "news") -> Scope:
    made = store.write_now(
        lambda session: customers.create(session, inbox_id, "101", name="Mei 梅", language="zh", now=NOW)
    )
    return Scope(made.customer_id, "telegram", topic)


def grant(store: Store, about: Scope, at: datetime = NOW) -> bool:
    return store.write_now(
        lambda session: consents.grant(session, about, wording="May we?", source="question", now=at)
    )


def holds(store: Store, about: Scope) -> bool:
    return store.read_now(lambda session: consents.is_granted(session, about))


def test_a_yes_is_recorded_once_with_its_words(store: Store, inbox_id: int) -> None:
    about = scope(store, inbox_id)
    assert not holds(store, about)
    assert [grant(store, about), grant(store, about)] == [True, False]
    [given] = store.read_now(lambda session: session.scalars(sa.select(Consent)).all())
    assert (given.granted, given.wording, given.source) == (NOW, "May we?", "question")
    assert holds(store, about)


def test_a_yes_is_about_its_channel_and_topic_only(store: Store, inbox_id: int) -> None:
    about = scope(store, inbox_id)
    grant(store, about)
    assert not holds(store, Scope(about.customer_id, "email", "news"))
    assert not holds(store, Scope(about.customer_id, "telegram", "surveys"))
    assert not holds(store, Scope(about.customer_id + 1, "telegram", "news"))


def test_taking_it_back_keeps_the_record(store: Store, inbox_id: int) -> None:
    about = scope(store, inbox_id)
    grant(store, about)

    def withdraw(session: Session) -> bool:
        return consents.withdraw(session, about, source="settings", now=LATER)

    assert [store.write_now(withdraw), store.write_now(withdraw)] == [True, False]
    [given] = store.read_now(lambda session: session.scalars(sa.select(Consent)).all())
    assert (given.granted, given.withdrawn, given.withdrawn_source) == (NOW, LATER, "settings")
    assert not holds(store, about)


def test_a_no_ends_every_topic_of_the_channel(store: Store, inbox_id: int) -> None:
    about = scope(store, inbox_id)
    other = Scope(about.customer_id, "email", "news")
    for one in (about, Scope(about.customer_id, "telegram", "events"), other):
        grant(store, one)

    def refuse(session: Session) -> bool:
        return consents.suppress(session, about.customer_id, "telegram", reason="stop", now=LATER)

    assert [store.write_now(refuse), store.write_now(refuse)] == [True, False]
    assert not holds(store, about)
    assert holds(store, other)
    [no] = store.read_now(lambda session: session.scalars(sa.select(Suppression)).all())
    assert (no.at, no.reason, no.lifted) == (LATER, "stop", None)


def test_a_new_yes_lifts_the_no(store: Store, inbox_id: int) -> None:
    about = scope(store, inbox_id)
    store.write_now(
        lambda session: consents.suppress(session, about.customer_id, "telegram", reason="stop", now=NOW)
    )
    assert grant(store, about, LATER)
    assert holds(store, about)
    assert store.read_now(lambda session: session.scalar(sa.select(Suppression.lifted))) == LATER


def test_the_question_is_put_once(store: Store, inbox_id: int) -> None:
    about = scope(store, inbox_id)
    assert not store.read_now(lambda session: consents.asked_before(session, about))
    store.write_now(lambda session: consents.mark_asked(session, about, now=NOW))
    assert store.read_now(lambda session: consents.asked_before(session, about))
    kept = store.read_now(lambda session: customers.by_id(session, about.customer_id).attributes)
    assert kept == {"asked:telegram:news": NOW.isoformat()}


def test_a_yes_or_no_on_record_needs_no_question(store: Store, inbox_id: int) -> None:
    about = scope(store, inbox_id)
    grant(store, about)
    assert store.read_now(lambda session: consents.asked_before(session, about))
    other = Scope(about.customer_id, "email", "news")
    store.write_now(
        lambda session: consents.suppress(session, about.customer_id, "email", reason="stop", now=NOW)
    )
    assert store.read_now(lambda session: consents.asked_before(session, other))

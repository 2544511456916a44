"""What became of campaigns, counted on both databases: each within its time, beside the hold-out."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import campaign_figures, campaigns, consents, policies, verdicts
from crm_store.campaign_figures import Figures
from crm_store.consents import Scope
from crm_store.models.campaign import Campaign, Recipient
from crm_store.models.conversation import Conversation, Message
from crm_store.models.customer import Customer, Identity, Order
from crm_store.models.outbox import Delivery
from crm_store.models.survey import Rating, Survey
from crm_store.models.ticket import Ticket
from crm_store.rules.frequency import Cap, FrequencyPolicy
from crm_store.store import Store
from tests.crm_store.crowd import NOON, complain, crowd, feed, furnish, launch, plan_all, plan_of, send_all

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATER = NOON + 30 * DAY


def run(store: Store, number: int, *, holdout: int = 0) -> None:
    """Send a campaign to a crowd."""
    furnish(store)
    crowd(store, number)
    launch(store)
    store.write_now(lambda session: session.execute(sa.update(Campaign).values(holdout=holdout)))
    plan_all(store)
    feed(store)
    send_all(store)


def figures(store: Store, *, now: datetime = LATER) -> Figures:
    return store.read_now(lambda session: campaign_figures.of_campaign(session, 1, now=now))


def write(session: Session, customer_id: int, at: datetime, *, direction: str = "inbound") -> None:
    identity = session.scalars(sa.select(Identity).where(Identity.customer_id == customer_id)).one()
    found = session.scalar(sa.select(Conversation).where(Conversation.customer_id == customer_id))
    if found is None:
        found = Conversation(
            inbox_id=1, chat=identity.address, customer_id=customer_id, identity_id=identity.id, started=NOON
        )
        session.add(found)
        session.flush()
    session.add(Message(conversation_id=found.id, direction=direction, at=at, body="hello"))
    session.flush()


def buy(session: Session, customer_id: int, at: datetime) -> None:
    session.add(
        Order(
            number=f"{customer_id}-{at}", customer_id=customer_id, product="tea", amount=100, currency="CNY",
            at=at,
        )
    )  # fmt: skip
    session.flush()


def rate(session: Session, ticket_id: int, score: int, at: datetime, *, kind: str = "csat") -> None:
    ticket = session.get_one(Ticket, ticket_id)
    survey = Survey(
        kind=kind, ticket_id=ticket_id, episode=1, customer_id=ticket.customer_id, channel="telegram", due=at,
        asked=at, state="answered",
    )  # fmt: skip
    session.add(survey)
    session.flush()
    session.add(
        Rating(
            survey_id=survey.id, kind=kind, ticket_id=ticket_id, customer_id=ticket.customer_id,
            channel="telegram", score=score, at=at,
        )
    )  # fmt: skip
    session.flush()


def test_each_thing_counts_within_its_time_and_not_a_moment_longer(store: Store) -> None:
    run(store, 6)
    first = complain(store, 1, status="resolved")

    def happen(session: Session) -> None:
        write(session, 1, NOON)
        write(session, 1, NOON + HOUR)
        write(session, 2, NOON + 24 * HOUR)
        write(session, 3, NOON - HOUR)
        write(session, 4, NOON + HOUR, direction="outbound")
        consents.withdraw(session, Scope(5, "telegram", "news"), source="t", now=NOON + 71 * HOUR)
        consents.withdraw(session, Scope(6, "telegram", "news"), source="t", now=NOON + 72 * HOUR)
        buy(session, 1, NOON + 6 * DAY)
        buy(session, 1, NOON + 5 * DAY)
        buy(session, 2, NOON + 7 * DAY)
        rate(session, first, 5, NOON + DAY)
        rate(session, first, 1, NOON + DAY, kind="ces")

    store.write_now(happen)
    sent = figures(store).sent
    assert (sent.number, sent.wrote, sent.left, sent.bought) == (6, 1, 1, 1)
    assert (sent.ratings, sent.satisfied, sent.open) == (1, 1, 0)
    assert figures(store, now=NOON + DAY).sent.open == 6


@pytest.mark.parametrize("outcome", ["failed", "unknown", "unreachable"])
def test_what_did_not_arrive_is_apart(store: Store, outcome: str) -> None:
    furnish(store)
    crowd(store, 3)
    launch(store)
    plan_all(store)
    feed(store)
    send_all(store, outcome)
    if outcome == "unreachable":
        row = store.read_now(lambda session: session.scalars(sa.select(Recipient.outbox_id)).first())
        blocked = Delivery(outbox_id=row, attempt=1, ended=NOON, outcome="unreachable")
        store.write_now(lambda session: session.add(blocked))
    found = figures(store)
    assert found.sent.number == 0
    assert found.tried.number == 3
    assert (found.unknown.number, found.failed.number) == ((3, 0) if outcome == "unknown" else (0, 3))
    assert found.failed.blocked == (1 if outcome == "unreachable" else 0)


def test_the_hold_out_gets_nothing_and_is_counted_beside_the_others(store: Store) -> None:
    run(store, 400, holdout=10)
    plan = plan_of(store)
    held = [customer for customer, (_, reason, _) in plan.items() if reason == "holdout"]
    assert {plan[one] for one in held} == {("never", "holdout", "dropped")}
    assert 25 <= len(held) <= 55
    store.write_now(lambda session: [buy(session, one, NOON + DAY) for one in held[:3]])
    found = figures(store)
    assert (found.held_out.number, found.held_out.bought) == (len(held), 3)
    assert (found.sent.number, found.sent.bought) == (400 - len(held), 0)


def test_who_is_held_out_hangs_on_the_text_and_stays_so(store: Store) -> None:
    furnish(store)
    crowd(store, 300)
    drafts = [
        replace(
            campaigns.as_draft(
                Campaign(
                    inbox_id=1, owner_id=1, chat="203", channel="telegram", text_zh="", text_en=text,
                    audience={"kind": "everyone"}, topic="news", quiet={}, holdout=20,
                    schedule={"kind": "once", "zone": "UTC", "at": "12:00", "start": "2026-03-02"},
                )
            ),
            schedule=None,
        )
        for text in ("Spring teas", "Autumn teas", "Spring teas")
    ]  # fmt: skip

    def held(session: Session, draft: campaigns.NewCampaign) -> set[int]:
        rules = campaigns.draft_ruling(session, draft, now=NOON)
        asked = verdicts.verdicts(rules, [""], Customer.id > 0)
        return {row.customer_id for row in session.execute(asked) if row.reason == "holdout"}

    found = [store.read_now(lambda session, draft=draft: held(session, draft)) for draft in drafts]
    assert found[0] == found[2] != found[1]
    assert all(40 <= len(one) <= 80 for one in found)


def test_by_channel_only_runs_of_the_period_count(store: Store) -> None:
    run(store, 5, holdout=50)

    def count(start: datetime, end: datetime) -> int:
        found = store.read_now(lambda session: campaign_figures.by_channel(session, start=start, end=end))
        return found["telegram"].tried.number + found["telegram"].held_out.number if found else 0

    assert count(NOON, LATER) == 5
    assert count(NOON - DAY, NOON) == count(NOON + DAY, LATER) == 0
    effects = store.read_now(
        lambda session: campaign_figures.effect_by_channel(session, start=NOON, end=NOON + 7 * DAY)
    )
    assert effects == {}


def test_who_waits_for_room_is_drawn_when_the_turn_comes(store: Store) -> None:
    furnish(store)
    crowd(store, 60)
    store.write_now(
        lambda session: policies.load(
            session, [FrequencyPolicy("telegram", None, (Cap(1, DAY),))], by="t", now=NOON
        )
    )
    launch(store)
    second = launch(store)
    store.write_now(
        lambda session: session.execute(
            sa.update(Campaign).where(Campaign.id == second).values(holdout=50, text_en="Another")
        )
    )
    plan_all(store)
    feed(store)
    send_all(store)
    assert {plan[1] for plan in plan_of(store, second).values()} == {"cap"}
    feed(store, now=NOON + DAY)
    plans = set(plan_of(store, second).values())
    assert plans == {("now", "ok", "queued"), ("never", "holdout", "dropped")}

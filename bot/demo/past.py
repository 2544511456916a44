"""Two campaigns of the past, planned by the rules of their day: one for all, one that fills a week's cap."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.demo import buying
from bot.demo.cast import ZHAO, Shopper
from bot.demo.history import History, Line
from bot.demo.keeping import CHANNEL, House, insert
from crm_store import campaigns, caps, runs
from crm_store.campaigns import NewCampaign
from crm_store.models.campaign import (
    CampaignState,
    Occurrence,
    OccurrenceState,
    Recipient,
    RecipientState,
    Reservation,
    ReservationState,
    Verdict,
)
from crm_store.models.customer import Order
from handlers.marketer import cards
from handlers.texts import catalogue


@dataclass(frozen=True, slots=True)
class Past:
    """What was sent, to whom, and how many days ago."""

    days: int
    audience: Mapping[str, object]
    zh: str
    en: str
    holdout: int = 0


PAST = (
    Past(
        20,
        {"kind": "everyone"},
        "春茶上新啦！灯下小铺的明前龙井到货，本周下单送茶则一只。",
        "The spring teas are here! Order our new Longjing this week and get a tea scoop with it.",
        holdout=20,
    ),
    Past(
        2,
        {"kind": "tag", "value": "vip"},
        "老朋友专享：青瓷茶杯提前两天开售，会员价 99 元。",
        "For our regulars: the celadon cups go on sale two days early, at 99 yuan.",
    ),
)


@dataclass(frozen=True, slots=True)
class Sent:
    """Whom a campaign reached, and the card that told its marketer."""

    at: datetime
    customers: Sequence[int]
    card: str


def campaign(session: Session, *, house: House, past: Past, opening: datetime, zone: str) -> Sent:
    """Keep a campaign with its run and everyone's verdict."""
    then = opening - timedelta(days=past.days) + timedelta(hours=1)
    owner = house.staff_ids[ZHAO.address]
    new = NewCampaign(
        inbox_id=house.inbox_id, owner_id=owner, chat=str(ZHAO.address), channel=CHANNEL, text_zh=past.zh,
        text_en=past.en, audience=past.audience, zone=zone, holdout=past.holdout,
    )  # fmt: skip
    made = campaigns.create(session, new, now=then)
    run = session.scalars(sa.select(Occurrence).where(Occurrence.campaign_id == made.id)).one()
    ruling = campaigns.ruling(session, made, occurrence_id=run.id, at=then)
    while caps.plan_chunk(session, run, ruling, past.audience):
        pass
    made.state = CampaignState.DONE.value
    run.state, run.finished = OccurrenceState.DONE.value, then + timedelta(seconds=9)
    reached = _settle(session, run.id)
    run.card_text = cards.told(
        partial(catalogue.say, ZHAO.language), run, made, runs.progress(session, run.id)
    )
    run.card_at = run.finished + cards.EVERY
    return Sent(then, reached, run.card_text)


def _settle(session: Session, run_id: int) -> Sequence[int]:
    ours = Recipient.occurrence_id == run_id
    session.execute(
        sa.update(Recipient)
        .where(ours, Recipient.verdict == Verdict.LATER)
        .values(state=RecipientState.DROPPED.value)
    )
    session.execute(
        sa.update(Recipient)
        .where(ours, Recipient.verdict == Verdict.NOW)
        .values(state=RecipientState.SENT.value)
    )
    session.execute(
        sa.update(Reservation)
        .where(Reservation.occurrence_id == run_id)
        .values(state=ReservationState.SENT.value)
    )
    sent = sa.select(Recipient.customer_id).where(ours, Recipient.state == RecipientState.SENT)
    return session.scalars(sent.order_by(Recipient.customer_id)).all()


def sell(session: Session, *, people: Sequence[Shopper], sent: Sent, nth: int, until: datetime) -> None:
    """Let some of those whom a campaign reached buy in the days after it."""
    reached = set(sent.customers)
    readers = [one for one in people if one.number in reached]
    rows = buying.answering(readers, sent.at, nth=nth, until=until)
    insert(session, Order, list(rows))


def show(history: History, past: Past, people: Sequence[Shopper], sent: Sent) -> None:
    """Let those whom a campaign reached see it in their chats."""
    reached = set(sent.customers)
    for one in people:
        if one.number in reached:
            words = past.zh if one.language == "zh" else past.en
            history.lines[one.number].append(Line(sent.at, "bot", words))

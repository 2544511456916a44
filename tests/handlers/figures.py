"""Tickets and ratings in numbers: what tests of reports need to have something to report."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy.orm import Session

from crm_store import customers, journal, ratings, tickets
from crm_store.customers import Contact
from crm_store.models.survey import Rating, Survey, SurveyKind, SurveyState
from crm_store.rules.lifecycle import Kind, Priority
from crm_store.tickets import Opening
from handlers.context import TickContext
from handlers.routes import ROUTES
from tests.factories import House

WORDS = {
    "delivery": "Where is my parcel?",
    "refund": "I want a refund",
    "quality": "It is broken",
    "price": "那件商品太贵",
    "other": "Hello",
}


def customer(session: Session, house: House, *, address: str = "901", channel: str = "telegram") -> Contact:
    """Return a customer of a channel, made on first need."""
    inbox_id = house.inbox_id if channel == "telegram" else journal.inbox(session, channel, "1").id
    found = customers.sender(session, inbox_id, address).contact
    if found is None:
        found = customers.create(
            session, inbox_id, address, name=f"Guest {address}", language="en", now=house.now
        )
    customers.open_conversation(session, found, now=house.now)
    return found


def opened(
    house: House,
    theme: str,
    at: datetime,
    *,
    count: int = 1,
    kind: Kind = Kind.INQUIRY,
    channel: str = "telegram",
) -> list[int]:
    """Open tickets about a theme at a time."""

    def unit(session: Session) -> list[int]:
        contact = customer(session, house, channel=channel)
        opening = Opening(
            kind=kind, priority=Priority.NORMAL, subject=WORDS[theme], first_due=None, resolution_due=None
        )
        return [tickets.create(session, contact, opening, now=at) for _ in range(count)]

    return house.store.write_now(unit)


def rated(
    house: House,
    scores: Mapping[int, int] | Mapping[int | None, int],
    at: datetime,
    *,
    theme: str = "other",
    kind: SurveyKind = SurveyKind.CSAT,
    who: str | None = None,
    channel: str = "telegram",
    comment: str | None = None,
) -> None:
    """Ask as many surveys as scores say, each about a ticket of its own; None stands for no answer."""
    numbers = iter(opened(house, theme, at, count=sum(scores.values()), channel=channel))

    def unit(session: Session) -> None:
        contact = customer(session, house, channel=channel)
        agent = None if who is None else house.staff_ids[who]
        for score, count in scores.items():
            for _ in range(count):
                state = SurveyState.ASKED if score is None else SurveyState.ANSWERED
                survey = Survey(
                    kind=kind, ticket_id=next(numbers), episode=1, customer_id=contact.customer_id,
                    agent_id=agent, channel=channel, due=at, asked=at, state=state,
                )  # fmt: skip
                session.add(survey)
                session.flush()
                if score is not None:
                    session.add(
                        Rating(
                            survey_id=survey.id, kind=kind, ticket_id=survey.ticket_id, agent_id=agent,
                            customer_id=contact.customer_id, channel=channel, score=score, at=at,
                            comment=comment if ratings.is_low(kind, score) else None,
                        )
                    )  # fmt: skip

    house.store.write_now(unit)


def ticks(house: House, name: str) -> list[str]:
    """Let the clock do what a tick of this name has to do, and return what goes out because of it."""
    route = ROUTES.named("tick", name)
    assert route is not None

    def context(session: Session) -> TickContext:
        return TickContext(session, house.now, house.desk, house.inbox_id)

    if not route.reads:
        while house.store.write_now(lambda session: bool(route.run(context(session)))):
            pass
        return house.outgoing()
    for unit in cast("Sequence[object]", house.store.read_now(lambda session: route.run(context(session)))):
        house.store.write_now(unit)  # type: ignore[arg-type]  # what such a tick returns
    return house.outgoing()

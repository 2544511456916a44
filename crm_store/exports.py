"""Tables that leave the house: tickets and ratings of a period, a row each, without what was said."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.staff import Staff
from crm_store.models.survey import Rating
from crm_store.models.ticket import Ticket

PAGE = 5_000
TICKET = (
    "number", "kind", "status", "priority", "opened", "first_replied", "resolved", "closed", "episode",
    "customer", "agent", "follow_up_of", "merged_into",
)  # fmt: skip
RATING = ("kind", "score", "at", "ticket", "customer", "agent", "channel")


def tickets(session: Session, *, start: datetime, end: datetime) -> Iterator[Sequence[object]]:
    """Give the tickets opened in a period, in the columns of TICKET."""
    columns = (
        Ticket.id, Ticket.kind, Ticket.status, Ticket.priority, Ticket.opened, Ticket.first_replied,
        Ticket.resolved, Ticket.closed, Ticket.episode, Ticket.customer_id, Staff.name, Ticket.follow_up_of,
        Ticket.merged_into,
    )  # fmt: skip
    rows = sa.select(*columns).outerjoin(Staff, Staff.id == Ticket.assignee_id)
    within = rows.where(Ticket.opened >= start, Ticket.opened < end).order_by(Ticket.id)
    yield from map(tuple, session.execute(within.execution_options(yield_per=PAGE)))


def ratings(session: Session, *, start: datetime, end: datetime) -> Iterator[Sequence[object]]:
    """Give the ratings of a period, in the columns of RATING."""
    columns = (
        Rating.kind, Rating.score, Rating.at, Rating.ticket_id, Rating.customer_id, Staff.name,
        Rating.channel,
    )  # fmt: skip
    rows = sa.select(*columns).outerjoin(Staff, Staff.id == Rating.agent_id)
    within = rows.where(Rating.at >= start, Rating.at < end).order_by(Rating.at, Rating.id)
    yield from map(tuple, session.execute(within.execution_options(yield_per=PAGE)))

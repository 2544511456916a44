"""The audit: what staff and the clock did, to tickets and beside them, only ever added to."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.staff import Audit
from crm_store.models.ticket import Event

PAGE = 5_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: when, who, what, to what, and the details as they were written."""

    at: datetime
    by: str
    what: str
    subject: str
    detail: str


def entries(session: Session, *, start: datetime, end: datetime) -> Iterator[Entry]:
    """Give the lines of a period: what was done beside tickets, then each ticket's, oldest first.

    What customers did is in their conversations, not here.
    """
    beside = (
        sa.select(Audit.at, Audit.by, Audit.what, Audit.subject, Audit.detail)
        .where(Audit.at >= start, Audit.at < end)
        .order_by(Audit.at, Audit.id)
    )
    for at, by, what, subject, detail in session.execute(beside.execution_options(yield_per=PAGE)):
        yield Entry(at, by, what, subject, detail)
    of_tickets = (
        sa.select(Event.at, Event.by, Event.kind, Event.ticket_id, Event.detail)
        .where(Event.at >= start, Event.at < end, Event.by.not_like("customer:%"))
        .order_by(Event.at, Event.id)
    )
    for at, by, kind, ticket, detail in session.execute(of_tickets.execution_options(yield_per=PAGE)):
        yield Entry(at, by, kind, f"ticket:{ticket}", detail)

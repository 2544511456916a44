"""Recovery tasks: customers whose rating was low and whom a supervisor wins back."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.customer import Customer
from crm_store.models.survey import Rating
from crm_store.models.ticket import RecoveryTask
from crm_store.spans import FIRST, Page


class Waiting(NamedTuple):
    """A recovery task nobody has finished, with the rating it came from."""

    task_id: int
    ticket_id: int
    customer: str
    score: int
    opened: datetime
    comment: str | None


def count_open(session: Session) -> int:
    """Count the recovery tasks that wait for someone."""
    return session.scalar(sa.select(sa.func.count(RecoveryTask.id)).where(RecoveryTask.done.is_(None))) or 0


def open_ones(session: Session, *, page: Page = FIRST) -> Sequence[Waiting]:
    """List the recovery tasks that wait for someone, the oldest first."""
    rows = session.execute(
        sa.select(
            RecoveryTask.id,
            Rating.ticket_id,
            Customer.name,
            Rating.score,
            RecoveryTask.opened,
            Rating.comment,
        )
        .join(Rating, Rating.id == RecoveryTask.rating_id)
        .join(Customer, Customer.id == RecoveryTask.customer_id)
        .where(RecoveryTask.done.is_(None))
        .order_by(RecoveryTask.opened, RecoveryTask.id)
        .offset(page.offset)
        .limit(page.limit)
    )
    return [Waiting(*row) for row in rows]


def by_id(session: Session, task_id: int) -> RecoveryTask | None:
    """Find a recovery task and hold it, so that it is finished once."""
    return session.get(RecoveryTask, task_id, with_for_update=True)

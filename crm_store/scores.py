"""What customers are worth, as the newest run computed it: kept in short units, found by stage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.customer import Customer
from crm_store.models.score import CustomerScore, ScoreRun, Stage, StageMonth
from crm_store.store import adding

AT_ONCE = 100  # customers written in one unit
Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Listed:
    """A customer on a list: who, what they brought so far, and how likely they come back."""

    customer_id: int
    name: str
    revenue: int
    last_day: str
    p_active: float | None
    usual: float | None


def newest(session: Session) -> ScoreRun | None:
    """Return the newest finished run."""
    return session.scalar(
        sa.select(ScoreRun).where(ScoreRun.finished.is_not(None)).order_by(ScoreRun.id.desc()).limit(1)
    )


def begin(session: Session, run: ScoreRun) -> int:
    """Write down that a run has begun, and return its number."""
    session.add(run)
    session.flush()
    return run.id


def keep(session: Session, run_id: int, rows: Sequence[Row]) -> None:
    """Write down some customers' scores, replacing those of earlier runs; who was erased meanwhile is not."""
    ids = [row["customer_id"] for row in rows]
    alive = set(
        session.scalars(sa.select(Customer.id).where(Customer.id.in_(ids), Customer.erased.is_(None)))
    )
    values = [{**row, "run_id": run_id} for row in rows if row["customer_id"] in alive]
    if not values:
        return
    insert = adding(session, CustomerScore)
    changed = {
        column.name: insert.excluded[column.name]
        for column in CustomerScore.__table__.columns
        if column.name != "customer_id"
    }
    statement = insert.on_conflict_do_update(index_elements=[CustomerScore.customer_id], set_=changed)
    session.execute(statement, values)  # compiled once, however many rows


def finish(session: Session, run_id: int, *, now: datetime) -> None:
    """Close a run, and forget earlier runs and the scores of customers it knew no purchase of."""
    session.execute(sa.update(ScoreRun).where(ScoreRun.id == run_id).values(finished=now))
    session.execute(sa.delete(CustomerScore).where(CustomerScore.run_id < run_id))
    session.execute(sa.delete(ScoreRun).where(ScoreRun.id < run_id))


def of_customer(session: Session, customer_id: int) -> CustomerScore | None:
    """Return what is known of one customer's worth."""
    return session.get(CustomerScore, customer_id)


def by_stage(session: Session) -> Mapping[str, int]:
    """Count the customers of each stage."""
    query = sa.select(CustomerScore.stage, sa.func.count()).group_by(CustomerScore.stage)
    return {stage: number for stage, number in session.execute(query)}


def at_risk(session: Session, *, offset: int, limit: int) -> Sequence[Listed]:
    """List customers at risk, those who brought most first."""
    rows = session.execute(
        sa.select(
            CustomerScore.customer_id,
            Customer.name,
            CustomerScore.revenue,
            CustomerScore.last_day,
            CustomerScore.p_active,
            CustomerScore.usual,
        )
        .join(Customer, Customer.id == CustomerScore.customer_id)
        .where(CustomerScore.stage == Stage.AT_RISK, Customer.erased.is_(None))
        .order_by(CustomerScore.revenue.desc(), CustomerScore.customer_id)
        .offset(offset)
        .limit(limit)
    )
    return [Listed(*row) for row in rows]


def months(session: Session) -> Mapping[str, Mapping[str, int]]:
    """Return how many customers stood in each stage at each month's end."""
    found: dict[str, dict[str, int]] = {}
    for row in session.scalars(sa.select(StageMonth).order_by(StageMonth.month_end)):
        found.setdefault(row.month_end, {})[row.stage] = row.number
    return found


def keep_month(session: Session, month_end: str, counts: Mapping[str, int]) -> None:
    """Write down how many customers stood in each stage at a month's end, unless it is known already."""
    rows = [{"month_end": month_end, "stage": stage, "number": number} for stage, number in counts.items()]
    if rows:
        session.execute(adding(session, StageMonth).values(rows).on_conflict_do_nothing())


def forget_months(session: Session, since: str) -> None:
    """Forget the month's ends from a day on, because orders of before have come to light."""
    session.execute(sa.delete(StageMonth).where(StageMonth.month_end >= since))


def regions(session: Session, *, most: int = 20) -> Sequence[str]:
    """List the regions of those who bought, the most frequent first."""
    return _kinds(session, CustomerScore.region, most)


def clusters(session: Session) -> Sequence[int]:
    """List the clusters of the newest run."""
    column = CustomerScore.cluster
    return sorted(
        cast("int", label)
        for label in session.scalars(sa.select(column).where(column.is_not(None)).distinct())
    )


def _kinds(session: Session, column: sa.orm.InstrumentedAttribute[str], most: int) -> Sequence[str]:
    query = sa.select(column).group_by(column).order_by(sa.func.count().desc(), column).limit(most)
    return session.scalars(query).all()

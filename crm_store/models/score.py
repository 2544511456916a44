"""What was computed of customers' worth: one run at a time, with the models it rests on."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base, one_of


class Stage(StrEnum):
    """Where a customer stands in their life with us."""

    NEW = "new"
    ACTIVE = "active"
    AT_RISK = "at_risk"
    LAPSED = "lapsed"


class ScoreRun(Base):
    """One computation over all customers: up to which day, by which models, and what it found at large."""

    __tablename__ = "score_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    as_of: Mapped[str]  # the last local day that counted
    started: Mapped[datetime]
    finished: Mapped[datetime | None]
    last_order: Mapped[int]  # the newest row of the orders it knew
    currency: Mapped[str]
    models: Mapped[dict[str, object]]
    findings: Mapped[dict[str, object]]


class CustomerScore(Base):
    """What one customer is worth and how likely they come back, by one run; money in hundredths."""

    __tablename__ = "customer_score"
    __table_args__ = (
        one_of("stage", Stage),
        sa.Index("ix_customer_score_stage", "stage", "revenue"),
        sa.Index("ix_customer_score_segment", "segment"),
    )

    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customer.id"), primary_key=True)
    run_id: Mapped[int] = mapped_column(sa.ForeignKey("score_run.id"), index=True)
    first_day: Mapped[str]
    last_day: Mapped[str]
    days: Mapped[int]
    orders: Mapped[int]
    revenue: Mapped[int]
    last_year: Mapped[int]
    ltv: Mapped[int]
    clv: Mapped[int | None]
    potential: Mapped[int | None]
    corner: Mapped[str | None]
    stage: Mapped[str]
    basis: Mapped[str]
    p_active: Mapped[float | None]
    usual: Mapped[float | None]
    abc: Mapped[str]
    recency: Mapped[int]
    frequency: Mapped[int]
    monetary: Mapped[int]
    segment: Mapped[str]
    cluster: Mapped[int | None]
    region: Mapped[str]
    habits: Mapped[dict[str, object]]


class StageMonth(Base):
    """How many customers stood in a stage when a month ended, as it was counted first."""

    __tablename__ = "stage_month"
    __table_args__ = (one_of("stage", Stage),)

    month_end: Mapped[str] = mapped_column(primary_key=True)  # the month's last local day
    stage: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int]

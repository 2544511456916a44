"""Leads: opened from a ticket, moved on, and listed by what is due."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.lead import Lead, LeadMove
from crm_store.models.ticket import Ticket
from crm_store.rules.leads import OPEN, Stage, moved


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a customer may buy: the amount in hundredths of the currency."""

    product: str
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class Step:
    """A move to a stage: by whom, when and why."""

    to: Stage
    by: str
    at: datetime
    reason: str | None = None


def open_lead(session: Session, ticket: Ticket, wanted: Wanted, *, owner_id: int, now: datetime) -> Lead:
    """Write down that a sale may come of a ticket."""
    lead = Lead(
        ticket_id=ticket.id, customer_id=ticket.customer_id, owner_id=owner_id, product=wanted.product,
        amount=wanted.amount, currency=wanted.currency, stage=Stage.NEW, opened=now,
    )  # fmt: skip
    session.add(lead)
    session.flush()
    session.add(LeadMove(lead_id=lead.id, at=now, by=f"staff:{owner_id}", to=Stage.NEW))
    return lead


def newest(session: Session, ticket_id: int) -> Lead | None:
    """Return the newest lead of a ticket that has not ended, else the newest."""
    return session.scalar(
        sa.select(Lead)
        .where(Lead.ticket_id == ticket_id)
        .order_by(Lead.stage.in_(list(OPEN)).desc(), Lead.id.desc())
        .limit(1)
        .with_for_update()
    )


def move(session: Session, lead: Lead, step: Step) -> None:
    """Bring a lead to a stage, or raise TransitionError."""
    lead.stage = moved(lead.stage, step.to)
    if lead.stage not in OPEN:
        lead.ended, lead.next_due = step.at, None
    session.add(LeadMove(lead_id=lead.id, at=step.at, by=step.by, to=step.to, reason=step.reason))
    session.flush()


def plan(lead: Lead, step: str, due: datetime) -> None:
    """Say what is done next about a lead, and when."""
    lead.next_step, lead.next_due = step, due


def open_ones(session: Session, *, owner_id: int | None = None, limit: int = 50) -> Sequence[Lead]:
    """List the leads that have not ended, what is due first; of one owner or of all."""
    query = sa.select(Lead).where(Lead.stage.in_(list(OPEN)))
    if owner_id is not None:
        query = query.where(Lead.owner_id == owner_id)
    return session.scalars(query.order_by(Lead.next_due.is_(None), Lead.next_due, Lead.id).limit(limit)).all()


def ended_in(session: Session, *, start: datetime, end: datetime) -> Mapping[Stage, int]:
    """Count the leads that were won and lost in a period."""
    rows = session.execute(
        sa.select(Lead.stage, sa.func.count(Lead.id))
        .where(Lead.ended >= start, Lead.ended < end)
        .group_by(Lead.stage)
    )
    return {Stage(stage): count for stage, count in rows}

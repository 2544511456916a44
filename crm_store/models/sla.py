"""What a ticket is promised: policies by version, each ticket's clock, and who was warned of what."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base, one_of
from crm_store.rules.escalation import Step
from crm_store.rules.lifecycle import Kind
from crm_store.rules.sla import Target


class SlaVersion(Base):
    """One version of the SLA policy; a ticket keeps the one it was opened under."""

    __tablename__ = "sla_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    warn_percent: Mapped[int]
    escalate_percent: Mapped[int]
    digest: Mapped[str]
    made: Mapped[datetime]
    made_by: Mapped[str]


class SlaTarget(Base):
    """How much open time a kind of ticket has, or one priority of it; no seconds is no deadline."""

    __tablename__ = "sla_target"
    __table_args__ = (
        one_of("kind", Kind),
        one_of("what", Target),
        sa.UniqueConstraint("version_id", "kind", "priority", "what"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("sla_version.id"))
    kind: Mapped[str]
    priority: Mapped[str] = mapped_column(server_default="")
    what: Mapped[str]
    seconds: Mapped[int | None]


class TicketClock(Base):
    """Where the clock of a ticket stands: a fold over its log, kept so that nobody reads the log again."""

    __tablename__ = "ticket_clock"

    ticket_id: Mapped[int] = mapped_column(sa.ForeignKey("ticket.id"), primary_key=True, autoincrement=False)
    started: Mapped[datetime]
    replied: Mapped[datetime | None]
    waiting: Mapped[datetime | None]
    used: Mapped[int] = mapped_column(server_default="0")
    since: Mapped[datetime | None]
    pause: Mapped[str | None]
    settled: Mapped[datetime | None]
    first_limit: Mapped[datetime | None]
    next_limit: Mapped[datetime | None]
    allowance: Mapped[int | None]
    look: Mapped[datetime | None] = mapped_column(index=True)
    told_opening: Mapped[datetime | None]


class SlaNotice(Base):
    """Someone was told that a deadline comes near or has passed; once a step of each cycle."""

    __tablename__ = "sla_notice"
    __table_args__ = (
        one_of("what", Target),
        one_of("step", Step),
        sa.UniqueConstraint("ticket_id", "what", "cycle", "step"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(sa.ForeignKey("ticket.id"))
    what: Mapped[str]
    cycle: Mapped[int]
    step: Mapped[str]
    at: Mapped[datetime]


class Silence(Base):
    """A customer we wrote to last and wait for: when we did, and when something comes of it."""

    __tablename__ = "silence"

    ticket_id: Mapped[int] = mapped_column(sa.ForeignKey("ticket.id"), primary_key=True, autoincrement=False)
    since: Mapped[datetime]
    step: Mapped[str]
    due: Mapped[datetime | None] = mapped_column(index=True)

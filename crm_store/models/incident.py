"""An incident is one cause behind tickets of several customers: a parent, its children, one answer to all."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base, one_of


class IncidentState(StrEnum):
    """How far an incident has come: suggested, then one or not."""

    SUGGESTED = "suggested"
    REFUSED = "refused"
    OPEN = "open"
    RESOLVING = "resolving"
    RESOLVED = "resolved"


class Incident(Base):
    """Tickets of several customers that seem to have, or have, one cause; the parent speaks for them."""

    __tablename__ = "incident"
    __table_args__ = (
        one_of("state", IncidentState),
        sa.Index("ix_incident_parent", "parent_id"),
        sa.Index("ix_incident_state", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int] = mapped_column(sa.ForeignKey("ticket.id"))
    state: Mapped[str]
    suggested: Mapped[datetime]
    decided: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    resolved_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))


class MemberState(StrEnum):
    """Whether a ticket belongs to an incident."""

    SUGGESTED = "suggested"
    JOINED = "joined"
    REFUSED = "refused"


class IncidentTicket(Base):
    """One ticket of an incident; a ticket belongs to one at most."""

    __tablename__ = "incident_ticket"
    __table_args__ = (one_of("state", MemberState), sa.Index("ix_incident_ticket_incident", "incident_id"))

    ticket_id: Mapped[int] = mapped_column(sa.ForeignKey("ticket.id"), primary_key=True)
    incident_id: Mapped[int] = mapped_column(sa.ForeignKey("incident.id"))
    state: Mapped[str]
    similarity: Mapped[float]
    at: Mapped[datetime]
    by: Mapped[str]


class IncidentReply(Base):
    """Words for every customer of an incident: offered, then sent by one tap, then done."""

    __tablename__ = "incident_reply"
    __table_args__ = (
        sa.Index(
            "ix_incident_reply_waiting",
            "id",
            sqlite_where=sa.text("sent IS NOT NULL AND done IS NULL"),
            postgresql_where=sa.text("sent IS NOT NULL AND done IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(sa.ForeignKey("incident.id"), index=True)
    at: Mapped[datetime]
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    body: Mapped[dict[str, object]]
    sent: Mapped[datetime | None]
    done: Mapped[datetime | None]


class IncidentAnswer(Base):
    """What became of such words for one customer: a message in their ticket, or why there is none."""

    __tablename__ = "incident_answer"

    reply_id: Mapped[int] = mapped_column(sa.ForeignKey("incident_reply.id"), primary_key=True)
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customer.id"), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(sa.ForeignKey("ticket.id"))
    message_id: Mapped[int | None] = mapped_column(sa.ForeignKey("message.id"))
    outcome: Mapped[str]


class IncidentWatch(Base):
    """Up to which ticket of an inbox new ones have been compared with each other."""

    __tablename__ = "incident_watch"

    inbox_id: Mapped[int] = mapped_column(sa.ForeignKey("inbox.id"), primary_key=True)
    seen: Mapped[int]

"""A ticket is one piece of work; its events are its history, never rewritten."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base, one_of
from crm_store.rules.lifecycle import Kind, Priority, Status, after


class Ticket(Base):
    """One piece of work for a customer."""

    __tablename__ = "ticket"
    __table_args__ = (
        one_of("kind", Kind),
        one_of("status", Status),
        one_of("priority", Priority),
        sa.Index("ix_ticket_conversation", "conversation_id", "id"),
        sa.Index("ix_ticket_customer", "customer_id", "id"),
        sa.Index(
            "ix_ticket_snoozed",
            "snoozed_until",
            sqlite_where=sa.text("status = 'snoozed'"),
            postgresql_where=sa.text("status = 'snoozed'"),
        ),
        sa.Index(
            "ix_ticket_resolved",
            "resolved",
            sqlite_where=sa.text("status = 'resolved'"),
            postgresql_where=sa.text("status = 'resolved'"),
        ),
        sa.Index(
            "ix_ticket_unresolved",
            "assignee_id",
            "id",
            sqlite_where=sa.text("status NOT IN ('resolved', 'closed', 'merged')"),
            postgresql_where=sa.text("status NOT IN ('resolved', 'closed', 'merged')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customer.id"))
    conversation_id: Mapped[int] = mapped_column(sa.ForeignKey("conversation.id"))
    kind: Mapped[str]
    status: Mapped[str]
    priority: Mapped[str]
    subject: Mapped[str]
    opened: Mapped[datetime]
    episode: Mapped[int] = mapped_column(server_default="1")
    assignee_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    first_due: Mapped[datetime | None]
    next_due: Mapped[datetime | None]
    resolution_due: Mapped[datetime | None]
    sla_version: Mapped[int | None]
    calendar_version: Mapped[int | None]
    first_replied: Mapped[datetime | None]
    resolved: Mapped[datetime | None]
    closed: Mapped[datetime | None]
    snoozed_until: Mapped[datetime | None]
    bot_quiet: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.false())
    root_cause: Mapped[str | None]
    remedy: Mapped[str | None]
    follow_up_of: Mapped[int | None] = mapped_column(sa.ForeignKey("ticket.id"))
    merged_into: Mapped[int | None] = mapped_column(sa.ForeignKey("ticket.id"))

    @property
    def number(self) -> int:
        """Return the number people use for this ticket."""
        return self.id

    @property
    def is_resolved(self) -> bool:
        """Tell whether the work is over, for now or for good."""
        return self.status in {Status.RESOLVED, Status.CLOSED, Status.MERGED}

    def take(self, staff_id: int) -> None:
        """Make a member of staff the owner and open the work."""
        self.status = after(Status(self.status), "take")
        self.assignee_id = staff_id

    def assign(self, staff_id: int) -> None:
        """Make a member of staff the owner on somebody else's word and open the work."""
        self.status = after(Status(self.status), "assign")
        self.assignee_id = staff_id

    def release(self) -> None:
        """Give the work back to the queue, where it keeps its age."""
        self.assignee_id = None

    def answer(self, now: datetime) -> None:
        """Record that a person answered; the bot is quiet from here on."""
        self.status = after(Status(self.status), "answer")
        self.first_replied = self.first_replied or now
        self.bot_quiet = True

    def resolve(self, now: datetime) -> None:
        """Close the work of this episode."""
        self.status = after(Status(self.status), "resolve")
        self.resolved = now

    def close(self, now: datetime) -> None:
        """End a resolved ticket for good."""
        self.status = after(Status(self.status), "close")
        self.closed = now

    def wait(self) -> None:
        """Wait for the customer."""
        self.status = after(Status(self.status), "wait")

    def hold(self) -> None:
        """Wait for a third party."""
        self.status = after(Status(self.status), "hold")

    def snooze(self, until: datetime) -> None:
        """Put the work aside until a time."""
        self.status = after(Status(self.status), "snooze")
        self.snoozed_until = until

    def wake(self) -> None:
        """Go on with work that waited."""
        self.status = after(Status(self.status), "wake")
        self.snoozed_until = None

    def hear(self) -> None:
        """Go on because the customer wrote, unless it waits for a third party."""
        self.status = after(Status(self.status), "hear")
        self.snoozed_until = None if self.status != Status.SNOOZED else self.snoozed_until

    def reopen(self) -> None:
        """Start the next episode of the same ticket."""
        self.status = after(Status(self.status), "reopen")
        self.episode += 1
        self.resolved = None


class Event(Base):
    """One line of a ticket's log."""

    __tablename__ = "event"
    __table_args__ = (sa.Index("ix_event_ticket", "ticket_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(sa.ForeignKey("ticket.id"))
    kind: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str]
    detail: Mapped[str] = mapped_column(server_default="{}")


class RecoveryTask(Base):
    """Work for a supervisor: win back a customer whose rating was low."""

    __tablename__ = "recovery_task"

    id: Mapped[int] = mapped_column(primary_key=True)
    rating_id: Mapped[int] = mapped_column(sa.ForeignKey("rating.id"), unique=True)
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customer.id"))
    ticket_id: Mapped[int | None] = mapped_column(sa.ForeignKey("ticket.id"))
    opened: Mapped[datetime]
    done: Mapped[datetime | None]
    done_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))

"""A campaign is message, segment and schedule; each occurrence of it happens once."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base, one_of
from crm_store.rules.frequency import Mode, Scope


class CampaignState(StrEnum):
    """Whether a campaign may send."""

    WAITING = "waiting"
    SCHEDULED = "scheduled"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"


class Campaign(Base):
    """A message to many, confirmed by a marketer; its text is frozen then."""

    __tablename__ = "campaign"
    __table_args__ = (
        one_of("state", CampaignState),
        sa.CheckConstraint("holdout BETWEEN 0 AND 50", name="holdout"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    inbox_id: Mapped[int] = mapped_column(sa.ForeignKey("inbox.id"))
    owner_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    name: Mapped[str]
    channel: Mapped[str]
    topic: Mapped[str]
    text_zh: Mapped[str]
    text_en: Mapped[str]
    audience: Mapped[dict[str, object]]
    schedule: Mapped[dict[str, object]]
    quiet: Mapped[dict[str, object]] = mapped_column(server_default="{}")
    holdout: Mapped[int] = mapped_column(sa.SmallInteger, server_default="0")
    chat: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="scheduled")
    created: Mapped[datetime]


class OccurrenceState(StrEnum):
    """How far one run of a campaign has come."""

    DUE = "due"
    PLANNING = "planning"
    SENDING = "sending"
    DONE = "done"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


class Occurrence(Base):
    """One time a campaign runs, unique by its local minute."""

    __tablename__ = "occurrence"
    __table_args__ = (
        sa.UniqueConstraint("campaign_id", "local_time"),
        one_of("state", OccurrenceState),
        sa.Index(
            "ix_occurrence_open",
            "campaign_id",
            sqlite_where=sa.text("finished IS NULL"),
            postgresql_where=sa.text("finished IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("campaign.id"))
    local_time: Mapped[str]
    due: Mapped[datetime] = mapped_column(index=True)
    deadline: Mapped[datetime]
    state: Mapped[str] = mapped_column(server_default="due")
    cursor: Mapped[int] = mapped_column(server_default="0")
    finished: Mapped[datetime | None]
    card_id: Mapped[int | None]
    card_text: Mapped[str] = mapped_column(server_default="")
    card_at: Mapped[datetime | None]


class Verdict(StrEnum):
    """What the plan says of one person."""

    NOW = "now"
    LATER = "later"
    NEVER = "never"


class RecipientState(StrEnum):
    """What became of one person of an occurrence."""

    PLANNED = "planned"
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    DROPPED = "dropped"


class Recipient(Base):
    """One person of one occurrence, with a verdict and its reason."""

    __tablename__ = "recipient"
    __table_args__ = (
        one_of("verdict", Verdict),
        one_of("state", RecipientState),
        sa.Index(
            "ix_recipient_waiting",
            "occurrence_id",
            "not_before",
            "customer_id",
            sqlite_where=sa.text("state = 'planned'"),
            postgresql_where=sa.text("state = 'planned'"),
        ),
        sa.Index(
            "ix_recipient_queued",
            "occurrence_id",
            sqlite_where=sa.text("state = 'queued'"),
            postgresql_where=sa.text("state = 'queued'"),
        ),
        sa.Index("ix_recipient_customer", "customer_id"),
    )

    occurrence_id: Mapped[int] = mapped_column(sa.ForeignKey("occurrence.id"), primary_key=True)
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customer.id"), primary_key=True)
    verdict: Mapped[str]
    reason: Mapped[str]
    reason_detail: Mapped[str | None]
    policy_version: Mapped[int | None]
    not_before: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(server_default="planned")
    outbox_id: Mapped[int | None] = mapped_column(sa.ForeignKey("outbox.id"))


class ReservationState(StrEnum):
    """Whether the room a message takes under a cap is held, used or free again."""

    RESERVED = "reserved"
    SENT = "sent"
    UNKNOWN = "unknown"
    RELEASED = "released"


class Reservation(Base):
    """The room one message takes under the caps of one customer."""

    __tablename__ = "reservation"
    __table_args__ = (
        one_of("state", ReservationState),
        sa.UniqueConstraint("occurrence_id", "customer_id"),
        sa.Index(
            "ix_reservation_counting",
            "customer_id",
            "at",
            sqlite_where=sa.text("state <> 'released'"),
            postgresql_where=sa.text("state <> 'released'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    occurrence_id: Mapped[int] = mapped_column(sa.ForeignKey("occurrence.id"))
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customer.id"))
    channel: Mapped[str]
    topic: Mapped[str]
    at: Mapped[datetime]
    state: Mapped[str] = mapped_column(server_default="reserved")


class PolicyVersion(Base):
    """One loaded set of channel strategies and caps; the newest holds."""

    __tablename__ = "policy_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    loaded: Mapped[datetime]
    loaded_by: Mapped[str]


class PolicyCap(Base):
    """One cap of a policy version."""

    __tablename__ = "policy_cap"
    __table_args__ = (
        sa.CheckConstraint("most >= 0", name="most"),
        one_of("mode", Mode),
        one_of("scope", Scope),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("policy_version.id"), index=True)
    channel: Mapped[str]
    topic: Mapped[str | None]
    most: Mapped[int]
    window_seconds: Mapped[int]
    mode: Mapped[str]
    min_gap_seconds: Mapped[int]
    scope: Mapped[str]


class ChannelStrategy(Base):
    """What a policy version says of one channel beside its cap."""

    __tablename__ = "channel_strategy"

    version_id: Mapped[int] = mapped_column(sa.ForeignKey("policy_version.id"), primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    values: Mapped[dict[str, object]]

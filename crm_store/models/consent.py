"""Consent is a recorded yes for channel and topic; suppression is a recorded no."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base


class Consent(Base):
    """A yes, with the words it was given to, until it was taken back."""

    __tablename__ = "consent"
    __table_args__ = (
        sa.Index(
            "ix_consent_current",
            "customer_id",
            "channel",
            "topic",
            unique=True,
            sqlite_where=sa.text("withdrawn IS NULL"),
            postgresql_where=sa.text("withdrawn IS NULL"),
        ),
        # Who left after a campaign.
        sa.Index(
            "ix_consent_withdrawn",
            "customer_id",
            "channel",
            "topic",
            sqlite_where=sa.text("withdrawn IS NOT NULL"),
            postgresql_where=sa.text("withdrawn IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customer.id"))
    channel: Mapped[str]
    topic: Mapped[str]
    granted: Mapped[datetime]
    source: Mapped[str]
    wording: Mapped[str]
    withdrawn: Mapped[datetime | None]
    withdrawn_source: Mapped[str | None]


class Suppression(Base):
    """A no to every topic of a channel, until it is lifted."""

    __tablename__ = "suppression"
    __table_args__ = (
        sa.Index(
            "ix_suppression_current",
            "customer_id",
            "channel",
            unique=True,
            sqlite_where=sa.text("lifted IS NULL"),
            postgresql_where=sa.text("lifted IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customer.id"))
    channel: Mapped[str]
    at: Mapped[datetime]
    reason: Mapped[str]
    lifted: Mapped[datetime | None]

"""A merge is one ticket gone into another, kept so that it can be taken back exactly."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base


class Merge(Base):
    """One ticket that went into another: who, when, why, and what that changed on either."""

    __tablename__ = "merge"
    __table_args__ = (
        sa.Index(
            "ix_merge_living",
            "source_id",
            unique=True,
            sqlite_where=sa.text("undone IS NULL"),
            postgresql_where=sa.text("undone IS NULL"),
        ),
        sa.Index("ix_merge_target", "target_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(sa.ForeignKey("ticket.id"))
    target_id: Mapped[int] = mapped_column(sa.ForeignKey("ticket.id"))
    at: Mapped[datetime]
    by: Mapped[str]
    reason: Mapped[str | None]
    source_status: Mapped[str]
    target_before: Mapped[dict[str, object]]
    """The columns of the target that a merge may change, as they were."""
    brought: Mapped[dict[str, object]]
    """The same columns of the source: what the target becomes is made of both."""
    became: Mapped[dict[str, object]]
    """What the target was left as: a column that differs later was changed by somebody else."""
    tags: Mapped[list[str]]
    """The tags that the target did not have before."""
    undone: Mapped[datetime | None]
    undone_by: Mapped[str | None]


class MergedMessage(Base):
    """A message that a merge moved from its source to its target."""

    __tablename__ = "merged_message"

    merge_id: Mapped[int] = mapped_column(sa.ForeignKey("merge.id"), primary_key=True)
    message_id: Mapped[int] = mapped_column(sa.ForeignKey("message.id"), primary_key=True)


class MergedQuestion(Base):
    """A planned question to the source's customer that a merge cancelled."""

    __tablename__ = "merged_question"

    id: Mapped[int] = mapped_column(primary_key=True)
    merge_id: Mapped[int] = mapped_column(sa.ForeignKey("merge.id"), index=True)
    survey_id: Mapped[int | None] = mapped_column(sa.ForeignKey("survey.id"))
    check_id: Mapped[int | None] = mapped_column(sa.ForeignKey("remedy_check.id"))

"""What was done and may be taken back: by whom, until when, and what it changed."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base


class Undoable(Base):
    """One action that can be taken back once, within its window."""

    __tablename__ = "undoable"
    __table_args__ = (sa.Index("ix_undoable_by", "by", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]
    until: Mapped[datetime]
    subject: Mapped[str]
    before: Mapped[dict[str, object]]
    undone: Mapped[datetime | None]
    undone_by: Mapped[str | None]

"""An approval is a second person's word on a campaign that would reach many."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base


class Approval(Base):
    """A campaign that waits or waited for a second person: since when, at which limit, and the decision."""

    __tablename__ = "approval"
    __table_args__ = (
        sa.CheckConstraint("(decided IS NULL) = (decided_by IS NULL)", name="decided"),
        sa.CheckConstraint("(decided IS NULL) = (is_granted IS NULL)", name="granted"),
    )

    campaign_id: Mapped[int] = mapped_column(
        sa.ForeignKey("campaign.id"), primary_key=True, autoincrement=False
    )
    asked: Mapped[datetime]
    over: Mapped[int]
    decided: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    is_granted: Mapped[bool | None] = mapped_column(sa.Boolean)

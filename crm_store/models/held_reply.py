"""An answer held back because its customer had just written; kept until it is sent, dropped or too old."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base


class HeldReply(Base):
    """What a member of staff wrote, where, and against which message of the customer."""

    __tablename__ = "held_reply"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(sa.ForeignKey("ticket.id"), index=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    chat: Mapped[str]
    message: Mapped[str]
    text: Mapped[str]
    file_kind: Mapped[str | None]
    file_id: Mapped[str | None]
    file_name: Mapped[str | None]
    made: Mapped[datetime]
    expires: Mapped[datetime]
    settled: Mapped[datetime | None]
    sent: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.false())

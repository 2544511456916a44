"""A dialog of several steps is a row, so that it survives a restart on every channel."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base


class Dialog(Base):
    """Where someone stands in a conversation of several steps."""

    __tablename__ = "dialog"
    __table_args__ = (sa.UniqueConstraint("inbox_id", "chat", "thread", "address"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    inbox_id: Mapped[int] = mapped_column(sa.ForeignKey("inbox.id"))
    chat: Mapped[str]
    thread: Mapped[str] = mapped_column(server_default="")
    address: Mapped[str]
    kind: Mapped[str]
    step: Mapped[str]
    answers: Mapped[dict[str, object]] = mapped_column(server_default="{}")
    revision: Mapped[int] = mapped_column(server_default="1")
    expires: Mapped[datetime]

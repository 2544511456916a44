"""An erasure is a customer's wish that nothing of them is left, and how far it has come."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base


class Erasure(Base):
    """One customer erased; who it was is known only until it is done."""

    __tablename__ = "erasure"
    __table_args__ = (
        sa.Index(
            "ix_erasure_open",
            "id",
            sqlite_where=sa.text("ended IS NULL"),
            postgresql_where=sa.text("ended IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    started: Mapped[datetime]
    ended: Mapped[datetime | None]
    customer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("customer.id"))
    addresses: Mapped[list[str]]
    known_since: Mapped[datetime | None]
    journal_upto: Mapped[int] = mapped_column(server_default="0")
    outbox_upto: Mapped[int] = mapped_column(server_default="0")
    farewell_id: Mapped[int | None] = mapped_column(sa.ForeignKey("outbox.id"))
    step: Mapped[str] = mapped_column(server_default="")
    cursor: Mapped[int] = mapped_column(server_default="0")
    counts: Mapped[dict[str, object]] = mapped_column(server_default="{}")

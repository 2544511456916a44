"""A correction is an agent's word on what a message was: the next like it is taken for that."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base, one_of
from crm_store.rules.lifecycle import Kind


class KindCorrection(Base):
    """What a text was taken for, and what it is; one for each text, the last word counts."""

    __tablename__ = "kind_correction"
    __table_args__ = (one_of("was", Kind), one_of("now", Kind))

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.Text, unique=True)
    text: Mapped[str]
    was: Mapped[str]
    now: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)

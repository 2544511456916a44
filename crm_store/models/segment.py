"""A segment is customers by rule; who belongs to it is found when it is used."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base


class Segment(Base):
    """A rule that someone gave a name: `{field: [one of these values]}`, all of which hold."""

    __tablename__ = "segment"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    rule: Mapped[dict[str, object]]
    made_by: Mapped[str]
    made: Mapped[datetime]

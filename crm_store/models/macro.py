"""A macro is a saved reply in each language and the steps that go with it."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base


class Macro(Base):
    """One saved reply and its steps, by name."""

    __tablename__ = "macro"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    changed: Mapped[datetime]
    changed_by: Mapped[str]


class MacroText(Base):
    """What a macro says in one language."""

    __tablename__ = "macro_text"

    macro_id: Mapped[int] = mapped_column(sa.ForeignKey("macro.id"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[str]


class MacroStep(Base):
    """One thing a macro does to a ticket, in its place."""

    __tablename__ = "macro_step"

    macro_id: Mapped[int] = mapped_column(sa.ForeignKey("macro.id"), primary_key=True)
    position: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True)
    verb: Mapped[str]
    argument: Mapped[str] = mapped_column(server_default="")

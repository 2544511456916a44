"""A template is a campaign's text, saved under a name in each language."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base


class Template(Base):
    """One saved text, by name."""

    __tablename__ = "template"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    changed: Mapped[datetime]
    changed_by: Mapped[str]


class TemplateText(Base):
    """What a template says in one language."""

    __tablename__ = "template_text"

    template_id: Mapped[int] = mapped_column(sa.ForeignKey("template.id"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[str]

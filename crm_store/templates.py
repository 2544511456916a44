"""Templates: saved texts of campaigns, found and kept by name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.errors import NotFoundError
from crm_store.models.template import Template, TemplateText


@dataclass(frozen=True, slots=True)
class Saved:
    """A template as it is used: its texts by language."""

    id: int
    name: str
    texts: Mapping[str, str]


def everything(session: Session) -> Sequence[Saved]:
    """List the templates by name."""
    rows = session.execute(
        sa.select(Template.id, Template.name, TemplateText.language, TemplateText.body)
        .outerjoin(TemplateText, TemplateText.template_id == Template.id)
        .order_by(Template.name, TemplateText.language)
    )
    found: dict[tuple[int, str], dict[str, str]] = {}
    for template_id, name, language, body in rows:
        texts = found.setdefault((template_id, name), {})
        if language is not None:
            texts[language] = body
    return [Saved(template_id, name, texts) for (template_id, name), texts in found.items()]


def named(session: Session, name: str) -> Saved | None:
    """Find a template by its name."""
    found = session.scalar(sa.select(Template).where(Template.name == name))
    return None if found is None else _saved(session, found)


def by_id(session: Session, template_id: int) -> Saved:
    """Return a template or raise NotFoundError."""
    found = session.get(Template, template_id)
    if found is None:
        raise NotFoundError("template", template_id)
    return _saved(session, found)


def get_or_create(session: Session, name: str, *, by: str, at: datetime) -> int:
    """Return the id of a template, made when new, and write down who changed it last."""
    found = session.scalar(sa.select(Template).where(Template.name == name))
    if found is None:
        found = Template(name=name, changed=at, changed_by=by)
        session.add(found)
    found.changed, found.changed_by = at, by
    session.flush()
    return found.id


def set_text(session: Session, template_id: int, language: str, body: str) -> None:
    """Give a template its text in a language."""
    kept = session.get(TemplateText, (template_id, language))
    if kept is None:
        session.add(TemplateText(template_id=template_id, language=language, body=body))
    else:
        kept.body = body
    session.flush()


def remove(session: Session, template_id: int) -> None:
    """Forget a template; campaigns made from it keep their texts."""
    session.execute(sa.delete(TemplateText).where(TemplateText.template_id == template_id))
    session.execute(sa.delete(Template).where(Template.id == template_id))


def _saved(session: Session, template: Template) -> Saved:
    texts = session.scalars(
        sa.select(TemplateText).where(TemplateText.template_id == template.id).order_by(TemplateText.language)
    )
    return Saved(template.id, template.name, {text.language: text.body for text in texts})

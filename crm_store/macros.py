"""Macros: saved replies with their steps, found and kept by name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.errors import NotFoundError
from crm_store.models.macro import Macro, MacroStep, MacroText

Step = tuple[str, str]  # what to do, and with what


@dataclass(frozen=True, slots=True)
class Saved:
    """A macro as it is used: its words by language and its steps in order."""

    id: int
    name: str
    texts: Mapping[str, str] = field(default_factory=dict)
    steps: Sequence[Step] = ()

    def words(self, *languages: str) -> str:
        """Return its words in the first of these languages that it speaks, else in any."""
        spoken = [self.texts[language] for language in languages if language in self.texts]
        return next(iter([*spoken, *self.texts.values()]), "")


def everything(session: Session) -> Sequence[Saved]:
    """List the macros by name."""
    return [_saved(session, macro) for macro in session.scalars(sa.select(Macro).order_by(Macro.name)).all()]


def named(session: Session, name: str) -> Saved | None:
    """Find a macro by its name."""
    found = session.scalar(sa.select(Macro).where(Macro.name == name))
    return None if found is None else _saved(session, found)


def by_id(session: Session, macro_id: int) -> Saved:
    """Return a macro or raise NotFoundError."""
    found = session.get(Macro, macro_id)
    if found is None:
        raise NotFoundError("macro", macro_id)
    return _saved(session, found)


def get_or_create(session: Session, name: str, *, by: str, at: datetime) -> int:
    """Return the id of a macro, made when new, and write down who changed it last."""
    found = session.scalar(sa.select(Macro).where(Macro.name == name))
    if found is None:
        found = Macro(name=name, changed=at, changed_by=by)
        session.add(found)
    found.changed, found.changed_by = at, by
    session.flush()
    return found.id


def set_text(session: Session, macro_id: int, language: str, body: str) -> None:
    """Give a macro its words in a language; empty words take them away."""
    session.execute(
        sa.delete(MacroText).where(MacroText.macro_id == macro_id, MacroText.language == language)
    )
    if body:
        session.add(MacroText(macro_id=macro_id, language=language, body=body))
        session.flush()


def set_steps(session: Session, macro_id: int, steps: Sequence[Step]) -> None:
    """Give a macro exactly these steps."""
    session.execute(sa.delete(MacroStep).where(MacroStep.macro_id == macro_id))
    session.add_all(
        MacroStep(macro_id=macro_id, position=place, verb=verb, argument=argument)
        for place, (verb, argument) in enumerate(steps)
    )
    session.flush()


def remove(session: Session, macro_id: int) -> None:
    """Forget a macro."""
    for table in (MacroText, MacroStep):
        session.execute(sa.delete(table).where(table.macro_id == macro_id))
    session.execute(sa.delete(Macro).where(Macro.id == macro_id))


def _saved(session: Session, macro: Macro) -> Saved:
    texts = session.scalars(
        sa.select(MacroText).where(MacroText.macro_id == macro.id).order_by(MacroText.language)
    )
    steps = session.scalars(
        sa.select(MacroStep).where(MacroStep.macro_id == macro.id).order_by(MacroStep.position)
    )
    return Saved(
        macro.id,
        macro.name,
        {text.language: text.body for text in texts},
        [(step.verb, step.argument) for step in steps],
    )

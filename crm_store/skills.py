"""What staff can answer: skills, which are tags of tickets, and languages; and how many tickets at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import tags
from crm_store.models.presence import StaffLanguage, StaffSkill
from crm_store.models.staff import Staff
from crm_store.models.tag import Tag, TicketTag
from crm_store.store import wake


def of_staff(session: Session, staff_ids: Sequence[int]) -> Mapping[int, frozenset[str]]:
    """Return the skills of each of these; who has none is not in it."""
    rows = session.execute(
        sa.select(StaffSkill.staff_id, StaffSkill.tag).where(StaffSkill.staff_id.in_(staff_ids))
    )
    return _gathered([(staff_id, tag) for staff_id, tag in rows])


def languages(session: Session, staff_ids: Sequence[int]) -> Mapping[int, frozenset[str]]:
    """Return the languages each of these answers in; who named none answers in any."""
    rows = session.execute(
        sa.select(StaffLanguage.staff_id, StaffLanguage.language).where(StaffLanguage.staff_id.in_(staff_ids))
    )
    return _gathered([(staff_id, language) for staff_id, language in rows])


def needed(session: Session, ticket_ids: Sequence[int]) -> Mapping[int, frozenset[str]]:
    """Return the skills that each of these tickets needs: those of its tags that are skills."""
    rows = session.execute(
        sa.select(TicketTag.ticket_id, TicketTag.tag)
        .join(Tag, Tag.name == TicketTag.tag)
        .where(TicketTag.ticket_id.in_(ticket_ids), Tag.is_skill)
    )
    return _gathered([(ticket_id, tag) for ticket_id, tag in rows])


def names(session: Session) -> Sequence[str]:
    """List the tags that are skills."""
    return session.scalars(sa.select(Tag.name).where(Tag.is_skill).order_by(Tag.name)).all()


def set_skills(session: Session, staff_id: int, wanted: Sequence[str], *, by: str, now: datetime) -> None:
    """Give someone exactly these skills; a word that is no skill yet becomes one."""
    session.execute(sa.delete(StaffSkill).where(StaffSkill.staff_id == staff_id))
    for tag in wanted:
        tags.keep(session, tag, by=by, at=now, is_skill=True)
        session.flush()
        session.add(StaffSkill(staff_id=staff_id, tag=tag))
    session.flush()
    wake(session, "tick:assignment")


def set_languages(session: Session, staff_id: int, wanted: Sequence[str]) -> None:
    """Say in which languages someone answers; none means any."""
    session.execute(sa.delete(StaffLanguage).where(StaffLanguage.staff_id == staff_id))
    session.add_all(StaffLanguage(staff_id=staff_id, language=language) for language in wanted)
    session.flush()
    wake(session, "tick:assignment")


def set_capacity(session: Session, staff_id: int, capacity: int) -> None:
    """Say how many open tickets someone may be given."""
    session.get_one(Staff, staff_id).capacity = capacity
    session.flush()
    wake(session, "tick:assignment")


def _gathered(pairs: Sequence[tuple[int, str]]) -> Mapping[int, frozenset[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for key, word in pairs:
        found[key].add(word)
    return {key: frozenset(words) for key, words in found.items()}

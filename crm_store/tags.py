"""Tags: the words a house sorts its tickets by."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.presence import StaffSkill
from crm_store.models.tag import Tag, TicketTag
from crm_store.store import adding, wake


def everything(session: Session) -> Sequence[Tag]:
    """List the tags by name."""
    return session.scalars(sa.select(Tag).order_by(Tag.name)).all()


def names(session: Session) -> Sequence[str]:
    """List the names of the tags."""
    return session.scalars(sa.select(Tag.name).order_by(Tag.name)).all()


def keep(session: Session, name: str, *, by: str, at: datetime, is_skill: bool | None = None) -> bool:
    """Make a tag, or say whether it is a skill; True when it is new."""
    found = session.get(Tag, name)
    if found is None:
        session.add(Tag(name=name, is_skill=bool(is_skill), made=at, made_by=by))
        session.flush()
        return True
    if is_skill is not None:
        found.is_skill = is_skill
    return False


def make_plain(session: Session, name: str) -> None:
    """Let a tag be no skill any more; whoever had it as one has it no longer."""
    session.execute(sa.delete(StaffSkill).where(StaffSkill.tag == name))
    session.execute(sa.update(Tag).where(Tag.name == name).values(is_skill=False))
    wake(session, "tick:assignment")


def drop(session: Session, name: str) -> int:
    """Forget a tag, and count the tickets that carried it."""
    gone = session.execute(sa.delete(TicketTag).where(TicketTag.tag == name).returning(TicketTag.ticket_id))
    count = len(gone.all())
    session.execute(sa.delete(StaffSkill).where(StaffSkill.tag == name))
    session.execute(sa.delete(Tag).where(Tag.name == name))
    wake(session, "tick:assignment")
    return count


def of_ticket(session: Session, ticket_id: int) -> Sequence[str]:
    """List the tags of a ticket by name."""
    return session.scalars(
        sa.select(TicketTag.tag).where(TicketTag.ticket_id == ticket_id).order_by(TicketTag.tag)
    ).all()


def put(session: Session, ticket_id: int, tag: str, *, by: str, at: datetime) -> bool:
    """Put a tag on a ticket; False when it was there."""
    keep(session, tag, by=by, at=at)
    made = session.execute(
        adding(session, TicketTag)
        .values(ticket_id=ticket_id, tag=tag, at=at, by=by)
        .on_conflict_do_nothing()
        .returning(TicketTag.tag)
    )
    return made.first() is not None


def take_off(session: Session, ticket_id: int, tag: str) -> bool:
    """Take a tag off a ticket; False when it was not there."""
    gone = session.execute(
        sa.delete(TicketTag)
        .where(TicketTag.ticket_id == ticket_id, TicketTag.tag == tag)
        .returning(TicketTag.tag)
    )
    return gone.first() is not None


def replace(session: Session, ticket_id: int, wanted: Sequence[str], *, by: str, at: datetime) -> None:
    """Give a ticket exactly these tags."""
    for tag in set(of_ticket(session, ticket_id)) - set(wanted):
        take_off(session, ticket_id, tag)
    for tag in wanted:
        put(session, ticket_id, tag, by=by, at=at)

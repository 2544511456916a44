"""Who of the staff reads of a ticket, and where: found with compiled statements, for intake is in a hurry."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.outbox import Thread
from crm_store.models.staff import Staff, StaffRole
from crm_store.models.ticket import Ticket
from crm_store.rules.roles import INCLUDES, Role
from crm_store.store import Prepared


@dataclass(frozen=True, slots=True)
class Reader:
    """A member of staff who can be written to in private."""

    staff_id: int
    name: str
    address: str
    language: str


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a ticket is worked: its thread in the staff group, its owner's private chat, or nowhere yet."""

    thread_id: int | None
    thread_chat: str | None
    owner: Reader | None


def _held_by(*roles: Role) -> sa.ColumnElement[bool]:
    words: list[sa.ColumnElement[str]] = [sa.literal_column(f"'{role.value}'") for role in roles]
    held = sa.select(StaffRole.staff_id).where(StaffRole.role.in_(words), StaffRole.revoked.is_(None))
    return sa.and_(Staff.inbox_id == sa.bindparam("inbox"), Staff.id.in_(held))


def _covering(role: Role) -> list[Role]:
    return [held for held, included in INCLUDES.items() if role in included]


_WHO = (Staff.id, Staff.name, Staff.address, Staff.language)
_WITH_ROLE = {
    role: Prepared(sa.select(*_WHO).where(_held_by(*_covering(role))).order_by(Staff.id)) for role in Role
}
_complaints = (
    sa.select(sa.func.count(Ticket.id))
    .where(
        Ticket.assignee_id == Staff.id,
        Ticket.kind == sa.literal_column("'complaint'"),
        Ticket.status.not_in([sa.literal_column(f"'{word}'") for word in ("resolved", "closed", "merged")]),
    )
    .scalar_subquery()
)
_FREEST = Prepared(
    sa.select(*_WHO)
    .where(_held_by(Role.SUPERVISOR))
    .order_by(_complaints, Staff.id)
    .limit(sa.literal_column("1"))
)
_newest = (
    sa.select(sa.func.max(Thread.id))
    .where(Thread.ticket_id == sa.bindparam("ticket"), Thread.state != sa.literal_column("'gone'"))
    .scalar_subquery()
)
_DESK = Prepared(
    sa.select(Thread.id, Thread.chat, *_WHO)
    .select_from(Ticket)
    .outerjoin(Thread, Thread.id == _newest)
    .outerjoin(Staff, Staff.id == Ticket.assignee_id)
    .where(Ticket.id == sa.bindparam("ticket"))
)


def with_role(session: Session, inbox_id: int, role: Role) -> Sequence[Reader]:
    """List the staff of an inbox whose roles include this one."""
    return [_reader(row) for row in _WITH_ROLE[role].run(session, inbox=inbox_id)]


def freest_supervisor(session: Session, inbox_id: int) -> Reader | None:
    """Return the supervisor with the fewest open complaints."""
    row = _FREEST.first(session, inbox=inbox_id)
    return None if row is None else _reader(row)


def desk_of(session: Session, ticket_id: int) -> Desk:
    """Tell where a ticket is worked."""
    row = _DESK.first(session, ticket=ticket_id)
    if row is None:
        return Desk(None, None, None)
    thread, chat, *who = row
    owner = None if who[0] is None else _reader(tuple(who))
    return Desk(cast("int | None", thread), cast("str | None", chat), owner)


def _reader(row: tuple[object, ...]) -> Reader:
    staff_id, name, address, language = row
    return Reader(cast("int", staff_id), cast("str", name), cast("str", address), cast("str", language))

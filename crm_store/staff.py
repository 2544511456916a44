"""Who serves: staff, their roles as records, and the invitations that make them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.errors import NotFoundError, RefusedError
from crm_store.models.staff import Audit, Invitation, Staff, StaffRole
from crm_store.rules.roles import INCLUDES, Role
from crm_store.store import wake


@dataclass(frozen=True, slots=True)
class Newcomer:
    """An address that is to become staff."""

    inbox_id: int
    address: str
    name: str
    language: str


def by_id(session: Session, staff_id: int) -> Staff:
    """Return a member of staff or raise NotFoundError."""
    found = session.get(Staff, staff_id)
    if found is None:
        raise NotFoundError("staff", staff_id)
    return found


def get_or_create(session: Session, who: Newcomer, *, now: datetime) -> Staff:
    """Return the member of staff behind an address, made when new."""
    found = session.scalar(
        sa.select(Staff).where(Staff.inbox_id == who.inbox_id, Staff.address == who.address)
    )
    if found is None:
        found = Staff(
            inbox_id=who.inbox_id, address=who.address, name=who.name, language=who.language, joined=now
        )
        session.add(found)
        session.flush()
    return found


def set_language(session: Session, staff_id: int, language: str) -> None:
    """Record the language a member of staff reads."""
    by_id(session, staff_id).language = language


def rename(session: Session, staff_id: int, name: str) -> None:
    """Record the name a member of staff goes by."""
    by_id(session, staff_id).name = name


def grant(session: Session, staff_id: int, role: Role, *, by: str, now: datetime) -> bool:
    """Give a role; False when it was held already."""
    held = session.scalar(
        sa.select(StaffRole.id).where(
            StaffRole.staff_id == staff_id, StaffRole.role == role, StaffRole.revoked.is_(None)
        )
    )
    if held is not None:
        return False
    session.add(StaffRole(staff_id=staff_id, role=role, granted=now, granted_by=by))
    session.flush()
    wake(session, "staff")
    audit(session, by=by, what="role.granted", subject=f"staff:{staff_id}", now=now, role=role.value)
    return True


def revoke(session: Session, staff_id: int, role: Role, *, by: str, now: datetime) -> None:
    """Take a role away, at once."""
    session.execute(
        sa.update(StaffRole)
        .where(StaffRole.staff_id == staff_id, StaffRole.role == role, StaffRole.revoked.is_(None))
        .values(revoked=now, revoked_by=by)
    )
    wake(session, "staff")
    audit(session, by=by, what="role.revoked", subject=f"staff:{staff_id}", now=now, role=role.value)


def with_role(session: Session, inbox_id: int, role: Role) -> Sequence[Staff]:
    """List the staff of an inbox whose roles include this one."""
    covering = [held for held, included in INCLUDES.items() if role in included]
    return session.scalars(
        sa.select(Staff)
        .where(
            Staff.inbox_id == inbox_id,
            Staff.id.in_(
                sa.select(StaffRole.staff_id).where(StaffRole.role.in_(covering), StaffRole.revoked.is_(None))
            ),
        )
        .order_by(Staff.id)
    ).all()


def employed(session: Session, inbox_id: int) -> Sequence[Staff]:
    """List the staff of an inbox who hold any role, by name."""
    held = sa.select(StaffRole.staff_id).where(StaffRole.revoked.is_(None))
    return session.scalars(
        sa.select(Staff).where(Staff.inbox_id == inbox_id, Staff.id.in_(held)).order_by(Staff.name, Staff.id)
    ).all()


def count_holding(session: Session, inbox_id: int, role: Role) -> int:
    """Count who holds exactly this role, locked, so that nobody else changes it at the same time."""
    held = session.scalars(
        sa.select(StaffRole.id)
        .join(Staff, Staff.id == StaffRole.staff_id)
        .where(Staff.inbox_id == inbox_id, StaffRole.role == role, StaffRole.revoked.is_(None))
        .order_by(StaffRole.id)
        .with_for_update(of=StaffRole)
    )
    return len(held.all())


def ever(session: Session, inbox_id: int) -> Sequence[Staff]:
    """List everyone who is or was staff of an inbox, by name."""
    return session.scalars(
        sa.select(Staff).where(Staff.inbox_id == inbox_id).order_by(Staff.name, Staff.id)
    ).all()


def roles_of(session: Session, staff_id: int) -> frozenset[Role]:
    """Return the roles someone holds now."""
    held = sa.select(StaffRole.role).where(StaffRole.staff_id == staff_id, StaffRole.revoked.is_(None))
    return frozenset(Role(role) for role in session.scalars(held))


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member of staff with the roles held now."""

    address: str
    language: str
    roles: frozenset[Role]


def everyone(session: Session, inbox_id: int) -> Sequence[Colleague]:
    """List the staff of an inbox who hold a role."""
    rows = session.execute(
        sa.select(Staff.address, Staff.language, StaffRole.role)
        .join(StaffRole, StaffRole.staff_id == Staff.id)
        .where(Staff.inbox_id == inbox_id, StaffRole.revoked.is_(None))
        .order_by(Staff.id)
    )
    held: dict[tuple[str, str], set[Role]] = {}
    for address, language, role in rows:
        held.setdefault((address, language), set()).add(Role(role))
    return [Colleague(address, language, frozenset(roles)) for (address, language), roles in held.items()]


def granted_by(session: Session, inbox_id: int, role: Role, *, by: str) -> Sequence[Staff]:
    """List the staff who hold a role that one source gave them."""
    return session.scalars(
        sa.select(Staff)
        .join(StaffRole, StaffRole.staff_id == Staff.id)
        .where(
            Staff.inbox_id == inbox_id,
            StaffRole.role == role,
            StaffRole.granted_by == by,
            StaffRole.revoked.is_(None),
        )
    ).all()


def invite(  # noqa: PLR0913 - what the row is made of
    session: Session, *, digest: str, role: Role, by: int, now: datetime, expires: datetime
) -> None:
    """Keep the digest of a single-use invitation."""
    session.add(Invitation(digest=digest, role=role, created=now, created_by=by, expires=expires))
    audit(session, by=f"staff:{by}", what="invited", subject=role.value, now=now)


def invitation(session: Session, digest: str) -> Invitation | None:
    """Return an invitation by its digest, locked against a second use at the same moment."""
    return session.scalar(sa.select(Invitation).where(Invitation.digest == digest).with_for_update())


def count_invitations(session: Session) -> int:
    """Count the invitations ever made."""
    return session.scalar(sa.select(sa.func.count(Invitation.id))) or 0


def accept(session: Session, digest: str, who: Newcomer, *, now: datetime) -> Staff:
    """Use an invitation once and return the member of staff it made, or refuse."""
    found = invitation(session, digest)
    if found is None or found.expires <= now:
        raise RefusedError("invitation_expired")
    if found.used is not None:
        raise RefusedError("invitation_used")
    staff = get_or_create(session, who, now=now)
    found.used, found.used_by = now, staff.id
    grant(session, staff.id, Role(found.role), by=f"staff:{found.created_by}", now=now)
    return staff


def audit(session: Session, *, by: str, what: str, subject: str, now: datetime, **detail: object) -> None:
    """Write a line of what staff or the clock did."""
    session.add(Audit(at=now, by=by, what=what, subject=subject, detail=orjson.dumps(detail).decode()))

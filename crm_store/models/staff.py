"""Staff are the people who answer, supervise and market; roles are records."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base, one_of
from crm_store.rules.roles import Role


class Staff(Base):
    """One member of staff and the address that proves who is writing."""

    __tablename__ = "staff"
    __table_args__ = (sa.UniqueConstraint("inbox_id", "address"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    inbox_id: Mapped[int] = mapped_column(sa.ForeignKey("inbox.id"))
    address: Mapped[str]
    name: Mapped[str]
    language: Mapped[str]
    joined: Mapped[datetime]
    capacity: Mapped[int] = mapped_column(server_default="5")
    active: Mapped[datetime | None]
    assigned: Mapped[datetime | None]


class StaffRole(Base):
    """A role someone was given, with who gave it and until when it held."""

    __tablename__ = "staff_role"
    __table_args__ = (
        one_of("role", Role),
        sa.Index(
            "ix_staff_role_current",
            "staff_id",
            "role",
            unique=True,
            sqlite_where=sa.text("revoked IS NULL"),
            postgresql_where=sa.text("revoked IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    role: Mapped[str]
    granted: Mapped[datetime]
    granted_by: Mapped[str]
    revoked: Mapped[datetime | None]
    revoked_by: Mapped[str | None]


class Invitation(Base):
    """A single-use way to become staff; only a digest of its secret is kept."""

    __tablename__ = "invitation"
    __table_args__ = (one_of("role", Role),)

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    created: Mapped[datetime]
    created_by: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    expires: Mapped[datetime]
    used: Mapped[datetime | None]
    used_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))


class Audit(Base):
    """One line of what staff or the clock did outside a ticket; only ever added to."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str]
    what: Mapped[str]
    subject: Mapped[str]
    detail: Mapped[str] = mapped_column(server_default="{}")

"""Who is writing: customers and staff behind an address, found or made."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import search
from crm_store.errors import NotFoundError
from crm_store.models.block import Bar, BarKind
from crm_store.models.conversation import Conversation
from crm_store.models.customer import Customer, CustomerTag, Identity
from crm_store.models.search import SearchCustomer
from crm_store.models.staff import Staff, StaffRole
from crm_store.rules.roles import Role, may
from crm_store.store import Prepared
from crm_store.types import instant, micros


@dataclass(slots=True)
class StaffMember:
    """A member of staff as a handler sees one."""

    id: int
    name: str
    language: str
    roles: frozenset[Role]

    def may(self, role: Role) -> bool:
        """Tell whether the roles include this one."""
        return may(self.roles, role)


@dataclass(frozen=True, slots=True)
class Barrier:
    """A customer's block or mute as intake sees it."""

    id: int
    kind: str
    until: datetime | None

    def holds(self, now: datetime) -> bool:
        """Tell whether it is not over yet."""
        return self.until is None or now < self.until


@dataclass(slots=True)
class Contact:
    """A customer on one inbox as a handler sees one."""

    customer_id: int
    name: str
    language: str
    language_chosen: bool
    zone: str | None
    identity_id: int
    conversation_id: int | None
    inbox_id: int
    chat: str
    is_reachable: bool = True
    bar: Barrier | None = None

    def is_blocked(self, now: datetime) -> bool:
        """Tell whether messages are kept away from the desk at this moment."""
        return self.bar is not None and self.bar.kind == BarKind.BLOCK and self.bar.holds(now)

    def is_muted(self, now: datetime) -> bool:
        """Tell whether the desk hears nothing of messages at this moment."""
        return self.bar is not None and self.bar.kind == BarKind.MUTE and self.bar.holds(now)


@dataclass(slots=True)
class Sender:
    """Whoever an address belongs to: staff, a customer, both or nobody yet."""

    staff: StaffMember | None = None
    contact: Contact | None = None


_ask = sa.select(
    sa.bindparam("inbox", type_=sa.BigInteger).label("inbox"),
    sa.bindparam("address", type_=sa.Text).label("address"),
).subquery("asked")
_SENDER = Prepared(
    sa.select(
        Identity.id, Identity.customer_id, Customer.name, Customer.language, Customer.language_chosen,
        Customer.zone, Conversation.id, Identity.unreachable_since, Staff.id, Staff.name, Staff.language,
        Bar.id, Bar.kind, Bar.until,
    )
    .select_from(_ask)
    .outerjoin(Identity, sa.and_(Identity.inbox_id == _ask.c.inbox, Identity.address == _ask.c.address))
    .outerjoin(Customer, Customer.id == Identity.customer_id)
    .outerjoin(
        Conversation, sa.and_(Conversation.inbox_id == _ask.c.inbox, Conversation.chat == _ask.c.address)
    )
    .outerjoin(Bar, sa.and_(Bar.customer_id == Identity.customer_id, Bar.lifted.is_(None)))
    .outerjoin(Staff, sa.and_(Staff.inbox_id == _ask.c.inbox, Staff.address == _ask.c.address))
)  # fmt: skip
_ROLES = Prepared(
    sa.select(StaffRole.role).where(StaffRole.staff_id == sa.bindparam("staff"), StaffRole.revoked.is_(None))
)
_NEW_CUSTOMER = Prepared(
    sa.insert(Customer)
    .values({name: sa.bindparam(name) for name in ("name", "language", "created")})
    .returning(Customer.id)
)
_NEW_IDENTITY = Prepared(
    sa.insert(Identity)
    .values({name: sa.bindparam(name) for name in ("inbox_id", "address", "customer_id", "created")})
    .returning(Identity.id)
)
_NEW_CONVERSATION = Prepared(
    sa.insert(Conversation)
    .values(
        {name: sa.bindparam(name) for name in ("inbox_id", "chat", "customer_id", "identity_id", "started")}
    )
    .returning(Conversation.id)
)


def sender(session: Session, inbox_id: int, address: str) -> Sender:
    """Look up who writes from an address."""
    row = _SENDER.first(session, inbox=inbox_id, address=address)
    assert row is not None  # noqa: S101 - the question itself is a row
    (
        identity,
        customer,
        name,
        language,
        chosen,
        zone,
        conversation,
        gone,
        staff,
        staff_name,
        staff_language,
        bar,
        bar_kind,
        bar_until,
    ) = row
    found = Sender()
    if staff is not None:
        roles = frozenset(Role(cast("str", role)) for (role,) in _ROLES.run(session, staff=staff))
        found.staff = StaffMember(
            cast("int", staff), cast("str", staff_name), cast("str", staff_language), roles
        )
    if identity is not None:
        found.contact = Contact(
            customer_id=cast("int", customer), name=cast("str", name), language=cast("str", language),
            language_chosen=bool(chosen), zone=cast("str | None", zone), identity_id=cast("int", identity),
            conversation_id=cast("int | None", conversation), inbox_id=inbox_id, chat=address,
            is_reachable=gone is None,
        )  # fmt: skip
        if bar is not None:
            until = None if bar_until is None else instant(cast("int", bar_until))
            found.contact.bar = Barrier(cast("int", bar), cast("str", bar_kind), until)
    return found


def create(  # noqa: PLR0913 - what three rows are made of
    session: Session, inbox_id: int, address: str, *, name: str, language: str, now: datetime
) -> Contact:
    """Make a customer, the identity that reached us and the conversation."""
    at = micros(now)
    customer = _id(_NEW_CUSTOMER.first(session, name=name, language=language, created=at))
    identity = _id(
        _NEW_IDENTITY.first(session, inbox_id=inbox_id, address=address, customer_id=customer, created=at)
    )
    contact = Contact(customer, name, language, False, None, identity, None, inbox_id, address)
    open_conversation(session, contact, now=now)
    return contact


def open_conversation(session: Session, contact: Contact, *, now: datetime) -> int:
    """Return the conversation of a contact, made when it is the first."""
    if contact.conversation_id is None:
        contact.conversation_id = _id(
            _NEW_CONVERSATION.first(
                session,
                inbox_id=contact.inbox_id,
                chat=contact.chat,
                customer_id=contact.customer_id,
                identity_id=contact.identity_id,
                started=micros(now),
            )
        )
    return contact.conversation_id


def _id(row: tuple[object, ...] | None) -> int:
    return cast("int", cast("tuple[object, ...]", row)[0])


def by_id(session: Session, customer_id: int) -> Customer:
    """Return a customer or raise NotFoundError."""
    found = session.get(Customer, customer_id)
    if found is None:
        raise NotFoundError("customer", customer_id)
    return found


def contact_of(session: Session, customer_id: int, inbox_id: int) -> Contact | None:
    """Return a customer's contact on an inbox, if there is one."""
    address = session.scalar(
        sa.select(Identity.address).where(Identity.customer_id == customer_id, Identity.inbox_id == inbox_id)
    )
    return None if address is None else sender(session, inbox_id, address).contact


def choose_language(session: Session, contact: Contact, language: str, *, chosen: bool) -> None:
    """Record the language a customer wants or shows."""
    customer = by_id(session, contact.customer_id)
    customer.language, customer.language_chosen = language, chosen or customer.language_chosen
    contact.language, contact.language_chosen = language, customer.language_chosen


def rename(session: Session, customer_id: int, name: str) -> None:
    """Record the name a customer goes by, where search finds it at once."""
    by_id(session, customer_id).name = name
    search.put(session, SearchCustomer, customer_id, name)


def reach(session: Session, identity_id: int, *, reason: str | None, now: datetime) -> None:
    """Mark an identity unreachable with its reason, or reachable again with None."""
    identity = session.get(Identity, identity_id)
    if identity is not None:
        identity.unreachable_since = None if reason is None else now
        identity.unreachable_reason = reason


def unreachable(session: Session, inbox_id: int, chat: str, *, reason: str, now: datetime) -> None:
    """Mark the identity of a chat unreachable."""
    found = session.scalar(
        sa.select(Identity.id).where(Identity.inbox_id == inbox_id, Identity.address == chat)
    )
    if found is not None:
        reach(session, found, reason=reason, now=now)


def names(session: Session, *, newest: int = 500) -> list[str]:
    """List the names of the newest customers, for a hint when one is mistyped."""
    known = sa.select(Customer.name).where(Customer.erased.is_(None)).order_by(Customer.id.desc())
    return list(session.scalars(known.limit(newest)))


def tag(session: Session, customer_id: int, word: str, *, by: str, now: datetime) -> None:
    """Put a word on a customer once."""
    if session.get(CustomerTag, (customer_id, word)) is None:
        session.add(CustomerTag(customer_id=customer_id, tag=word, at=now, by=by))


def tags(session: Session, customer_id: int) -> list[str]:
    """List the words on a customer."""
    return list(
        session.scalars(
            sa.select(CustomerTag.tag).where(CustomerTag.customer_id == customer_id).order_by(CustomerTag.tag)
        )
    )

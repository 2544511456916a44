"""A served customer to test with: tickets that staff answered and resolved."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from crm_store import customers, staff, tickets
from crm_store.models.ticket import Ticket
from crm_store.rules.lifecycle import Kind, Priority
from crm_store.staff import Newcomer
from crm_store.tickets import Opening

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def agent(session: Session, inbox_id: int, address: str = "201", name: str = "Wang 王") -> int:
    """Hire someone and return their id."""
    return staff.get_or_create(session, Newcomer(inbox_id, address, name, "zh"), now=NOW).id


def resolved(session: Session, inbox_id: int, address: str, *, kind: Kind = Kind.INQUIRY) -> Ticket:
    """Open a ticket for a customer, answer it and resolve it."""
    contact = customers.sender(session, inbox_id, address).contact or customers.create(
        session, inbox_id, address, name=f"customer {address}", language="en", now=NOW
    )
    opening = Opening(
        kind=kind, priority=Priority.NORMAL, subject="a question", first_due=None, resolution_due=None
    )
    number = tickets.create(session, contact, opening, now=NOW)
    ticket = tickets.by_number(session, number)
    ticket.take(agent(session, inbox_id))
    if kind is not Kind.FEEDBACK:
        ticket.answer(NOW)
    ticket.resolve(NOW)
    session.flush()
    return ticket

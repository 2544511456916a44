"""A store with all tables, once on SQLite and once on PostgreSQL."""

import pytest
from sqlalchemy.orm import Session

from crm_store import customers, journal, tickets
from crm_store.models.outbox import Thread
from crm_store.rules.lifecycle import Kind, Priority
from crm_store.store import Store
from crm_store.tickets import Opening
from tests import stores
from tests.crm_store.post import GROUP, NOW, Post


@pytest.fixture
def store(store_url: str) -> Store:
    """Open a store with all tables."""
    return stores.opened(store_url)


@pytest.fixture
def inbox_id(store: Store) -> int:
    """Make the inbox that rows belong to."""
    return store.write_now(lambda session: journal.inbox(session, "telegram", "1").id)


@pytest.fixture
def post(store: Store, inbox_id: int) -> Post:
    return Post(store, inbox_id)


@pytest.fixture
def ticket(store: Store, inbox_id: int) -> int:
    """Open a ticket of a customer."""

    def unit(session: Session) -> int:
        mei = customers.create(session, inbox_id, "101", name="Mei 梅", language="zh", now=NOW)
        opening = Opening(
            kind=Kind.INQUIRY, priority=Priority.NORMAL, subject="?", first_due=None, resolution_due=None
        )
        return tickets.create(session, mei, opening, now=NOW)

    return store.write_now(unit)


@pytest.fixture
def thread(store: Store, inbox_id: int, ticket: int) -> int:
    """Want a thread in the staff group for that ticket."""

    def unit(session: Session) -> int:
        wanted = Thread(inbox_id=inbox_id, chat=GROUP, ticket_id=ticket, name="#1 Mei", created=NOW)
        session.add(wanted)
        session.flush()
        return wanted.id

    return store.write_now(unit)

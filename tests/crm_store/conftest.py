"""A store with all tables, once on SQLite and once on PostgreSQL."""

from collections.abc import Iterator

import pytest

from crm_store import journal
from crm_store.store import Store


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """Open a store with all tables and close it at the end."""
    opened = Store(store_url)
    opened.create_tables()
    yield opened
    opened.close()


@pytest.fixture
def inbox_id(store: Store) -> int:
    """Make the inbox that rows belong to."""
    return store.write_now(lambda session: journal.inbox(session, "telegram", "1").id)

"""Databases to test on: a SQLite file, and a PostgreSQL cluster where its programs are installed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from crm_store.models.registry import METADATA
from tests import postgres
from tests.postgres import Cluster

BOTH = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Run one PostgreSQL cluster for the whole session."""
    found = postgres.binaries()
    if found is None:
        pytest.skip("PostgreSQL is not installed here (initdb and postgres were not found)")
    running = postgres.start(found)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def template(cluster: Cluster) -> str:
    """Make the database with all tables that others are copied from."""
    name = cluster.create()
    engine = sa.create_engine(cluster.url(name))
    METADATA.create_all(engine)
    engine.dispose()
    return name


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest, cluster: Cluster) -> Iterator[str]:
    """Give a fresh PostgreSQL database with all tables."""
    name = cluster.create(request.getfixturevalue("template"))
    yield cluster.url(name)
    cluster.drop(name)


@pytest.fixture(params=BOTH)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the URL of a fresh store: once SQLite, once PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture(params=BOTH)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the URL of a database without a table: once SQLite, once PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    name = cluster.create()
    yield cluster.url(name)
    cluster.drop(name)

"""Databases to test on: a SQLite file, and a PostgreSQL cluster where its programs are installed."""

import gc
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import settings

from crm_store.models.registry import METADATA
from tests import postgres, stores
from tests.postgres import Cluster

BOTH = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))


left_out = pytest.StashKey[int]()


settings.register_profile("full", deadline=None)  # the first example may wait for numpy and scipy
settings.register_profile("quick", settings.get_profile("full"), max_examples=20)


def pytest_configure(config: pytest.Config) -> None:
    """Spare this process what only a power cut would tell, and a quick run most random examples."""
    stores.hurry()
    settings.load_profile("quick" if "not slow" in config.getoption("markexpr") else "full")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keep the garbage collector from walking again and again through thousands of tests that stay."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(autouse=True)
def _stores_closed() -> Iterator[None]:
    """Close the stores that a test opened."""
    with stores.closing():
        yield


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs PostgreSQL where it is not installed."""
    if postgres.binaries() is not None:
        return
    without = [item for item in items if item.get_closest_marker("postgres") is not None]
    items[:] = [item for item in items if item.get_closest_marker("postgres") is None]
    config.hook.pytest_deselected(items=without)
    config.stash[left_out] = len(without)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say in one line what was left out."""
    count = config.stash.get(left_out, 0)
    if count:
        terminalreporter.write_line(
            f"SKIPPED [{count}]: PostgreSQL is not installed here (initdb and postgres were not found)"
        )


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Run one PostgreSQL cluster for the whole session."""
    found = postgres.binaries()
    assert found is not None, "mark what needs PostgreSQL with pytest.mark.postgres"
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


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run say how many random stories it has time for, and where figures to check against lie."""
    parser.addoption("--stories", default=600, type=int, help="random stories of surveys to play")
    parser.addoption(
        "--truth-dir", help="run only what is checked against figures, with those of this folder"
    )
    parser.addoption("--data-dir", help="where the tables lie that some figures were computed from")

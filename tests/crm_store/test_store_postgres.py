"""On PostgreSQL units run side by side, and are run again when they collide."""

import threading
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from crm_store import store as stores
from crm_store.store import Store, StoreBusyError
from tests.crm_store.units import INSERT, RENAME, accounts, adding

pytestmark = pytest.mark.postgres


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[Store]:
    opened = Store(postgres_url)
    yield opened
    opened.close()


def renaming(first: str, second: str, meet: threading.Barrier, runs: list[str]) -> Callable[[Session], None]:
    """Return a unit that changes two rows, and on its first run waits in between for its counterpart."""

    def unit(session: Session) -> None:
        runs.append(first)
        RENAME.run(session, old=first, new=first)
        if runs.count(first) == 1:
            meet.wait(10)
        RENAME.run(session, old=second, new=first)

    return unit


def test_a_deadlock_is_run_again(postgres: Store) -> None:
    for account in ("a", "b"):
        postgres.write_now(adding(account))
    meet, runs = threading.Barrier(2), list[str]()
    futures = [
        postgres.submit(renaming("a", "b", meet, runs)),
        postgres.submit(renaming("b", "a", meet, runs)),
    ]
    assert [future.result(20) for future in futures] == [None, None]
    assert len(runs) > 2


def colliding(times: int, runs: list[int], code: str = "40001") -> Callable[[Session], str]:
    """Return a unit that PostgreSQL itself fails with an SQLSTATE, a number of times."""

    def unit(session: Session) -> str:
        runs.append(1)
        adding("a")(session)
        if len(runs) <= times:
            session.execute(sa.text(f"DO $$ BEGIN RAISE SQLSTATE '{code}'; END $$"))
        return "a"

    return unit


def test_a_serialization_failure_is_run_again(postgres: Store) -> None:
    runs: list[int] = []
    assert postgres.write_now(colliding(2, runs)) == "a"
    assert len(runs) == 3
    assert accounts(postgres) == ["a"]


def test_a_unit_that_always_collides_makes_the_store_busy(postgres: Store) -> None:
    runs: list[int] = []
    with pytest.raises(StoreBusyError):
        postgres.write_now(colliding(99, runs, "40P01"))
    assert len(runs) == stores.RETRIES
    assert accounts(postgres) == []


@pytest.mark.parametrize(
    "statement", [adding("b"), lambda session: INSERT.run(session, channel="x", account="b")]
)
def test_a_lost_connection_is_run_again(postgres: Store, statement: Callable[[Session], object]) -> None:
    runs: list[int] = []

    def unit(session: Session) -> None:
        runs.append(1)
        if len(runs) == 1:
            mine = session.scalar(sa.text("SELECT pg_backend_pid()"))
            with postgres.engine.connect() as other:
                other.execute(sa.text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": mine})
        statement(session)

    postgres.write_now(unit)
    assert len(runs) == 2
    assert accounts(postgres) == ["b"]


def test_another_error_is_not_run_again(postgres: Store) -> None:
    runs: list[int] = []
    with pytest.raises(DBAPIError):
        postgres.write_now(colliding(99, runs, "22012"))
    assert len(runs) == 1


def test_units_of_postgres_run_beside_each_other(postgres: Store) -> None:
    meet = threading.Barrier(2)

    def unit(account: str) -> Callable[[Session], str]:
        def meets(session: Session) -> str:
            meet.wait(10)
            return adding(account)(session)

        return meets

    futures = [postgres.submit(unit("a")), postgres.submit(unit("b"))]
    assert [future.result(10) for future in futures] == ["a", "b"]

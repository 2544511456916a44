"""Units are committed together and fail alone; nobody hears of success before COMMIT."""

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from crm_store import store as stores
from crm_store.models.inbox import Inbox
from crm_store.store import Store, StoreBusyError, wake
from tests.crm_store.units import INSERT, RENAME, accounts, adding, failing


@contextmanager
def held(store: Store) -> Iterator[None]:
    """Keep the writer busy, so that what is handed in meanwhile makes one group."""
    entered, release = threading.Event(), threading.Event()

    def unit(_session: Session) -> None:
        entered.set()
        assert release.wait(10)

    waiting = store.submit(unit)
    assert entered.wait(10)
    yield
    release.set()
    waiting.result(10)


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path / 'store.db'}")
    opened.create_tables()
    yield opened
    opened.close()


@pytest.fixture
def commits(sqlite: Store) -> list[int]:
    """Count the commits of the SQLite store from here on."""
    made: list[int] = []
    sa.event.listen(sqlite.engine, "commit", lambda _connection: made.append(1))
    return made


def test_a_unit_is_kept_and_its_result_returned(store: Store) -> None:
    assert store.write_now(adding("a")) == "a"
    assert accounts(store) == ["a"]


async def test_units_and_queries_can_be_awaited(store: Store) -> None:
    assert await store.write(adding("a")) == "a"
    assert await store.read(lambda session: session.scalar(sa.select(Inbox.account))) == "a"


def test_a_unit_that_fails_alone_leaves_nothing(store: Store) -> None:
    with pytest.raises(ValueError, match="a"):
        store.write_now(failing("a"))
    assert accounts(store) == []
    assert store.write_now(adding("b")) == "b"


def test_a_broken_constraint_is_the_callers_and_nobody_elses(store: Store) -> None:
    store.write_now(adding("a"))
    with pytest.raises(IntegrityError):
        store.write_now(adding("a"))
    assert store.write_now(adding("b")) == "b"
    assert accounts(store) == ["a", "b"]


def test_units_handed_in_together_share_one_commit(sqlite: Store, commits: list[int]) -> None:
    with held(sqlite):
        futures = [sqlite.submit(adding(str(number))) for number in range(10)]
    assert [future.result(10) for future in futures] == [str(number) for number in range(10)]
    assert len(commits) == 2  # the one that was held, and the group


def test_a_group_has_a_limit(sqlite: Store, commits: list[int]) -> None:
    with held(sqlite):
        futures = [sqlite.submit(adding(f"{number:03}")) for number in range(stores.GROUP + 1)]
    assert all(future.result(10) for future in futures)
    assert len(commits) == 3


def test_a_unit_that_fails_in_a_group_takes_nobody_along(sqlite: Store, commits: list[int]) -> None:
    with held(sqlite):
        futures = [sqlite.submit(unit) for unit in (adding("a"), failing("b"), adding("c"))]
    assert (futures[0].result(10), futures[2].result(10)) == ("a", "c")
    assert isinstance(futures[1].exception(10), ValueError)
    assert accounts(sqlite) == ["a", "c"]
    assert len(commits) == 2


def test_a_broken_constraint_in_a_flush_takes_nobody_along(sqlite: Store) -> None:
    with held(sqlite):
        units = [adding("a"), adding("b"), adding("a"), adding("c")]
        futures = [sqlite.submit(unit) for unit in units]
    assert isinstance(futures[2].exception(10), IntegrityError)
    assert [futures[place].result(10) for place in (0, 1, 3)] == ["a", "b", "c"]
    assert accounts(sqlite) == ["a", "b", "c"]


def test_what_breaks_a_constraint_only_when_it_is_written_has_failed_too(store: Store) -> None:
    def unwritten(session: Session) -> str:
        session.add(Inbox(channel="telegram", account="a"))
        return "a"

    assert store.write_now(unwritten) == "a"
    with held(store):
        futures = [store.submit(unit) for unit in (adding("b"), unwritten, adding("c"))]
    assert isinstance(futures[1].exception(10), IntegrityError)
    assert [futures[place].result(10) for place in (0, 2)] == ["b", "c"]
    assert accounts(store) == ["a", "b", "c"]


def test_a_broken_constraint_in_a_prepared_statement_takes_nobody_along(sqlite: Store) -> None:
    def prepared(session: Session) -> None:
        INSERT.run(session, channel="telegram", account="a")

    with held(sqlite):
        futures: list[Future[object]] = [
            sqlite.submit(unit) for unit in (prepared, adding("b"), prepared, adding("c"))
        ]
    assert isinstance(futures[2].exception(10), sqlite3.IntegrityError)
    assert [futures[place].exception(10) for place in (0, 1, 3)] == [None, None, None]
    assert accounts(sqlite) == ["a", "b", "c"]


def test_a_transaction_that_the_database_threw_away_is_run_again_unit_by_unit(sqlite: Store) -> None:
    def loses_all(session: Session) -> None:
        driver = session.connection().connection.driver_connection
        assert driver is not None
        driver.execute("ROLLBACK")
        raise sqlite3.OperationalError("database or disk is full")

    with held(sqlite):
        futures: list[Future[object]] = [
            sqlite.submit(unit) for unit in (adding("a"), loses_all, adding("b"))
        ]
    assert (futures[0].result(10), futures[2].result(10)) == ("a", "b")
    assert isinstance(futures[1].exception(10), sqlite3.OperationalError)
    assert accounts(sqlite) == ["a", "b"]


def test_a_caller_hears_only_after_commit(store: Store) -> None:
    seen: list[list[str]] = []
    told = threading.Event()

    def heard(_future: Future[str]) -> None:
        seen.append(accounts(store))
        told.set()

    entered, release = threading.Event(), threading.Event()

    def unit(session: Session) -> str:
        adding("a")(session)
        entered.set()
        assert release.wait(10)
        return "a"

    future = store.submit(unit)
    future.add_done_callback(heard)
    assert entered.wait(10)
    assert not future.done()
    release.set()
    assert told.wait(10)
    assert seen == [["a"]]


def test_whoever_waits_for_work_is_woken_after_commit(store: Store) -> None:
    woken: list[tuple[frozenset[str], list[str]]] = []
    store.on_commit = lambda reasons: woken.append((reasons, accounts(store)))

    def unit(session: Session) -> None:
        adding("a")(session)
        wake(session, "outbox")
        wake(session, "campaign")

    store.write_now(unit)
    assert woken == [(frozenset({"outbox", "campaign"}), ["a"])]


def test_a_unit_that_fails_wakes_nobody(store: Store) -> None:
    woken: list[frozenset[str]] = []
    store.on_commit = woken.append

    def unit(session: Session) -> None:
        wake(session, "outbox")
        raise ValueError

    with pytest.raises(ValueError):
        store.write_now(unit)
    store.write_now(adding("a"))
    assert woken == []


def test_whoever_is_woken_cannot_undo_what_is_committed(store: Store) -> None:
    def refuses(_reasons: frozenset[str]) -> None:
        raise RuntimeError("the loop is closed")

    store.on_commit = refuses

    def unit(session: Session) -> str:
        wake(session, "outbox")
        return adding("a")(session)

    assert store.write_now(unit) == "a"
    assert accounts(store) == ["a"]


def test_queries_see_what_is_committed_and_wait_for_nobody(store: Store) -> None:
    entered, release = threading.Event(), threading.Event()

    def unit(session: Session) -> None:
        adding("a")(session)
        entered.set()
        assert release.wait(10)

    future = store.submit(unit)
    assert entered.wait(10)
    assert accounts(store) == []
    release.set()
    future.result(10)
    assert accounts(store) == ["a"]


def test_a_query_cannot_write(store: Store) -> None:
    with pytest.raises(DBAPIError, match=r"read-?only"):
        store.read_now(adding("a"))
    assert store.write_now(adding("b")) == "b"


def test_a_prepared_statement_sees_what_the_session_holds(store: Store) -> None:
    def unit(session: Session) -> list[tuple[object, ...]]:
        session.add(Inbox(channel="telegram", account="a"))
        RENAME.run(session, old="a", new="email")
        return INSERT.run(session, channel="telegram", account="b")

    assert store.write_now(unit) == [(2,)]
    assert store.read_now(
        lambda session: list(session.scalars(sa.select(Inbox.channel).order_by(Inbox.id)))
    ) == ["email", "telegram"]


def test_a_cancelled_unit_does_not_run_and_disturbs_nobody(sqlite: Store) -> None:
    with held(sqlite):
        first, second, third = (sqlite.submit(adding(account)) for account in "abc")
        assert second.cancel()
    assert (first.result(10), third.result(10)) == ("a", "c")
    with pytest.raises(CancelledError):
        second.result(10)
    assert accounts(sqlite) == ["a", "c"]


def test_a_unit_that_runs_cannot_be_cancelled(sqlite: Store) -> None:
    futures: list[Future[str]] = []
    cancelled: list[bool] = []

    def unit(session: Session) -> str:
        cancelled.append(futures[0].cancel())
        return adding("a")(session)

    with held(sqlite):
        futures.append(sqlite.submit(unit))
        after = sqlite.submit(adding("b"))
    assert (futures[0].result(10), after.result(10)) == ("a", "b")
    assert cancelled == [False]


def test_what_was_handed_in_is_finished_before_closing(store_url: str) -> None:
    store = Store(store_url)
    store.create_tables()
    futures = [store.submit(adding(str(number))) for number in range(5)]
    store.close()
    assert [future.result(0) for future in futures] == ["0", "1", "2", "3", "4"]


def test_a_closed_store_refuses_units(store_url: str) -> None:
    store = Store(store_url)
    store.close()
    with pytest.raises(RuntimeError):
        store.write_now(adding("a"))


@pytest.mark.slow
def test_a_file_that_someone_else_holds_makes_the_store_busy_and_no_more(sqlite: Store) -> None:
    other = sqlite3.connect(sqlite.url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusyError):
        sqlite.write_now(adding("a"))
    other.execute("ROLLBACK")
    other.close()
    assert sqlite.write_now(adding("b")) == "b"
    assert accounts(sqlite) == ["b"]

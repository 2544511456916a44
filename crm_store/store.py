"""The store: one writer with group commit on SQLite, a pool on PostgreSQL, readers beside it.

A unit is a plain function of a session. It changes nothing but the session, so it can be run again;
its caller hears of success only after COMMIT returned.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar, cast

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Session

from crm_store.errors import StoreError
from crm_store.models.base import Base
from crm_store.models.registry import METADATA

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

T = TypeVar("T")
Unit = Callable[[Session], T]
Wake = Callable[[frozenset[str]], None]
Row = tuple[object, ...]

log = logging.getLogger("hearwell.store")


class Driver(Protocol):
    """What sqlite3 and psycopg connections have in common."""

    def execute(self, sql: str, parameters: object = ..., /) -> "Cursor":
        """Run a statement."""


class Cursor(Protocol):
    """The answer to a statement."""

    description: object

    def fetchall(self) -> list[Row]:
        """Return the rows."""


GROUP = 64
READERS = 3
RETRIES, PAUSE = 5, 0.01  # seconds, doubled each time


class StoreBusyError(StoreError):
    """The database did not take the change; it is tried again."""

    key = "error.busy"


@dataclass(frozen=True, slots=True)
class _Text:
    """A statement as text, the order of its parameters and the values it brought along."""

    sql: str
    order: Sequence[str] | None
    fixed: Mapping[str, object]


class Prepared:
    """A statement compiled once for each database and run as text: 5 µs instead of 130."""

    def __init__(self, statement: sa.sql.expression.Executable) -> None:
        self._statement = cast("sa.ClauseElement", statement)
        self._compiled: dict[str, _Text] = {}

    def _text(self, session: Session) -> _Text:
        dialect = session.get_bind().dialect
        found = self._compiled.get(dialect.name)
        if found is None:
            compiled = cast("sa.sql.compiler.SQLCompiler", self._statement.compile(dialect=dialect))
            fixed = {name: value for name, value in compiled.params.items() if value is not None}
            found = _Text(str(compiled), compiled.positiontup, fixed)
            self._compiled[dialect.name] = found
        return found

    def run(self, session: Session, **values: object) -> list[Row]:
        """Run the statement with plain database values and return its rows, if it has any."""
        if session.new or (session.identity_map and (session.dirty or session.deleted)):
            session.flush()
        text = self._text(session)
        if text.fixed:
            values = {**text.fixed, **values}
        driver = session.info.get("driver") or session.connection().connection.driver_connection
        given = values if text.order is None else [values[name] for name in text.order]
        cursor = cast("Driver", driver).execute(text.sql, given)
        return cursor.fetchall() if cursor.description else []

    def first(self, session: Session, **values: object) -> Row | None:
        """Run the statement and return its first row or None."""
        rows = self.run(session, **values)
        return rows[0] if rows else None


def adding(session: Session, table: type[Base]) -> "postgresql.Insert | sqlite.Insert":
    """Begin an INSERT that can pass over what is there already, in the words of the session's database."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)


def wake(session: Session, reason: str) -> None:
    """Tell those who wait, after COMMIT, that there is work of this kind."""
    session.info.setdefault("wakes", set()).add(reason)


class _Job(Generic[T]):
    __slots__ = ("future", "unit")

    def __init__(self, unit: Unit[T]) -> None:
        self.unit = unit
        self.future: Future[T] = Future()


def _engine(url: str, *, read_only: bool) -> sa.Engine:
    target = sa.make_url(url)
    if target.get_backend_name() == "sqlite":
        return _sqlite(target, read_only=read_only)
    return sa.create_engine(target, json_serializer=_dumps, json_deserializer=orjson.loads, pool_size=8)


def _dumps(value: object) -> str:
    return orjson.dumps(value).decode()


def _sqlite(target: sa.URL, *, read_only: bool) -> sa.Engine:
    engine = sa.create_engine(
        target,
        json_serializer=_dumps,
        json_deserializer=orjson.loads,
        connect_args={"check_same_thread": False, "timeout": 5},
        pool_size=READERS if read_only else 1,
        max_overflow=0,
    )

    @sa.event.listens_for(engine, "connect")
    def _settings(connection: sa.pool.ConnectionPoolEntry, _record: object) -> None:
        connection.isolation_level = None  # type: ignore[attr-defined]  # BEGIN is ours
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
            connection.execute(f"PRAGMA {pragma}")  # type: ignore[attr-defined]  # a sqlite3 connection
        if read_only:
            connection.execute("PRAGMA query_only=ON")  # type: ignore[attr-defined]  # a sqlite3 connection

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


class Store:
    """Runs units in transactions and queries beside them."""

    def __init__(self, url: str, *, on_commit: Wake | None = None) -> None:
        self.url = url
        self.on_commit = on_commit
        self.is_sqlite = sa.make_url(url).get_backend_name() == "sqlite"
        self.engine = _engine(url, read_only=False)
        reading = self.engine.execution_options(postgresql_readonly=True)
        self._read_engine = _engine(url, read_only=True) if self.is_sqlite else reading
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="store-read")
        self._writer: _Writer | _Pool
        self._writer = (
            _Writer(self.engine, self._woken) if self.is_sqlite else _Pool(self.engine, self._woken)
        )

    def _woken(self, reasons: frozenset[str]) -> None:
        if not reasons or self.on_commit is None:
            return
        try:
            self.on_commit(reasons)
        except Exception:
            log.exception(
                "nobody could be told of %s", ", ".join(sorted(reasons))
            )  # it is committed all the same

    async def write(self, unit: Unit[T]) -> T:
        """Run a unit in a transaction of its own or shared with its neighbours."""
        return await asyncio.wrap_future(self._writer.submit(unit))

    def submit(self, unit: Unit[T]) -> Future[T]:
        """Hand a unit to the writer and return the future of its result."""
        return self._writer.submit(unit)

    def write_now(self, unit: Unit[T]) -> T:
        """Run a unit and wait for it; for the command line and for tests."""
        return self._writer.submit(unit).result()

    async def read(self, query: Unit[T]) -> T:
        """Run a query that changes nothing, in a thread, beside the writer."""
        return await asyncio.wrap_future(self._readers.submit(self.read_now, query))

    def read_now(self, query: Unit[T]) -> T:
        """Run a query and wait for it."""
        with Session(self._read_engine) as session:
            return query(session)

    def create_tables(self) -> None:
        """Make every table as the models say, without migrations; for tests."""
        METADATA.create_all(self.engine)

    def close(self) -> None:
        """Finish what was handed in, then close every connection."""
        self._writer.close()
        self._readers.shutdown()
        self._read_engine.dispose()
        self.engine.dispose()


class _Writer:
    """One thread that owns the only writing connection of a SQLite file."""

    def __init__(self, engine: sa.Engine, woken: Wake) -> None:
        self._engine, self._woken = engine, woken
        self._closed = False
        self._jobs: SimpleQueue[_Job[object] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._loop, name="store-write", daemon=True)
        self._thread.start()

    def submit(self, unit: Unit[T]) -> Future[T]:
        if self._closed:
            raise RuntimeError("the store is closed")
        job = _Job(unit)
        self._jobs.put(cast("_Job[object]", job))
        return job.future

    def close(self) -> None:
        self._closed = True
        self._jobs.put(None)
        self._thread.join()

    def _loop(self) -> None:
        connection: sa.Connection | None = None
        while True:
            jobs, last = self._gather()
            try:
                connection = connection or self._engine.connect()
                self._group(connection, jobs)
            except Exception as error:  # noqa: BLE001 - the writer must outlive any failure of the file
                log.warning("a group of %d units was not taken: %s", len(jobs), error)
                for job in jobs:
                    if not job.future.done():
                        job.future.set_exception(StoreBusyError())
                if connection is not None:
                    connection.invalidate()
                    connection.close()
                    connection = None
            if last:
                if connection is not None:
                    connection.close()
                return

    def _gather(self) -> tuple[list[_Job[object]], bool]:
        jobs: list[_Job[object]] = []
        job = self._jobs.get()
        while job is not None:
            if job.future.set_running_or_notify_cancel():  # from here on nobody can cancel it
                jobs.append(job)
            if len(jobs) == GROUP:
                return jobs, False
            try:
                job = self._jobs.get_nowait()
            except Empty:
                return jobs, False
        return jobs, True

    def _group(self, connection: sa.Connection, jobs: Sequence[_Job[object]]) -> None:
        if not jobs:
            return
        outcomes = self._attempt(connection, jobs)
        if outcomes is None:  # SQLite rolled the whole transaction back: each unit again, by itself
            for job in jobs:
                alone = self._attempt(connection, [job])
                self._tell([job], alone if alone is not None else [_Failure(StoreBusyError())])
            return
        self._tell(jobs, outcomes)

    def _attempt(self, connection: sa.Connection, jobs: Sequence[_Job[object]]) -> list[object] | None:
        """Run units in one transaction, a savepoint each; None when the transaction was lost."""
        outcomes: list[object] = []
        wakes: set[str] = set()
        with connection.begin() as transaction:
            driver = connection.connection.driver_connection
            assert driver is not None  # noqa: S101 - an open connection has one
            session = _session(connection, driver)
            for job in jobs:
                driver.execute("SAVEPOINT unit")
                try:
                    outcome = job.unit(session)
                    session.flush()  # what it left unwritten may fail yet, and then it failed
                    outcomes.append(outcome)
                    wakes |= session.info.pop("wakes", set())
                except Exception as error:  # noqa: BLE001 - a unit's failure is its caller's
                    outcomes.append(_Failure(error))
                    if not driver.in_transaction or not transaction.is_active:
                        if transaction.is_active:
                            transaction.rollback()
                        return outcomes if len(jobs) == 1 else None
                    driver.execute("ROLLBACK TO unit")
                    session = _session(connection, driver)
                driver.execute("RELEASE unit")
                session.expunge_all()
        self._woken(frozenset(wakes))
        return outcomes

    def _tell(self, jobs: Sequence[_Job[object]], outcomes: Sequence[object]) -> None:
        for job, outcome in zip(jobs, outcomes, strict=True):
            if isinstance(outcome, _Failure):
                job.future.set_exception(outcome.error)
            else:
                job.future.set_result(outcome)


class _Failure:
    __slots__ = ("error",)

    def __init__(self, error: Exception) -> None:
        self.error = error


def _session(connection: sa.Connection, driver: object) -> Session:
    return Session(
        connection,
        join_transaction_mode="rollback_only",
        expire_on_commit=False,
        info={"driver": driver},
    )


class _Pool:
    """Writers of a PostgreSQL database: one transaction a unit, run again on deadlock."""

    def __init__(self, engine: sa.Engine, woken: Wake) -> None:
        self._engine, self._woken = engine, woken
        self._threads = ThreadPoolExecutor(8, thread_name_prefix="store-write")

    def submit(self, unit: Unit[T]) -> Future[T]:
        return self._threads.submit(self._run, unit)

    def close(self) -> None:
        self._threads.shutdown()

    def _run(self, unit: Unit[T]) -> T:
        for run in range(RETRIES):
            try:
                with Session(self._engine, expire_on_commit=False) as session, session.begin():
                    result = unit(session)
                    session.flush()
            except Exception as error:
                if not _may_pass(error):
                    raise
                log.warning("a unit is run again: %s", error)
                time.sleep(PAUSE * 2**run)  # whoever it collided with goes first
            else:
                self._woken(frozenset(session.info.pop("wakes", set())))
                return result
        raise StoreBusyError


def _may_pass(error: Exception) -> bool:
    """Tell whether a unit may succeed when run again: it collided, or the database was out of reach.

    Prepared statements raise the driver's own error, all else raises SQLAlchemy's; PEP 249 names both alike.
    """
    return any(kind.__name__ == "OperationalError" for kind in type(error).__mro__)

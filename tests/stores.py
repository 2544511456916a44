"""What makes the stores of a run cheap: no wait for the disk, statements compiled once, a template to copy.

None of it reaches the processes that tests start and kill: those wait for the disk as the program does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.util import LRUCache

from crm_store.store import Store

STATEMENTS = 4_000

_opened: list[Store] = []
_compiled: dict[object, tuple[Dialect, LRUCache]] = {}


def hurry() -> None:
    """Let every SQLite connection of this process from now on cost no more than it must."""
    sa.event.listen(sa.pool.Pool, "checkout", _wait_for_no_disk)
    sa.event.listen(sa.Engine, "engine_connect", _compile_once)


def _wait_for_no_disk(connection: object, record: sa.pool.ConnectionPoolEntry, _proxy: object) -> None:
    """Trust the system to write the file: a test ends before a power cut matters."""
    if not type(connection).__module__.startswith("sqlite3") or "hurried" in record.info:
        return
    record.info["hurried"] = True
    connection.execute("PRAGMA synchronous=OFF")  # type: ignore[attr-defined]  # a sqlite3 connection


def _compile_once(connection: sa.Connection) -> None:
    """Share what was compiled among all engines of the same settings; each would compile anew."""
    engine, dialect = connection.engine, connection.dialect
    if dialect.name != "sqlite":
        return
    settings = getattr(dialect, "_json_serializer", None)
    shared, statements = _compiled.setdefault(settings, (dialect, LRUCache(STATEMENTS)))
    if engine.dialect is not shared:
        engine.dialect = connection.dialect = shared
    if engine.get_execution_options().get("compiled_cache") is not statements:
        engine.update_execution_options(compiled_cache=statements)
        connection.execution_options(compiled_cache=statements)


@lru_cache(maxsize=1)
def _empty() -> bytes:
    """Give the bytes of a SQLite store with every table and no row, made once and copied."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        store = Store(f"sqlite:///{path}")
        store.create_tables()
        store.close()
        return path.read_bytes()


def furnish(url: str) -> None:
    """Put every table where there is no database yet; a PostgreSQL one was copied with them."""
    target = sa.make_url(url)
    if target.get_backend_name() == "sqlite" and not Path(str(target.database)).exists():
        Path(str(target.database)).write_bytes(_empty())


def opened(url: str) -> Store:
    """Open a store with every table, to be closed when the test or the fixture that wanted it is over."""
    furnish(url)
    store = Store(url)
    _opened.append(store)
    return store


@contextmanager
def closing() -> Iterator[None]:
    """Close at the end what was opened meanwhile: each store keeps a thread and files."""
    before = len(_opened)
    yield
    while len(_opened) > before:
        _opened.pop().close()

"""Bringing a store's schema up to date before anything else touches it."""

import logging
from pathlib import Path

import sqlalchemy as sa

from crm_store.models.registry import METADATA

log = logging.getLogger("hearwell.migrate")
FOLDER = Path(__file__).resolve().parent.parent / "migrations"
VERSIONS = FOLDER / "versions"


def newest(versions: Path = VERSIONS) -> str:
    """Name the newest revision by the files, without loading Alembic."""
    return max(path.name.split("_")[0] for path in versions.glob("[0-9]*.py"))


def current(engine: sa.Engine) -> str | None:
    """Name the revision a store is at; None for an empty one."""
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
        return found


def upgrade(engine: sa.Engine, versions: Path = VERSIONS) -> bool:
    """Bring a store to the newest revision; False when it was there."""
    before, wanted = current(engine), newest(versions)
    if before == wanted:
        return False
    if before is None:
        _create(engine, wanted)
    else:
        _migrate(engine, versions)
    log.info("schema brought from %s to %s", before or "nothing", wanted)
    return True


def _create(engine: sa.Engine, revision: str) -> None:
    """Make an empty store from the models; a test holds that the revisions lead to the same."""
    with engine.begin() as connection:
        METADATA.create_all(connection)
        connection.execute(
            sa.text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
        )
        connection.execute(sa.text("INSERT INTO alembic_version VALUES (:newest)"), {"newest": revision})


def _migrate(engine: sa.Engine, versions: Path) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("version_locations", str(versions))
    config.set_main_option("path_separator", "newline")
    with engine.connect() as connection:
        _foreign_keys(connection, on=False)
        try:
            with connection.begin():
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
                _check(connection)
        finally:
            _foreign_keys(connection, on=True)


def _foreign_keys(connection: sa.Connection, *, on: bool) -> None:
    """Batch changes of a SQLite table copy and drop it, which would delete the children.

    The switch does nothing inside a transaction, so it is thrown on the driver before one begins.
    """
    if connection.dialect.name == "sqlite":
        driver = connection.connection.driver_connection
        assert driver is not None  # noqa: S101 - an open connection has one
        driver.execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")


def _check(connection: sa.Connection) -> None:
    """Refuse, before COMMIT, a revision that left rows without what they refer to."""
    if connection.dialect.name == "sqlite":
        loose = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if loose:
            raise RuntimeError(f"{len(loose)} rows would refer to nothing, the first in {loose[0][0]}")

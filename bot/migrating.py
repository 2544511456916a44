"""Bringing a store's schema up to date before anything else touches it."""

import logging
from pathlib import Path

import sqlalchemy as sa

from crm_store.models.registry import METADATA

log = logging.getLogger("hearwell.migrate")
FOLDER = Path(__file__).resolve().parent.parent / "migrations"


def newest() -> str:
    """Name the newest revision by the files, without loading Alembic."""
    return max(path.name.split("_")[0] for path in (FOLDER / "versions").glob("[0-9]*.py"))


def current(engine: sa.Engine) -> str | None:
    """Name the revision a store is at; None for an empty one."""
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        return connection.scalar(sa.text("SELECT version_num FROM alembic_version"))


def upgrade(engine: sa.Engine) -> bool:
    """Bring a store to the newest revision; False when it was there."""
    before = current(engine)
    if before == newest():
        return False
    if before is None:
        _create(engine)
    else:
        _migrate(engine)
    log.info("schema brought from %s to %s", before or "nothing", newest())
    return True


def _create(engine: sa.Engine) -> None:
    """Make an empty store from the models; a test holds that the revisions lead to the same."""
    with engine.begin() as connection:
        METADATA.create_all(connection)
        connection.execute(
            sa.text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
        )
        connection.execute(sa.text("INSERT INTO alembic_version VALUES (:newest)"), {"newest": newest()})


def _migrate(engine: sa.Engine) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    with engine.connect() as connection:
        _foreign_keys(connection, on=False)
        with connection.begin():
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        _foreign_keys(connection, on=True)


def _foreign_keys(connection: sa.Connection, *, on: bool) -> None:
    """Batch changes of a SQLite table copy and drop it, which would delete the children."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")
        connection.commit()

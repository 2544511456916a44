"""Bringing a store's schema up to date before anything else touches it."""

import logging
from pathlib import Path

import sqlalchemy as sa

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
    """Apply what is missing; False when nothing was."""
    before = current(engine)
    if before == newest():
        return False
    from alembic import command  # noqa: PLC0415 - 10 MB that a store up to date does not need
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.commit()
        with connection.begin():
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")
            connection.commit()
    log.info("schema brought from %s to %s", before or "nothing", newest())
    return True

"""The revisions lead to what the models say, on both databases, with and without rows; and back again."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

from bot import migrating
from crm_store.models.registry import METADATA
from crm_store.models.search import is_modelled
from crm_store.store import Store
from migrations.draft import draft
from tests.fill import fill_every_table

EXTRA = '''"""An urgent mark for customers."""

import sqlalchemy as sa
from alembic import op

revision = "{number}"
down_revision = "{before}"


def upgrade() -> None:
    with op.batch_alter_table("customer") as table:
        table.add_column(sa.Column("urgent", sa.Boolean(), server_default=sa.false(), nullable=False))
        table.create_check_constraint("named", "name <> ''")


def downgrade() -> None:
    with op.batch_alter_table("customer") as table:
        table.drop_constraint("named", type_="check")
        table.drop_column("urgent")
'''
LOOSE = EXTRA.replace("def downgrade", '    op.execute("DELETE FROM customer")\n\n\ndef downgrade')


@pytest.fixture
def engine(empty_url: str) -> Iterator[sa.Engine]:
    store = Store(empty_url)
    yield store.engine
    store.close()


def alembic(connection: sa.Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrating.FOLDER))
    config.attributes["connection"] = connection
    return config


def upgrade(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        command.upgrade(alembic(connection), "head")


def differences(engine: sa.Engine) -> list[object]:
    """Compare the tables of a database with the models, as Alembic does: without defaults and checks."""
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": lambda name, _kind, _parents: is_modelled(name)}
        )
        return list(compare_metadata(context, METADATA))


def schema(engine: sa.Engine) -> dict[str, object]:
    """Tell everything a database knows of its tables, checks and partial indexes included."""
    inspector = sa.inspect(engine)
    return {
        name: {
            "columns": sorted(
                (column["name"], str(column["type"]), column["nullable"], str(column["default"]))
                for column in inspector.get_columns(name)
            ),
            "primary key": inspector.get_pk_constraint(name)["constrained_columns"],
            "unique": sorted(str(one["column_names"]) for one in inspector.get_unique_constraints(name)),
            "checks": sorted(
                (str(check["name"]), check["sqltext"]) for check in inspector.get_check_constraints(name)
            ),
            "foreign keys": sorted(
                (str(key["constrained_columns"]), key["referred_table"], str(key["options"]))
                for key in inspector.get_foreign_keys(name)
            ),
            "indexes": sorted(
                (str(index["name"]), str(index["column_names"]), bool(index["unique"]),
                 str(sorted((key, str(value)) for key, value in index.get("dialect_options", {}).items())))
                for index in inspector.get_indexes(name)
            ),
        }
        for name in inspector.get_table_names()
        if name != "alembic_version"
    }  # fmt: skip


def counts(engine: sa.Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            table.name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in METADATA.sorted_tables
        }


@pytest.fixture
def one_more(tmp_path: Path) -> Path:
    """Give a folder with all revisions and one that copies a table with children."""
    return further(tmp_path, EXTRA)


def further(tmp_path: Path, text: str) -> Path:
    versions = tmp_path / "versions"
    shutil.copytree(migrating.VERSIONS, versions, ignore=shutil.ignore_patterns("__pycache__"))
    before = migrating.newest()
    number = f"{int(before) + 1:04}"
    (versions / f"{number}_more.py").write_text(text.format(number=number, before=before))
    return versions


@pytest.mark.slow
def test_the_revisions_lead_to_the_models(engine: sa.Engine) -> None:
    upgrade(engine)
    assert differences(engine) == []


def test_the_revisions_lead_to_what_a_new_store_has(engine: sa.Engine) -> None:
    upgrade(engine)
    by_revisions = schema(engine)
    with engine.begin() as connection:
        command.downgrade(alembic(connection), "base")
        METADATA.create_all(connection)
    assert schema(engine) == by_revisions


def test_the_way_back_leaves_nothing(engine: sa.Engine) -> None:
    upgrade(engine)
    with engine.begin() as connection:
        command.downgrade(alembic(connection), "base")
    assert set(sa.inspect(engine).get_table_names()) == {"alembic_version"}


def test_a_new_store_is_at_the_newest_revision_at_once(engine: sa.Engine) -> None:
    assert migrating.current(engine) is None
    assert migrating.upgrade(engine) is True
    assert migrating.current(engine) == migrating.newest()
    assert differences(engine) == []
    assert migrating.upgrade(engine) is False


def test_a_revision_keeps_every_row(engine: sa.Engine, one_more: Path) -> None:
    migrating.upgrade(engine)
    fill_every_table(engine)
    before = counts(engine)
    assert min(before.values()) > 0
    assert migrating.upgrade(engine, one_more) is True
    assert counts(engine) == before
    assert migrating.current(engine) == migrating.newest(one_more)
    with engine.connect() as connection:
        assert (
            connection.scalar(sa.text("SELECT count(*) FROM customer WHERE NOT urgent")) == before["customer"]
        )


def test_foreign_keys_hold_again_after_a_revision(engine: sa.Engine, one_more: Path) -> None:
    migrating.upgrade(engine)
    migrating.upgrade(engine, one_more)
    with pytest.raises(sa.exc.IntegrityError), engine.begin() as connection:
        connection.execute(
            sa.text("INSERT INTO customer_tag (customer_id, tag, at, by) VALUES (9, 'x', 0, 'x')")
        )


def test_a_revision_that_would_leave_loose_ends_is_taken_back(engine: sa.Engine, tmp_path: Path) -> None:
    migrating.upgrade(engine)
    fill_every_table(engine)
    before = counts(engine)
    with pytest.raises((RuntimeError, sa.exc.IntegrityError)):
        migrating.upgrade(engine, further(tmp_path, LOOSE))
    assert counts(engine) == before
    assert migrating.current(engine) == migrating.newest()
    assert differences(engine) == []


def test_there_is_nothing_left_to_draft(tmp_path: Path) -> None:
    versions = tmp_path / "versions"
    shutil.copytree(migrating.VERSIONS, versions, ignore=shutil.ignore_patterns("__pycache__"))
    written = draft("nothing new", versions).read_text(encoding="utf-8")
    assert "op." not in written.replace("from alembic import op", ""), "run `make migration NAME=what`"


def test_the_first_revision_can_be_drafted_from_the_models(tmp_path: Path) -> None:
    written = draft("first", tmp_path / "versions")
    assert written.name == "0001_first.py"
    text = written.read_text(encoding="utf-8")
    assert "Instant" not in text
    assert "sa.false()" in text
    assert all(f"create_table('{table.name}'" in text for table in METADATA.sorted_tables)

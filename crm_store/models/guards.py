"""What the database itself refuses: a ticket's illegal step, and a rewritten log."""

from collections.abc import Iterator

import sqlalchemy as sa

from crm_store.models.base import Base
from crm_store.rules.lifecycle import STEPS

LOGS = {"event": ("ticket_id", "kind", "at", "by"), "audit": ("at", "by", "what", "subject", "detail")}


def make(connection: sa.Connection) -> None:
    """Make every guard anew; changing a table on SQLite copies it and leaves its guards behind."""
    statements = _sqlite() if connection.dialect.name == "sqlite" else _postgresql()
    for statement in statements:
        connection.exec_driver_sql(statement)


def _illegal() -> str:
    """Word the condition under which a change of a ticket's status is none of the lifecycle's."""
    legal = " OR ".join(
        f"(OLD.status = '{before}' AND NEW.status IN ({', '.join(repr(str(to)) for to in sorted(reached))}))"
        for before, reached in STEPS.items()
    )
    return f"NEW.status <> OLD.status AND NOT ({legal})"


def _sqlite() -> Iterator[str]:
    refused = "SELECT RAISE(ABORT, 'a ticket cannot take this step');"
    yield "DROP TRIGGER IF EXISTS ticket_step"
    when = f"BEFORE UPDATE OF status ON ticket WHEN {_illegal()}"
    yield f"CREATE TRIGGER ticket_step {when} BEGIN {refused} END"
    for table, columns in LOGS.items():
        kept = f"SELECT RAISE(ABORT, 'lines of {table} are only ever added');"
        yield f"DROP TRIGGER IF EXISTS {table}_kept"
        yield f"DROP TRIGGER IF EXISTS {table}_unchanged"
        yield f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} BEGIN {kept} END"
        listed = ", ".join(f'"{column}"' for column in columns)
        yield f"CREATE TRIGGER {table}_unchanged BEFORE UPDATE OF {listed} ON {table} BEGIN {kept} END"


def _postgresql() -> Iterator[str]:
    yield _function("ticket_step", "a ticket cannot take this step")
    yield "DROP TRIGGER IF EXISTS ticket_step ON ticket"
    yield (
        f"CREATE TRIGGER ticket_step BEFORE UPDATE OF status ON ticket FOR EACH ROW WHEN ({_illegal()}) "
        "EXECUTE FUNCTION refuse_ticket_step()"
    )
    for table, columns in LOGS.items():
        yield _function(f"{table}_change", f"lines of {table} are only ever added")
        listed = ", ".join(f'"{column}"' for column in columns)
        for name, when in ((f"{table}_kept", "DELETE"), (f"{table}_unchanged", f"UPDATE OF {listed}")):
            yield f"DROP TRIGGER IF EXISTS {name} ON {table}"
            yield (
                f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW "
                f"EXECUTE FUNCTION refuse_{table}_change()"
            )


def _function(name: str, words: str) -> str:
    return (
        f"CREATE OR REPLACE FUNCTION refuse_{name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{words}' USING ERRCODE = 'check_violation'; END $$"
    )


@sa.event.listens_for(Base.metadata, "after_create")
def _after_create(target: sa.MetaData, connection: sa.Connection, **_: object) -> None:
    make(connection)

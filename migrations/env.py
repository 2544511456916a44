"""How Alembic reaches the store: a connection that the caller opened, or the URL of its configuration."""

from typing import Literal

import sqlalchemy as sa
from alembic import context

from crm_store.models.registry import GUARD, METADATA
from crm_store.models.search import is_modelled
from crm_store.types import Instant

FALSE_OR_TRUE = (sa.sql.elements.False_, sa.sql.elements.True_)


def plain(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Write what both databases understand: our types as theirs, truth as `false` and not as 0."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.BigInteger()"
    if (
        kind == "server_default"
        and isinstance(item, sa.DefaultClause)
        and isinstance(item.arg, FALSE_OR_TRUE)
    ):
        return f"sa.{item.arg}()"
    return False


def run(connection: sa.Connection) -> None:
    """Apply the revisions over a connection, in one transaction."""
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_as_batch=connection.dialect.name == "sqlite",
        transactional_ddl=True,
        render_item=plain,
        include_name=lambda name, _kind, _parents: is_modelled(name),
    )
    with context.begin_transaction():
        context.run_migrations()
        if sa.inspect(connection).has_table("ticket"):
            GUARD(connection)


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with sa.create_engine(context.config.get_main_option("sqlalchemy.url", "")).connect() as opened:
        run(opened)

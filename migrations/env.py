"""How Alembic reaches the store: a connection that the caller opened, or the URL of its configuration."""

import sqlalchemy as sa
from alembic import context

from crm_store.models.registry import METADATA
from crm_store.types import Instant


def plain(kind: str, item: object, _context: object) -> str | bool:
    """Write our own column types into revisions as the database types they are."""
    return "sa.BigInteger()" if kind == "type" and isinstance(item, Instant) else False


def run(connection: sa.Connection) -> None:
    """Apply the revisions over a connection, in one transaction."""
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_as_batch=connection.dialect.name == "sqlite",
        transactional_ddl=True,
        render_item=plain,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with sa.create_engine(context.config.get_main_option("sqlalchemy.url", "")).connect() as opened:
        run(opened)

"""One row for every table, made from what the models say of their columns."""

from datetime import UTC, datetime

import sqlalchemy as sa

from crm_store.models.registry import METADATA
from crm_store.types import Instant

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def fill_every_table(engine: sa.Engine) -> None:
    """Put a row into every table, each referring to the row of its parents."""
    with engine.begin() as connection:
        for table in METADATA.sorted_tables:
            row = {column.name: _value(column) for column in table.columns if _is_needed(column)}
            connection.execute(table.insert().values(row))


def _is_needed(column: "sa.Column[object]") -> bool:
    """Tell what a row cannot do without, and what refers to others with no check tied to it."""
    if column.server_default is not None or not column.nullable:
        return column.server_default is None
    checks = [str(getattr(check, "sqltext", "")) for check in column.table.constraints]
    return bool(column.foreign_keys) and not any(f"{column.name} IS NULL" in check for check in checks)


def _value(column: "sa.Column[object]") -> object:
    table = column.table
    if any(key.column.table is table for key in column.foreign_keys):
        return None
    for check in table.constraints:
        words = str(getattr(check, "sqltext", ""))
        if words.startswith((f"{column.name} IN (", f"({column.name} = '")):
            return words.split("'")[1]
    kind = column.type
    if isinstance(kind, Instant):
        return NOW
    if isinstance(kind, sa.JSON):
        return {}
    if isinstance(kind, sa.LargeBinary):
        return b"x"
    return {sa.Text: "x", sa.Boolean: True, sa.Float: 1.0}.get(type(kind), 1)

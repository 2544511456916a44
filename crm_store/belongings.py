"""What belongs to a customer, read off the foreign keys, and what of it is somebody's own words."""

from collections.abc import Iterator, Sequence
from functools import cache

import sqlalchemy as sa

from crm_store.models.base import Base
from crm_store.models.customer import Customer
from crm_store.models.privacy import Erasure
from crm_store.models.search import INDEXED

# Rows that say nothing once their words are gone.
DELETED = frozenset(
    {
        "message_edit", "consent", "suppression", "customer_tag", "survey_refusal", "article_proposal",
        "customer_score",
        *(model.__tablename__ for model in INDEXED),
    }
)  # fmt: skip
# Columns whose words are ours wherever they stand, beside those that a check limits to our choices.
OURS = frozenset(
    {
        "by", "undone_by", "lifted_by", "decided_by", "recovered_by", "channel", "topic", "kind", "what",
        "step", "state", "status", "cause", "outcome", "source", "source_status", "language", "currency",
        "verdict", "direction", "priority", "action", "pause", "dedupe_key", "theme", "week",
    }
)  # fmt: skip
OURS_AT = frozenset(
    {
        ("recipient", "reason"), ("survey", "reason"), ("ticket_tag", "tag"), ("thread", "chat"),
        ("thread", "provider_id"), ("outbox", "provider_id"), ("outbox", "chat"), ("purchase", "product"),
        ("purchase", "category"),
        ("identity", "address"), ("conversation", "chat"), ("customer", "name"),
    }
)  # fmt: skip


@cache
def owned() -> Sequence[sa.Table]:
    """List the tables that hold rows of customers, each after those it refers to."""
    found = {Customer.__tablename__}
    for table in Base.metadata.sorted_tables:
        if table.name != Erasure.__tablename__ and _parents(table, found):
            found.add(table.name)
    # Whatever refers to a row goes first, while the way to its customer is still there.
    return [table for table in reversed(Base.metadata.sorted_tables) if table.name in found]


def _parents(table: sa.Table, among: set[str]) -> list[tuple["sa.Column[object]", sa.Table]]:
    return [
        (column, key.column.table)
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table.name in among and key.column.table is not table
    ]


def belongs(table: sa.Table, customer_id: int, *, by_row: bool = False) -> sa.ColumnElement[bool]:
    """Word the condition under which a row of a table is a customer's.

    A column that is always filled decides; only where there is none do those decide that may be. By row it
    asks of each row whether it is theirs, else it starts from the customer and follows the indexes.
    """
    if table.name == Customer.__tablename__:
        return table.c.id == customer_id
    ways = _parents(table, {parent.name for parent in owned()})
    always = [way for way in ways if not way[0].nullable] or ways
    straight = [way for way in always if way[1].name == Customer.__tablename__ and not way[0].nullable]
    return sa.or_(*(_way(column, parent, customer_id, by_row) for column, parent in straight or always))


def _way(
    column: "sa.Column[object]", parent: sa.Table, customer_id: int, by_row: bool
) -> sa.ColumnElement[bool]:
    if parent.name == Customer.__tablename__:
        return column == customer_id
    theirs = belongs(parent, customer_id, by_row=by_row)
    if by_row:
        return sa.exists().where(parent.c.id == column, theirs)
    return column.in_(sa.select(parent.c.id).where(theirs))


def emptied(table: sa.Table) -> Iterator[tuple[str, object]]:
    """Give what each column of somebody's own words becomes."""
    limited = {str(getattr(check, "sqltext", "")).partition(" IN (")[0] for check in table.constraints}
    for column in table.columns:
        ours = column.name in OURS | limited or (table.name, column.name) in OURS_AT
        if ours or column.primary_key or column.foreign_keys:
            continue
        if isinstance(column.type, sa.JSON):
            yield column.name, None if column.nullable else {}
        elif isinstance(column.type, sa.LargeBinary):
            yield column.name, None if column.nullable else b""
        elif isinstance(column.type, sa.Text | sa.String):
            yield column.name, _nothing(table, column)


def _nothing(table: sa.Table, column: "sa.Column[object]") -> object:
    if column.unique or any(
        isinstance(one, sa.UniqueConstraint) and column.name in one.columns for one in table.constraints
    ):
        return sa.literal("erased:") + sa.cast(table.c.id, sa.Text)
    return None if column.nullable else ""

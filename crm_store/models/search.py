"""What can be searched, as tokens: one table for messages, tickets and customers, and how far each is."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base

Words = sa.Text().with_variant(TSVECTOR(), "postgresql")


class SearchMessage(Base):
    """The tokens of a message."""

    __tablename__ = "search_message"

    id: Mapped[int] = mapped_column(sa.ForeignKey("message.id"), primary_key=True, autoincrement=False)
    words: Mapped[str] = mapped_column(Words)


class SearchTicket(Base):
    """The tokens of a ticket: its number, subject and tags."""

    __tablename__ = "search_ticket"

    id: Mapped[int] = mapped_column(sa.ForeignKey("ticket.id"), primary_key=True, autoincrement=False)
    words: Mapped[str] = mapped_column(Words)


class SearchCustomer(Base):
    """The tokens of a customer's name."""

    __tablename__ = "search_customer"

    id: Mapped[int] = mapped_column(sa.ForeignKey("customer.id"), primary_key=True, autoincrement=False)
    words: Mapped[str] = mapped_column(Words)


class SearchMark(Base):
    """Up to which row of a source the index is complete."""

    __tablename__ = "search_mark"

    source: Mapped[str] = mapped_column(primary_key=True)
    upto: Mapped[int]
    at: Mapped[datetime]


INDEXED = (SearchMessage, SearchTicket, SearchCustomer)
SHADOW = "fts_"  # how the names begin of what no model describes: full-text indexes and their tables


def is_modelled(name: str | None) -> bool:
    """Tell whether a table or index is one of the models, and not part of a full-text index."""
    return name is None or not name.startswith(SHADOW)


def making(table: str, dialect: str) -> Sequence[str]:
    """Write the statements that make a table's full-text index.

    On SQLite it is a table beside it that keeps no text of its own and follows it by triggers, which a
    revision that copies the table must make again.
    """
    if dialect == "postgresql":
        return [f"CREATE INDEX {SHADOW}{table} ON {table} USING gin (words)"]
    index = f"{SHADOW}{table}"
    forget = f"INSERT INTO {index}({index}, rowid, words) VALUES ('delete', old.id, old.words);"  # noqa: S608 - names of ours
    learn = f"INSERT INTO {index}(rowid, words) VALUES (new.id, new.words);"  # noqa: S608 - names of ours
    return [
        f"CREATE VIRTUAL TABLE {index} USING fts5"
        f"(words, content='{table}', content_rowid='id', tokenize='unicode61', detail=none)",
        f"CREATE TRIGGER {index}_added AFTER INSERT ON {table} BEGIN {learn} END",
        f"CREATE TRIGGER {index}_removed AFTER DELETE ON {table} BEGIN {forget} END",
        f"CREATE TRIGGER {index}_changed AFTER UPDATE OF words ON {table} BEGIN {forget} {learn} END",
    ]


def unmaking(table: str, dialect: str) -> Sequence[str]:
    """Write the statements that take a table's full-text index away."""
    if dialect == "postgresql":
        return [f"DROP INDEX {SHADOW}{table}"]
    index = f"{SHADOW}{table}"
    triggers = [f"DROP TRIGGER {index}_{what}" for what in ("added", "removed", "changed")]
    return [*triggers, f"DROP TABLE {index}"]


def make_indexes(connection: sa.Connection) -> None:
    """Make the full-text index of every searchable table; for a revision that has just made these."""
    for model in INDEXED:
        _run(connection, making(model.__tablename__, connection.dialect.name))


def drop_indexes(connection: sa.Connection) -> None:
    """Take the full-text indexes away; for a revision that is about to drop their tables."""
    for model in INDEXED:
        _run(connection, unmaking(model.__tablename__, connection.dialect.name))


def _run(connection: sa.Connection, statements: Sequence[str]) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement)


def _follow(table: sa.Table) -> None:
    """Make and drop a table's index together with it, wherever the models make a store."""

    @sa.event.listens_for(table, "after_create")
    def _made(_table: sa.Table, connection: sa.Connection, **_: object) -> None:
        _run(connection, making(table.name, connection.dialect.name))

    @sa.event.listens_for(table, "before_drop")
    def _dropped(_table: sa.Table, connection: sa.Connection, **_: object) -> None:
        if connection.dialect.name == "sqlite":
            _run(connection, unmaking(table.name, "sqlite"))


for _model in INDEXED:
    _follow(Base.metadata.tables[_model.__tablename__])

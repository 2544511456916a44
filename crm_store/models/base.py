"""What every table shares: naming of constraints and the types of plain columns."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase

from crm_store.types import Id, Instant


class Base(DeclarativeBase):
    """The parent of every table of the store."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads this class attribute
        datetime: Instant,
        int: Id,
        str: sa.Text,
        float: sa.Float,
        dict[str, object]: sa.JSON,
        list[str]: sa.JSON,
    }


def one_of(column: str, choices: type[StrEnum]) -> sa.CheckConstraint:
    """Allow only the values of an enumeration in a text column."""
    words = ", ".join(f"'{choice.value}'" for choice in choices)
    return sa.CheckConstraint(f"{column} IN ({words})", name=column)

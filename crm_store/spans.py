"""Instants that cut time into buckets, as a table that others are joined to; and pages of lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import sqlalchemy as sa

from crm_store.types import micros


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list."""

    offset: int = 0
    limit: int = 8


FIRST = Page()


def of(bounds: Sequence[datetime]) -> sa.CTE:
    """Return one row (bucket, low, high) for each [bounds[i], bounds[i + 1]), in stored microseconds."""
    columns = (
        sa.column("bucket", sa.Integer),
        sa.column("low", sa.BigInteger),
        sa.column("high", sa.BigInteger),
    )
    cuts = [micros(bound) for bound in bounds]
    rows = [(bucket, low, high) for bucket, (low, high) in enumerate(pairwise(cuts))]
    return sa.values(*columns, name="span", literal_binds=True).data(rows).cte("span")

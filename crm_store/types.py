"""Column types: instants are BIGINT microseconds since 1970 in UTC on every database."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def micros(at: datetime) -> int:
    """Count the microseconds from 1970 to an aware instant, exactly."""
    return (at - EPOCH) // MICROSECOND


def instant(count: int) -> datetime:
    """Turn microseconds since 1970 into an aware UTC instant."""
    return EPOCH + timedelta(microseconds=count)


class Instant(sa.types.TypeDecorator[datetime]):
    """An aware UTC instant kept as BIGINT microseconds."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | int | None, dialect: sa.Dialect) -> int | None:
        if value is None or isinstance(value, int):
            return value
        return micros(value)

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> datetime | None:
        return None if value is None else instant(value)

"""The only reader of the clock."""

from datetime import UTC, datetime, timedelta


def utc_now() -> datetime:
    """Tell the time in UTC."""
    return datetime.now(UTC)


class Clock:
    """The real time plus whatever the sandbox skipped."""

    def __init__(self, offset: timedelta = timedelta(0)) -> None:
        """Start with an offset, zero outside the sandbox."""
        self.offset = offset

    def now(self) -> datetime:
        """Tell the time this process lives in."""
        return utc_now() + self.offset

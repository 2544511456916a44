"""The log of the bot's calls, bounded."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

KEPT = 500
SHOWN = 300


@dataclass(slots=True)
class CallRecord:
    """One call as the page shows it."""

    at: float
    method: str
    params: dict[str, object]
    ok: bool = True
    error: str = ""
    problems: list[str] = field(default_factory=list)


class CallLog:
    """The latest calls, and how many there were in all."""

    def __init__(self) -> None:
        self.total = 0
        self.latest: deque[CallRecord] = deque(maxlen=KEPT)

    def add(self, record: CallRecord) -> None:
        """Keep a call."""
        self.total += 1
        self.latest.append(record)

    def recent(self, limit: int) -> list[CallRecord]:
        """Return the latest calls, newest first."""
        return [record for record, _ in zip(reversed(self.latest), range(max(limit, 0)), strict=False)]


def shorten(values: Mapping[str, object]) -> dict[str, object]:
    """Cut long texts, so that the log stays small."""
    return {
        name: value[:SHOWN] + "…" if isinstance(value, str) and len(value) > SHOWN else value
        for name, value in values.items()
    }

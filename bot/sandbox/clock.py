"""The sandbox's clock: real time plus what was skipped."""

import time
from collections.abc import Callable


class Clock:
    """Tell Unix time; `advance` skips ahead and tells whoever listens."""

    def __init__(self, source: Callable[[], float] = time.time) -> None:
        self._source = source
        self.offset = 0
        self.listeners: list[Callable[[int], None]] = []

    def now(self) -> float:
        """Return the sandbox's Unix time."""
        return self._source() + self.offset

    def advance(self, seconds: int) -> float:
        """Skip ahead, tell the listeners the new total offset, return the new time."""
        self.offset += seconds
        for listener in self.listeners:
            listener(self.offset)
        return self.now()

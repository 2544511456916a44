"""The official budgets for messages. They run on real time: skipping the clock does not refill them."""

import math
import time
from collections import defaultdict, deque
from collections.abc import Callable

ACCOUNT = (30, 1.0)
GROUP = (20, 60.0)
BURST = 3


class Limits:
    """Count messages per bot and per chat, and say how long to wait."""

    def __init__(self, mode: str = "strict", timer: Callable[[], float] = time.monotonic) -> None:
        self.mode = mode
        self._timer = timer
        self._accounts: dict[int, deque[float]] = defaultdict(deque)
        self._groups: dict[tuple[int, int], deque[float]] = defaultdict(deque)
        self._people: dict[tuple[int, int], float] = {}

    def wait(self, bot: int, chat: int) -> int:
        """Return the seconds this bot must wait before the next message there; 0 if it may go now."""
        if self.mode == "off":
            return 0
        now = self._timer()
        waits = [_window_wait(self._accounts[bot], ACCOUNT, now)]
        if chat < 0:
            waits.append(_window_wait(self._groups[bot, chat], GROUP, now))
        else:
            waits.append(self._people.get((bot, chat), now) - now - (BURST - 1))
        return max(0, math.ceil(max(waits)))

    def spend(self, bot: int, chat: int) -> None:
        """Count one message."""
        if self.mode == "off":
            return
        now = self._timer()
        self._accounts[bot].append(now)
        if chat < 0:
            self._groups[bot, chat].append(now)
        else:
            self._people[bot, chat] = max(self._people.get((bot, chat), now), now) + 1


def _window_wait(times: deque[float], budget: tuple[int, float], now: float) -> float:
    count, window = budget
    while times and times[0] <= now - window:
        times.popleft()
    return times[0] + window - now if len(times) >= count else 0.0

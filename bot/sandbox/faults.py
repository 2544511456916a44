"""Troubles to order: what goes wrong with the next calls."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

KINDS = ("429", "500", "403", "slow", "drop_before", "drop_after")


@dataclass(slots=True)
class Fault:
    """One trouble: for which calls, how often, how long."""

    kind: str
    method: str = ""
    chat: int | None = None
    times: int | None = 1
    seconds: float = 3
    share: float = 1.0

    def concerns(self, method: str, chat: int | None) -> bool:
        """Tell whether a call is of the kind this trouble waits for."""
        if self.chat is not None and self.chat != chat:
            return False
        return fnmatchcase(method.lower(), self.method.lower()) if self.method else method != "getUpdates"


class Faults:
    """The troubles waiting, in order."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []
        self._dice = random.Random(1)  # noqa: S311 - repeatable on purpose

    def order(self, fault: Fault, *, seed: int | None = None) -> None:
        """Queue a trouble; a seed makes its share repeatable."""
        self.waiting.append(fault)
        if seed is not None:
            self._dice = random.Random(seed)  # noqa: S311

    def strike(self, method: str, chat: int | None) -> Fault | None:
        """Return the trouble that befalls this call, used up by one."""
        if not self.waiting:
            return None
        for fault in self.waiting:
            if fault.concerns(method, chat) and (fault.share >= 1 or self._dice.random() < fault.share):
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self.waiting.remove(fault)
                return fault
        return None

    def as_list(self) -> Sequence[Fault]:
        """Return the troubles still waiting."""
        return self.waiting

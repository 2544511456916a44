"""Named points at which a test may kill this process, to prove that nothing is lost there."""

import os
import signal

POINTS = ("after_journal", "after_commit", "before_send", "after_send")


class KillSwitch:
    """Kills the process at a named point, the first or a later time it is reached."""

    def __init__(self, at: str | None) -> None:
        """Take `point` or `point:count`; None never kills."""
        name, _, count = (at or "").partition(":")
        self.point = name
        self._left = int(count or 1)

    def reach(self, point: str) -> None:
        """Pass a point, or die here as if the power went."""
        if point != self.point:
            return
        self._left -= 1
        if self._left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

"""Named points at which a test may kill this process, to prove that nothing is lost there."""

import os
import re
import signal

POINTS = ("after_journal", "after_commit", "before_send", "after_send")
AT = re.compile(rf"(?P<point>{'|'.join(POINTS)})(?:@(?P<lane>[a-z]+))?(?::(?P<count>[1-9]\d*))?")


class KillSwitch:
    """Kills the process at a named point, the first or a later time it is reached."""

    def __init__(self, at: str | None) -> None:
        """Take `point`, `point:count` or, for one kind of message, `point@lane:count`; None never kills."""
        found = AT.fullmatch(at or "")
        self.point = found["point"] if found else ""
        self._lane = found["lane"] if found else None
        self._left = int(found["count"] or 1) if found else 0

    def reach(self, point: str, lane: str = "") -> None:
        """Pass a point, or die here as if the power went."""
        if point != self.point or self._lane not in {None, lane}:
            return
        self._left -= 1
        if self._left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

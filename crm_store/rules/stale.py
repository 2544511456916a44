"""How long we wait for a customer who does not answer: counted in days on which the desk opens."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from crm_store.rules.business_hours import HORIZON, OpenHours
from crm_store.rules.zones import instant_of

_DAY = timedelta(days=1)


class Step(StrEnum):
    """How far a silence has come."""

    WAITING = "waiting"
    REMINDED = "reminded"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Patience:
    """Hold after how many business days of silence a ticket is reminded of, resolved and closed."""

    remind: int = 2
    resolve: int = 5
    close: int = 7

    def days(self, step: Step) -> int:
        """Give after how many business days of silence the step after this one is due."""
        return {Step.WAITING: self.remind, Step.REMINDED: self.resolve, Step.RESOLVED: self.close}[step]


USUAL = Patience()


def after(hours: OpenHours, start: datetime, days: int) -> datetime | None:
    """Give the same time of day that many business days later, in UTC, or when the desk opens next.

    A business day is a local date on which the desk opens. None when ten years do not hold so many.
    """
    local = start.astimezone(hours.tz)
    day, left = local.date(), days
    for _ in range(HORIZON // _DAY):
        if left == 0:
            wall = datetime.combine(day, local.time().replace(tzinfo=None))
            return hours.next_opening(instant_of(wall, hours.zone))
        day += _DAY
        left -= bool(hours.on(day))
    return None

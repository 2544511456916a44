"""By when a ticket deserves an answer: targets in open time, by kind and, where one differs, by priority."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from crm_store.rules.business_hours import OpenHours
from crm_store.rules.lifecycle import Kind, Priority


class Target(StrEnum):
    """What a deadline is for."""

    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    RESOLUTION = "resolution"


@dataclass(frozen=True, slots=True)
class Spans:
    """Hold what one ticket's targets are, in open time; None is no target."""

    first: timedelta | None = None
    next: timedelta | None = None
    resolution: timedelta | None = None

    def of(self, what: Target) -> timedelta | None:
        """Give the open time of one target."""
        if what is Target.FIRST_RESPONSE:
            return self.first
        return self.next if what is Target.NEXT_RESPONSE else self.resolution


@dataclass(frozen=True)
class Policy:
    """Hold the targets of one version; a kind or a target that is not named has no deadline.

    `by_priority` takes the place of a kind's target for one priority; None there is no deadline.
    A warning comes when `warn_percent` of a target have passed, a supervisor hears at `escalate_percent`.
    """

    version: int
    targets: Mapping[Kind, Mapping[Target, timedelta]]
    by_priority: Mapping[tuple[Kind, Priority], Mapping[Target, timedelta | None]] = field(
        default_factory=dict
    )
    warn_percent: int = 80
    escalate_percent: int = 150

    def spans(self, kind: Kind, priority: Priority) -> Spans:
        """Give the targets of a kind at a priority."""
        usual, special = self.targets.get(kind, {}), self.by_priority.get((kind, priority), {})
        first, follow_up, resolution = (
            special[what] if what in special else usual.get(what) for what in Target
        )
        return Spans(first, follow_up, resolution)


def deadline(target: timedelta | None, *, start: datetime, hours: OpenHours) -> datetime | None:
    """Find the instant by which the target's open time has passed since `start`, in UTC.

    None when there is no target, or when the calendar never holds that much open time.
    """
    return None if target is None else hours.add_open_time(start, target)


PRESET = Policy(
    version=0,
    targets={
        Kind.COMPLAINT: {
            Target.FIRST_RESPONSE: timedelta(hours=1),
            Target.NEXT_RESPONSE: timedelta(hours=2),
            Target.RESOLUTION: timedelta(hours=24),
        },
        Kind.INQUIRY: {
            Target.FIRST_RESPONSE: timedelta(hours=4),
            Target.NEXT_RESPONSE: timedelta(hours=4),
            Target.RESOLUTION: timedelta(days=3),
        },
    },
)

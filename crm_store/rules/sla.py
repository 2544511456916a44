"""By when a ticket deserves an answer: targets in open time, by kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from crm_store.rules.business_hours import OpenHours
from crm_store.rules.lifecycle import Kind


class Target(StrEnum):
    """What a deadline is for."""

    FIRST_RESPONSE = "first_response"
    RESOLUTION = "resolution"


@dataclass(frozen=True)
class Policy:
    """Hold the targets of one version; a kind or a target that is not named has no deadline."""

    version: int
    targets: Mapping[Kind, Mapping[Target, timedelta]]


def deadline(
    policy: Policy, kind: Kind, *, what: Target, start: datetime, hours: OpenHours
) -> datetime | None:
    """Find the instant by which the target's open time has passed since `start`, in UTC.

    None when the policy names no target, or when the calendar never holds that much open time.
    """
    target = policy.targets.get(kind, {}).get(what)
    return None if target is None else hours.add_open_time(start, target)


PRESET = Policy(
    version=1,
    targets={
        Kind.COMPLAINT: {Target.FIRST_RESPONSE: timedelta(hours=1), Target.RESOLUTION: timedelta(hours=24)},
        Kind.INQUIRY: {Target.FIRST_RESPONSE: timedelta(hours=4), Target.RESOLUTION: timedelta(days=3)},
    },
)

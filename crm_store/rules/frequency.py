"""How often a customer may be addressed: caps that look both ways in time, and quiet hours.

All instants are aware; the sends given are those that count (reserved, sending, sent or unknown).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache

from crm_store.rules.business_hours import HORIZON, OpenHours
from crm_store.rules.zones import local_of, showings

_DAY = timedelta(days=1)
_NEVER = datetime.max.replace(tzinfo=UTC)


class Mode(StrEnum):
    """What a cap's window is: the last so many seconds, or the customer's local calendar day."""

    ROLLING = "rolling"
    CALENDAR_DAY = "calendar_day"


class Scope(StrEnum):
    """Which sends a cap counts: those on its channel, those on its channel and topic, or all."""

    CHANNEL = "channel"
    TOPIC = "topic"
    ALL = "all"


Sends = Sequence[datetime] | Mapping[Scope, Sequence[datetime]]
"""The sends that count, in any order: one list for every cap, or one for each scope."""


@dataclass(frozen=True)
class Cap:
    """Allow at most `limit` sends in a window, and none nearer to another than `min_gap`.

    A limit of 0 means never; the absence of a cap means no limit. A rolling window that ends at e holds
    the sends s with e - window < s <= e, so exactly one window later is free. A calendar day is one day
    also where it has 23 or 25 hours.
    """

    limit: int
    window: timedelta
    mode: Mode = Mode.ROLLING
    min_gap: timedelta = timedelta(0)
    scope: Scope = Scope.CHANNEL

    def __post_init__(self) -> None:
        """Refuse what could never be meant."""
        if self.limit < 0 or self.window <= timedelta(0) or self.min_gap < timedelta(0):
            raise ValueError("a cap has a limit of 0 or more, a window and no negative gap")
        if self.mode is Mode.CALENDAR_DAY and self.window != _DAY:
            raise ValueError("a calendar day is one day")


@dataclass(frozen=True)
class FrequencyPolicy:
    """Hold one version of the caps for a channel and, if named, a topic; every cap must allow."""

    channel: str
    topic: str | None
    caps: tuple[Cap, ...]
    version: int = 1


@dataclass(frozen=True)
class QuietHours:
    """Hold back from `start` up to `end` by the customer's wall clock; may pass midnight."""

    start: time
    end: time

    def __post_init__(self) -> None:
        """Refuse hours of which nobody can tell whether they are none or all."""
        if self.start == self.end:
            raise ValueError("quiet hours start and end at different times")

    def is_quiet(self, at: datetime, zone: str) -> bool:
        """Tell whether an instant lies in the quiet hours of a zone."""
        return not _loud(self, zone).is_open(at)

    def ends(self, at: datetime, zone: str) -> datetime:
        """Find the first instant from `at` on that is not quiet (`at` itself when it is not)."""
        return next(start for start, _ in _loud(self, zone).spans(at, at + HORIZON))


@dataclass(frozen=True)
class Local:
    """Say by which clock a customer lives, and when not to disturb."""

    zone: str = "UTC"
    quiet: QuietHours | None = None


def allows(policy: FrequencyPolicy, sent: Sends, *, now: datetime, zone: str = "UTC") -> bool:
    """Tell whether every cap has room for a send at `now`, counting sends before and after it."""
    return not any(_is_full(cap, _counted(sent, cap), now, zone) for cap in policy.caps)


def binding(policy: FrequencyPolicy, sent: Sends, *, now: datetime, zone: str = "UTC") -> Cap | None:
    """Name the cap that holds a send at `now` back longest; None when all allow it."""
    full = [cap for cap in policy.caps if _is_full(cap, _counted(sent, cap), now, zone)]
    return max(full, key=lambda cap: _frees(cap, _counted(sent, cap), now, zone), default=None)


def earliest(
    policy: FrequencyPolicy, sent: Sends, *, at: datetime, horizon: timedelta, local: Local | None = None
) -> datetime | None:
    """Find the least instant in [at, at + horizon] that every cap allows and that is not quiet.

    Each step jumps to the next instant at which something that holds back can let go, so the answer is
    exact, and the search ends after at most a few steps a send and a day.
    """
    where = local or Local()
    reached: datetime | None = at.astimezone(UTC)
    while reached is not None and reached <= at + horizon:
        moved = where.quiet.ends(reached, where.zone) if where.quiet else reached
        full = [cap for cap in policy.caps if _is_full(cap, _counted(sent, cap), moved, where.zone)]
        if not full and moved == reached:
            return reached
        steps = [_next_release(cap, _counted(sent, cap), moved, where.zone) for cap in full]
        if None in steps:
            return None
        reached = max([moved, *(step for step in steps if step is not None)])
    return None


@lru_cache(maxsize=1024)
def _loud(quiet: QuietHours, zone: str) -> OpenHours:
    return OpenHours(zone, {day: [(quiet.end, quiet.start)] for day in range(7)})


def _counted(sent: Sends, cap: Cap) -> Sequence[datetime]:
    return sent.get(cap.scope, ()) if isinstance(sent, Mapping) else sent


def _is_full(cap: Cap, sent: Sequence[datetime], at: datetime, zone: str) -> bool:
    if any(abs(at - one) < cap.min_gap for one in sent):
        return True
    if cap.mode is Mode.CALENDAR_DAY:
        day = local_of(at, zone).date()
        return sum(local_of(one, zone).date() == day for one in sent) >= cap.limit
    ends = [at, *(one for one in sent if at < one < at + cap.window)]
    return any(sum(end - cap.window < one <= end for one in sent) >= cap.limit for end in ends)


def _frees(cap: Cap, sent: Sequence[datetime], at: datetime, zone: str) -> datetime:
    reached: datetime | None = at
    while reached is not None and _is_full(cap, sent, reached, zone):
        reached = _next_release(cap, sent, reached, zone)
    return reached or _NEVER


def _next_release(cap: Cap, sent: Sequence[datetime], at: datetime, zone: str) -> datetime | None:
    """Find the next instant at which a cap that is full at `at` can let go; before it nothing changes."""
    return None if cap.limit == 0 else min(_releases(cap, sent, at, zone), default=None)


def _releases(cap: Cap, sent: Sequence[datetime], at: datetime, zone: str) -> Iterator[datetime]:
    spans = {cap.min_gap} if cap.mode is Mode.CALENDAR_DAY else {cap.min_gap, cap.window}
    yield from (one + span for one in sent for span in spans if one + span > at)
    if cap.mode is Mode.CALENDAR_DAY:
        yield _next_midnight(at, zone)


def _next_midnight(at: datetime, zone: str) -> datetime:
    """Find the first instant after `at` at which a local day begins."""
    today = local_of(at, zone).date()
    days = (datetime.combine(today + ahead * _DAY, time(0)) for ahead in range(1, 4))
    return min(start for day in days for start in showings(day, zone) if start > at)


WEEK = 7 * _DAY
MONTH = 30 * _DAY

PRESETS: Mapping[str, FrequencyPolicy] = {
    policy.channel: policy
    for policy in (
        FrequencyPolicy("email", "newsletter", (Cap(1, WEEK),)),
        FrequencyPolicy("phone", "promotion", (Cap(1, MONTH),)),
        FrequencyPolicy("wechat", "coupon", (Cap(1, _DAY, Mode.CALENDAR_DAY, timedelta(hours=12)),)),
        FrequencyPolicy("weibo", "event", (Cap(1, WEEK),)),
        FrequencyPolicy("telegram", None, (Cap(1, WEEK, min_gap=_DAY),)),
        FrequencyPolicy("webchat", None, (Cap(1, WEEK, min_gap=_DAY),)),
    )
}
"""One policy a channel; a month is 30 days."""

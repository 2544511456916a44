"""Random days at a desk: what may happen to a ticket, step by step, and a clock that ticks seconds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from crm_store.rules.business_hours import OpenHours
from crm_store.rules.lifecycle import Status, Verb, after, allows
from crm_store.rules.sla import Spans

SECOND = timedelta(seconds=1)
# An hour or so before the clocks of these zones change, and an ordinary morning.
STARTS = {
    "Europe/Berlin": datetime(2026, 3, 29, 0, 20, tzinfo=UTC),
    "America/New_York": datetime(2026, 11, 1, 5, 20, tzinfo=UTC),
    "Australia/Lord_Howe": datetime(2026, 4, 4, 14, 20, tzinfo=UTC),
    "Asia/Shanghai": datetime(2026, 10, 9, 15, 30, tzinfo=UTC),
}
VERBS: Sequence[Verb] = ("hear", "answer", "wait", "hold", "snooze", "wake", "resolve", "reopen")


@dataclass(frozen=True, slots=True)
class Step:
    """What happened so many seconds after the start, who did it, and whether it woke the ticket."""

    second: int
    verb: Verb
    by_customer: bool = False
    woke: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """A calendar, targets, a start and what happened then."""

    hours: OpenHours
    spans: Spans
    start: datetime
    steps: Sequence[Step]
    seconds: int

    def at(self, second: int) -> datetime:
        """Give the instant so many seconds after the start."""
        return self.start + second * SECOND

    def is_open(self, second: int) -> bool:
        """Say by the plain words of the rule whether the desk is open in a second."""
        wall = self.at(second).astimezone(self.hours.tz)
        clock, day = wall.time(), wall.date()
        today, eve = (
            self.hours.special[one]
            if one in self.hours.special
            else self.hours.weekdays.get(one.weekday(), ())
            for one in (day, day - timedelta(days=1))
        )
        if day in self.hours.special and not today:
            return False
        return any(start <= clock < end if start < end else start <= clock for start, end in today) or any(
            clock < end for start, end in eve if end <= start
        )


@st.composite
def cases(draw: st.DrawFn, *, seconds: int) -> Case:
    """Draw a calendar around a change of clocks, targets, and steps that the lifecycle allows."""
    zone = draw(st.sampled_from(sorted(STARTS)))
    start = STARTS[zone]
    local = start.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    offsets = st.integers(-600, seconds).map(lambda ahead: (local + ahead * SECOND).time())
    spans = st.tuples(offsets, offsets | st.just(time(0)))
    shifts = st.lists(spans.filter(lambda one: one[0] != one[1]), max_size=3)
    week = draw(st.dictionaries(st.integers(0, 6), shifts, min_size=4, max_size=7))
    days = [local.date() + timedelta(days=ahead) for ahead in range(-1, 3)]
    special = draw(st.dictionaries(st.sampled_from(days), shifts, max_size=2))
    target = st.none() | st.integers(1, seconds // 2).map(lambda count: count * SECOND)
    targets = Spans(draw(target), draw(target), draw(target))
    drawn = draw(
        st.lists(st.tuples(st.integers(0, seconds // 6), st.sampled_from(VERBS), st.booleans()), max_size=12)
    )
    return Case(OpenHours(zone, week, special), targets, start, list(_allowed(drawn, seconds)), seconds)


def _allowed(drawn: Sequence[tuple[int, Verb, bool]], seconds: int) -> Iterator[Step]:
    status, second = Status.OPEN, 0
    for gap, verb, by_customer in drawn:
        second += gap
        if second >= seconds or not allows(status, verb):
            continue
        by_customer = by_customer and verb == "reopen"
        reached = after(status, verb)
        yield Step(second, verb, by_customer or verb == "hear", woke=verb == "hear" and reached != status)
        status = reached


@dataclass(slots=True)
class Simulator:
    """A clock that looks at every second of a case and counts; it knows no calendar arithmetic."""

    case: Case
    status: Status = Status.OPEN
    began: int = 0
    replied: bool = False
    waits: int | None = None
    counted: int = 0
    reached: int | None = None
    resolved_running: bool = True

    def run(self) -> tuple[int | None, int | None, int | None]:
        """Return by which second the first response, the next one and the resolution are due."""
        flags = [self.case.is_open(second) for second in range(self.case.seconds)]
        steps = list(self.case.steps)
        last = steps[-1].second if steps else 0
        resolution = _seconds(self.case.spans.resolution)
        for second in range(last + 1):
            while steps and steps[0].second == second:
                self.take(steps.pop(0))
            if second < last:
                self.count(second, flags, resolution)
        return (
            _reached(flags, self.began, _seconds(self.case.spans.first)),
            None if self.waits is None else _reached(flags, self.waits, _seconds(self.case.spans.next)),
            self.resolution(flags, last, resolution),
        )

    def take(self, step: Step) -> None:
        """Let a step happen, as the words of the lifecycle say."""
        was, self.status = self.status, after(self.status, step.verb)
        if step.verb == "resolve":
            self.waits = None
            self.resolved_running = was == Status.OPEN
        if step.verb == "answer":
            self.replied, self.waits = True, None
        if step.by_customer and step.verb == "reopen" and not self.replied:
            self.began = step.second
        if step.by_customer and self.replied and self.waits is None:
            self.waits = step.second

    def count(self, second: int, flags: Sequence[bool], target: int | None) -> None:
        """Count an open second in which the work goes on."""
        if self.status == Status.OPEN and flags[second]:
            self.counted += 1
            if self.counted == target and self.reached is None:
                self.reached = second + 1

    def resolution(self, flags: Sequence[bool], last: int, target: int | None) -> int | None:
        """Tell when the resolution was or will be due if it goes on like this."""
        held = self.status == Status.OPEN or (self.status == Status.RESOLVED and self.resolved_running)
        if self.reached is not None or target is None or not held:
            return self.reached
        since = last
        if self.status == Status.RESOLVED:
            since = max(step.second for step in self.case.steps if step.verb == "resolve")
        return _reached(flags, since, target - self.counted)


def _reached(flags: Sequence[bool], since: int, target: int | None) -> int | None:
    """Give the second by which so many open ones have passed; more than there are seconds is never."""
    if target is None:
        return None
    left = target
    for second in range(since, len(flags)):
        if left <= 0:
            return second
        left -= flags[second]
    return len(flags) if left <= 0 else len(flags) + 1


def _seconds(span: timedelta | None) -> int | None:
    return None if span is None else span // SECOND

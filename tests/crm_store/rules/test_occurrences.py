"""Schedules across clock changes: every local date runs exactly once, at an instant found independently."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_store.rules.occurrences import Occurrence, Recurrence, Schedule, after, between
from crm_store.rules.zones import instant_of, local_of

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
# Half-hour changes, midnight gaps, a skipped day, no changes at all, both hemispheres.
SAMPLE = [
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",
    "America/Santiago",
    "America/Havana",
    "Asia/Beirut",
    "Asia/Shanghai",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "UTC",
]


def wall(shown: str) -> datetime:
    return datetime.fromisoformat(shown)


def offset(at: datetime, tz: ZoneInfo) -> timedelta:
    shift = at.astimezone(tz).utcoffset()
    assert shift is not None
    return shift


def changes(zone: str, first: int, last: int) -> Iterator[tuple[datetime, timedelta, timedelta]]:
    """Yield each clock change of the years as (instant, offset before, offset after), by halving days."""
    tz = ZoneInfo(zone)
    day, end = datetime(first, 1, 1, tzinfo=UTC), datetime(last + 1, 1, 1, tzinfo=UTC)
    before = offset(day, tz)
    while day < end:
        now = offset(day + DAY, tz)
        if now != before:
            low, high = 0, 1440
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (low, middle) if offset(day + middle * MINUTE, tz) != before else (middle, high)
            yield day + high * MINUTE, before, now
        day, before = day + DAY, now


def check_change(zone: str, change: datetime, before: timedelta, now: timedelta) -> None:
    naive = change.replace(tzinfo=None)
    wall_before, wall_now = naive + before, naive + now
    low, high = min(wall_before, wall_now), max(wall_before, wall_now)
    for local in (low, low + MINUTE, low + (high - low) / 2, high - MINUTE):
        expected = change if now > before else (local - before).replace(tzinfo=UTC)
        assert instant_of(local, zone) == expected, (zone, local)
    assert instant_of(high, zone) == (high - now).replace(tzinfo=UTC)
    assert instant_of(low - MINUTE, zone) == (low - MINUTE - before).replace(tzinfo=UTC)
    local = low + (high - low) / 2
    daily = Schedule.daily(local.time(), zone, start=local.date() - 2 * DAY, until=local.date() + 2 * DAY)
    assert [found.local.date() for found in between(daily, change - 9 * DAY, change + 9 * DAY)] == [
        local.date() + day * DAY for day in range(-2, 3)
    ]


@pytest.mark.parametrize("zone", SAMPLE)
def test_every_change_of_a_sample_of_zones(zone: str) -> None:
    for change, before, now in changes(zone, 2009, 2027):
        check_change(zone, change, before, now)


@pytest.mark.slow
def test_every_change_of_every_zone_for_twenty_years() -> None:
    checked = 0
    for zone in sorted(available_timezones() - {"localtime"}):
        for change, before, now in changes(zone, 2011, 2030):
            check_change(zone, change, before, now)
            checked += 1
    assert checked > 5000


def test_the_missing_hour_of_spring_runs_when_it_is_over() -> None:
    nightly = Schedule.daily(time(2, 30), "Europe/Berlin", start=date(2026, 3, 28))

    found = between(nightly, datetime(2026, 3, 27, 12, tzinfo=UTC), datetime(2026, 3, 30, 12, tzinfo=UTC))

    assert found == [
        Occurrence(wall("2026-03-28T02:30"), datetime(2026, 3, 28, 1, 30, tzinfo=UTC)),
        Occurrence(wall("2026-03-29T02:30"), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        Occurrence(wall("2026-03-30T02:30"), datetime(2026, 3, 30, 0, 30, tzinfo=UTC)),
    ]
    assert local_of(found[1].instant, "Europe/Berlin") == wall("2026-03-29T03:00")


def test_a_gap_at_midnight_keeps_its_date() -> None:
    assert local_of(instant_of(wall("2026-03-29T00:30"), "Asia/Beirut"), "Asia/Beirut") == wall(
        "2026-03-29T01:00"
    )


def test_the_doubled_hour_of_autumn_runs_at_its_first_showing_only() -> None:
    nightly = Schedule.daily(time(1, 30), "America/New_York", start=date(2026, 10, 1))
    low = datetime(2026, 11, 1, 3, tzinfo=UTC)

    first = after(nightly, low)

    assert first == Occurrence(wall("2026-11-01T01:30"), datetime(2026, 11, 1, 5, 30, tzinfo=UTC))
    assert between(nightly, low, low + DAY) == [first]


def test_nine_on_each_clock_over_the_change() -> None:
    for zone in ("Asia/Shanghai", "Europe/Berlin", "America/New_York"):
        mornings = Schedule.weekly(6, time(9), zone, start=date(2026, 3, 1), until=date(2026, 4, 30))
        found = between(mornings, datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC))
        assert [local_of(occurrence.instant, zone) for occurrence in found] == [
            wall("2026-03-01T09:00") + week * timedelta(weeks=1) for week in range(9)
        ]


def test_once_is_once() -> None:
    birthday = Schedule.once(wall("2026-06-12T09:00"), "Asia/Shanghai")
    instant = datetime(2026, 6, 12, 1, 0, tzinfo=UTC)

    assert after(birthday, instant - MINUTE) == Occurrence(wall("2026-06-12T09:00"), instant)
    assert after(birthday, instant) is None
    assert between(birthday, instant - MINUTE, instant) == [after(birthday, instant - 300 * DAY)]


def test_a_daily_schedule_ends_with_its_last_date() -> None:
    short = Schedule.daily(time(23, 59), "UTC", start=date(2026, 6, 1), until=date(2026, 6, 3))

    assert [
        found.local.day
        for found in between(short, datetime(2020, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
    ] == [1, 2, 3]
    assert after(short, datetime(2026, 6, 3, 23, 59, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("kind", "at", "weekday"),
    [
        (Recurrence.DAILY, time(9, 0, 1), None),
        (Recurrence.DAILY, time(9, tzinfo=UTC), None),
        (Recurrence.DAILY, time(9), 1),
        (Recurrence.WEEKLY, time(9), None),
        (Recurrence.WEEKLY, time(9), 7),
    ],
)
def test_a_schedule_that_means_nothing_is_refused(kind: Recurrence, at: time, weekday: int | None) -> None:
    with pytest.raises(ValueError, match="a "):
        Schedule(kind, "UTC", at, date(2026, 6, 1), weekday=weekday)


schedules = st.builds(
    lambda zone, at, start, weekday: (
        Schedule.weekly(weekday, at, zone, start=start)
        if weekday is not None
        else Schedule.daily(at, zone, start=start)
    ),
    st.sampled_from(SAMPLE),
    st.builds(time, st.integers(0, 23), st.integers(0, 59)),
    st.dates(date(2011, 12, 20), date(2027, 1, 1)),
    st.none() | st.integers(0, 6),
)


@given(schedules, st.integers(-40, 400), st.lists(st.integers(1, 5000), max_size=8))
def test_restarts_and_late_ticks_neither_lose_nor_double(
    schedule: Schedule, day: int, waits: list[int]
) -> None:
    start = datetime.combine(schedule.start, time(0), UTC) + day * DAY
    ticks = [start]
    for minutes in waits:
        ticks.append(ticks[-1] + minutes * MINUTE)

    in_parts = [found for low, high in pairwise(ticks) for found in between(schedule, low, high)]

    assert in_parts == between(schedule, start, ticks[-1])
    assert len({found.local for found in in_parts}) == len(in_parts)
    assert sorted(in_parts, key=lambda found: found.instant) == in_parts
    assert after(schedule, start) == next(iter(between(schedule, start, start + 500 * DAY)), None)

"""Opening hours against a minute-by-minute simulator that only reads the wall clock."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_store.rules.business_hours import OpenHours, Shift

MINUTE = timedelta(minutes=1)
ZONES = ["UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Beirut"]
OFFICE = OpenHours("Europe/Berlin", {day: [(time(9), time(12)), (time(13), time(18))] for day in range(5)})
ALWAYS = OpenHours("UTC", {day: [(time(0), time(0))] for day in range(7)})

clocks = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
shifts = st.lists(st.tuples(clocks, clocks), max_size=3)
weeks = st.dictionaries(st.integers(0, 6), shifts, max_size=7)
# Around the clock changes of 2026 in these zones, and an ordinary week.
starts = st.sampled_from([(3, 27), (3, 28), (3, 7), (10, 24), (10, 31), (4, 4), (10, 3), (6, 10)]).flatmap(
    lambda day: st.integers(0, 2000).map(lambda minutes: datetime(2026, *day, tzinfo=UTC) + minutes * MINUTE)
)
calendars = st.builds(
    OpenHours,
    st.sampled_from(ZONES),
    weeks,
    st.dictionaries(
        st.sampled_from([date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 25), date(2026, 6, 11)]), shifts
    ),
)


def in_berlin(*when: int) -> datetime:
    return datetime(*when, tzinfo=ZoneInfo("Europe/Berlin"))  # type: ignore[misc, arg-type]  # year … minute


def shows_open(hours: OpenHours, at: datetime) -> bool:
    """Say whether the wall clock at `at` lies in a shift, by the plain words of the rule."""
    wall = at.astimezone(ZoneInfo(hours.zone))
    clock, day = wall.time(), wall.date()
    today, eve = (
        hours.special[one] if one in hours.special else hours.weekdays.get(one.weekday(), ())
        for one in (day, day - timedelta(days=1))
    )
    if day in hours.special and not today:
        return False
    return any(start <= clock < end if start < end else start <= clock for start, end in today) or any(
        clock < end for start, end in eve if end <= start
    )


def open_minutes(hours: OpenHours, start: datetime, count: int) -> list[bool]:
    return [shows_open(hours, start + step * MINUTE) for step in range(count)]


@given(calendars, starts, st.integers(0, 600), st.integers(0, 1200))
def test_equal_to_the_simulator(hours: OpenHours, start: datetime, length: int, minutes: int) -> None:
    simulated = open_minutes(hours, start, 3000)

    assert hours.is_open(start) is simulated[0]
    assert hours.open_seconds(start, start + length * MINUTE) == 60 * sum(simulated[:length])
    opening = simulated.index(True) if True in simulated else None
    found = hours.next_opening(start)
    if opening is not None:
        assert found == start + opening * MINUTE
    else:
        assert found is None or found >= start + 3000 * MINUTE
    due = next(
        (step for step, total in enumerate(accumulate(simulated, initial=0)) if total >= minutes), None
    )
    reached = hours.add_open_time(start, minutes * MINUTE)
    if due is not None:
        assert reached == start + due * MINUTE
    else:
        assert reached is None or reached > start + 3000 * MINUTE


def in_pieces(week: Mapping[int, Sequence[Shift]]) -> dict[int, list[Shift]]:
    """Cut every shift at midnight or, if it ends on its day, in the middle."""
    pieces: dict[int, list[Shift]] = {day: [] for day in range(7)}
    for day, (start, end) in [(day, shift) for day, shifts in week.items() for shift in shifts]:
        middle = (start.hour + end.hour) * 30 + (start.minute + end.minute) // 2
        cut = time(middle // 60, middle % 60) if start < end else time(0)
        if cut == start:
            pieces[day].append((start, end))
        else:
            pieces[day].append((start, cut))
            if cut != end:
                pieces[day if start < end else (day + 1) % 7].append((cut, end))
    return pieces


@given(calendars, starts, st.integers(0, 90_000))
def test_splitting_a_shift_changes_nothing(hours: OpenHours, start: datetime, seconds: int) -> None:
    whole = OpenHours(hours.zone, hours.weekdays)
    cut = OpenHours(hours.zone, in_pieces(hours.weekdays))

    assert list(cut.spans(start, start + timedelta(days=9))) == list(
        whole.spans(start, start + timedelta(days=9))
    )
    assert cut.add_open_time(start, timedelta(seconds=seconds)) == whole.add_open_time(
        start, timedelta(seconds=seconds)
    )


@given(calendars, starts, st.integers(1, 200_000), st.integers(0, 5_000))
def test_it_consumes_exactly_its_target_and_grows_with_it(
    hours: OpenHours, start: datetime, seconds: int, more: int
) -> None:
    reached = hours.add_open_time(start, timedelta(seconds=seconds))
    later = hours.add_open_time(start, timedelta(seconds=seconds + more))

    if reached is None:
        assert later is None
        return
    assert hours.open_seconds(start, reached) == seconds
    assert hours.open_seconds(start, reached - timedelta(microseconds=1)) < seconds
    assert later is None or later >= reached


def test_a_lunch_break_and_a_weekend_do_not_count() -> None:
    friday = in_berlin(2026, 6, 12, 11, 30)

    assert OFFICE.add_open_time(friday, timedelta(hours=6)) == in_berlin(2026, 6, 15, 9, 30)
    assert OFFICE.next_opening(in_berlin(2026, 6, 12, 18, 0)) == in_berlin(2026, 6, 15, 9, 0)
    assert OFFICE.open_seconds(friday, friday + timedelta(days=7)) == 40 * 3600


def test_seconds_are_kept() -> None:
    start = in_berlin(2026, 6, 12, 17, 59) + timedelta(seconds=30, microseconds=7)

    assert OFFICE.add_open_time(start, MINUTE) == in_berlin(2026, 6, 15, 9, 0) + timedelta(
        seconds=30, microseconds=7
    )


def test_a_night_shift_loses_the_hour_that_spring_takes() -> None:
    nights = OpenHours("Europe/Berlin", {5: [(time(22), time(6))]})

    assert nights.open_seconds(in_berlin(2026, 3, 28, 12), in_berlin(2026, 3, 29, 12)) == 7 * 3600
    assert nights.open_seconds(in_berlin(2026, 10, 24, 12), in_berlin(2026, 10, 25, 12)) == 9 * 3600
    assert nights.add_open_time(in_berlin(2026, 3, 28, 22), timedelta(hours=7)) == in_berlin(2026, 3, 29, 6)


def test_a_shift_inside_the_missing_hour_does_not_happen_that_day() -> None:
    early = OpenHours("Europe/Berlin", {6: [(time(2, 15), time(2, 45))]})

    assert early.next_opening(in_berlin(2026, 3, 28, 12)) == in_berlin(2026, 4, 5, 2, 15)


def test_around_the_clock_is_plain_addition() -> None:
    start = datetime(2026, 12, 31, 23, 0, tzinfo=UTC)

    assert ALWAYS.is_open(start)
    assert ALWAYS.add_open_time(start, timedelta(hours=72)) == start + timedelta(hours=72)


def test_a_closed_date_ends_the_night_before_and_begins_none() -> None:
    nights = OpenHours("UTC", {day: [(time(22), time(6))] for day in range(7)}, {date(2026, 1, 1): ()})

    assert not nights.is_open(datetime(2026, 1, 1, 3, tzinfo=UTC))
    assert not nights.is_open(datetime(2026, 1, 2, 3, tzinfo=UTC))
    assert (
        nights.open_seconds(datetime(2025, 12, 31, 12, tzinfo=UTC), datetime(2026, 1, 2, 12, tzinfo=UTC))
        == 2 * 3600
    )


def test_a_special_date_has_its_own_shifts_beside_the_night_before() -> None:
    week = {day: [(time(22), time(6))] for day in range(7)}
    hours = OpenHours("UTC", week, {date(2026, 1, 1): [(time(9), time(12)), (time(23), time(1))]})

    found = hours.spans(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, 12, tzinfo=UTC))
    assert [(opens.hour, closes.hour) for opens, closes in found] == [(0, 6), (9, 12), (23, 0), (0, 1)]


@pytest.mark.parametrize(
    "hours",
    [
        OpenHours("Asia/Shanghai", {}),
        OpenHours("Asia/Shanghai", {day: [] for day in range(7)}),
        OpenHours(
            "UTC",
            {0: [(time(9), time(17))]},
            dict.fromkeys((date(2026, 1, 5) + timedelta(weeks=week) for week in range(600)), ()),
        ),
    ],
)
def test_a_calendar_that_never_opens_answers_none(hours: OpenHours) -> None:
    now = datetime(2026, 1, 5, 10, tzinfo=UTC)

    assert hours.next_opening(now) is None
    assert hours.add_open_time(now, MINUTE) is None
    assert hours.add_open_time(now, timedelta(0)) == now
    assert hours.open_seconds(now, now + timedelta(days=30)) == 0


def test_time_backwards_holds_no_open_time() -> None:
    now = datetime(2026, 6, 12, tzinfo=UTC)

    assert ALWAYS.open_seconds(now, now - timedelta(hours=1)) == 0

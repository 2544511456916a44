"""Business days: dates on which the desk opens."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_store.rules import stale
from crm_store.rules.business_hours import OpenHours
from crm_store.rules.opening_text import read_week
from crm_store.rules.stale import Patience, Step

OFFICE = OpenHours("Europe/Berlin", read_week("mon-fri 09:00-18:00"))
FRIDAY = datetime(2026, 3, 27, 14, 0, tzinfo=UTC)  # three in the afternoon, two days before the clocks change


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, FRIDAY),
        (1, datetime(2026, 3, 30, 13, 0, tzinfo=UTC)),
        (5, datetime(2026, 4, 3, 13, 0, tzinfo=UTC)),
        (6, datetime(2026, 4, 6, 13, 0, tzinfo=UTC)),
    ],
)
def test_the_same_time_of_day_on_a_later_business_day(days: int, expected: datetime) -> None:
    assert stale.after(OFFICE, FRIDAY, days) == expected


def test_a_night_word_waits_for_the_opening_and_a_holiday_is_no_business_day() -> None:
    hours = OpenHours(OFFICE.zone, OFFICE.weekdays, {date(2026, 3, 30): ()})
    night = datetime(2026, 3, 27, 22, 0, tzinfo=UTC)
    assert stale.after(hours, night, 1) == datetime(2026, 4, 1, 7, 0, tzinfo=UTC)


def test_hours_that_never_open_never_give_up() -> None:
    assert stale.after(OpenHours("UTC", {}), FRIDAY, 1) is None


@given(st.integers(0, 20_000), st.integers(0, 20))
def test_more_days_are_never_sooner_and_always_open(minutes: int, days: int) -> None:
    start = FRIDAY + timedelta(minutes=minutes)
    sooner, later = stale.after(OFFICE, start, days), stale.after(OFFICE, start, days + 1)
    assert sooner is not None and later is not None
    assert start <= sooner < later or (sooner == later and days == 0)
    assert OFFICE.is_open(sooner)


def test_each_step_has_its_days() -> None:
    assert [Patience(1, 2, 3).days(step) for step in Step] == [1, 2, 3]

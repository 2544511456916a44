"""Periods as supervisors name them: local months and weeks, days back from now, in either language."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_store.errors import RefusedError
from handlers.supervisor import periods
from handlers.supervisor.periods import Period

NEW_YORK, SHANGHAI = "America/New_York", "Asia/Shanghai"
NOW = datetime(2026, 4, 1, 3, 30, 15, 250, tzinfo=UTC)  # 1 April in Shanghai, 31 March in New York


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]  # a date and perhaps an hour


def read(text: str, zone: str = SHANGHAI) -> tuple[Period, str]:
    return periods.read(text, now=NOW, zone=zone)


@pytest.mark.parametrize(
    "text", ["2026-03", "last month", "Last  Month", "上月", "上个月", "2026年3月", "2026.3"]
)
def test_a_local_month(text: str) -> None:
    assert read(text) == (Period(at(2026, 2, 28, 16), at(2026, 3, 31, 16), "month"), "")


def test_a_month_with_a_clock_change_is_an_hour_short() -> None:
    march, _ = read("2026-03", NEW_YORK)
    assert march.end - march.start == timedelta(days=31) - timedelta(hours=1)
    assert march == read("this month", NEW_YORK)[0]


@pytest.mark.parametrize("text", ["last week", "上周"])
def test_a_local_week_begins_on_monday(text: str) -> None:
    week, _ = read(text)
    assert week == Period(at(2026, 3, 22, 16), at(2026, 3, 29, 16), "week")
    assert week == periods.last_week(NOW, SHANGHAI)


@pytest.mark.parametrize(
    ("text", "days"),
    [("7d", 7), ("2w", 14), ("30D", 30), ("3天", 3), ("2 周", 14), ("", 30), ("2个星期", 14)],
)
def test_days_back_take_this_second_in(text: str, days: int) -> None:
    period, rest = read(text)
    assert (period.days, rest) == (days, "")
    assert period.end == at(2026, 4, 1, 3, 30, 16) and period.end - period.start == timedelta(days=days)


def test_today_and_yesterday_are_local() -> None:
    assert read("昨天")[0] == Period(at(2026, 3, 30, 16), at(2026, 3, 31, 16), "days")
    assert read("today")[0].start == read("yesterday")[0].end


@pytest.mark.parametrize(
    ("text", "rest"),
    [("2w agents", "agents"), ("上月 客服", "客服"), ("agents", "agents"), ("7days", ""), ("7dx", "7dx")],
)
def test_what_is_no_period_is_left(text: str, rest: str) -> None:
    assert read(text)[1] == rest


@pytest.mark.parametrize("text", ["2026-13", "0d", "9999d", "0000-01", "999w"])
def test_what_cannot_be_a_period_is_refused(text: str) -> None:
    with pytest.raises(RefusedError):
        read(text)


def test_the_period_before_is_of_the_same_kind() -> None:
    march = read("2026-03")[0]
    assert march.prior(SHANGHAI) == read("2026-02")[0]
    assert read("last week")[0].prior(SHANGHAI).end == read("last week")[0].start
    days = read("7d")[0]
    assert days.prior(SHANGHAI) == Period(days.start - timedelta(days=7), days.start, "days", 7)


@given(st.integers(1, 3660), st.integers(0, 10**9))
def test_a_button_means_exactly_its_period(days: int, seconds: int) -> None:
    period = periods.days(days, now=datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds))
    found = periods.of_code(period.code, SHANGHAI)
    assert (found.start, found.end) == (period.start, period.end)
    assert len(period.code) <= 15 and ":" not in period.code


@pytest.mark.parametrize("text", ["2026-03", "last week", "2024-02"])
def test_a_button_knows_a_local_month_or_week(text: str) -> None:
    period = read(text)[0]
    assert periods.of_code(period.code, SHANGHAI) == period


@pytest.mark.parametrize("code", ["", "x", ".", "1.1", "2.1", "zz.!", "1.zzzzzzz", "1." + "z" * 40])
def test_a_forged_button_is_stale(code: str) -> None:
    with pytest.raises(RefusedError):
        periods.of_code(code, SHANGHAI)


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("2026-03", "2026 年 3 月", "March 2026"),
        ("last week", "3月23日至3月29日", "23 Mar to 29 Mar"),
        ("7d", "近 7 天", "last 7 days"),
        ("yesterday", "3月31日", "31 Mar"),
    ],
)
def test_a_period_has_a_name(text: str, zh: str, en: str) -> None:
    period = read(text)[0]
    assert periods.name("zh", period, SHANGHAI) == zh
    assert periods.name("en", period, SHANGHAI) == en

"""Versions of the calendar: what the settings say, what was changed in chat, what holds."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot import public_holidays
from crm_store import calendars
from crm_store.calendars import Plan, Special
from crm_store.models.calendar import CalendarVersion, Source
from crm_store.models.staff import Audit
from crm_store.rules.opening_text import read_week
from crm_store.store import Store

NOW = datetime(2026, 3, 2, tzinfo=UTC)
WEEK = read_week("mon-fri 09:00-18:00")
PLAN = Plan("Asia/Shanghai", WEEK)
SATURDAY = date(2026, 3, 7)
TEN_TO_FOUR = ((time(10), time(16)),)


def versions(session: Session) -> int:
    return session.scalar(sa.select(sa.func.count(CalendarVersion.id))) or 0


def test_a_store_without_a_calendar_is_always_open(store: Store) -> None:
    found = store.read_now(calendars.current)
    assert (found.version, found.hours.is_open(NOW)) == (0, True)


def test_settings_make_a_version_only_when_they_change(store: Store) -> None:
    def unit(session: Session) -> None:
        first = calendars.seed(session, PLAN, now=NOW)
        assert calendars.seed(session, PLAN, now=NOW) == first
        calendars.change_week(session, read_week("sat 10:00-16:00"), by="staff:1", now=NOW)
        calendars.change_day(session, SATURDAY, (), by="staff:1", now=NOW)
        assert calendars.seed(session, PLAN, now=NOW) == first + 2  # what was changed in chat stays
        assert calendars.current(session).hours.weekdays[0] == ()
        second = calendars.seed(session, replace(PLAN, week=read_week("mon-sun 10:00-12:00")), now=NOW)
        assert (second, versions(session)) == (first + 3, 4)
        hours = calendars.current(session).hours
        assert hours.shifts_on(SATURDAY) == () and len(hours.on(date(2026, 3, 8))) == 1

    store.write_now(unit)


def test_next_years_holidays_leave_the_week_that_was_set_in_chat(store: Store) -> None:
    def unit(session: Session) -> None:
        calendars.seed(session, PLAN, now=NOW)
        calendars.change_week(session, read_week("sat 10:00-16:00"), by="staff:1", now=NOW)
        holidays = [Special(date(2027, 2, 6), (), Source.HOLIDAY)]
        calendars.seed(session, replace(PLAN, specials=holidays), now=NOW)
        hours = calendars.current(session).hours
        assert hours.weekdays[5] == TEN_TO_FOUR and hours.weekdays[0] == ()
        assert hours.shifts_on(date(2027, 2, 6)) == ()

    store.write_now(unit)


def test_an_override_wins_over_settings_and_those_over_a_holiday(store: Store) -> None:
    def unit(session: Session) -> None:
        days = [Special(SATURDAY, TEN_TO_FOUR, Source.HOLIDAY), Special(SATURDAY, (), Source.SETTINGS)]
        calendars.seed(session, replace(PLAN, specials=days), now=NOW)
        assert calendars.current(session).hours.shifts_on(SATURDAY) == ()
        night = ((time(22), time(2)),)
        calendars.change_day(session, SATURDAY, night, by="staff:1", now=NOW)
        assert calendars.current(session).hours.shifts_on(SATURDAY) == night
        assert calendars.change_day(session, SATURDAY, None, by="staff:1", now=NOW) is not None
        assert calendars.current(session).hours.shifts_on(SATURDAY) == ()
        assert calendars.change_day(session, SATURDAY, None, by="staff:1", now=NOW) is None
        told = session.scalars(sa.select(Audit).order_by(Audit.id)).all()
        assert [(line.what, line.subject) for line in told] == [
            ("hours.changed", "calendar:2"),
            ("hours.changed", "calendar:3"),
        ]

    store.write_now(unit)


def test_an_old_version_is_read_as_it_was(store: Store) -> None:
    def unit(session: Session) -> None:
        first = calendars.seed(session, PLAN, now=NOW)
        calendars.change_week(session, read_week("sun 10:00-12:00"), by="staff:1", now=NOW)
        assert calendars.of_version(session, first).hours.weekdays[0] == WEEK[0]
        assert calendars.of_version(session, None).version == 0

    store.write_now(unit)


def test_what_was_rolled_back_is_not_remembered(store: Store) -> None:
    def refused(session: Session) -> None:
        calendars.seed(session, PLAN, now=NOW)
        assert calendars.current(session).hours.weekdays[0] == WEEK[0]
        raise ValueError

    def unit(session: Session) -> None:
        calendars.seed(session, replace(PLAN, week=read_week("mon 08:00-09:00")), now=NOW)
        assert calendars.current(session).hours.weekdays[0] == ((time(8), time(9)),)

    assert isinstance(store.submit(refused).exception(), ValueError)
    store.write_now(unit)


def test_chinese_holidays_with_the_days_that_are_worked_for_them() -> None:
    week = read_week("mon-thu 09:00-18:00; fri 09:00-17:00; sat 10:00-16:00")
    found = {one.day: one.shifts for one in public_holidays.around("cn", week, date(2026, 3, 2))}
    october = [day for day in found if (day.year, day.month) == (2026, 10) and not found[day]]
    assert october == [date(2026, 10, day) for day in range(1, 8)]  # the Sunday between belongs to it
    assert found[date(2026, 10, 10)] == week[2]  # a Saturday in place of a Wednesday
    assert found[date(2026, 2, 14)] == week[4]  # and one in place of a Friday
    assert date(2026, 10, 11) not in found


def test_a_country_without_exchanged_days_has_its_holidays() -> None:
    found = {one.day: one.shifts for one in public_holidays.around("DE", WEEK, date(2026, 3, 2))}
    assert found[date(2026, 12, 25)] == ()
    assert public_holidays.is_known("de") and not public_holidays.is_known("Atlantis")

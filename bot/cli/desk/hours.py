"""Opening hours as records: one for each weekday, and one for each date to come that was set by hand."""

from collections.abc import Sequence
from datetime import date

from bot.cli.desk.parts import BY, Change, Here, Part, text
from bot.cli.records import Form, Kind, Record, RecordError
from crm_store import calendars
from crm_store.rules.opening_text import DAYS, write_shifts
from crm_store.rules.zones import local_of
from handlers.supervisor.hours import read_change, read_date, whole_week

USUAL = "-"  # instead of shifts: the date is a day like any other again


def _today(here: Here) -> date:
    return local_of(here.now, calendars.current(here.session).hours.zone).date()


def _held(here: Here) -> Sequence[Record]:
    week, specials = calendars.written(here.session, since=_today(here))
    usual = [{"day": name, "shifts": write_shifts(week.get(day, ()))} for day, name in enumerate(DAYS)]
    return [*usual, *({"day": one.day.isoformat(), "shifts": write_shifts(one.shifts)} for one in specials)]


def _check(here: Here, record: Record) -> Record:
    day, shifts = text(record, "day").strip().lower(), str(record.get("shifts", "")).strip()
    if not day[:1].isdigit():
        week = whole_week(f"{day} {shifts}")
        if len(week) != 1:
            raise RecordError("one_day", day=day[:60])
        [(weekday, found)] = week.items()
        return {"day": DAYS[weekday], "shifts": write_shifts(found)}
    when, change = read_date(day, today=_today(here)), read_change(shifts)
    return {"day": when.isoformat(), "shifts": USUAL if change is None else write_shifts(change)}


def _keep(here: Here, changes: Sequence[Change]) -> None:
    told = {text(one.record, "day"): text(one.record, "shifts") for one in changes}
    week = {
        DAYS.index(day): whole_week(f"{day} {shifts}")[DAYS.index(day)]
        for day, shifts in told.items()
        if day in DAYS
    }
    days = {date.fromisoformat(day): read_change(shifts) for day, shifts in told.items() if day not in DAYS}
    calendars.change(here.session, week, days, by=BY, now=here.now)


HOURS = Part(
    Kind("hours", {"day": Form.TEXT, "shifts": Form.TEXT}, key=("day",), needed=("day", "shifts")),
    _held,
    _check,
    _keep,
    blank={"day": "", "shifts": ""},
    says_nothing=lambda record: record["shifts"] == USUAL,
    together=True,
)

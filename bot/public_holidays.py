"""Public holidays of a country as special days of the calendar, and what is worked to make up for them."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from crm_store.calendars import Special
from crm_store.models.calendar import Source
from crm_store.rules.business_hours import Shift

YEARS = range(-1, 3)  # those around the present one
_DAY = timedelta(days=1)
_SUBSTITUTED = re.compile(r"\(substituted from (\d\d)/(\d\d)/(\d{4})\)")


def is_known(country: str) -> bool:
    """Tell whether holidays of a country are known, by its two letters."""
    from holidays import list_supported_countries

    return country.upper() in list_supported_countries()


def around(country: str, week: Mapping[int, Sequence[Shift]], today: date) -> list[Special]:
    """List the holidays of the years around a day, and the days worked to make up for them.

    A weekend between two days of one holiday belongs to it. A day that is worked in place of another has
    that other day's hours.
    """
    from holidays import country_holidays

    years = [today.year + ahead for ahead in YEARS]
    named = country_holidays(country.upper(), years=years, language="en_US")
    worked = _worked(dict(named.items()))
    off = set(named) - set(worked)
    off |= {day for free in off for day in _bridge(free, off) if day not in worked}
    made_up = [Special(day, week.get(of.weekday(), ()), Source.HOLIDAY) for day, of in sorted(worked.items())]
    return [Special(day, (), Source.HOLIDAY) for day in sorted(off)] + made_up


def _worked(named: Mapping[date, str]) -> dict[date, date]:
    """Find each day that is worked, with the day off it is worked for."""
    worked: dict[date, date] = {}
    for free, name in named.items():
        for month, day, year in _SUBSTITUTED.findall(name):
            worked[date(int(year), int(month), int(day))] = free
    return worked


def _bridge(free: date, off: set[date]) -> list[date]:
    """Give the weekend after a day off when the day after it is off too."""
    ahead = [free + step * _DAY for step in (1, 2)]
    for length in (1, 2):
        between = ahead[:length]
        if all(day.weekday() >= 5 for day in between) and free + (length + 1) * _DAY in off:
            return between
    return []

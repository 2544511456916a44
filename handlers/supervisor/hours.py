"""When the desk is open: shown, and changed by a week or by single days; each change is a new version."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from crm_store import calendars
from crm_store.calendars import Special
from crm_store.errors import RefusedError
from crm_store.models.calendar import Source
from crm_store.rules.business_hours import Shift
from crm_store.rules.opening_text import DAYS, UnreadableError, read_shifts, read_week, write_shifts
from crm_store.rules.zones import local_of
from handlers.context import Context
from handlers.texts import catalogue

AHEAD = timedelta(days=60)
FARTHEST = timedelta(days=3 * 366)
MOST = 14
_DAY = timedelta(days=1)
_DATED = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?\s*(.*)", re.DOTALL)
_BACK = frozenset({"-", "–", "—", "usual", "照常", "取消"})


def hours(ctx: Context, text: str | None) -> None:
    """Show the hours, or change the week or one day of them."""
    words = unicodedata.normalize("NFKC", text or "").strip()
    dated = _DATED.fullmatch(words)
    if dated is not None:
        _change_day(ctx, dated)
    elif words:
        _change_week(ctx, words)
    ctx.reply_text("\n".join(_shown(ctx)))


def _change_week(ctx: Context, words: str) -> None:
    calendars.change_week(ctx.session, whole_week(words), by=ctx.by, now=ctx.now)


def _change_day(ctx: Context, dated: re.Match[str]) -> None:
    day = read_date(dated[0], today=local_of(ctx.now, ctx.hours.zone).date())
    shifts = read_change(dated[4] or dated[0])
    if calendars.change_day(ctx.session, day, shifts, by=ctx.by, now=ctx.now) is None:
        raise RefusedError("hours_usual", day=day.isoformat())


def whole_week(words: str) -> Mapping[int, Sequence[Shift]]:
    """Read the shifts of a week, or refuse with the part that cannot be read."""
    try:
        return read_week(words)
    except UnreadableError as error:
        raise RefusedError("hours_unclear", part=str(error)[:60]) from None


def read_date(words: str, *, today: date) -> date:
    """Read the date that words begin with; refuse one that is none, that is over or too far off."""
    dated = _DATED.fullmatch(words)
    try:
        day = None if dated is None else date(*(int(number) for number in dated.groups()[:3]))
    except ValueError:
        day = None
    if day is None:
        raise RefusedError("hours_date", part=words[:60])
    if not today <= day <= today + FARTHEST:
        raise RefusedError("hours_past" if day < today else "hours_far", day=day.isoformat())
    return day


def read_change(words: str) -> Sequence[Shift] | None:
    """Read the shifts of one date; None when it is to be as usual again."""
    if words.strip().lower() in _BACK:
        return None
    try:
        return read_shifts(words)
    except UnreadableError as error:
        raise RefusedError("hours_unclear", part=(str(error) or words)[:60]) from None


def _shown(ctx: Context) -> Iterator[str]:
    """Word the week, today, the next opening and the special days to come."""
    calendar = calendars.current(ctx.session)
    zone = calendar.hours.zone
    today = local_of(ctx.now, zone).date()
    yield ctx.say("hours.head", zone=zone, version=calendar.version)
    yield from _week(ctx, calendar.hours.weekdays)
    yield ctx.say("hours.today", shifts=_worded(ctx, calendar.hours.shifts_on(today)))
    opens = calendar.hours.next_opening(ctx.now)
    if opens is None:
        yield ctx.say("hours.never")
    elif opens > ctx.now:
        yield ctx.say("hours.closed_now", opens=catalogue.moment(ctx.language, opens, zone))
    else:
        yield ctx.say("hours.open_now")
    yield from _ahead(ctx, calendars.specials(ctx.session, since=today, until=today + AHEAD))


def _week(ctx: Context, week: Mapping[int, Sequence[Shift]]) -> Iterator[str]:
    """Word the weekdays, equal neighbours together."""
    told = [_worded(ctx, week.get(day, ())) for day in range(7)]
    first = 0
    for day in range(7):
        if day == 6 or told[day + 1] != told[day]:
            names = [ctx.say(f"hours.day.{DAYS[one]}") for one in (first, day)]
            key = "hours.one" if first == day else "hours.several"
            yield ctx.say(key, first=names[0], last=names[1], shifts=told[day])
            first = day + 1


def _ahead(ctx: Context, found: Sequence[Special]) -> Iterator[str]:
    """Word the special days to come, neighbours of one kind together."""
    runs: list[list[Special]] = []
    for one in found:
        last = runs[-1][-1] if runs else None
        if last is not None and (last.day + _DAY, last.shifts, last.source) == (
            one.day,
            one.shifts,
            one.source,
        ):
            runs[-1].append(one)
        else:
            runs.append([one])
    if runs:
        yield ctx.say("hours.special")
    for run in runs[:MOST]:
        yield ctx.say(
            "hours.one" if len(run) == 1 else "hours.several",
            first=_day(ctx, run[0].day),
            last=_day(ctx, run[-1].day),
            shifts=ctx.say(f"hours.source.{_source(run[0])}", shifts=_worded(ctx, run[0].shifts)),
        )


def _source(one: Special) -> str:
    if one.source is Source.HOLIDAY:
        return "made_up" if one.shifts else "holiday"
    return one.source.value


def _day(ctx: Context, day: date) -> str:
    return f"{day.isoformat()} {ctx.say(f'hours.day.{DAYS[day.weekday()]}')}"


def _worded(ctx: Context, shifts: Sequence[Shift]) -> str:
    return write_shifts(shifts).replace(",", ctx.say("hours.between")) if shifts else ctx.say("hours.closed")

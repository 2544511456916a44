"""When a campaign runs, read from what a marketer typed and told back in words."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time

from crm_store.errors import RefusedError
from crm_store.rules import occurrences
from crm_store.rules.occurrences import Recurrence, Schedule
from crm_store.rules.zones import local_of

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ZH_DAYS = {
    word: day for day, words in enumerate(("一", "二", "三", "四", "五", "六", "日天")) for word in words
}
_CLOCK = r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2})|点(?:(?P<spoken>\d{1,2})分?)?)"
_ONCE = re.compile(rf"(?P<year>\d{{4}})[-/.年](?P<month>\d{{1,2}})[-/.月](?P<day>\d{{1,2}})日?[ t]*{_CLOCK}")
_DAILY = re.compile(rf"(?:daily|every ?day|每天|每日)(?: at)? *{_CLOCK}")
_EN_WEEK = rf"(?:weekly|every)(?: on)? (?P<en>{'|'.join(DAYS)})[a-z]*"
_ZH_WEEK = rf"每(?:周|星期|礼拜)(?P<zh>[{''.join(_ZH_DAYS)}])"
_NOW = frozenset({"now", "at once", "immediately", "现在", "立即", "马上", "立刻", "立即发送"})
_WEEKLY = re.compile(rf"(?:{_EN_WEEK}|{_ZH_WEEK})(?: at)? *{_CLOCK}")


def means_now(text: str) -> bool:
    """Tell whether someone typed that it should go at once."""
    return unicodedata.normalize("NFKC", text).strip().lower() in _NOW


def read(text: str, zone: str, *, now: datetime) -> Schedule:
    """Read once, daily or weekly with a local time, or refuse with an example."""
    words = unicodedata.normalize("NFKC", text).strip().lower()
    try:
        schedule = _read(words, zone, now)
    except ValueError:
        schedule = None
    if schedule is None:
        raise RefusedError("campaign_when")
    if occurrences.after(schedule, now) is None:
        raise RefusedError("campaign_past", now=f"{local_of(now, zone):%Y-%m-%d %H:%M}")
    return schedule


def _read(words: str, zone: str, now: datetime) -> Schedule | None:
    today = local_of(now, zone).date()
    if found := _ONCE.fullmatch(words):
        year, month, day = (int(found[part]) for part in ("year", "month", "day"))
        return Schedule.once(datetime.combine(date(year, month, day), _clock(found)), zone)
    if found := _DAILY.fullmatch(words):
        return Schedule.daily(_clock(found), zone, start=today)
    if found := _WEEKLY.fullmatch(words):
        weekday = DAYS.index(found["en"]) if found["en"] else _ZH_DAYS[found["zh"]]
        return Schedule.weekly(weekday, _clock(found), zone, start=today)
    return None


def _clock(found: re.Match[str]) -> time:
    return time(int(found["hour"]), int(found["minute"] or found["spoken"] or 0))


Say = Callable[..., str]


def told(say: Say, schedule: Schedule | None) -> str:
    """Word a schedule; none is now."""
    if schedule is None:
        return say("when.now")
    at = f"{schedule.at:%H:%M}"
    if schedule.kind is Recurrence.ONCE:
        return say("when.once", date=schedule.start.isoformat(), at=at, zone=schedule.zone)
    day = "" if schedule.weekday is None else say(f"when.{DAYS[schedule.weekday]}")
    return say(f"when.{schedule.kind.value}", at=at, day=day, zone=schedule.zone)

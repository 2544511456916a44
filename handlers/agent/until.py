"""Until when, as people type it: `2h`, `tomorrow 9:00`, `明天下午3点`, `fri`, `2026-03-05 14:00`, `18:00`."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from crm_store.errors import RefusedError
from crm_store.rules.business_hours import OpenHours
from crm_store.rules.opening_text import DAYS
from crm_store.rules.zones import instant_of, local_of
from handlers.agent import spelling

FARTHEST = timedelta(days=366)
MORNING = time(9)
_DAY = timedelta(days=1)
_UNITS: Mapping[str, timedelta] = {
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "分", "分钟"), timedelta(minutes=1)),
    **dict.fromkeys(
        ("h", "hr", "hrs", "hour", "hours", "小时", "个小时", "钟头", "个钟头"), timedelta(hours=1)
    ),
    **dict.fromkeys(("d", "day", "days", "天", "日"), _DAY),
    **dict.fromkeys(("w", "week", "weeks", "周", "星期", "个星期"), 7 * _DAY),
}
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_PIECE = re.compile(rf"(\d{{1,5}}(?:\.\d{{1,2}})?|半) ?({_UNIT})")
_SPAN = re.compile(rf"(?:in )?({_PIECE.pattern}(?: ?(?:and )?{_PIECE.pattern})*)(?:以?后)?")
_RELATIVE = {
    "today": 0, "tonight": 0, "今天": 0, "今日": 0, "今晚": 0, "tomorrow": 1, "tmr": 1, "明天": 1, "明日": 1,
    "明早": 1, "明晚": 1, "后天": 2, "大后天": 3,
}  # fmt: skip
_RELATIVE_WORD = "|".join(sorted(_RELATIVE, key=len, reverse=True))
_ZH_DAYS = {
    word: day for day, words in enumerate(("一", "二", "三", "四", "五", "六", "日天")) for word in words
}
_WEEKDAY = (
    rf"(?:(?:next|on) )?(?P<en>{'|'.join(DAYS)})(?:[a-z]*)"
    rf"|(?P<ahead>下)?(?:周|星期|礼拜)(?P<zh>[{''.join(_ZH_DAYS)}])"
)
_DATE = r"(?:(?P<year>\d{4})[-/.年])?(?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})[日号]?"
_CLOCK = (
    r"(?P<part>上午|早上|中午|下午|晚上)? ?(?P<hour>\d{1,2})"
    r"(?::(?P<minute>\d{2})|[点时](?:(?P<spoken>\d{1,2})分?|(?P<half>半))?|(?= ?[ap]m)) ?(?P<noon>[ap]m)?"
)
_WHEN = re.compile(
    rf"(?:(?P<relative>{_RELATIVE_WORD})|{_WEEKDAY}|{_DATE})?(?:[ t,]+|(?<=\D))?(?:at )?(?:{_CLOCK})?"
)
_AFTERNOON = frozenset({"下午", "晚上", "pm"})
_EVENING = frozenset({"tonight", "今晚", "明晚"})


def read(text: str, hours: OpenHours, zone: str, *, now: datetime) -> datetime:
    """Read an instant to come, in the house's zone, or refuse with an example."""
    words = _folded(text)
    try:
        at = _read(words, hours, zone, now)
    except (ValueError, OverflowError):
        at = None
    if at is None:
        raise RefusedError("until_unclear", text=text.strip()[:60])
    if at <= now:
        raise RefusedError("until_past", now=f"{local_of(now, zone):%Y-%m-%d %H:%M}")
    if at - now > FARTHEST:
        raise RefusedError("until_far")
    return at


def span(text: str) -> timedelta | None:
    """Read a length of time such as `1h30m`, `3 days` or `半小时`; None when it is none."""
    words = _folded(text)
    if _SPAN.fullmatch(words) is None:
        return None
    return sum((_piece(*found) for found in _PIECE.findall(words)), timedelta(0))


def _folded(text: str) -> str:
    words = " ".join(unicodedata.normalize("NFKC", text).lower().split())
    return " ".join(spelling.in_digits(words).split())


def _read(words: str, hours: OpenHours, zone: str, now: datetime) -> datetime | None:
    length = span(words)
    if length is not None:
        return now + length
    found = _WHEN.fullmatch(words)
    if found is None or not words:
        return None
    today = local_of(now, zone).date()
    clock, day = _clock(found), _date(found, today)
    if day is None:
        return None if clock is None else _next_showing(clock, today, zone, now)
    if clock is not None:
        return instant_of(datetime.combine(day, clock), zone)
    return _begins(day, hours, zone)


def _piece(count: str, unit: str) -> timedelta:
    return (0.5 if count == "半" else float(count)) * _UNITS[unit]


def _date(found: re.Match[str], today: date) -> date | None:
    if found["relative"]:
        return today + _RELATIVE[found["relative"]] * _DAY
    if found["en"] or found["zh"]:
        weekday = DAYS.index(found["en"]) if found["en"] else _ZH_DAYS[found["zh"]]
        if found["ahead"]:  # 下周一 is of the week that begins on the Monday to come
            return today + (7 - today.weekday() + weekday) * _DAY
        return today + ((weekday - today.weekday() - 1) % 7 + 1) * _DAY
    if not found["month"]:
        return None
    year, month, day = int(found["year"] or today.year), int(found["month"]), int(found["day"])
    named = date(year, month, day)
    return date(year + 1, month, day) if not found["year"] and named < today else named


def _clock(found: re.Match[str]) -> time | None:
    if not found["hour"]:
        return None
    hour = int(found["hour"])
    minute = 30 if found["half"] else int(found["minute"] or found["spoken"] or 0)
    later = {found["part"], found["noon"]} & _AFTERNOON or found["relative"] in _EVENING
    if hour < 12 and (later or (found["part"] == "中午" and hour < 3)):
        hour += 12
    elif hour == 12 and found["noon"] == "am":
        hour = 0
    return time(hour, minute)


def _next_showing(clock: time, today: date, zone: str, now: datetime) -> datetime:
    """Give when the wall clock shows a time next."""
    at = instant_of(datetime.combine(today, clock), zone)
    return at if at > now else instant_of(datetime.combine(today + _DAY, clock), zone)


def _begins(day: date, hours: OpenHours, zone: str) -> datetime:
    """Give when work begins on a day: at its opening, at nine where the desk never closes or stays closed."""
    midnight = instant_of(datetime.combine(day, time(0)), zone)
    opens = None if hours.is_open(midnight) else hours.next_opening(midnight)
    is_that_day = opens is not None and local_of(opens, zone).date() == day
    return opens if opens is not None and is_that_day else instant_of(datetime.combine(day, MORNING), zone)

"""A stretch of time as a supervisor names it: `30d`, `2w`, `2026-03`, 上月, last month."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from crm_store.errors import RefusedError
from handlers.agent.naming import SHOWN
from handlers.texts import catalogue

Shape = Literal["days", "week", "month"]
SPAN = re.compile(r"(\d{1,4})\s*(days?|weeks?|d|w|天|日|周|个?星期)", re.IGNORECASE)
MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})月?")
LONGEST = timedelta(days=3660)
USUAL = 30
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
SECOND = timedelta(seconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Period:
    """From start until before end, in whole seconds; a number of days, or a local week or month."""

    start: datetime
    end: datetime
    shape: Shape
    days: int = 0

    def prior(self, zone: str) -> "Period":
        """Return the period of the same kind right before."""
        if self.shape == "days":
            return Period(self.start - (self.end - self.start), self.start, "days", self.days)
        tz = ZoneInfo(zone)
        before = self.start.astimezone(tz).date() - timedelta(days=1)
        return _week(before, tz) if self.shape == "week" else _month(before, tz)

    @property
    def code(self) -> str:
        """Return both ends in few letters, for a button that means exactly this period."""
        return ".".join(_short(round((at - EPOCH) / SECOND)) for at in (self.start, self.end))


def read(typed: str, *, now: datetime, zone: str) -> tuple[Period, str]:
    """Read the period a text begins with and return what is left of the text; 30 days when it names none."""
    words, tz = " ".join(typed.split()), ZoneInfo(zone)
    folded = words.casefold()
    for name in sorted(_NAMED, key=len, reverse=True):
        if folded == name or folded.startswith(f"{name} "):
            return _NAMED[name](now.astimezone(tz).date(), tz), words[len(name) :].strip()
    first, _, rest = words.partition(" ")
    month, span = MONTH.fullmatch(first), SPAN.match(words)
    if month is not None:
        return _named_month(first, month, tz), rest.strip()
    if span is not None and words[span.end() : span.end() + 1] in {"", " "}:
        count = int(span[1]) * (7 if span[2].casefold().startswith(("w", "周", "星", "个")) else 1)
        if not 0 < count <= LONGEST.days:
            raise RefusedError("period", text=first[:SHOWN])
        return days(count, now=now), words[span.end() :].strip()
    return days(USUAL, now=now), words


def days(count: int, *, now: datetime) -> Period:
    """Return the last days up to now, this very second taken in."""
    end = now.replace(microsecond=0) + SECOND
    return Period(end - timedelta(days=count), end, "days", count)


def last_week(now: datetime, zone: str) -> Period:
    """Return the local week, from Monday, that is over."""
    tz = ZoneInfo(zone)
    return _week(now.astimezone(tz).date() - timedelta(days=7), tz)


def of_code(code: str, zone: str) -> Period:
    """Return the period of a button; one that is exactly a local week or month is known as such."""
    start, _, end = code.partition(".")
    try:
        found = Period(EPOCH + int(start, 36) * SECOND, EPOCH + int(end, 36) * SECOND, "days")
    except (ValueError, OverflowError):
        raise RefusedError("stale_button") from None
    if not timedelta() < found.end - found.start <= LONGEST:
        raise RefusedError("stale_button")
    tz = ZoneInfo(zone)
    first = found.start.astimezone(tz).date()
    for whole in (_week(first, tz), _month(first, tz)):
        if (whole.start, whole.end) == (found.start, found.end):
            return whole
    return found


def name(language: str, period: Period, zone: str) -> str:
    """Name a period: by its days, or by its local dates."""
    if period.shape == "days" and period.days:
        return catalogue.say(language, "period.days", days=period.days)
    tz = ZoneInfo(zone)
    first, last = (at.astimezone(tz).date() for at in (period.start, period.end - SECOND))
    if period.shape == "month":
        return catalogue.month(language, first)
    if first == last:
        return catalogue.day(language, first)
    return catalogue.say(
        language, "period.dates", first=catalogue.day(language, first), last=catalogue.day(language, last)
    )


def _named_month(first: str, found: re.Match[str], tz: ZoneInfo) -> Period:
    try:
        return _month(date(int(found[1]), int(found[2]), 1), tz)
    except (ValueError, OverflowError):
        raise RefusedError("period", text=first[:SHOWN]) from None


def _week(within: date, tz: ZoneInfo) -> Period:
    monday = within - timedelta(days=within.weekday())
    return Period(_midnight(monday, tz), _midnight(monday + timedelta(days=7), tz), "week")


def _month(within: date, tz: ZoneInfo) -> Period:
    first = within.replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    return Period(_midnight(first, tz), _midnight(following, tz), "month")


def _day(within: date, tz: ZoneInfo) -> Period:
    return Period(_midnight(within, tz), _midnight(within + timedelta(days=1), tz), "days")


def _midnight(local: date, tz: ZoneInfo) -> datetime:
    return datetime.combine(local, time(), tzinfo=tz).astimezone(UTC)


def _short(number: int) -> str:
    letters = ""
    while number:
        number, digit = divmod(number, 36)
        letters = DIGITS[digit] + letters
    return letters or "0"


def _before(local: date, tz: ZoneInfo) -> Period:
    return _month(local.replace(day=1) - timedelta(days=1), tz)


_NAMED: Mapping[str, Callable[[date, ZoneInfo], Period]] = {
    **dict.fromkeys(("last month", "上月", "上个月"), _before),
    **dict.fromkeys(("this month", "本月", "这个月"), _month),
    **dict.fromkeys(("last week", "上周", "上星期"), lambda local, tz: _week(local - timedelta(days=7), tz)),
    **dict.fromkeys(("this week", "本周", "这周"), _week),
    **dict.fromkeys(("yesterday", "昨天"), lambda local, tz: _day(local - timedelta(days=1), tz)),
    **dict.fromkeys(("today", "今天"), _day),
}

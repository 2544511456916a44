"""Opening hours as people write them: `mon-fri 09:00-12:00,13:00-18:00; sat 10:00-16:00`."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import time

from crm_store.rules.business_hours import Shift

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CLOSED = frozenset({"closed", "off", "休息", "休", "关门", "放假", "不营业"})
_ZH_DAYS = {
    word: day for day, words in enumerate(("一", "二", "三", "四", "五", "六", "日天")) for word in words
}
_DAY = r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*|(?:周|星期|礼拜)[一二三四五六日天]"
_PART = re.compile(
    rf"(?:(?P<first>{_DAY})(?: *[-–—~至到] *(?P<last>{_DAY}))?|(?P<all>daily|每天|每日))"
    r" *(?![-–—~])(?P<shifts>.*)"
)
_CLOCK = r"(\d{1,2})(?::(\d{2})(?::(\d{2}))?)?"
_SHIFT = re.compile(rf"{_CLOCK} *[-–—~至到] *{_CLOCK}")
_MIDNIGHT = time(0)


class UnreadableError(ValueError):
    """These are no opening hours; the argument is the part that cannot be read."""


def read_week(text: str) -> dict[int, tuple[Shift, ...]]:
    """Read the shifts of each weekday; what stands later wins.

    Raises UnreadableError with the part that cannot be read.
    """
    week: dict[int, tuple[Shift, ...]] = {}
    parts = [part.strip() for part in re.split(r"[;\n]", _plain(text))]
    for part in filter(None, parts):
        found = _PART.fullmatch(part)
        if found is None or not found["shifts"]:
            raise UnreadableError(part)
        shifts = read_shifts(found["shifts"])
        for day in range(7) if found["all"] else _span(found["first"], found["last"]):
            week[day] = shifts
    if not week:
        raise UnreadableError(text.strip())
    return week


def read_shifts(text: str) -> tuple[Shift, ...]:
    """Read the shifts of one day, none when it is closed.

    Raises UnreadableError with the part that cannot be read.
    """
    plain = _plain(text)
    if plain in CLOSED:
        return ()
    parts = [part.strip() for part in re.split(r"[,、 ]+(?=\d)", re.sub(r" *([-–—~至到]) *", r"\1", plain))]
    shifts = tuple(_shift(part) for part in parts if part)
    if not shifts:
        raise UnreadableError(text.strip())
    return shifts


def write_week(week: Mapping[int, Sequence[Shift]]) -> str:
    """Write a week so that it reads the same again, equal neighbours together."""
    runs: list[tuple[int, int, str]] = []
    for day in range(7):
        told = write_shifts(week.get(day, ()))
        if runs and runs[-1][2] == told:
            runs[-1] = (runs[-1][0], day, told)
        else:
            runs.append((day, day, told))
    return "; ".join(
        f"{DAYS[first]}{'' if first == last else '-' + DAYS[last]} {told}" for first, last, told in runs
    )


def write_shifts(shifts: Sequence[Shift]) -> str:
    """Write the shifts of one day; a closed one is `closed`."""
    return ",".join(f"{_told(start)}-{_end(end)}" for start, end in shifts) or "closed"


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().lower()


def _span(first: str, last: str | None) -> Sequence[int]:
    low, high = _day(first), _day(last or first)
    return [day % 7 for day in range(low, high + 1 if high >= low else high + 8)]


def _day(word: str) -> int:
    return DAYS.index(word[:3]) if word[:3] in DAYS else _ZH_DAYS[word[-1]]


def _shift(part: str) -> Shift:
    found = _SHIFT.fullmatch(part)
    if found is None:
        raise UnreadableError(part)
    hour, minute, second, *last = (int(group or 0) for group in found.groups())
    try:
        start = time(hour, minute, second)
        end = _MIDNIGHT if last == [24, 0, 0] else time(last[0], last[1], last[2])
    except ValueError:
        raise UnreadableError(part) from None
    if start == end != _MIDNIGHT:
        raise UnreadableError(part)
    return start, end


def _end(end: time) -> str:
    return "24:00" if end == _MIDNIGHT else _told(end)


def _told(clock: time) -> str:
    return f"{clock:%H:%M:%S}" if clock.second else f"{clock:%H:%M}"

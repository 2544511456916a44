"""Times in words, as the digits that stand for them: `两个半小时`, `明天上午十点`, `tomorrow morning`."""

import re
from collections.abc import Mapping

_DIGITS: Mapping[str, int] = {"零": 0, "两": 2} | {
    digit: value for value, digit in enumerate("一二三四五六七八九", 1)
}
_AFTER = "(?=个|刻|小时|钟头|分|天|日|号|周|星期|点|时|月)"
_ZH_NUMBER = re.compile(
    rf"(?<!周)(?<!星期)(?<!礼拜)([{''.join(_DIGITS)}]?十[{''.join(_DIGITS)}]?|[{''.join(_DIGITS)}]){_AFTER}"
)
_ZH_MINUTES = re.compile(rf"(?<=点)([{''.join(_DIGITS)}]?十[{''.join(_DIGITS)}]?|[{''.join(_DIGITS)}])$")
_EN_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_EN_NUMBERS: Mapping[str, str] = {word: str(value) for value, word in enumerate(_EN_WORDS, 1)} | {
    "a": "1",
    "an": "1",
}
_EN_NUMBER = re.compile(rf"\b({'|'.join(_EN_NUMBERS)})(?= (?:min|hour|hr|day|week))")
_PARTS: Mapping[str, str] = {
    **dict.fromkeys(("morning", "上午", "早上", "早晨", "明早"), "9:00"),
    **dict.fromkeys(("noon", "midday", "中午"), "12:00"),
    **dict.fromkeys(("afternoon", "下午"), "14:00"),
    **dict.fromkeys(("evening", "傍晚"), "18:00"),
    **dict.fromkeys(("tonight", "night", "晚上", "今晚", "明晚"), "20:00"),
}
_KEPT = {"明早", "今晚", "明晚", "tonight"}  # they name a day, too
_PART = re.compile(rf"({'|'.join(sorted(_PARTS, key=len, reverse=True))})$")


def in_digits(words: str) -> str:
    """Write the numbers and parts of the day in a time as digits; what is none stays as it is."""
    words = _ZH_NUMBER.sub(lambda found: str(_value(found[1])), words)
    words = _ZH_MINUTES.sub(lambda found: str(_value(found[1])), words)
    words = _EN_NUMBER.sub(lambda found: _EN_NUMBERS[found[1]], words.replace("half an hour", "30 minutes"))
    words = re.sub(r"(\d+)个半(?=小时|钟头|星期)", r"\1.5", words)
    words = re.sub(r"(?<=点)([13])刻", lambda found: f"{15 * int(found[1])}分", words)
    words = re.sub(r"([13])刻钟", lambda found: f"{15 * int(found[1])}分钟", words)
    return _PART.sub(
        _at_hour, re.sub(r"\b(?:this|in the|at) (?=morning|noon|afternoon|evening|night)", "", words)
    )


def _value(numeral: str) -> int:
    """Read a Chinese numeral below a hundred."""
    tens, ten, ones = numeral.rpartition("十")
    value = _DIGITS[ones] if ones else 0
    return value + 10 * (_DIGITS[tens] if tens else 1) if ten else value


def _at_hour(found: re.Match[str]) -> str:
    """Name the hour that a part of the day stands for."""
    part = found[1]
    return f"{part} {_PARTS[part]}" if part in _KEPT else f" {_PARTS[part]}"

"""Clean one cell of an order table: money, a currency, a time, or a text; a value, or why there is none."""

import re
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from scoring._cells import Cell, words
from scoring.text import normalise

EARLIEST = 1990  # no shop's file reaches further back
MOST = Decimal(10_000_000_000)
A_DAY = timedelta(days=1)
SIGNS = {"¥": "CNY", "￥": "CNY", "元": "CNY", "rmb": "CNY", "$": "USD", "€": "EUR", "£": "GBP"}
NAMES = {
    "人民币": "CNY", "元": "CNY", "rmb": "CNY", "美元": "USD", "欧元": "EUR", "英镑": "GBP", "日元": "JPY",
    "港币": "HKD", "港元": "HKD", "新台币": "TWD",
}  # fmt: skip


def number(raw: str) -> Cell:
    """Return an order's number as it stands, whole numbers without the point of a spreadsheet."""
    cell = words(raw)
    if cell.value is not None and re.fullmatch(r"\d+\.0+", cell.value):
        return Cell(cell.value.partition(".")[0], "order_number_formatted")
    return cell


def amount(raw: str) -> Cell:
    """Return money as a decimal with two places: ¥1,234.5 is 1234.50; below 0 or no money is refused."""
    if raw.startswith("="):
        return Cell(None, "formula")
    bare = raw.lower()
    for sign in (*SIGNS, "cny", "usd", "eur", "gbp"):
        bare = bare.replace(sign, "")
    bare = bare.replace(" ", "")
    if re.fullmatch(r"[+-]?\(?\d{1,3}(,\d{3})+(\.\d+)?\)?", bare):
        bare = bare.replace(",", "")
    if re.fullmatch(r"\(\d+(\.\d+)?\)", bare):
        bare = f"-{bare[1:-1]}"
    if not re.fullmatch(r"[+-]?\d+(\.\d+)?", bare):
        return Cell(None, "amount_invalid")
    try:
        money = Decimal(bare).quantize(Decimal("0.01"))
    except InvalidOperation:
        return Cell(None, "amount_invalid")
    if money < 0:
        return Cell(None, "amount_negative")
    if money > MOST:
        return Cell(None, "amount_invalid")
    return Cell(str(money), "" if raw == bare else "amount_formatted")


def currency(raw: str) -> Cell:
    """Return a currency as its three letters."""
    named = NAMES.get(normalise(raw)) or SIGNS.get(raw.strip())
    if named is not None:
        return Cell(named, "currency_coded")
    code = raw.strip().upper()
    if not re.fullmatch(r"[A-Z]{3}", code):
        return Cell(None, "currency_unknown")
    return Cell(code, "" if code == raw else "currency_coded")


def moment(raw: str, now: datetime) -> Cell:
    """Return a time as YYYY-MM-DDTHH:MM:SS by the house's clock; a date alone is its noon.

    What cannot be read, lies more than a day ahead of now (naive, the same clock) or before 1990 is refused.
    """
    match = _MOMENT.fullmatch(raw.strip())
    if match is None:
        return Cell(None, "formula" if raw.startswith("=") else "date_invalid")
    year, month, day = (int(match[name] or match[f"{name}_"]) for name in ("year", "month", "day"))
    hour, minute = (int(match["hour"]), int(match["minute"])) if match["hour"] else (12, 0)
    try:
        at = datetime(year, month, day, hour, minute, int(match["second"] or 0))  # noqa: DTZ001 - as written
    except ValueError:
        return Cell(None, "date_invalid")
    if at > now + A_DAY:
        return Cell(None, "order_in_future")
    if at.year < EARLIEST:
        return Cell(None, "order_too_long_ago")
    told = at.isoformat()
    plain = told[: len(raw)].replace("T", " ")
    return Cell(told, "" if plain == raw.replace("T", " ") else "date_formatted")


_MOMENT = re.compile(
    r"(?:(?P<year>\d{4})[-/.年] ?(?P<month>\d{1,2})[-/.月] ?(?P<day>\d{1,2})日?"
    r"|(?P<year_>\d{4})(?P<month_>\d\d)(?P<day_>\d\d))"
    r"(?:[T ]+(?P<hour>\d{1,2})[:：](?P<minute>\d\d)(?:[:：](?P<second>\d\d)(?:\.\d+)?)?)?"
)

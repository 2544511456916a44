"""Clean one cell of a customer table: a value, or why there is none."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from scoring.text import normalise

MAX_NAME, MAX_TEXT, MAX_TAG = 200, 100, 50
OLDEST = 120
HOME_COUNTRY = "86"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cleaned value (None when refused) and the reason it was changed or refused; "" when as written."""

    value: str | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Tidy:
    """A text as a person meant to type it, and "tidied" when that is not how it stood there."""

    value: str
    reason: str


def plain(raw: str) -> Tidy:
    """Take away odd spaces, control characters and full-width forms."""
    folded = unicodedata.normalize("NFKC", raw)
    kept = "".join(char if unicodedata.category(char) not in ("Cc", "Cf", "Co") else " " for char in folded)
    text = " ".join(kept.split())
    return Tidy(text, "" if text == raw else "tidied")


def words(raw: str, limit: int = MAX_TEXT) -> Cell:
    """Clean a text that a person reads; a formula is refused, a leading sign of one taken away."""
    if raw.startswith("="):
        return Cell(None, "formula")
    bare = raw.lstrip("+-@ ")
    if bare != raw:
        return Cell(bare or None, "formula_sign_removed" if bare else "formula")
    return Cell(raw[:limit], "shortened") if len(raw) > limit else Cell(raw)


def name(raw: str) -> Cell:
    """Clean a person's name."""
    return words(raw, MAX_NAME)


def phone(raw: str) -> Cell:
    """Bring a phone number into the form +8613800138000; Chinese numbers may come without a country."""
    if re.fullmatch(r"\d+(?:\.\d+)?[eE]\+?\d+", raw):
        return Cell(None, "phone_digits_lost")  # a spreadsheet rounded it to 1.38E+10
    digits = re.sub(r"[\s().·-]", "", raw)
    digits = "+" + digits[2:] if digits.startswith("00") else digits
    if re.fullmatch(r"(?:86)?1[3-9]\d{9}", digits):
        digits = f"+{HOME_COUNTRY}{digits[-11:]}"
    elif re.fullmatch(r"0[1-9]\d{8,10}", digits):
        digits = f"+{HOME_COUNTRY}{digits[1:]}"
    if not re.fullmatch(r"\+[1-9]\d{7,14}", digits):
        return Cell(None, "phone_invalid")
    return Cell(digits, "" if digits == raw else "phone_formatted")


def email(raw: str) -> Cell:
    """Lower-case an address; what has no plausible shape is refused."""
    address = raw.lower().removeprefix("mailto:").strip("<> ")
    if not _EMAIL.fullmatch(address) or ".." in address or len(address) > 254:
        return Cell(None, "email_invalid")
    return Cell(address, "" if address == raw else "email_formatted")


def spoken(raw: str) -> Cell:
    """Return the language as zh or en."""
    code = _LANGUAGES.get(normalise(raw).replace(" ", ""))
    if code is None:
        return Cell(None, "language_unknown")
    return Cell(code, "" if code == raw else "language_coded")


def gender(raw: str) -> Cell:
    """Return the gender as male, female or other."""
    code = _GENDERS.get(normalise(raw))
    if code is None:
        return Cell(None, "gender_unknown")
    return Cell(code, "" if code == raw else "gender_coded")


def tags(raw: str) -> Cell:
    """Return tags once each, separated by commas."""
    if raw.startswith("="):
        return Cell(None, "formula")
    parts = (part.strip().lstrip("+-@= ")[:MAX_TAG] for part in re.split(r"[,;、|/]", raw))
    joined = ",".join(dict.fromkeys(part for part in parts if part))
    return Cell(joined or None, "" if joined == raw else "tags_separated")


def birthday(raw: str, today: date) -> Cell:
    """Return a date as YYYY-MM-DD; one that cannot be read, lies ahead or is too long ago is refused."""
    match = _DATE.fullmatch(raw)
    if match is None:
        return Cell(None, "date_invalid")
    try:
        born = date(*(int(group) for group in match.groups() if group is not None))
    except ValueError:
        return Cell(None, "date_invalid")
    if born > today:
        return Cell(None, "date_in_future")
    if today.year - born.year > OLDEST:
        return Cell(None, "date_too_long_ago")
    return Cell(born.isoformat(), "" if born.isoformat() == raw else "date_formatted")


def age(raw: str) -> Cell:
    """Return an age of 0 to 120 in whole years."""
    match = re.fullmatch(r"(-?\d{1,4})(?:\.0+)?\s*(?:岁|周岁|years?(?: old)?|y)?", raw, re.IGNORECASE)
    if match is None:
        return Cell(None, "age_invalid")
    years = int(match[1])
    if years < 0:
        return Cell(None, "age_negative")
    if years > OLDEST:
        return Cell(None, "age_impossible")
    return Cell(str(years), "" if str(years) == raw else "age_formatted")


def telegram_id(raw: str) -> Cell:
    """Return a Telegram user number."""
    match = re.fullmatch(r"([1-9]\d{0,15})(?:\.0+)?", raw)
    if match is None:
        return Cell(None, "telegram_id_invalid")
    return Cell(match[1], "" if match[1] == raw else "telegram_id_formatted")


def years_between(born: date, today: date) -> int:
    """Return how old someone is today."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


CLEANERS: Mapping[str, Callable[[str], Cell]] = {
    "name": name,
    "phone": phone,
    "email": email,
    "language": spoken,
    "city": words,
    "region": words,
    "tags": tags,
    "age": age,
    "gender": gender,
    "telegram_id": telegram_id,
    "customer_id": words,
}

_DATE = re.compile(r"(\d{4})[-/.年] ?(\d{1,2})[-/.月] ?(\d{1,2})日?(?:[T ].*)?|(\d{4})(\d\d)(\d\d)")
_EMAIL = re.compile(
    r"[a-z0-9_](?:[a-z0-9._%+'-]{0,62}[a-z0-9_+-])?"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}"
)
ALIASES = {
    "name": """name, fullname, full name, customer, customer name, nickname,
        姓名, 名字, 客户, 客户姓名, 客户名称, 昵称, 称呼, 联系人""",
    "phone": """phone, phone number, mobile, mobile phone, cell, cellphone, tel, telephone,
        电话, 手机, 手机号, 手机号码, 联系电话, 电话号码, 联系方式""",
    "email": "email, e mail, mail, email address, 邮箱, 电子邮箱, 邮件, 电子邮件, 邮箱地址",
    "language": "language, lang, locale, preferred language, 语言, 语种, 首选语言",
    "city": "city, town, 城市, 所在城市, 市",
    "region": "region, province, state, area, 地区, 省份, 省, 区域, 所在地, 所在地区",
    "tags": "tags, tag, labels, label, groups, group, 标签, 分组, 客户标签",
    "birthday": "birthday, birth date, birthdate, date of birth, dob, born, 生日, 出生日期",
    "age": "age, 年龄, 岁数",
    "gender": "gender, sex, 性别",
    "telegram_id": """telegram id, telegramid, telegram, telegram user id, tg, tg id, tgid,
        电报, 电报id, telegram账号""",
    "customer_id": """customer id, customerid, id, member id, member no, external id,
        客户编号, 客户id, 编号, 会员号, 会员编号, 客户号""",
}
HEADINGS = {normalise(alias): field for field, aliases in ALIASES.items() for alias in aliases.split(",")}
_CHINESE = ("zh", "zhcn", "zhhans", "zhhanscn", "cn", "chinese", "mandarin", "simplifiedchinese")
_LANGUAGES = {
    **dict.fromkeys(_CHINESE, "zh"),
    **dict.fromkeys(("中文", "汉语", "普通话", "简体中文", "华语", "国语"), "zh"),
    **dict.fromkeys(("en", "enus", "engb", "eng", "english", "英文", "英语"), "en"),
}
_GENDERS = {
    **dict.fromkeys(("male", "m", "man", "男", "男性", "先生"), "male"),
    **dict.fromkeys(("female", "f", "woman", "女", "女性", "女士"), "female"),
    **dict.fromkeys(("other", "其他", "其它"), "other"),
}

"""Who lives in the demo: the cast by name, and the shop's other customers by rule."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from crm_store.rules.roles import Role

STAFF_GROUP = -1_001_000_000_001
GROUP_TITLE = "灯下小铺 · Lantern desk"
BOT_NAME, BOT_USERNAME = "Lantern 灯下小铺", "lantern_demo_bot"
HOUSEHOLD = 300  # customers, Mei and Li among them
FIRST_CUSTOMER = 700_001_000  # the address of customer 1, less one


@dataclass(frozen=True, slots=True)
class Member:
    """One of the staff."""

    address: int
    name: str
    language: str
    role: Role


WANG = Member(700_000_011, "Wang 王", "zh", Role.AGENT)
CHEN = Member(700_000_012, "Chen 陈", "en", Role.SUPERVISOR)
ZHAO = Member(700_000_013, "Zhao 赵", "zh", Role.MARKETER)
ADMIN = Member(700_000_014, "Admin 管理员", "en", Role.ADMIN)
STAFF = (WANG, CHEN, ZHAO, ADMIN)

_SURNAMES = "张刘杨黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董"
_GIVEN = (
    "伟", "芳", "娜", "敏", "静", "磊", "洋", "艳", "勇", "杰", "涛", "明", "秀英", "桂兰", "志强", "建国",
    "晓东", "雨桐", "子涵", "梓萱", "浩然", "思远", "佳怡", "欣怡", "嘉琪", "文博", "俊杰", "雪梅", "海燕",
)  # fmt: skip
_FIRST = (
    "Emma", "Liam", "Olivia", "Noah", "Ava", "Lucas", "Mia", "Ethan", "Sofia", "James", "Chloe", "Daniel",
    "Grace", "Oscar", "Nora", "Henry", "Amira", "Felix", "Priya", "Tomas", "Ingrid", "Kofi", "Yuki",
)  # fmt: skip
_LAST = (
    "Baker", "Nguyen", "Garcia", "Miller", "Kowalski", "Haddad", "Okafor", "Svensson", "Rossi", "Walker",
    "Schmidt", "Patel", "Brown", "Tanaka", "Dubois", "Murphy", "Silva",
)  # fmt: skip
_CITIES = {
    "zh": ("上海", "北京", "杭州", "广州", "成都", "深圳", "武汉", "西安", "南京"),
    "en": ("Shanghai", "Beijing", "Shenzhen", "Suzhou"),
}
_ABROAD = (
    ("Asia/Shanghai", "Shanghai"),
    ("Europe/Berlin", "Berlin"),
    ("America/New_York", "New York"),
    ("America/Los_Angeles", "San Francisco"),
)
"""At any hour it is night in one of them, so a campaign always meets somebody's quiet hours."""


@dataclass(frozen=True, slots=True)
class Shopper:
    """A customer of the demo's shop: who, and what decides whether a campaign reaches them."""

    number: int
    name: str
    language: str
    city: str
    zone: str | None = None
    tags: tuple[str, ...] = ()
    says_yes: bool = False
    says_no: bool = False
    has_blocked: bool = False
    blocks_unseen: bool = False
    is_new: bool = False
    is_pinned: bool = False

    @property
    def address(self) -> int:
        """Return the Telegram id."""
        return FIRST_CUSTOMER + self.number

    @property
    def email(self) -> str | None:
        """Return the mail address of those who left one, with their name where it is in Latin letters."""
        spelt = self.name.lower().replace(" ", ".")
        known = f"{spelt}@example.com" if spelt.isascii() else f"buyer{self.number}@example.com"
        return known if self.number % 3 else None

    def since(self, base: datetime) -> datetime:
        """Tell since when they are a customer."""
        age = timedelta(days=2 + self.number % 17) if self.is_new else timedelta(days=120 + self.number % 300)
        return base - age - timedelta(minutes=self.number * 7 % 600)


MEI = Shopper(1, "Mei 梅", "zh", "上海", tags=("vip",), is_pinned=True)
LI = Shopper(2, "Li 李", "en", "Beijing", says_yes=True, is_pinned=True)


def shoppers() -> list[Shopper]:
    """List every customer, the cast first; always the same ones."""
    return [MEI, LI, *(_shopper(number) for number in range(3, HOUSEHOLD + 1))]


def _shopper(number: int) -> Shopper:
    language = "en" if number % 5 in {1, 3} else "zh"
    words = {
        "vip": number % 8 == 3,
        "new": number % 6 == 1,
        "wholesale": number % 23 == 5,
        "gift": number % 9 == 2,
    }
    one = Shopper(
        number,
        _name(number, language),
        language,
        _CITIES[language][number % len(_CITIES[language])],
        tags=tuple(word for word, holds in words.items() if holds),
        is_new=words["new"],
    )
    if language == "en" and number % 4 == 1:
        zone, city = _ABROAD[number // 4 % len(_ABROAD)]
        one = replace(one, zone=zone, city=city)
    return _with_consent(one)


def _with_consent(one: Shopper) -> Shopper:
    if one.number % 6 == 4:
        return one
    if one.number % 15 == 7:
        return replace(one, says_no=True)
    return replace(
        one, says_yes=True, has_blocked=one.number % 25 == 11, blocks_unseen=one.number % 100 == 38
    )


def _name(number: int, language: str) -> str:
    if language == "zh":
        return _SURNAMES[number % len(_SURNAMES)] + _GIVEN[number % len(_GIVEN)]
    return f"{_FIRST[number % len(_FIRST)]} {_LAST[number % len(_LAST)]}"

"""What the company promises on each channel: how often, what, how well, how fast, and to what end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from crm_store.rules.frequency import MONTH, WEEK


class Cadence(StrEnum):
    """How often there is something to say."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"

    @property
    def period(self) -> timedelta:
        """Give the time between two sends; a month is 30 days."""
        return {"daily": timedelta(days=1), "weekly": WEEK, "monthly": MONTH}[self.value]


class Level(StrEnum):
    """How good something is meant to be."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Speed(StrEnum):
    """How soon a person answers."""

    FAST = "fast"
    SLOW = "slow"


@dataclass(frozen=True)
class Communication:
    """What goes out on a channel."""

    cadence: Cadence
    content: str
    quality: Level


@dataclass(frozen=True)
class Service:
    """How those who write on a channel are served, and how they are asked what they think of it."""

    quality: Level
    speed: Speed
    channel: str
    feedback: str


@dataclass(frozen=True)
class Marketing:
    """What promotion on a channel is for, by which method, and what effect shows it."""

    goal: str
    method: str
    effect: str


@dataclass(frozen=True)
class Strategy:
    """One channel's row of the strategy."""

    channel: str
    communication: Communication
    service: Service
    marketing: Marketing


@dataclass(frozen=True)
class MessageTargets:
    """The least share delivered and the greatest share of opt-outs that a quality of communication allows."""

    delivered: float
    opted_out: float


_SALES = "increase_sales"

STRATEGY: Mapping[str, Strategy] = {
    row.channel: row
    for row in (
        Strategy(
            "email",
            Communication(Cadence.WEEKLY, "newsletter", Level.HIGH),
            Service(Level.HIGH, Speed.FAST, "online", "survey"),
            Marketing(_SALES, "email_marketing", _SALES),
        ),
        Strategy(
            "phone",
            Communication(Cadence.MONTHLY, "promotion", Level.MEDIUM),
            Service(Level.HIGH, Speed.SLOW, "phone", "call"),
            Marketing(_SALES, "telephone_marketing", _SALES),
        ),
        Strategy(
            "wechat",
            Communication(Cadence.DAILY, "coupon", Level.HIGH),
            Service(Level.MEDIUM, Speed.FAST, "online", "message"),
            Marketing(_SALES, "wechat_marketing", _SALES),
        ),
        Strategy(
            "weibo",
            Communication(Cadence.WEEKLY, "event", Level.LOW),
            Service(Level.LOW, Speed.SLOW, "online", "comment"),
            Marketing(_SALES, "weibo_marketing", _SALES),
        ),
        Strategy(
            "telegram",
            Communication(Cadence.WEEKLY, "news", Level.HIGH),
            Service(Level.HIGH, Speed.FAST, "online", "message"),
            Marketing(_SALES, "telegram_marketing", _SALES),
        ),
        Strategy(
            "webchat",
            Communication(Cadence.WEEKLY, "news", Level.HIGH),
            Service(Level.HIGH, Speed.FAST, "online", "message"),
            Marketing(_SALES, "webchat_marketing", _SALES),
        ),
    )
}

# What the words ask for, in numbers that a company may change.
ANSWERED_IN_TIME = 0.90
ANSWER_WITHIN: Mapping[Speed, timedelta] = {Speed.FAST: timedelta(hours=1), Speed.SLOW: timedelta(hours=8)}
CSAT_AT_LEAST: Mapping[Level, float] = {Level.HIGH: 0.85, Level.MEDIUM: 0.75, Level.LOW: 0.60}
MESSAGES: Mapping[Level, MessageTargets] = {
    Level.HIGH: MessageTargets(delivered=0.98, opted_out=0.002),
    Level.MEDIUM: MessageTargets(delivered=0.95, opted_out=0.005),
    Level.LOW: MessageTargets(delivered=0.90, opted_out=0.01),
}

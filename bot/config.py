"""Settings: the only reader of the environment."""

import os
import re
import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import unquote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, Field, SecretStr, ValidationError, field_validator
from pydantic_core import PydanticCustomError

from bot import public_holidays
from bot.debug import AT, POINTS
from crm_store.calendars import Plan, Special
from crm_store.models.calendar import Source
from crm_store.rules.opening_text import UnreadableError, read_week
from crm_store.rules.stale import Patience
from handlers.texts import catalogue

PREFIX = "HEARWELL_"
Tree = dict[str, object]  # settings as they are written: values and sections of values
TOKEN = re.compile(r"^\d+:[A-Za-z0-9_-]{3,}$")
PASSWORD = re.compile(r"://[^/@:?]*:(.*)@|[?&]\w*password=([^&]*)")  # in a URL
EXAMPLES = {
    "config": "HEARWELL_CONFIG=/etc/hearwell.toml",
    "telegram.token": "HEARWELL_TELEGRAM__TOKEN=123456:AAExampleExampleExampleExampleExample",
    "telegram.api_url": "HEARWELL_TELEGRAM__API_URL=https://api.telegram.org",
    "telegram.mode": "HEARWELL_TELEGRAM__MODE=polling",
    "telegram.webhook_url": "HEARWELL_TELEGRAM__WEBHOOK_URL=https://bot.example.org/telegram",
    "telegram.staff_group": "HEARWELL_TELEGRAM__STAFF_GROUP=-1001234567890",
    "telegram.admins": "HEARWELL_TELEGRAM__ADMINS=600000001,600000002",
    "telegram.rate": "HEARWELL_TELEGRAM__RATE=30",
    "database.url": "HEARWELL_DATABASE__URL=sqlite:////var/lib/hearwell/hearwell.db",
    "data_dir": "HEARWELL_DATA_DIR=/var/lib/hearwell",
    "web.host": "HEARWELL_WEB__HOST=127.0.0.1",
    "web.port": "HEARWELL_WEB__PORT=8080",
    "language": "HEARWELL_LANGUAGE=zh",
    "timezone": "HEARWELL_TIMEZONE=Asia/Shanghai",
    "desk.hours": "HEARWELL_DESK__HOURS='mon-fri 09:00-12:00 13:30-18:00; sat 10:00-16:00'",
    "desk.closed": "HEARWELL_DESK__CLOSED=2026-10-01,2026-10-02",
    "desk.holidays": "HEARWELL_DESK__HOLIDAYS=CN",
    "desk.remind_after": "HEARWELL_DESK__REMIND_AFTER=2",
    "desk.resolve_after": "HEARWELL_DESK__RESOLVE_AFTER=5",
    "desk.close_after": "HEARWELL_DESK__CLOSE_AFTER=7",
    "desk.survey_delay": "HEARWELL_DESK__SURVEY_DELAY=600",
    "desk.nps": "HEARWELL_DESK__NPS=false",
    "desk.flood": "HEARWELL_DESK__FLOOD=20",
    "desk.approve_over": "HEARWELL_DESK__APPROVE_OVER=1000",
    "desk.idle_minutes": "HEARWELL_DESK__IDLE_MINUTES=30",
    "debug.kill_at": "HEARWELL_DEBUG__KILL_AT=after_journal",
}
PROBLEMS = {
    "int_parsing": "whole_number",
    "float_parsing": "number",
    "less_than_equal": "at_most",
    "greater_than_equal": "at_least",
    "greater_than": "more_than",
    "date_from_datetime_parsing": "date",
    "date_parsing": "date",
    "bool_parsing": "yes_or_no",
}


class ConfigError(Exception):
    """A setting is wrong; the message names it, the problem and an example, in the operator's language."""


def wrong(path: str, problem: str, *, language: str | None = None, **values: object) -> str:
    """Word what is wrong with a setting: its name, the problem and an example."""
    spoken = language or ("zh" if os.environ.get(f"{PREFIX}LANGUAGE") == "zh" else "en")
    name = path if path.startswith(PREFIX) else PREFIX + path.upper().replace(".", "__")
    told = catalogue.say(spoken, f"config.problem.{problem}", **values)
    example = EXAMPLES.get(path, f"{name}=…")
    return catalogue.say(spoken, "config.wrong", name=name, problem=told, example=example)


def _problem(kind: str, **values: object) -> PydanticCustomError:
    return PydanticCustomError("hearwell", "{kind}", {"kind": kind, **values})


class Telegram(BaseModel):
    """The Telegram inbox."""

    token: SecretStr | None = None
    api_url: str = "https://api.telegram.org"
    mode: Literal["polling", "webhook"] = "polling"
    webhook_url: str | None = None
    webhook_secret: SecretStr | None = None
    staff_group: int | None = None
    admins: tuple[int, ...] = ()
    rate: float = Field(default=30.0, gt=0, le=1000)

    @property
    def account(self) -> str | None:
        """Return the bot's own id, which its token begins with."""
        return None if self.token is None else self.token.get_secret_value().partition(":")[0]

    @field_validator("admins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return (
            tuple(part.strip() for part in value.split(",") if part.strip())
            if isinstance(value, str)
            else value
        )

    @field_validator("token")
    @classmethod
    def _shape(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not TOKEN.match(value.get_secret_value()):
            raise _problem("token")
        return value

    @field_validator("api_url")
    @classmethod
    def _url(cls, value: str) -> str:
        if not re.match(r"^https?://[^/\s]+", value):
            raise _problem("address")
        return value.rstrip("/")

    @field_validator("staff_group", mode="before")
    @classmethod
    def _empty(cls, value: object) -> object:
        return None if value == "" else value


class Database(BaseModel):
    """Where the store lives; SQLite in the data folder unless said otherwise."""

    url: str | None = None

    @field_validator("url")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(
            ("sqlite:///", "postgresql://", "postgresql+psycopg://")
        ):
            raise _problem("database")
        return value


class Web(BaseModel):
    """Where health checks and webhooks are served."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)


class DeskSettings(BaseModel):
    """How the service desk works."""

    hours: str = "mon-sun 00:00-24:00"
    closed: tuple[date, ...] = ()
    holidays: str | None = None
    remind_after: int = Field(default=2, ge=1, le=365)
    resolve_after: int = Field(default=5, ge=1, le=365)
    close_after: int = Field(default=7, ge=1, le=365)
    survey_delay: int = Field(default=0, ge=0)
    nps: bool = True
    flood: int = Field(default=20, ge=2, le=1000)
    idle_minutes: int = Field(default=30, ge=1, le=1440)
    approve_over: int = Field(default=0, ge=0)

    @field_validator("closed", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return (
            tuple(part.strip() for part in value.split(",") if part.strip())
            if isinstance(value, str)
            else value
        )

    @field_validator("hours")
    @classmethod
    def _readable(cls, value: str) -> str:
        try:
            read_week(value)
        except UnreadableError as error:
            raise _problem("hours", part=str(error)) from error
        return value

    @field_validator("holidays")
    @classmethod
    def _observed(cls, value: str | None) -> str | None:
        if value and not public_holidays.is_known(value):
            raise _problem("holidays", country=value)
        return value.upper() if value else None


class Debug(BaseModel):
    """Switches for tests."""

    kill_at: str | None = None

    @field_validator("kill_at")
    @classmethod
    def _named(cls, value: str | None) -> str | None:
        if value is not None and not AT.fullmatch(value):
            raise _problem("kill_point", points=", ".join(POINTS))
        return value


class Log(BaseModel):
    """How log lines look."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    json_lines: bool = True


class Settings(BaseModel):
    """Everything an operator can set, by HEARWELL_… variables, `_FILE` variants or one TOML file."""

    telegram: Telegram = Field(default_factory=Telegram)
    database: Database = Field(default_factory=Database)
    web: Web = Field(default_factory=Web)
    desk: DeskSettings = Field(default_factory=DeskSettings)
    debug: Debug = Field(default_factory=Debug)
    log: Log = Field(default_factory=Log)
    data_dir: Path = Path("data")
    language: Literal["zh", "en"] = "en"
    timezone: str = "UTC"

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise _problem("zone") from error
        return value

    @property
    def database_url(self) -> str:
        """Return where the store lives."""
        url = self.database.url or f"sqlite:///{self.data_dir.resolve() / 'hearwell.db'}"
        return re.sub(r"^postgresql://", "postgresql+psycopg://", url)

    @property
    def secrets(self) -> frozenset[str]:
        """Return the values that may appear in no log."""
        given = (self.telegram.token, self.telegram.webhook_secret)
        told = {secret.get_secret_value() for secret in given if secret is not None}
        urls = (self.database.url, self.telegram.api_url, self.telegram.webhook_url)
        told |= {part for url in urls for found in PASSWORD.findall(url or "") for part in found}
        return frozenset(filter(None, {*told, *map(unquote, told)}))

    def calendar(self, today: date) -> Plan:
        """Return when the desk is open: its week, the holidays around this year and the days it is closed."""
        week = read_week(self.desk.hours)
        specials = [Special(day, (), Source.SETTINGS) for day in sorted(set(self.desk.closed))]
        if self.desk.holidays is not None:
            specials += public_holidays.around(self.desk.holidays, week, today)
        return Plan(self.timezone, week, specials)

    @property
    def patience(self) -> Patience:
        """Return how long is waited for customers who do not answer."""
        return Patience(self.desk.remind_after, self.desk.resolve_after, self.desk.close_after)

    @property
    def survey_delay(self) -> timedelta:
        """Return how long after resolving a rating is asked for."""
        return timedelta(seconds=self.desk.survey_delay)

    @property
    def idle_after(self) -> timedelta:
        """Return after how much working time without a sign of them agents count as away."""
        return timedelta(minutes=self.desk.idle_minutes)


def load(**given: object) -> Settings:
    """Read the settings, or raise ConfigError with the setting, the problem and an example.

    What a caller gives wins over variables, those over a file of one value, and that over the file of many.
    """
    read: Tree = {}
    for source in (_toml(), _secret_files(), _variables(), given):
        _merge(read, source)
    try:
        return Settings.model_validate(read)
    except ValidationError as error:
        raise ConfigError("\n".join(_sentences(error))) from None


def without_environment(**given: object) -> Settings:
    """Make settings from the given values alone; the demo takes nothing from the environment."""
    return Settings.model_validate(given)


def _merge(into: Tree, more: Tree) -> None:
    for name, value in more.items():
        known = into.get(name)
        if isinstance(known, dict) and isinstance(value, dict):
            _merge(known, value)
        else:
            into[name] = value


def _placed(name: str, value: str) -> Tree:
    """Place a value where its variable's name says: TELEGRAM__TOKEN in the section telegram."""
    first, *rest = name.lower().split("__", 1)
    return {first: _placed(rest[0], value)} if rest else {first: value}


def _variables() -> Tree:
    found: Tree = {}
    for name, value in os.environ.items():
        if name.startswith(PREFIX) and value and not name.endswith("_FILE"):
            _merge(found, _placed(name.removeprefix(PREFIX), value))
    return found


def _toml() -> dict[str, object]:
    path = os.environ.get(f"{PREFIX}CONFIG")
    if not path:
        return {}
    try:
        return dict(tomllib.loads(Path(path).read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(wrong("config", "file", file=path, why=error)) from None


def _secret_files() -> Tree:
    found: Tree = {}
    for name, path in os.environ.items():
        if name.startswith(PREFIX) and path and name.endswith("_FILE"):
            try:
                value = Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise ConfigError(wrong(name, "file", file=path, why=error.strerror)) from None
            _merge(found, _placed(name.removeprefix(PREFIX).removesuffix("_FILE"), value))
    return found


def _sentences(error: ValidationError) -> Iterator[str]:
    for problem in error.errors(include_input=False, include_url=False):
        path = ".".join(str(part) for part in problem["loc"] if not isinstance(part, int))
        details = problem.get("ctx", {})
        if problem["type"] == "hearwell":
            yield wrong(
                path,
                str(details["kind"]),
                **{name: value for name, value in details.items() if name != "kind"},
            )
        elif problem["type"] == "literal_error":
            yield wrong(path, "choice", choices=details["expected"].replace(" or ", ", "))
        elif problem["type"] in PROBLEMS:
            limit = next((details[name] for name in ("le", "ge", "lt", "gt") if name in details), "")
            yield wrong(path, PROBLEMS[problem["type"]], limit=limit)
        else:
            yield wrong(path, "other", why=problem["msg"])

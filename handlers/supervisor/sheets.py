"""What every report shares: a picture with words below it, shares in words, and names of groups."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from crm_store import staff
from crm_store.models.need import NO_THEME
from crm_store.rating_groups import NOBODY, Dimension
from handlers.context import Context
from handlers.ports import Button, Picture
from handlers.supervisor import fixed
from handlers.texts import catalogue
from scoring.satisfaction import Rate

FEW = 10  # below this many ratings a share says too little
CAPTION = 1000  # letters that fit below a picture
SUBJECT = 44  # bytes of a button's subject
Buttons = Sequence[Sequence[Button]]


class Speaker(Protocol):
    """What words are said with: a language, and the store that knows names."""

    @property
    def session(self) -> Session:
        """Return the transaction."""

    @property
    def language(self) -> str:
        """Return the language of whoever reads."""

    def say(self, key: str, **values: object) -> str:
        """Word a key in it."""


@dataclass(frozen=True, slots=True)
class Voice:
    """A speaker for readers who did not ask."""

    session: Session
    language: str

    def say(self, key: str, **values: object) -> str:
        """Word a key in the reader's language."""
        return catalogue.say(self.language, key, **values)


def answer(ctx: Context, lines: Sequence[str], picture: Picture, *, buttons: Buttons = ()) -> None:
    """Answer with a picture and as many lines below it as fit; the rest follows by itself."""
    below, room = 0, CAPTION
    while below < len(lines) and (room := room - len(lines[below]) - 1) >= 0:
        below += 1
    rest = "\n".join(lines[below:])
    ctx.reply_text("\n".join(lines[:below]), picture=picture, buttons=() if rest else buttons)
    if rest:
        ctx.reply_text(rest, buttons=buttons)


def percent(value: float | None) -> str:
    """Word a share between 0 and 1."""
    return "–" if value is None else f"{value:.0%}"


def interval(rate: Rate) -> dict[str, object]:
    """Return the values that sentences about a share name: share, low, high, k and n."""
    return {
        "share": percent(rate.value),
        "low": "–" if rate.low is None else f"{100 * rate.low:.0f}",
        "high": percent(rate.high),
        "k": rate.k,
        "n": rate.n,
    }


def namer(session: Session, language: str, dimension: Dimension) -> Callable[[str], str]:
    """Return what names the groups of a dimension in a language."""

    def agent(value: str) -> str:
        if value == NOBODY:
            return catalogue.say(language, "group.nobody")
        return staff.by_id(session, int(value)).name

    def channel(value: str) -> str:
        key = f"group.channel.{value}"
        return catalogue.say(language, key) if catalogue.knows(key) else value

    def kind(value: str) -> str:
        return catalogue.say(language, f"word.{value}")

    named = {"agent": agent, "channel": channel, "kind": kind, "theme": lambda value: theme(language, value)}
    return named.get(dimension, str)


def theme(language: str, value: str) -> str:
    """Name a theme, or what stands for words without one."""
    return catalogue.say(language, "theme.other") if value == NO_THEME else fixed.name(language, value)


def key(label: str, verb: str, subject: str, revision: int = 0) -> list[Button]:
    """Return a button, or nothing where its subject has no room or is no plain word."""
    fits = len(subject.encode()) <= SUBJECT and ":" not in subject
    return [Button(label[:48], verb, subject, revision)] if fits else []


def pages(ctx: Context, verb: str, subject: str, *, page: int, last: int) -> list[list[Button]]:
    """Return the buttons that lead from a page of a list to its neighbours."""
    back = [Button(ctx.say("key.page_back"), verb, subject, page - 1)] if page else []
    on = [Button(ctx.say("key.page_on"), verb, subject, page + 1)] if page < last else []
    return [back + on] if back or on else []


def bucket(language: str, zone: str, *, months: bool) -> Callable[[datetime], str]:
    """Return what names a week by its Monday or a month, on an axis."""
    word = catalogue.short_month if months else catalogue.day
    return lambda start: word(language, start.astimezone(ZoneInfo(zone)).date())

"""What the tests of the marketer's side share: a house with a crowd, and its clock and delivery."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import runs, staff
from crm_store.models.campaign import Campaign
from crm_store.runs import Progress
from handlers.context import TickContext
from handlers.marketer import sending
from handlers.routes import ROUTES
from tests.crm_store import crowd
from tests.factories import House, house

T = TypeVar("T")
ZHAO = "203"


def open_house(folder: Path, *, language: str = "zh") -> House:
    """Build a house whose marketer reads a language, with two readers of Chinese and two of English."""
    built = house(folder, ROUTES)
    crowd.crowd(built.store, 2, language="zh")
    crowd.crowd(built.store, 2, language="en")
    zhao = built.staff_ids["zhao"]

    def speak(session: Session) -> None:
        staff.by_id(session, zhao).language = language

    built.store.write_now(speak)
    return built


def look(built: House, query: Callable[[Session], T]) -> T:
    """Read something from the store."""
    return built.store.read_now(query)


def press(built: House, verb: str, subject: str | int, revision: int = 0) -> list[str]:
    """Let the marketer press a button."""
    return built.presses("zhao", f"v1:{verb}:{subject}:{revision}")


def step(built: House, choice: str) -> list[str]:
    """Press the newest button of the dialog with this choice."""
    found = [data for _, data in built.buttons(6) if data.startswith(f"v1:campaign:{choice}:")]
    return built.presses("zhao", found[-1])


def confirm(
    built: House, *, when: str | None = None, zh: str = "新年优惠", en: str = "New Year offer"
) -> None:
    """Write a campaign to everyone and confirm it."""
    for words in ("/campaign", zh, en):
        built.hears("zhao", words)
    step(built, "everyone")
    if when is None:
        step(built, "now")
    else:
        built.hears("zhao", when)
    step(built, "confirm")


def tick(built: House) -> list[str]:
    """Let the clock's turn for campaigns run until there is no more to do."""
    route = built.routes.named("tick", "launches")
    assert route is not None
    while built.store.write_now(
        lambda session: route.run(TickContext(session, built.now, built.desk, built.inbox_id))
    ):
        pass
    return built.outgoing()


def feed(built: House) -> list[str]:
    """Let delivery ask for campaign messages."""
    ask = sending.feed_for(built.inbox_id, built.desk)
    built.store.write_now(lambda session: ask(session, built.now, 10))
    return built.outgoing()


def deliver(built: House, outcome: str = "sent") -> None:
    """Send whatever is ready."""
    crowd.send_all(built.store, outcome, now=built.now)


def newest(built: House) -> Campaign | None:
    """Return the newest campaign."""
    return look(
        built, lambda session: session.scalar(sa.select(Campaign).order_by(Campaign.id.desc()).limit(1))
    )


def progress(built: House, run: int = 1) -> Progress:
    """Count what became of everyone in a run."""
    return look(built, lambda session: runs.progress(session, run))

"""A house to test in: a real store, the real routes, a clock that stands still until moved."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
import sqlalchemy as sa

from crm_store import calendars, journal, staff
from crm_store.calendars import Plan
from crm_store.errors import StoreError
from crm_store.models.outbox import OutboxRow
from crm_store.rules.business_hours import OpenHours
from crm_store.rules.opening_text import read_week
from crm_store.rules.roles import Role
from crm_store.staff import Newcomer
from crm_store.store import Store
from handlers.context import Context, Desk
from handlers.ports import FileRef, InboundEvent, Message, Person, Place, Press
from handlers.router import Router
from handlers.understanding import understand
from scoring.match import FaqIndex
from tests import stores

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ALWAYS = OpenHours("UTC", {day: [(time(0), time(0))] for day in range(7)})
CAST = {
    "mei": Person("101", "Mei 梅", "zh-hans"),
    "li": Person("102", "Li 李", "en"),
    "wang": Person("201", "Wang 王", "zh-hans"),
    "chen": Person("202", "Chen 陈", "en"),
    "zhao": Person("203", "Zhao 赵", "zh-hans"),
}
STAFF_GROUP = "-1001"


@dataclass
class House:
    """Everything between a channel and the database, with nothing faked but the clock."""

    store: Store
    desk: Desk
    routes: Router
    inbox_id: int
    now: datetime = MONDAY
    seen: int = 0
    messages: int = 100
    staff_ids: dict[str, int] = field(default_factory=dict)
    index: FaqIndex | None = None

    def perform(self, event: InboundEvent) -> None:
        """Run an event as intake would: its route, or the sentence that refuses it."""
        understood = understand(event, self.index)
        try:
            self.store.write_now(
                lambda session: self.routes.perform(
                    Context(session, self.now, event, self.desk, understood=understood)
                )
            )
        except StoreError as error:
            told = error
            self.store.write_now(
                lambda session: self.routes.explain(
                    Context(session, self.now, event, self.desk, understood=understood), told
                )
            )

    def hears(
        self, who: str, text: str, *, group: bool = False, thread: str = "", **more: object
    ) -> list[str]:
        """Let someone of the cast write, and return what goes out because of it as `chat: text`."""
        person = CAST[who]
        chat = STAFF_GROUP if group else person.address
        self.messages += 1
        event = Message(
            Place(self.inbox_id, "telegram", chat, thread, group), person, str(self.messages), self.now, text
        )
        self.perform(replace(event, **more))  # type: ignore[arg-type]  # fields of Message, named by the test
        return self.outgoing()

    def photo(self, who: str, caption: str = "") -> list[str]:
        """Let someone send a photo."""
        return self.hears(who, caption, file=FileRef("photo", "file-1"))

    def presses(self, who: str, data: str, *, group: bool = False, message_id: str = "1") -> list[str]:
        """Let someone press a button by what it sends back."""
        person = CAST[who]
        _, verb, subject, revision = data.split(":")
        place = Place(self.inbox_id, "telegram", STAFF_GROUP if group else person.address, "", group)
        self.perform(Press(place, person, message_id, verb, subject, int(revision)))
        return self.outgoing()

    def rows(self) -> Sequence[OutboxRow]:
        """List the whole outbox."""
        return self.store.read_now(
            lambda session: session.scalars(sa.select(OutboxRow).order_by(OutboxRow.id)).all()
        )

    def outgoing(self) -> list[str]:
        """List what was put in the outbox since the last look, as `chat: text`."""
        fresh = [row for row in self.rows() if row.id > self.seen]
        self.seen = max((row.id for row in fresh), default=self.seen)
        return [f"{row.chat}: {_text(row)}" for row in fresh]

    def buttons(self, last: int = 1) -> list[tuple[str, str]]:
        """List label and data of the buttons on the last rows of the outbox."""
        found: list[tuple[str, str]] = []
        for row in list(self.rows())[-last:]:
            for line in orjson.loads(row.body).get("buttons", []):
                found += [(label, data) for label, data in line]
        return found

    def opens(self, week: str, zone: str = "UTC") -> None:
        """Let the desk be open at these hours from now on."""
        plan = Plan(zone, read_week(week))
        self.store.write_now(lambda session: calendars.seed(session, plan, now=self.now))

    def passes(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)


def _text(row: OutboxRow) -> str:
    body = orjson.loads(row.body)
    return str(body.get("text", row.action))


def house(folder: Path, routes: Router, *, staff_group: str | None = None, url: str | None = None) -> House:
    """Build a house with the cast's staff: Wang agent, Chen supervisor, Zhao marketer."""
    desk = Desk(staff_group, "en", "UTC", b"secret", bot_name="hearwell_bot")
    if url is not None:
        store = stores.opened(url)
        inbox_id, staff_ids = _hire(store)
        return House(store, desk, routes, inbox_id, staff_ids=staff_ids)
    store_bytes, inbox_id, staff_ids = _staffed()
    path = folder / "house.db"
    path.write_bytes(store_bytes)
    return House(stores.opened(f"sqlite:///{path}"), desk, routes, inbox_id, staff_ids=dict(staff_ids))


@lru_cache(maxsize=1)
def _staffed() -> tuple[bytes, int, dict[str, int]]:
    """Give the bytes of a SQLite store with the cast's staff in it, made once and copied."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "staffed.db"
        stores.furnish(f"sqlite:///{path}")
        store = Store(f"sqlite:///{path}")
        inbox_id, staff_ids = _hire(store)
        store.close()
        return path.read_bytes(), inbox_id, staff_ids


def _hire(store: Store) -> tuple[int, dict[str, int]]:
    """Make the inbox and its staff; return the number of the inbox, and of each of the cast."""
    inbox_id = store.write_now(lambda session: journal.inbox(session, "telegram", "1").id)
    hired: dict[str, int] = {}
    for who, role in (("wang", Role.AGENT), ("chen", Role.SUPERVISOR), ("zhao", Role.MARKETER)):
        person = CAST[who]
        language = "zh" if person.language_code == "zh-hans" else "en"
        newcomer = Newcomer(inbox_id, person.address, person.name, language)

        def hire(session: "sa.orm.Session", newcomer: Newcomer = newcomer, role: Role = role) -> int:
            member = staff.get_or_create(session, newcomer, now=MONDAY)
            staff.grant(session, member.id, role, by="settings", now=MONDAY)
            return member.id

        hired[who] = store.write_now(hire)
    return inbox_id, hired

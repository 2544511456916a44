"""What the tests of the customer's side share: the house with every route, and looks into its store."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import events, knowledge
from crm_store.knowledge import Answer, Draft
from crm_store.models.conversation import Message
from crm_store.models.outbox import OutboxRow
from crm_store.models.ticket import Ticket
from handlers.ports import Edit, Membership, Place
from handlers.routes import ROUTES
from handlers.texts import catalogue
from scoring.match import Entry, FaqIndex
from tests.factories import CAST, House, house

T = TypeVar("T")
MEI, LI, WANG, CHEN = "101", "102", "201", "202"
PEOPLE = (("mei", "zh"), ("li", "en"))
QUESTION = {"zh": "退货要几天?", "en": "How long does a return take?"}
COMPLAINT = {"zh": "你们重复扣款了，我要投诉！", "en": "You charged me twice! This is unacceptable"}
PRAISE = {"zh": "服务很好，非常满意客服", "en": "Great service, I love the new app"}


def open_house(folder: Path, *, staff_group: str | None = None) -> House:
    """Build a house with the whole table of routes."""
    return house(folder, ROUTES, staff_group=staff_group)


def look(built: House, query: Callable[[Session], T]) -> T:
    """Read something from the store."""
    return built.store.read_now(query)


def tickets(built: House) -> list[Ticket]:
    """List every ticket."""
    return look(built, lambda session: list(session.scalars(sa.select(Ticket).order_by(Ticket.id))))


def messages(built: House) -> list[Message]:
    """List every message."""
    return look(built, lambda session: list(session.scalars(sa.select(Message).order_by(Message.id))))


def log(built: House, number: int) -> list[str]:
    """List the kinds of a ticket's events."""
    return [event.kind for event in look(built, lambda session: events.of_ticket(session, number))]


def last_row(built: House) -> OutboxRow:
    """Return the newest row of the outbox."""
    return built.rows()[-1]


def to(chat: str, sent: list[str]) -> list[str]:
    """Keep what went to one chat."""
    return [line.partition(": ")[2] for line in sent if line.startswith(f"{chat}: ")]


def labels(built: House, last: int = 1) -> dict[str, str]:
    """Map the labels of the newest buttons to what they send back."""
    return dict(built.buttons(last))


def press(built: House, who: str, label: str, *, last: int = 1) -> list[str]:
    """Press one of the newest buttons by its label."""
    return built.presses(who, labels(built, last)[label])


def say(language: str, key: str, **values: object) -> str:
    """Word a key."""
    return catalogue.say(language, key, **values)


def edits(built: House, who: str, message_id: str, text: str) -> list[str]:
    """Let someone change a message."""
    person = CAST[who]
    place = Place(built.inbox_id, "telegram", person.address)
    built.perform(Edit(place, person, message_id, built.now, text))
    return built.outgoing()


def moves(built: House, who: str, *, is_reachable: bool) -> list[str]:
    """Let someone block the bot or let it in again."""
    person = CAST[who]
    built.perform(Membership(Place(built.inbox_id, "telegram", person.address), person, is_reachable))
    return built.outgoing()


ARTICLES = (
    Draft(
        "returns",
        {"zh": Answer("退货需要多久", "7 天内可退，3 个工作日到账。"),
         "en": Answer("How long returns take", "Return within 7 days; money back in 3 working days.")},
        {"zh": ["退货要几天", "退款多久到账"], "en": ["how long does a return take", "refund time"]},
    ),
    Draft(
        "shipping",
        {"zh": Answer("发货时间", "下单后 24 小时内发货。"),
         "en": Answer("When we ship", "We ship within 24 hours.")},
        {"zh": ["什么时候发货"], "en": ["when do you ship my order"]},
    ),
    Draft(
        "invoice",
        {"en": Answer("Invoices", "Every parcel holds an invoice.")},
        {"en": ["where is my invoice"]},
    ),
)  # fmt: skip


def teach(built: House) -> dict[str, int]:
    """Put articles on the shelf and index them; return their ids."""

    def keep(session: Session) -> dict[str, int]:
        return {draft.slug: knowledge.keep(session, draft) for draft in ARTICLES}

    ids = built.store.write_now(keep)
    known = look(built, knowledge.entries)
    built.index = FaqIndex.build([Entry(*entry) for entry in known])  # type: ignore[arg-type]  # zh and en
    return ids

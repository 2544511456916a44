"""A desk to test at: a house with the whole table of routes and a ticket that a customer opened."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import claims, conversations, customers, events, settlements, tickets
from crm_store.conversations import Line
from crm_store.models.conversation import Direction
from crm_store.models.conversation import Message as Said
from crm_store.models.outbox import Action, OutboxRow, Thread, ThreadState
from crm_store.models.ticket import Ticket
from crm_store.rules.lifecycle import Kind, Priority
from crm_store.settlements import Settlement
from crm_store.tickets import Opening
from handlers.ports import FileRef
from handlers.routes import ROUTES
from tests.factories import CAST, STAFF_GROUP, House, house

WORDS = {
    Kind.INQUIRY: "Where is my order?",
    Kind.FEEDBACK: "I like the shop",
    Kind.COMPLAINT: "It is broken!",
}


def desk(folder: Path, *, group: bool = False, language: str = "en") -> House:
    """Build a house that speaks a language, with a staff group on request."""
    built = house(folder, ROUTES, staff_group=STAFF_GROUP if group else None)
    built.desk = replace(built.desk, language=language)
    return built


def ticket(
    at: House,
    who: str = "mei",
    kind: Kind = Kind.INQUIRY,
    words: str | None = None,
    file: FileRef | None = None,
) -> int:
    """Open a ticket as intake leaves it: a message, its ticket and the first line of its log."""
    person = CAST[who]
    at.messages += 1
    said = WORDS[kind] if words is None else words

    def arrive(session: Session) -> int:
        contact = customers.sender(session, at.inbox_id, person.address).contact
        if contact is None:
            language = "zh" if person.language_code == "zh-hans" else "en"
            contact = customers.create(
                session, at.inbox_id, person.address, name=person.name, language=language, now=at.now
            )
        conversation = customers.open_conversation(session, contact, now=at.now)
        opening = Opening(
            kind=kind, priority=Priority.NORMAL, subject=said, first_due=None, resolution_due=None
        )
        number = tickets.create(session, contact, opening, now=at.now)
        line = Line(
            conversation, number, Direction.INBOUND, said, provider_id=str(at.messages),
            file_kind=file.kind if file else None, file_id=file.id if file else None,
        )  # fmt: skip
        conversations.log(session, line, at=at.now)
        events.record(
            session,
            number,
            kind="opened",
            by=f"customer:{contact.customer_id}",
            at=at.now,
            ticket_kind=kind.value,
        )
        return number

    number = at.store.write_now(arrive)
    at.outgoing()
    return number


def send_all(at: House) -> list[OutboxRow]:
    """Send what may go out, as delivery would, until nothing more may; return what was sent, in order."""
    sent: list[int] = []

    def turn(session: Session) -> bool:
        rows = claims.ready(session, at.inbox_id, now=at.now)
        for row in rows:
            claims.claim(session, at.inbox_id, row, epoch=1, now=at.now)
            made = str(9000 + row.id)
            if row.action is Action.MAKE_THREAD:
                thread = session.get_one(Thread, row.thread_id)
                thread.provider_id, thread.state = made, ThreadState.OPEN
            settlements.settle(session, Settlement(row, "sent", at.now, made))
            sent.extend([row.id, *row.also])
        return bool(rows)

    while at.store.write_now(turn):
        pass
    found = {row.id: row for row in at.rows()}
    return [found[id_] for id_ in sent]


def get(at: House, number: int) -> Ticket:
    """Return a ticket as it is now."""
    return at.store.read_now(lambda session: session.get_one(Ticket, number))


def log(at: House, number: int) -> list[tuple[str, dict[str, object]]]:
    """List kind and detail of a ticket's events."""
    found = at.store.read_now(lambda session: events.of_ticket(session, number))
    return [(event.kind, events.detail(event)) for event in found]


def said(at: House, number: int) -> list[tuple[str, str]]:
    """List direction and text of a ticket's messages."""
    rows = at.store.read_now(lambda session: conversations.of_ticket(session, number))
    return [(row.direction, row.body) for row in rows]


def threads(at: House) -> Sequence[Thread]:
    """List the topics asked for."""
    return at.store.read_now(lambda session: session.scalars(sa.select(Thread).order_by(Thread.id)).all())


def to(rows: Sequence[OutboxRow], chat: str) -> list[str]:
    """List the texts of rows that go to a chat."""
    return [str(body(row).get("text", row.action)) for row in rows if row.chat == chat]


def body(row: OutboxRow) -> dict[str, object]:
    """Return what a row carries."""
    return dict(orjson.loads(row.body))


def messages(at: House) -> Sequence[Said]:
    """List every message kept."""
    return at.store.read_now(lambda session: session.scalars(sa.select(Said).order_by(Said.id)).all())

"""Search: what was written, tickets and customers, found by words in Chinese and English, newest first.

The index only narrows down where to look: what is found is decided on the text itself, by the same rule on
every database. What the index does not have yet is looked through directly, so nothing is too new.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from heapq import merge
from itertools import chain, takewhile
from typing import TypeVarTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import tags
from crm_store.models.conversation import Direction, Message, MessageEdit
from crm_store.models.customer import Customer
from crm_store.models.search import SHADOW, SearchCustomer, SearchMark, SearchMessage, SearchTicket
from crm_store.models.ticket import Event, Ticket
from crm_store.rules import tokens
from crm_store.rules.lifecycle import Kind, Status
from crm_store.rules.tokens import Needle, Span, Term
from crm_store.store import adding

CHUNK = 50
SETTLED = timedelta(seconds=10)  # where writers run side by side, a lower number may still come meanwhile
AT_ONCE = 64  # rows fetched at a time, so that a page costs what it shows
Indexed = type[SearchMessage] | type[SearchTicket] | type[SearchCustomer]
Condition = sa.ColumnElement[bool]
Rest = TypeVarTuple("Rest")


class Source(StrEnum):
    """What the index is made of, each read in the order of its ids."""

    MESSAGES = "messages"
    EDITS = "edits"
    EVENTS = "events"
    CUSTOMERS = "customers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What to find, and in which tickets."""

    terms: Sequence[Term]
    customers: Sequence[int] | None = None
    status: Status | None = None
    kind: Kind | None = None
    agent: int | None = None
    since: datetime | None = None
    only_notes: bool = False

    @property
    def number(self) -> int | None:
        """Return the ticket number this may be, when it is nothing but digits."""
        if len(self.terms) != 1 or not self.terms[0].text.isascii() or not self.terms[0].text.isdigit():
            return None
        return int(self.terms[0].text) if len(self.terms[0].text) < 16 else None


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a question was found: a line of a ticket, or its subject or tags when there is no line."""

    ticket_id: int
    at: datetime
    text: str
    span: Span
    direction: Direction | None = None


def index(session: Session, *, now: datetime) -> bool:
    """Index the next part of what is new, and tell whether there may be more."""
    more = [_advance(session, source, now=now) for source in Source]
    return any(more)


def put(session: Session, table: Indexed, row_id: int, text: str) -> None:
    """Index a text under its row, in place of what it said before."""
    _put(session, table, [(row_id, text)])


def _put(session: Session, table: Indexed, texts: Iterable[tuple[int, str]]) -> None:
    rows = [{"id": row_id, "words": " ".join(tokens.tokens(text))} for row_id, text in texts]
    if rows:
        fresh = adding(session, table)
        changed = fresh.on_conflict_do_update(
            index_elements=["id"],
            set_={"words": fresh.excluded.words},
            where=table.words != fresh.excluded.words,
        )
        session.connection().execute(changed, rows)


def _advance(session: Session, source: Source, *, now: datetime) -> bool:
    rows = session.execute(_next(source, after=_mark(session, source))).all()
    ripe = list(takewhile(lambda row: row[1] <= now - SETTLED, rows))
    if not ripe:
        return False
    _TAKE[source](session, list(dict.fromkeys(row[2] for row in ripe)))
    mark = session.get(SearchMark, source.value)
    if mark is None:
        session.add(SearchMark(source=source.value, upto=ripe[-1][0], at=now))
    else:
        mark.upto, mark.at = ripe[-1][0], now
    session.flush()
    return len(ripe) == CHUNK


def _next(source: Source, *, after: int) -> sa.Select[int, datetime, int]:
    row_id, at, ref = {
        Source.MESSAGES: (Message.id, Message.at, Message.id),
        Source.EDITS: (MessageEdit.id, MessageEdit.at, MessageEdit.message_id),
        Source.EVENTS: (Event.id, Event.at, Event.ticket_id),
        Source.CUSTOMERS: (Customer.id, Customer.created, Customer.id),
    }[source]
    return sa.select(row_id, at, ref).where(row_id > after).order_by(row_id).limit(CHUNK)


def _mark(session: Session, source: Source) -> int:
    upto = session.scalar(sa.select(SearchMark.upto).where(SearchMark.source == source.value))
    return upto or 0


def _take_messages(session: Session, ids: Sequence[int]) -> None:
    rows = session.execute(sa.select(Message.id, Message.body).where(Message.id.in_(ids)))
    _put(session, SearchMessage, [(row.id, row.body) for row in rows])


def _take_tickets(session: Session, ids: Sequence[int]) -> None:
    rows = session.execute(sa.select(Ticket.id, Ticket.subject).where(Ticket.id.in_(ids))).all()
    _put(session, SearchTicket, [(row.id, _card(session, row.id, row.subject)) for row in rows])


def _take_customers(session: Session, ids: Sequence[int]) -> None:
    rows = session.execute(sa.select(Customer.id, Customer.name).where(Customer.id.in_(ids)))
    _put(session, SearchCustomer, [(row.id, row.name) for row in rows])


_TAKE = {
    Source.MESSAGES: _take_messages,
    Source.EDITS: _take_messages,
    Source.EVENTS: _take_tickets,
    Source.CUSTOMERS: _take_customers,
}


def _card(session: Session, ticket_id: int, subject: str) -> str:
    """Return what a ticket is found by beside its messages."""
    return " · ".join([f"#{ticket_id}", subject, *tags.of_ticket(session, ticket_id)])


def find(session: Session, question: Question) -> Iterator[Hit]:
    """Yield every ticket with an answer once: one of exactly this number, then by the newest answer."""
    if not question.terms:
        return
    seen: set[int] = set()
    newest = merge(_lines(session, question), _cards(session, question), key=_newest)
    for hit in chain(_exact(session, question), newest):
        if hit.ticket_id not in seen:
            seen.add(hit.ticket_id)
            yield hit


def _newest(hit: Hit) -> tuple[timedelta, bool]:
    return datetime.min.replace(tzinfo=hit.at.tzinfo) - hit.at, hit.direction is None


def _exact(session: Session, question: Question) -> Sequence[Hit]:
    if question.number is None or question.only_notes:
        return []
    wanted = sa.select(Ticket.id, Ticket.opened, Ticket.subject).where(Ticket.id == question.number)
    row = session.execute(wanted.where(*_filters(question))).first()
    if row is None:
        return []
    text = _card(session, row.id, row.subject)
    span = tokens.find(text, question.terms)
    return [] if span is None else [Hit(row.id, row.opened, tokens.composed(text), span)]


def _lines(session: Session, question: Question) -> Iterator[Hit]:
    """Yield the messages of tickets that answer, newest first."""
    stale = sa.select(MessageEdit.message_id).where(MessageEdit.id > _mark(session, Source.EDITS))
    tails = [Message.id > _mark(session, Source.MESSAGES), Message.id.in_(stale)]
    columns = sa.select(Message.id, Message.at, Message.body, Message.direction, Message.ticket_id)
    asked = columns.join(Ticket, Ticket.id == Message.ticket_id).where(*_filters(question, Message.at))
    if question.only_notes:
        asked = asked.where(Message.direction == Direction.NOTE)
    last = None
    for row in _both(session, SearchMessage, asked, Message.id, terms=question.terms, tails=tails):
        row_id, at, body, direction, ticket_id = row
        span = tokens.find(body, question.terms)
        if span is not None and ticket_id is not None and row_id != last:
            last = row_id
            yield Hit(ticket_id, at, tokens.composed(body), span, Direction(direction))


def _cards(session: Session, question: Question) -> Iterator[Hit]:
    """Yield the tickets whose number, subject or tags answer, newest first."""
    if question.only_notes:
        return
    changed = sa.select(Event.ticket_id).where(Event.id > _mark(session, Source.EVENTS))
    asked = sa.select(Ticket.id, Ticket.opened, Ticket.subject).where(*_filters(question, Ticket.opened))
    tails = [Ticket.id.in_(changed)]
    for row in _both(session, SearchTicket, asked, Ticket.id, terms=question.terms, tails=tails):
        ticket_id, opened, subject = row
        text = _card(session, ticket_id, subject)
        span = tokens.find(text, question.terms)
        if span is not None:
            yield Hit(ticket_id, opened, tokens.composed(text), span)


def customers(session: Session, terms: Sequence[Term], *, limit: int) -> Sequence[tuple[int, str]]:
    """List the customers whose name has these terms, the newest first."""
    asked = sa.select(Customer.id, Customer.name).where(Customer.erased.is_(None))
    tails = [Customer.id > _mark(session, Source.CUSTOMERS)]
    found: dict[int, str] = {}
    for row in _both(session, SearchCustomer, asked, Customer.id, terms=terms, tails=tails) if terms else ():
        row_id, name = row
        if tokens.find(name, terms) is not None:
            found[row_id] = name
            if len(found) == limit:
                break
    return list(found.items())


def _filters(
    question: Question, at: sa.orm.InstrumentedAttribute[datetime] = Ticket.opened
) -> list[Condition]:
    wanted: list[Condition] = []
    if question.customers is not None:
        wanted.append(Ticket.customer_id.in_(question.customers))
    if question.status is not None:
        wanted.append(Ticket.status == question.status)
    if question.kind is not None:
        wanted.append(Ticket.kind == question.kind)
    if question.agent is not None:
        wanted.append(Ticket.assignee_id == question.agent)
    if question.since is not None:
        wanted.append(at >= question.since)
    return wanted


def _both(  # noqa: PLR0913 - one question to two places
    session: Session,
    table: Indexed,
    asked: sa.Select[int, *Rest],
    row_id: sa.orm.InstrumentedAttribute[int],
    *,
    terms: Sequence[Term],
    tails: Sequence[Condition],
) -> Iterable[sa.Row[int, *Rest]]:
    """Give the rows that may answer: those the index names and those it does not know yet, newest first."""
    parts = [_narrowed(session, table, asked, row_id, terms)]
    parts += [asked.where(tail).order_by(row_id.desc()) for tail in tails]
    rows = [session.execute(part.execution_options(yield_per=AT_ONCE)) for part in parts]
    return merge(*rows, key=lambda row: -row[0])


def _narrowed(
    session: Session,
    table: Indexed,
    asked: sa.Select[int, *Rest],
    row_id: sa.orm.InstrumentedAttribute[int],
    terms: Sequence[Term],
) -> sa.Select[int, *Rest]:
    needles = tokens.needles(terms)
    if session.get_bind().dialect.name == "sqlite":
        name = f"{SHADOW}{table.__tablename__}"
        full = sa.table(name, sa.column("rowid", sa.BigInteger))
        matches = sa.literal_column(name).op("MATCH")(" AND ".join(map(_fts, needles)))
        return asked.join(full, full.c.rowid == row_id).where(matches).order_by(full.c.rowid.desc())
    query = " & ".join(f"{needle.token}:*" if needle.is_open else needle.token for needle in needles)
    matches = table.words.op("@@")(sa.func.to_tsquery("simple", query))
    return asked.join(table, table.id == row_id).where(matches).order_by(row_id.desc())


def _fts(needle: Needle) -> str:
    return f"{needle.token}*" if needle.is_open else needle.token

"""Privacy: everything held about a customer, to hand over or to erase, in units that hold the writer shortly.

What belongs to a customer is read off the foreign keys: their row, and every row that refers to it, directly
or through others. In those rows every text is emptied unless it is named here as a word of ours, so that a
table added later is emptied too. Rows stay where figures are counted from them.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import thread_cards, traces
from crm_store.belongings import DELETED, belongs, emptied, owned
from crm_store.models.base import Base
from crm_store.models.conversation import Conversation
from crm_store.models.customer import Customer, Identity
from crm_store.models.dialog import Dialog
from crm_store.models.inbox import JournalEntry
from crm_store.models.outbox import Attachment, ChatGate, OutboxRow, OutboxState
from crm_store.models.privacy import Erasure
from crm_store.models.ticket import Event, Ticket
from crm_store.rules import erasure as rule
from crm_store.store import wake

WINDOW = 1000  # rows of a table looked at in one unit
EMPTY = orjson.dumps({"text": ""}).decode()  # an outgoing row without its words

APART = frozenset({"erasure", "customer", "identity", "conversation"})  # emptied at once, by begin
FLYING = (OutboxState.CLAIMED, OutboxState.SENDING)
FIRST = (BLANK, CARDS) = ("blank", "cards")
LAST = ("undoables", "journal", "index", "farewell")


def begin(session: Session, customer_id: int, *, called: str, now: datetime) -> Erasure:
    """Forget who a customer is, at once; the rest follows in steps.

    From here on their address belongs to nobody: whoever writes from it is a new customer.
    """
    customer = session.get_one(Customer, customer_id)
    identities = session.scalars(sa.select(Identity).where(Identity.customer_id == customer_id)).all()
    erasure = Erasure(
        started=now, step=BLANK, customer_id=customer_id, known_since=customer.created, counts={},
        addresses=sorted({identity.address for identity in identities}),
        journal_upto=session.scalar(sa.select(sa.func.max(JournalEntry.id))) or 0,
        outbox_upto=session.scalar(sa.select(sa.func.max(OutboxRow.id))) or 0,
    )  # fmt: skip
    session.add(erasure)
    _be_careful(session)
    traces.forget_corrections(session, customer_id)
    for identity in identities:
        identity.address, identity.unreachable_since = f"erased:{identity.id}", now
        identity.unreachable_reason = "erased"
    talks = session.scalars(sa.select(Conversation).where(Conversation.customer_id == customer_id))
    for conversation in talks:
        conversation.chat = f"erased:{conversation.id}"
    for field in ("zone", "phone", "email", "region"):
        setattr(customer, field, None)
    customer.name, customer.attributes, customer.erased = called, {}, now
    _leave(session, erasure.addresses)
    session.flush()
    wake(session, "tick:privacy")
    return erasure


def _leave(session: Session, addresses: Sequence[str]) -> None:
    """End what is under way with these addresses: dialogs, gates and what has not gone out yet."""
    session.execute(sa.delete(Dialog).where(Dialog.address.in_(addresses)))
    session.execute(sa.delete(ChatGate).where(ChatGate.chat.in_(addresses)))
    session.execute(
        sa.update(OutboxRow)
        .where(OutboxRow.chat.in_(addresses), OutboxRow.state == OutboxState.READY)
        .values(state=OutboxState.CANCELLED)
    )


def open_erasures(session: Session) -> Sequence[Erasure]:
    """List the erasures that are not done yet, oldest first."""
    return session.scalars(sa.select(Erasure).where(Erasure.ended.is_(None)).order_by(Erasure.id)).all()


def next_tickets(session: Session, erasure: Erasure, *, limit: int) -> Sequence[Ticket]:
    """Return the customer's next tickets, of which staff are still shown something; none when all were given.

    All are given twice: BLANK takes the words off what is kept of them, CARDS is for showing that.
    """
    found = session.scalars(
        sa.select(Ticket)
        .where(Ticket.customer_id == erasure.customer_id, Ticket.id > erasure.cursor)
        .order_by(Ticket.id)
        .limit(limit)
    ).all()
    if found:
        erasure.cursor = found[-1].id
    else:
        _step_on(erasure)
    return found


def blank_cards(session: Session, ticket: Ticket) -> None:
    """Take the customer's words off a ticket's card and off the lines that announced it."""
    ticket.subject = ""
    for row in thread_cards.lines(session, ticket.id):
        row.body = orjson.dumps({"text": f"#{ticket.number}"}).decode()
    card = thread_cards.of_ticket(session, ticket.id)
    if card is not None:
        card.shown = ""
        session.get_one(OutboxRow, card.outbox_id).body = EMPTY
    session.flush()


def go_on(session: Session, erasure: Erasure, *, now: datetime) -> bool:
    """Do the next short piece of an erasure; False when there is no more to do for now."""
    _be_careful(session)
    step = erasure.step
    is_done: bool | None
    if step in LAST:
        is_done = _LAST[step](session, erasure)
    else:
        is_done = step not in Base.metadata.tables or _empty_part(session, erasure, step)
    if is_done and step != LAST[-1]:
        _step_on(erasure)
    elif is_done:
        _close(session, erasure, now)
    session.flush()
    return is_done is not None and erasure.ended is None


def _step_on(erasure: Erasure) -> None:
    steps = [*FIRST, *(str(table.name) for table in owned() if table.name not in APART), *LAST]
    # A release between two pieces may have taken a table away: then all of them again, which harms nothing.
    at = steps.index(erasure.step) if erasure.step in steps else len(FIRST) - 1
    erasure.step, erasure.cursor = steps[at + 1], 0


def _close(session: Session, erasure: Erasure, now: datetime) -> None:
    erasure.ended, erasure.addresses, erasure.customer_id = now, [], None
    erasure.known_since = erasure.farewell_id = None


def _be_careful(session: Session) -> None:
    """Have SQLite overwrite with zeros what is taken out of its pages."""
    if session.get_bind().dialect.name == "sqlite":
        session.connection().exec_driver_sql("PRAGMA secure_delete=ON")


def _empty_part(session: Session, erasure: Erasure, name: str) -> bool | None:
    """Empty the customer's rows in the next part of a table; True at its end, None while one is underway."""
    table = Base.metadata.tables[name]
    is_long = "id" in table.c
    mine = belongs(table, cast("int", erasure.customer_id), by_row=is_long)
    if name == OutboxRow.__tablename__:
        mine = sa.or_(mine, table.c.chat.in_(erasure.addresses)) & (table.c.id <= erasure.outbox_upto)
    top = session.scalar(sa.select(sa.func.max(table.c.id))) or 0 if is_long else 0
    if is_long:
        mine = mine & (table.c.id > erasure.cursor) & (table.c.id <= erasure.cursor + WINDOW)
    if name == OutboxRow.__tablename__ and session.scalar(
        sa.select(OutboxRow.id).where(mine, OutboxRow.state.in_(FLYING)).limit(1)
    ):
        return None
    count = _EMPTY.get(name, _empty)(session, table, mine, erasure)
    erasure.counts = {**erasure.counts, name: cast("int", erasure.counts.get(name, 0)) + count}
    erasure.cursor += WINDOW
    return erasure.cursor >= top


def _empty(
    session: Session, table: sa.Table, mine: sa.ColumnElement[bool], _erasure: Erasure | None = None
) -> int:
    """Empty every text of rows, or delete those that say nothing then; return how many."""
    if table.name in DELETED:
        return _count(session, sa.delete(table).where(mine))
    values = dict(emptied(table))
    return _count(session, sa.update(table).where(mine).values(values)) if values else 0


def _count(session: Session, statement: sa.Update | sa.Delete) -> int:
    return cast("sa.CursorResult[*tuple[object, ...]]", session.execute(statement)).rowcount


def _empty_events(session: Session, table: sa.Table, mine: sa.ColumnElement[bool], _erasure: Erasure) -> int:
    rows = session.execute(sa.select(Event.id, Event.kind, Event.detail).where(mine)).all()
    for row_id, kind, detail in rows:
        left = rule.kept(kind, orjson.loads(detail))
        session.execute(sa.update(Event).where(Event.id == row_id).values(detail=orjson.dumps(left).decode()))
    return len(rows)


def _empty_outbox(session: Session, table: sa.Table, mine: sa.ColumnElement[bool], erasure: Erasure) -> int:
    """Take words, files and the customer's chat out of rows, and let what waits not go out."""
    for (body,) in session.execute(
        sa.select(OutboxRow.body).where(mine, OutboxRow.body.contains("attachment"))
    ):
        attached = orjson.loads(body).get("attachment")
        if isinstance(attached, int):
            session.execute(sa.delete(Attachment).where(Attachment.id == attached))
    line = sa.literal('{"text":"#') + sa.cast(OutboxRow.ticket_id, sa.Text) + sa.literal('"}')
    values = {
        "body": sa.case((OutboxRow.combinable & OutboxRow.ticket_id.is_not(None), line), else_=EMPTY),
        "chat": sa.case((OutboxRow.chat.in_(erasure.addresses), ""), else_=OutboxRow.chat),
        "reason": None,
        "state": sa.case(
            (OutboxRow.state == OutboxState.READY, OutboxState.CANCELLED.value), else_=OutboxRow.state
        ),
    }
    return _count(session, sa.update(OutboxRow).where(mine).values(values))


_EMPTY = {Event.__tablename__: _empty_events, OutboxRow.__tablename__: _empty_outbox}


def _farewell(session: Session, erasure: Erasure) -> bool | None:
    """Empty the last words to the customer once they have gone out; None while they are on their way."""
    last = None if erasure.farewell_id is None else session.get(OutboxRow, erasure.farewell_id)
    if last is None:
        return True
    if last.state == OutboxState.READY or last.state in FLYING:
        return None
    last.chat, last.body, last.reason = "", EMPTY, None
    return True


def _undoables(session: Session, erasure: Erasure) -> bool:
    return traces.empty_undoables(session, erasure, window=WINDOW)


def _journal(session: Session, erasure: Erasure) -> bool:
    return traces.empty_journal(session, erasure, window=WINDOW)


_LAST = {
    "undoables": _undoables,
    "journal": _journal,
    "index": traces.rewrite_index,
    "farewell": _farewell,
}

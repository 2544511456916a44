"""Privacy: everything held about a customer, to hand over or to erase, in units that hold the writer shortly.

What belongs to a customer is read off the foreign keys: their row, and every row that refers to it, directly
or through others. In those rows every text is emptied unless it is named here as a word of ours, so that a
table added later is emptied too. Rows stay where figures are counted from them.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import cast

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import thread_cards
from crm_store.models.base import Base
from crm_store.models.conversation import Conversation
from crm_store.models.customer import Customer, Identity
from crm_store.models.dialog import Dialog
from crm_store.models.inbox import JournalEntry, JournalState
from crm_store.models.outbox import Attachment, ChatGate, OutboxRow, OutboxState
from crm_store.models.privacy import Erasure
from crm_store.models.search import INDEXED, SHADOW
from crm_store.models.ticket import Event, Ticket
from crm_store.rules import erasure as rule
from crm_store.rules.lifecycle import Status
from crm_store.store import wake

WINDOW = 2000  # rows of a table looked at in one unit
MERGED = 200  # pages of the full-text index rewritten in one unit
NOTHING = "{}"
EMPTY = orjson.dumps({"text": ""}).decode()  # an outgoing row without its words

# Rows that say nothing once their words are gone.
DELETED = frozenset(
    {
        "message_edit", "consent", "suppression", "customer_tag", "survey_refusal", "article_proposal",
        "customer_score",
        *(model.__tablename__ for model in INDEXED),
    }
)  # fmt: skip
# Columns whose words are ours wherever they stand, beside those that a check limits to our choices.
OURS = frozenset(
    {
        "by", "undone_by", "lifted_by", "decided_by", "recovered_by", "channel", "topic", "kind", "what",
        "step", "state", "status", "cause", "outcome", "source", "source_status", "language", "currency",
        "verdict", "direction", "priority", "action", "pause", "dedupe_key",
    }
)  # fmt: skip
OURS_AT = frozenset(
    {
        ("recipient", "reason"), ("survey", "reason"), ("ticket_tag", "tag"), ("thread", "chat"),
        ("thread", "provider_id"), ("outbox", "provider_id"), ("outbox", "chat"), ("purchase", "product"),
        ("purchase", "category"),
        ("identity", "address"), ("conversation", "chat"), ("customer", "name"),
    }
)  # fmt: skip
APART = frozenset({"erasure", "customer", "identity", "conversation"})  # emptied at once, by begin
FLYING = (OutboxState.CLAIMED, OutboxState.SENDING)
LAST = ("journal", "index", "farewell")


def begin(session: Session, customer_id: int, *, called: str, now: datetime) -> Erasure:
    """Forget who a customer is, at once; the rest follows in steps.

    From here on their address belongs to nobody: whoever writes from it is a new customer.
    """
    customer = session.get_one(Customer, customer_id)
    identities = session.scalars(sa.select(Identity).where(Identity.customer_id == customer_id)).all()
    erasure = Erasure(
        started=now, customer_id=customer_id, known_since=customer.created, counts={},
        addresses=sorted({identity.address for identity in identities}),
        journal_upto=session.scalar(sa.select(sa.func.max(JournalEntry.id))) or 0,
        outbox_upto=session.scalar(sa.select(sa.func.max(OutboxRow.id))) or 0,
    )  # fmt: skip
    session.add(erasure)
    _be_careful(session)
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


def open_tickets(session: Session, erasure: Erasure, *, limit: int) -> Sequence[Ticket]:
    """List tickets of the customer that somebody could still work on."""
    return session.scalars(
        sa.select(Ticket)
        .where(
            Ticket.customer_id == erasure.customer_id, Ticket.status.not_in((Status.CLOSED, Status.MERGED))
        )
        .order_by(Ticket.id)
        .limit(limit)
    ).all()


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
    steps = [*(str(table.name) for table in owned() if table.name not in APART), *LAST]
    step = erasure.step or steps[0]
    if step not in steps:  # a release between two pieces took its table away
        step, erasure.cursor = steps[0], 0
    erasure.step = step
    is_done: bool | None = (
        _LAST[step](session, erasure) if step in LAST else _empty_part(session, erasure, step)
    )
    if is_done and step != steps[-1]:
        erasure.step, erasure.cursor = steps[steps.index(step) + 1], 0
    elif is_done:
        _close(session, erasure, now)
    session.flush()
    return is_done is not None and erasure.ended is None


def _close(session: Session, erasure: Erasure, now: datetime) -> None:
    erasure.ended, erasure.addresses, erasure.customer_id = now, [], None
    erasure.known_since = erasure.farewell_id = None


def _be_careful(session: Session) -> None:
    """Have SQLite overwrite with zeros what is taken out of its pages."""
    if session.get_bind().dialect.name == "sqlite":
        session.connection().exec_driver_sql("PRAGMA secure_delete=ON")


@cache
def owned() -> Sequence[sa.Table]:
    """List the tables that hold rows of customers, each after those it refers to."""
    found = {Customer.__tablename__}
    for table in Base.metadata.sorted_tables:
        if table.name != Erasure.__tablename__ and _parents(table, found):
            found.add(table.name)
    # Whatever refers to a row goes first, while the way to its customer is still there.
    return [table for table in reversed(Base.metadata.sorted_tables) if table.name in found]


def _parents(table: sa.Table, among: set[str]) -> list[tuple["sa.Column[object]", sa.Table]]:
    return [
        (column, key.column.table)
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table.name in among and key.column.table is not table
    ]


def belongs(table: sa.Table, customer_id: int, *, by_row: bool = False) -> sa.ColumnElement[bool]:
    """Word the condition under which a row of a table is a customer's.

    A column that is always filled decides; only where there is none do those decide that may be. By row it
    asks of each row whether it is theirs, else it starts from the customer and follows the indexes.
    """
    if table.name == Customer.__tablename__:
        return table.c.id == customer_id
    ways = _parents(table, {parent.name for parent in owned()})
    always = [way for way in ways if not way[0].nullable] or ways
    straight = [way for way in always if way[1].name == Customer.__tablename__ and not way[0].nullable]
    return sa.or_(*(_way(column, parent, customer_id, by_row) for column, parent in straight or always))


def _way(
    column: "sa.Column[object]", parent: sa.Table, customer_id: int, by_row: bool
) -> sa.ColumnElement[bool]:
    if parent.name == Customer.__tablename__:
        return column == customer_id
    theirs = belongs(parent, customer_id, by_row=by_row)
    if by_row:
        return sa.exists().where(parent.c.id == column, theirs)
    return column.in_(sa.select(parent.c.id).where(theirs))


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
    values = dict(_emptied(table))
    return _count(session, sa.update(table).where(mine).values(values)) if values else 0


def _count(session: Session, statement: sa.Update | sa.Delete) -> int:
    return cast("sa.CursorResult[*tuple[object, ...]]", session.execute(statement)).rowcount


def _emptied(table: sa.Table) -> Iterator[tuple[str, object]]:
    """Give what each column of somebody's own words becomes."""
    limited = {str(getattr(check, "sqltext", "")).partition(" IN (")[0] for check in table.constraints}
    for column in table.columns:
        ours = column.name in OURS | limited or (table.name, column.name) in OURS_AT
        if ours or column.primary_key or column.foreign_keys:
            continue
        if isinstance(column.type, sa.JSON):
            yield column.name, None if column.nullable else {}
        elif isinstance(column.type, sa.LargeBinary):
            yield column.name, None if column.nullable else b""
        elif isinstance(column.type, sa.Text | sa.String):
            yield column.name, _nothing(table, column)


def _nothing(table: sa.Table, column: "sa.Column[object]") -> object:
    if column.unique or any(
        isinstance(one, sa.UniqueConstraint) and column.name in one.columns for one in table.constraints
    ):
        return sa.literal("erased:") + sa.cast(table.c.id, sa.Text)
    return None if column.nullable else ""


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


def _journal(session: Session, erasure: Erasure) -> bool:
    """Empty what arrived while the customer was known: all that is handled, whoever sent it.

    Staff wrote of the customer too, and the journal does not tell of whom; nothing reads it once it is done.
    """
    start, end = erasure.cursor, min(erasure.cursor + WINDOW, erasure.journal_upto)
    theirs = sa.or_(
        *(JournalEntry.lane.startswith(f"{address}:") for address in erasure.addresses), sa.false()
    )
    handled = JournalEntry.state == JournalState.DONE
    changed = _count(
        session,
        sa.update(JournalEntry)
        .where(
            JournalEntry.id > start, JournalEntry.id <= end, JournalEntry.received >= erasure.known_since,
            sa.or_(handled, sa.and_(theirs, JournalEntry.state == JournalState.FAILED)),
        )
        .values(raw=NOTHING, lane="", error=None, state=JournalState.DONE),
    )  # fmt: skip
    erasure.counts = {**erasure.counts, "journal": cast("int", erasure.counts.get("journal", 0)) + changed}
    erasure.cursor = end
    return end >= erasure.journal_upto


def _index(session: Session, erasure: Erasure) -> bool:
    """Have SQLite rewrite its full-text indexes, a little at a time, so that old words leave their pages."""
    if session.get_bind().dialect.name != "sqlite":
        return True
    connection = session.connection()
    pages = -MERGED if erasure.cursor == 0 else MERGED
    erasure.cursor += 1
    before: int = connection.exec_driver_sql("SELECT total_changes()").scalar_one()
    for model in INDEXED:
        name = f"{SHADOW}{model.__tablename__}"
        connection.exec_driver_sql(
            f"INSERT INTO {name}({name}, rank) VALUES ('merge', ?)",  # noqa: S608 - a name of ours
            (pages,),
        )
    after: int = connection.exec_driver_sql("SELECT total_changes()").scalar_one()
    return bool(erasure.cursor > 1 and after - before < 2 * len(INDEXED))


def _farewell(session: Session, erasure: Erasure) -> bool | None:
    """Empty the last words to the customer once they have gone out; None while they are on their way."""
    last = None if erasure.farewell_id is None else session.get(OutboxRow, erasure.farewell_id)
    if last is None:
        return True
    if last.state == OutboxState.READY or last.state in FLYING:
        return None
    last.chat, last.body, last.reason = "", EMPTY, None
    return True


_LAST = {"journal": _journal, "index": _index, "farewell": _farewell}

"""Traces of a customer that no key leads to: what arrived, was learned or may be undone, and old tokens."""

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.conversation import Conversation, Message, MessageEdit
from crm_store.models.correction import KindCorrection
from crm_store.models.inbox import JournalEntry, JournalState
from crm_store.models.privacy import Erasure
from crm_store.models.search import INDEXED, SHADOW
from crm_store.models.ticket import Ticket
from crm_store.models.undo import Undoable

MERGED = 100  # pages of the full-text index rewritten in one unit
NOTHING = "{}"
WORDS = ("root_cause", "remedy")  # what a snapshot of a ticket has of somebody's own words


def forget_corrections(session: Session, customer_id: int) -> None:
    """Forget the customer's texts that agents taught the bot to read."""
    talks = sa.select(Conversation.id).where(Conversation.customer_id == customer_id)
    said = Message.conversation_id.in_(talks)
    before = sa.select(MessageEdit.was).join(Message, Message.id == MessageEdit.message_id).where(said)
    subjects = sa.select(Ticket.subject).where(Ticket.customer_id == customer_id)
    theirs = sa.union_all(sa.select(Message.body).where(said), before, subjects)
    session.execute(sa.delete(KindCorrection).where(KindCorrection.text.in_(theirs)))


def empty_undoables(session: Session, erasure: Erasure, *, window: int) -> bool:
    """Take words out of the snapshots of the customer's tickets in the next part; True at the end."""
    top = session.scalar(sa.select(sa.func.max(Undoable.id))) or 0
    mine = set(session.scalars(sa.select(Ticket.id).where(Ticket.customer_id == erasure.customer_id)))
    part = sa.select(Undoable).where(Undoable.id > erasure.cursor, Undoable.id <= erasure.cursor + window)
    for entry in session.scalars(part):
        told = orjson.dumps(entry.before)
        left = orjson.dumps(_without_words(entry.before, mine))
        if left != told:
            entry.before = orjson.loads(left)
    erasure.cursor += window
    return erasure.cursor >= top


def _without_words(value: object, mine: set[int]) -> object:
    if isinstance(value, list):
        return [_without_words(one, mine) for one in value]
    if not isinstance(value, dict):
        return value
    columns = value.get("columns")
    if isinstance(columns, dict) and value.get("ticket") in mine:
        return {**value, "columns": {**columns, **{name: None for name in WORDS if name in columns}}}
    return {key: _without_words(one, mine) for key, one in value.items()}


def empty_journal(session: Session, erasure: Erasure, *, window: int) -> bool:
    """Empty what arrived while the customer was known: all that is handled, whoever sent it.

    Staff wrote of the customer too, and the journal does not tell of whom; nothing reads it once it is done.
    """
    start, end = erasure.cursor, min(erasure.cursor + window, erasure.journal_upto)
    theirs = sa.or_(
        *(JournalEntry.lane.startswith(f"{address}:") for address in erasure.addresses), sa.false()
    )
    handled = JournalEntry.state == JournalState.DONE
    emptied = (
        sa.update(JournalEntry)
        .where(
            JournalEntry.id > start, JournalEntry.id <= end, JournalEntry.received >= erasure.known_since,
            sa.or_(handled, sa.and_(theirs, JournalEntry.state == JournalState.FAILED)),
        )
        .values(raw=NOTHING, lane="", error=None, state=JournalState.DONE)
    )  # fmt: skip
    session.execute(emptied)
    erasure.cursor = end
    return end >= erasure.journal_upto


def rewrite_index(session: Session, erasure: Erasure) -> bool:
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

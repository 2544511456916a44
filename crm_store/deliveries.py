"""What follows from a delivery: for threads, customers, chats and campaigns, in the settling transaction."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import claims, customers, gates, outbox, recipients, settlements
from crm_store.claims import Claimed
from crm_store.models.conversation import Conversation, Message
from crm_store.models.customer import Identity
from crm_store.models.outbox import Action, Lane, OutboxRow, OutboxState, Thread, ThreadState
from crm_store.outbox import Draft
from crm_store.settlements import Settlement
from crm_store.store import Prepared

_SHOWN = Prepared(
    sa.update(Message)
    .where(Message.id == sa.bindparam("row"))
    .values(provider_id=sa.bindparam("provider", type_=sa.Text))
)
_OVER = ("failed", "unreachable", "unknown")
_NEVER = (OutboxState.FAILED, OutboxState.UNKNOWN, OutboxState.SKIPPED, OutboxState.CANCELLED)


def take_over(session: Session, inbox_id: int, *, now: datetime) -> int:
    """Become the owner of an inbox and decide what an earlier owner left in flight."""
    epoch = settlements.take_over(session, inbox_id, now=now)
    for row_id in settlements.left_unknown(session, inbox_id):
        recipients.settled(session, row_id, "unknown", at=now)
    skip_pointless(session, inbox_id)
    return epoch


def begin(session: Session, row: Claimed, *, epoch: int, now: datetime) -> bool:
    """Mark a campaign row as sending; False when it may no longer go out."""
    if not recipients.may_send(session, row.id, now=now):
        return False
    return claims.mark_sending(session, row.id, epoch=epoch, now=now)


def settle_all(session: Session, inbox_id: int, ended: Sequence[Settlement], *, now: datetime) -> None:
    """Write down what became of several attempts, and what follows from it."""
    for settlement in ended:
        settlements.settle(session, settlement)
        _follow(session, inbox_id, settlement, now=now)


def _follow(session: Session, inbox_id: int, settlement: Settlement, *, now: datetime) -> None:
    row = settlement.row
    if settlement.outcome == "sent":
        _follow_sent(session, settlement)
    elif settlement.outcome == "limited":
        gates.gate(session, inbox_id, row.chat, until=settlement.not_before)
    elif settlement.outcome == "unreachable" and not row.chat.startswith("-"):
        customers.unreachable(session, inbox_id, row.chat, reason=settlement.reason or "", now=now)
    elif settlement.outcome == "gone":
        _replace_thread(session, row, now=now)
    elif settlement.moved_to is not None:
        move_chat(session, inbox_id, row.chat, to=settlement.moved_to)
    if settlement.outcome in _OVER:
        skip_pointless(session, inbox_id)
    if row.action is Action.MAKE_THREAD and settlement.outcome in _OVER:
        _without_thread(session, row)
    if row.occurrence_id is not None and settlement.outcome in {"sent", *_OVER}:
        recipients.settled(session, row.id, settlement.outcome, at=settlement.ended)


def _follow_sent(session: Session, settlement: Settlement) -> None:
    row = settlement.row
    if row.action is Action.MAKE_THREAD and row.thread_id is not None:
        thread_made(session, row.thread_id, settlement.provider_id)
    elif row.action is Action.CLOSE_THREAD and row.thread_id is not None:
        session.execute(sa.update(Thread).where(Thread.id == row.thread_id).values(state=ThreadState.CLOSED))
    elif row.action is Action.OPEN_THREAD and row.thread_id is not None:
        session.execute(sa.update(Thread).where(Thread.id == row.thread_id).values(state=ThreadState.OPEN))
    if row.message_id is not None and row.action in {Action.SEND, Action.COPY}:
        _SHOWN.run(session, row=row.message_id, provider=settlement.provider_id)


def skip_pointless(session: Session, inbox_id: int) -> None:
    """Skip what would change a message that never went out: it would wait for ever.

    A sign for an answer waits on: `failures.collect` takes it to tell whoever wrote the answer.
    """
    target = sa.orm.aliased(OutboxRow)
    never = sa.select(target.id).where(target.id == OutboxRow.target_id, target.state.in_(_NEVER))
    session.execute(
        sa.update(OutboxRow)
        .where(
            OutboxRow.inbox_id == inbox_id,
            OutboxRow.state == sa.literal_column("'ready'"),
            OutboxRow.target_id.is_not(None),
            OutboxRow.action != Action.REACT,
            never.exists(),
        )
        .values(state=OutboxState.SKIPPED, reason="target_not_sent")
        .execution_options(synchronize_session=False)
    )


def thread_made(session: Session, thread_id: int, provider_id: str | None) -> None:
    """Keep the channel's id of a thread, unless one is known already."""
    session.execute(
        sa.update(Thread)
        .where(Thread.id == thread_id, Thread.provider_id.is_(None))
        .values(provider_id=provider_id, state=ThreadState.OPEN)
    )


def _without_thread(session: Session, row: Claimed) -> None:
    """Let what waited for a thread that cannot be made go to the general one."""
    session.execute(sa.update(Thread).where(Thread.id == row.thread_id).values(state=ThreadState.GONE))
    session.execute(
        sa.update(OutboxRow)
        .where(OutboxRow.thread_id == row.thread_id, OutboxRow.state == OutboxState.READY)
        .values(thread_id=None)
    )


def _replace_thread(session: Session, row: Claimed, *, now: datetime) -> None:
    """Make a new thread in place of one that someone deleted, and move there what waits."""
    gone = session.get(Thread, row.thread_id) if row.thread_id is not None else None
    if gone is None or gone.state == ThreadState.GONE:
        # A reply into a topic that is no ticket's: nothing can be made anew.
        session.execute(
            sa.update(OutboxRow).where(OutboxRow.id == row.id, OutboxRow.thread_id.is_(None)).values(
                state=OutboxState.FAILED
            )
        )  # fmt: skip
        return
    gone.state = ThreadState.GONE
    new = Thread(
        inbox_id=gone.inbox_id, chat=gone.chat, ticket_id=gone.ticket_id, name=gone.name, created=now
    )
    session.add(new)
    session.flush()
    session.execute(
        sa.update(OutboxRow)
        .where(OutboxRow.thread_id == gone.id, OutboxRow.state == OutboxState.READY)
        .values(thread_id=new.id)
    )
    outbox.enqueue(
        session,
        Draft(
            inbox_id=gone.inbox_id, chat=gone.chat, thread_id=new.id, action=Action.MAKE_THREAD,
            priority=Lane.NOTICE, ticket_id=gone.ticket_id, body={"name": gone.name},
        ),
        now=now,
    )  # fmt: skip


def move_chat(session: Session, inbox_id: int, chat: str, *, to: str) -> None:
    """Write a chat's new id everywhere its old one stands."""
    for table, column in (
        (OutboxRow, OutboxRow.chat),
        (Thread, Thread.chat),
        (Conversation, Conversation.chat),
        (Identity, Identity.address),
    ):
        session.execute(
            sa.update(table).where(table.inbox_id == inbox_id, column == chat).values({column.key: to})
        )
    gates.gate(session, inbox_id, chat, until=None, dead=f"moved:{to}")

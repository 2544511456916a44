"""Answers written before the writer could have read what the customer had just written: held, not sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import assignments
from crm_store.errors import RefusedError
from crm_store.models.conversation import Direction, Message
from crm_store.models.held_reply import HeldReply
from crm_store.models.outbox import Delivery, OutboxRow

LIFE = timedelta(hours=1)
MOST = 20


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a member of staff wrote something, the channel's id of it, and when."""

    chat: str
    id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class _Showing:
    """A row that shows staff a ticket up to a message: where, under which id, and since when."""

    up_to: int
    chat: str
    provider_id: str | None
    ended: datetime | None

    def came_before(self, written: Origin) -> bool:
        """Tell whether it could be read when something was written."""
        if self.provider_id is None:
            return False
        ids = self.provider_id, written.id
        if self.chat == written.chat and all(id_.isdecimal() for id_ in ids):
            return int(self.provider_id) < int(written.id)
        return self.ended is not None and self.ended <= written.at


def unseen(session: Session, ticket_id: int, written: Origin) -> Sequence[Message]:
    """List what the customer wrote since the last answer and the writer could not have read, oldest first.

    What was never to be shown, because nobody had the ticket, counts only if it came after the writing. The
    message that opened the ticket is known to whoever knows its number.
    """
    fresh = _fresh(session, ticket_id)
    if not fresh:
        return []
    shown = _showings(session, ticket_id, from_id=fresh[0].id)

    def is_unseen(message: Message) -> bool:
        covering = [one for one in shown if one.up_to >= message.id]
        if not covering:
            return message.at > written.at
        return not any(one.came_before(written) for one in covering)

    return [message for message in fresh if is_unseen(message)]


def newer(session: Session, ticket_id: int, *, seen: int) -> Sequence[Message]:
    """List what the customer wrote after the last answer and after what was seen, oldest first."""
    return [message for message in _fresh(session, ticket_id) if message.id > seen]


def unshown(session: Session, ticket_id: int) -> bool:
    """Tell whether a customer added something nobody was shown, because nobody had the ticket."""
    fresh = _fresh(session, ticket_id)
    return bool(fresh) and not _showings(session, ticket_id, from_id=fresh[-1].id)


def _fresh(session: Session, ticket_id: int) -> Sequence[Message]:
    """List the customer's newest messages after the last answer, but for the one that opened the ticket."""
    inbound = (Message.ticket_id == ticket_id, Message.direction == Direction.INBOUND)
    first = sa.select(sa.func.min(Message.id)).where(*inbound).scalar_subquery()
    newest = session.scalars(
        sa.select(Message)
        .where(*inbound, Message.id > assignments.answered(session, ticket_id), Message.id > first)
        .order_by(Message.id.desc())
        .limit(MOST)
    ).all()
    return newest[::-1]


def _showings(session: Session, ticket_id: int, *, from_id: int) -> Sequence[_Showing]:
    ended = (
        sa.select(sa.func.max(Delivery.ended))
        .where(Delivery.outbox_id == OutboxRow.id, Delivery.outcome == "sent")
        .scalar_subquery()
    )
    rows = session.execute(
        sa.select(OutboxRow.shows_id, OutboxRow.chat, OutboxRow.provider_id, ended).where(
            OutboxRow.ticket_id == ticket_id, OutboxRow.shows_id >= from_id
        )
    )
    return [
        _Showing(cast("int", up_to), chat, provider_id, cast("datetime | None", at))
        for up_to, chat, provider_id, at in rows
    ]


def hold(session: Session, held: HeldReply) -> int:
    """Keep an answer that was not sent and return its id."""
    session.add(held)
    session.flush()
    return held.id


def take(session: Session, held_id: int, staff_id: int, *, sent: bool, now: datetime) -> HeldReply:
    """Settle a held answer once, for whoever wrote it; refuse when it is settled or too old."""
    held = session.get(HeldReply, held_id, with_for_update=True)
    if held is None or held.staff_id != staff_id:
        raise RefusedError("stale_button")
    if held.settled is not None:
        raise RefusedError("sent_already" if held.sent else "held_dropped")
    if held.expires <= now:
        raise RefusedError("held_expired")
    held.settled, held.sent = now, sent
    return held


def forget(session: Session, *, before: datetime) -> None:
    """Drop what was held for so long that not even its refusal is of use."""
    session.execute(sa.delete(HeldReply).where(HeldReply.expires <= before))

"""Floods: noticed by the age of an earlier message, so that ordinary ones cost one look and no write."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.conversation import Conversation, Direction, Message
from crm_store.models.flood import Flood
from crm_store.store import Prepared, adding
from crm_store.types import instant

MINUTE = timedelta(minutes=1)
_EARLIER = Prepared(
    sa.select(Message.at)
    .where(
        Message.conversation_id == sa.bindparam("conversation"),
        Message.direction == sa.literal_column("'inbound'"),
    )
    .order_by(Message.id.desc())
    .limit(sa.literal_column("1"))
    .offset(sa.bindparam("skip", type_=sa.Integer))
)
_LIVING = Prepared(
    sa.select(Flood.id).where(Flood.conversation_id == sa.bindparam("conversation"), Flood.ended.is_(None))
)


@dataclass(frozen=True, slots=True)
class Untold:
    """What came since the desk was told last: how many messages, how many with files, the last of them."""

    count: int
    files: int
    last: Message


def is_rising(session: Session, conversation_id: int, *, limit: int, now: datetime) -> bool:
    """Tell whether a customer wrote more than `limit` messages in the last minute."""
    row = _EARLIER.first(session, conversation=conversation_id, skip=limit)
    return row is not None and now - instant(cast("int", row[0])) < MINUTE


def begin(session: Session, conversation_id: int, ticket_id: int, *, message_id: int, now: datetime) -> bool:
    """Write down that a flood began with a message; False when it goes on already."""
    if _LIVING.first(session, conversation=conversation_id) is not None:
        return False
    made = session.execute(
        adding(session, Flood)
        .values(
            conversation_id=conversation_id, ticket_id=ticket_id, started=now, told=now,
            told_up_to=message_id - 1,
        )
        .on_conflict_do_nothing()
        .returning(Flood.id)
    )  # fmt: skip
    return made.first() is not None


def living(session: Session, inbox_id: int, *, limit: int = 20) -> Sequence[Flood]:
    """List the floods of an inbox that go on, those told longest ago first."""
    return session.scalars(
        sa.select(Flood)
        .join(Conversation, Conversation.id == Flood.conversation_id)
        .where(Flood.ended.is_(None), Conversation.inbox_id == inbox_id)
        .order_by(Flood.told, Flood.id)
        .limit(limit)
        .with_for_update(of=Flood, skip_locked=True)
    ).all()


def untold(session: Session, flood: Flood) -> Untold | None:
    """Sum up what the desk was not told of yet."""
    fresh = (
        Message.conversation_id == flood.conversation_id,
        Message.direction == Direction.INBOUND,
        Message.id > flood.told_up_to,
    )
    count, files, last = session.execute(
        sa.select(sa.func.count(), sa.func.count(Message.file_kind), sa.func.max(Message.id)).where(*fresh)
    ).one()
    if not count:
        return None
    return Untold(count, files, session.get_one(Message, last))

"""Albums: the pictures of one arrive one by one and are passed on together once no more come."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.conversation import Direction, Message
from crm_store.models.outbox import OutboxRow, OutboxState


@dataclass(frozen=True, slots=True)
class Joined:
    """What became of a picture: added to those that wait, or too late for them."""

    is_waiting: bool


def join(session: Session, key: str, message_id: str, *, until: datetime) -> Joined | None:
    """Add a picture to the row that passes its album on; None when there is no such row yet."""
    row = session.scalar(sa.select(OutboxRow).where(OutboxRow.dedupe_key == key).with_for_update())
    if row is None:
        return None
    if row.state != OutboxState.READY:
        return Joined(is_waiting=False)
    body = cast("dict[str, object]", orjson.loads(row.body))
    body["messages"] = [*cast("list[str]", body["messages"]), message_id]
    row.body, row.not_before = orjson.dumps(body).decode(), until
    return Joined(is_waiting=True)


def is_inside(session: Session, ticket_id: int, album: str) -> bool:
    """Tell whether an album that staff sent about a ticket began as a note."""
    first = session.scalar(
        sa.select(Message.direction)
        .where(Message.ticket_id == ticket_id, Message.source_id.is_not(None), Message.album == album)
        .order_by(Message.id)
        .limit(1)
    )
    return first == Direction.NOTE

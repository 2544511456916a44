"""Gates: until when a chat refuses messages, and where it has moved."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.outbox import ChatGate


def moved_to(session: Session, inbox_id: int, chat: str) -> str:
    """Return the id a chat has now; most never move."""
    found = session.get(ChatGate, (inbox_id, chat))
    if found is None or found.dead_reason is None or not found.dead_reason.startswith("moved:"):
        return chat
    return moved_to(session, inbox_id, found.dead_reason.removeprefix("moved:"))


def gate(
    session: Session, inbox_id: int, chat: str, *, until: datetime | None, dead: str | None = None
) -> None:
    """Record until when a chat refuses messages, or why it always will."""
    found = session.get(ChatGate, (inbox_id, chat))
    if found is None:
        found = ChatGate(inbox_id=inbox_id, chat=chat)
        session.add(found)
    found.blocked_until, found.dead_reason = until, dead


def gates(session: Session, inbox_id: int, *, now: datetime) -> Mapping[str, datetime]:
    """Map the chats that refuse messages to the end of it."""
    rows = session.execute(
        sa.select(ChatGate.chat, ChatGate.blocked_until).where(
            ChatGate.inbox_id == inbox_id, ChatGate.blocked_until > now
        )
    )
    return {chat: until for chat, until in rows if until is not None}

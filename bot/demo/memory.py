"""What the bot remembers of the sandbox: numbers given out before a kill are never given out again."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.sandbox.world import World
from crm_store.models.conversation import Conversation, Message
from crm_store.models.inbox import JournalEntry
from crm_store.models.outbox import OutboxRow, Thread
from crm_store.store import Store


def catch_up(url: str, world: World) -> None:
    """Let a world that was saved a moment before the bot's last write go on after it."""
    store = Store(url)
    try:
        last = store.read_now(lambda session: session.scalar(sa.select(sa.func.max(JournalEntry.update_id))))
        seen = store.read_now(last_messages)
    finally:
        store.close()
    world.bot.updates.next_id = max(world.bot.updates.next_id, (last or 0) + 1)
    for chat in (*world.bot.private.values(), *world.groups.values()):
        chat.last_id = max(chat.last_id, seen.get(str(chat.id), 0))


def last_messages(session: Session) -> dict[str, int]:
    """Return the highest number of a message the bot knows in each chat."""
    heard = sa.select(Conversation.chat, Message.provider_id).join(
        Message, Message.conversation_id == Conversation.id
    )
    both = sa.union_all(
        heard,
        sa.select(OutboxRow.chat, OutboxRow.provider_id),
        sa.select(Thread.chat, Thread.provider_id),
    ).subquery("both")
    highest = sa.func.max(sa.cast(both.c.provider_id, sa.BigInteger))
    rows = session.execute(
        sa.select(both.c.chat, highest).where(both.c.provider_id.is_not(None)).group_by(both.c.chat)
    )
    return {str(row[0]): int(row[1]) for row in rows}

"""The outbox of one inbox, in the words of its tests."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import claims, deliveries, outbox
from crm_store.claims import Claimed
from crm_store.models.outbox import OutboxRow
from crm_store.outbox import Draft
from crm_store.settlements import Settlement
from crm_store.store import Store

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
GROUP = "-1001"


class Post:
    """The outbox of one inbox, in the words of these tests."""

    def __init__(self, store: Store, inbox_id: int) -> None:
        self.store, self.inbox_id, self.now = store, inbox_id, NOW
        self.epoch = self.takes_over()

    def takes_over(self) -> int:
        """Become the owner, as a process does when it starts."""
        self.epoch = self.store.write_now(
            lambda session: deliveries.take_over(session, self.inbox_id, now=self.now)
        )
        return self.epoch

    def put(self, chat: str, text: str = "hello", **more: object) -> int:
        """Write a row that must go out."""
        body = more.pop("body", {"text": text})
        draft = Draft(inbox_id=self.inbox_id, chat=chat, body=body, **more)  # type: ignore[arg-type]
        return self.store.write_now(lambda session: outbox.enqueue(session, draft, now=self.now))

    def ready(self) -> list[Claimed]:
        """List what may go out now."""
        return self.store.write_now(lambda session: claims.ready(session, self.inbox_id, now=self.now))

    def texts(self) -> list[str]:
        """List the texts of what may go out now."""
        return [str(row.body.get("text")) for row in self.ready()]

    def claims(self, place: int = 0) -> Claimed:
        """Take in hand one of the rows that may go out."""

        def unit(session: Session) -> Claimed:
            row = claims.ready(session, self.inbox_id, now=self.now)[place]
            claims.claim(session, self.inbox_id, row, epoch=self.epoch, now=self.now)
            return row

        return self.store.write_now(unit)

    def settles(self, row: Claimed, outcome: str = "sent", **more: object) -> None:
        """Write down what became of an attempt."""
        settlement = replace(Settlement(row, outcome, self.now), **more)  # type: ignore[arg-type]
        self.store.write_now(
            lambda session: deliveries.settle_all(session, self.inbox_id, [settlement], now=self.now)
        )

    def row(self, row_id: int) -> OutboxRow:
        """Return a row as it is now."""
        return self.store.read_now(lambda session: session.get_one(OutboxRow, row_id))

    def state(self, row_id: int) -> str:
        """Return how far a row has come."""
        return self.row(row_id).state

    def change(self, row_id: int, **values: object) -> None:
        """Set columns of a row as earlier work would have."""
        self.store.write_now(
            lambda session: session.execute(
                sa.update(OutboxRow).where(OutboxRow.id == row_id).values(**values)
            ).close()
        )

    def passes(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)

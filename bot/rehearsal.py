"""A customer's first message, played before the first real one and taken back.

It proves that the whole line works before anything is confirmed to the channel, and what a process does only
once (compiling statements, reading catalogues) is done before somebody waits for it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from crm_store.store import Store
from handlers.context import Context, Desk
from handlers.ports import Message, Person, Place, Understood
from handlers.router import Router
from handlers.understanding import understand
from scoring.match import FaqIndex

LINES = ("My order has not arrived yet.", "我的订单还没有到。")


class _TakenBackError(Exception):
    """The rehearsal is over; nothing of it is kept."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where it is played."""

    store: Store
    routes: Router
    desk: Desk
    inbox_id: int


async def rehearse(stage: Stage, *, index: FaqIndex | None, now: datetime) -> None:
    """Play a first message in each language through store and handlers, and take it back."""
    place = Place(stage.inbox_id, "rehearsal", "0")
    for text in LINES:
        event = Message(place, Person("0", "Rehearsal"), "0", now, text)
        understood = understand(event, index)

        def unit(session: Session, event: Message = event, understood: Understood = understood) -> None:
            stage.routes.perform(Context(session, now, event, stage.desk, understood=understood))
            session.flush()
            raise _TakenBackError

        try:
            await stage.store.write(unit)
        except _TakenBackError:
            continue

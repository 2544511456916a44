"""Dialogs: where someone stands in a conversation of several steps."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.dialog import Dialog
from crm_store.store import Prepared
from crm_store.types import micros


@dataclass(frozen=True, slots=True)
class Seat:
    """Who is in a dialog and where it takes place."""

    inbox_id: int
    chat: str
    thread: str
    address: str


_LIVE = Prepared(
    sa.select(Dialog.id).where(
        Dialog.inbox_id == sa.bindparam("inbox"),
        Dialog.chat == sa.bindparam("chat"),
        Dialog.thread == sa.bindparam("thread_key", type_=sa.Text),
        Dialog.address == sa.bindparam("address"),
        Dialog.expires > sa.bindparam("now"),
    )
)


def live(session: Session, seat: Seat, *, now: datetime) -> Dialog | None:
    """Return the dialog that is going on here, if one is."""
    row = _LIVE.first(
        session,
        inbox=seat.inbox_id,
        chat=seat.chat,
        thread_key=seat.thread,
        address=seat.address,
        now=micros(now),
    )
    return None if row is None else session.get(Dialog, row[0])


def start(session: Session, seat: Seat, *, kind: str, step: str, expires: datetime) -> Dialog:
    """Begin a dialog here; one that was going on ends."""
    end(session, seat)
    dialog = Dialog(
        inbox_id=seat.inbox_id,
        chat=seat.chat,
        thread=seat.thread,
        address=seat.address,
        kind=kind,
        step=step,
        answers={},
        expires=expires,
        revision=1,
    )
    session.add(dialog)
    session.flush()
    return dialog


def advance(dialog: Dialog, *, step: str, expires: datetime, **answers: object) -> None:
    """Go to the next step with what was answered; buttons of the old revision are stale."""
    dialog.step, dialog.expires = step, expires
    dialog.answers = {**dialog.answers, **answers}
    dialog.revision += 1


def end(session: Session, seat: Seat) -> None:
    """End whatever dialog is going on here."""
    session.execute(
        sa.delete(Dialog).where(
            Dialog.inbox_id == seat.inbox_id,
            Dialog.chat == seat.chat,
            Dialog.thread == seat.thread,
            Dialog.address == seat.address,
        )
    )

"""A ticket opened by us out of messages that are there already: split off another, or recovered."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from crm_store import deadlines, events, tickets
from crm_store.customers import Contact
from crm_store.models.conversation import Direction, Message
from crm_store.models.ticket import Ticket
from crm_store.rules.lifecycle import Kind
from crm_store.rules.priority import BASE as PRIORITY
from crm_store.tickets import Opening
from handlers import files
from handlers.agent import notices
from handlers.context import Context
from scoring import text as texts

Detail = Mapping[str, object]


def open_ticket(ctx: Context, contact: Contact, said: Sequence[Message], *, at: datetime) -> Ticket:
    """Open a ticket of these messages as if they had come now or then, and give them to it."""
    words = "\n".join(one.body for one in said if one.direction == Direction.INBOUND)
    meant = texts.kind(words)
    kind = Kind(meant.label)
    promised = deadlines.promise(ctx.session, kind, PRIORITY[kind], at=at)
    start = Opening(
        kind=kind, priority=PRIORITY[kind], subject=_subject(ctx, words, said),
        first_due=promised.dues.first, resolution_due=promised.dues.resolution,
        sla_version=promised.sla_version, calendar_version=promised.calendar_version,
    )  # fmt: skip
    number = tickets.create(ctx.session, contact, start, now=at)
    events.record(ctx.session, number, kind="opened", by=ctx.by, at=at, **_detail(start, meant))
    give(ctx, said, number)
    return tickets.by_number(ctx.session, number)


def give(ctx: Context, said: Sequence[Message], number: int) -> None:
    """Give messages to a ticket; their order and their ids stay."""
    moved = sa.update(Message).where(Message.id.in_([one.id for one in said])).values(ticket_id=number)
    ctx.session.flush()
    ctx.session.execute(moved.execution_options(synchronize_session="fetch"))


def _detail(start: Opening, meant: texts.Kind) -> Detail:
    detail: dict[str, object] = {
        "ticket_kind": start.kind.value,
        "confidence": meant.p,
        "reasons": [f"{reason.code}:{' '.join(reason.words)}" for reason in meant.reasons],
        "priority": start.priority.value,
        "priority_reasons": [f"kind:{start.kind.value}"],
        "policy": start.sla_version,
        "calendar": start.calendar_version,
    }
    dues = {"first_due": start.first_due, "resolution_due": start.resolution_due}
    return detail | {name: due for name, due in dues.items() if due is not None}


def _subject(ctx: Context, words: str, said: Sequence[Message]) -> str:
    subject = " ".join(words.split())[: notices.SUBJECT]
    file = next((one for one in said if one.file_kind is not None), None)
    if subject or file is None or file.file_kind is None:
        return subject
    return file.file_name or files.placeholder(ctx.desk.language, file.file_kind)

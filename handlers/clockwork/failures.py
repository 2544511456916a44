"""Telling staff what did not arrive: an answer at its customer, a file at the desk."""

from crm_store import failures, outbox, tickets
from crm_store.failures import Failure
from crm_store.models.conversation import Message
from crm_store.models.outbox import Lane, OutboxRow
from crm_store.outbox import Draft
from handlers import files
from handlers.agent import cards
from handlers.context import TickContext
from handlers.ports import Button, OutboundMessage

MOST = 20
REASON = 200


def tell(ctx: TickContext) -> bool:
    """Tell of the answers that failed, with a button to send each again."""
    found = failures.collect(ctx.session, ctx.inbox_id, limit=MOST)
    for failure in found:
        if failure.answer.ticket_id is not None:
            outbox.enqueue(ctx.session, _told(ctx, failure, failure.answer.ticket_id), now=ctx.now)
    lost = failures.lost_files(ctx.session, ctx.inbox_id, limit=MOST)
    for row, message in lost:
        outbox.enqueue(ctx.session, _placeholder(ctx, row, message), now=ctx.now)
    return len(found) == MOST or len(lost) == MOST


def _placeholder(ctx: TickContext, row: OutboxRow, message: Message | None) -> Draft:
    """Show in a file's place that it is missing, with a button to try again."""
    assert row.ticket_id is not None  # noqa: S101 - only files of tickets are looked for
    ticket = tickets.by_number(ctx.session, row.ticket_id)
    in_group = row.chat == ctx.desk.staff_group
    language = (not in_group and cards.owner_language(ctx.session, ticket)) or ctx.desk.language
    say = cards.sayer(language)
    kind, name = ("other", None) if message is None else (message.file_kind or "other", message.file_name)
    words = say(
        "failed.file", number=ticket.number, what=files.placeholder(language, kind, name),
        name=cards.contact(ctx.session, ticket).name, reason=(row.reason or "?")[:REASON],
    )  # fmt: skip
    body = OutboundMessage(words, [[Button(say("key.pass_on_again"), "pass_on_again", row.id)]]).body()
    return Draft(
        inbox_id=ctx.inbox_id, chat=row.chat, body=body, priority=Lane.NOTICE, thread_id=row.thread_id,
        ticket_id=ticket.id,
    )  # fmt: skip


def _told(ctx: TickContext, failure: Failure, number: int) -> Draft:
    ticket = tickets.by_number(ctx.session, number)
    in_group = failure.chat == ctx.desk.staff_group
    say = cards.sayer((not in_group and cards.owner_language(ctx.session, ticket)) or ctx.desk.language)
    customer = cards.contact(ctx.session, ticket)
    words = say("failed.answer", number=number, name=customer.name, reason=failure.reason[:REASON] or "?")
    message = OutboundMessage(words, [[Button(say("key.send_again"), "send_again", failure.answer.id)]])
    body = message.body()
    if failure.thread:
        body["thread"] = failure.thread
    return Draft(inbox_id=ctx.inbox_id, chat=failure.chat, body=body, priority=Lane.NOTICE, ticket_id=number)

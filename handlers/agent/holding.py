"""What becomes of an answer that was held: sent all the same by one tap, or dropped."""

from crm_store import held_replies
from handlers.agent import desk
from handlers.agent.desk import Written
from handlers.context import Context
from handlers.ports import FileRef
from handlers.router import number_of


def send(ctx: Context, subject: str, revision: int) -> None:
    """Send a held answer as it was written, once."""
    held = held_replies.take(ctx.session, number_of(subject), ctx.staff.id, sent=True, now=ctx.now)
    ticket = desk.held(ctx, held.ticket_id)
    customer = desk.answerable(ctx, ticket)
    file = (
        None if held.file_kind is None or held.file_id is None
        else FileRef(held.file_kind, held.file_id, held.file_name)
    )  # fmt: skip
    desk.send(ctx, ticket, customer, Written(held.text, file, held.chat, held.message, is_anyway=True))
    ctx.edit(ctx.say("held.sent", number=ticket.number))


def drop(ctx: Context, subject: str, revision: int) -> None:
    """Forget a held answer; its customer never sees it."""
    held = held_replies.take(ctx.session, number_of(subject), ctx.staff.id, sent=False, now=ctx.now)
    ctx.edit(ctx.say("held.dropped", number=held.ticket_id))

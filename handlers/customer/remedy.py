"""Whether a complaint was put right, in its customer's own words: yes or no."""

from crm_store import events, remedies
from crm_store.errors import RefusedError
from handlers.agent import notices
from handlers.context import Context
from handlers.customer import inquiry, kinds
from handlers.customer.presses import number_of, own_ticket


def answer(ctx: Context, subject: str, revision: int) -> None:
    """Thank for a yes; after a no the complaint is open again, and the supervisors hear of it."""
    check = remedies.by_id(ctx.session, number_of(subject))
    if check is None or check.asked is None:
        raise RefusedError("stale_button")
    ticket = own_ticket(ctx, str(check.ticket_id))
    if not ticket.is_resolved or ticket.episode != check.episode:
        ctx.reply("remedy.open", number=ticket.number)
        return
    check.answered, check.is_right = ctx.now, bool(revision)
    events.record(ctx.session, ticket.id, kind="checked", by=ctx.by, at=ctx.now, is_right=check.is_right)
    if check.is_right:
        ctx.edit(ctx.say("remedy.right", number=ticket.number))
        return
    ctx.edit(ctx.say("remedy.wrong", number=ticket.number))
    if inquiry.may_reopen(ctx, ticket):
        inquiry.reopen(ctx, ticket, "")
        notices.tell_supervisors(ctx, ticket.id, "notice.not_right")
    else:
        kinds.human(ctx)

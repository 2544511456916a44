"""What a customer changes afterwards: the words of a message, or whether we may write at all."""

from crm_store import conversations, customers
from handlers.context import Context
from handlers.customer import inquiry, notices
from handlers.ports import Edit, Membership


def edited(ctx: Context) -> None:
    """Keep both versions of a message and show them where the ticket is worked."""
    event = ctx.event
    if not isinstance(event, Edit) or ctx.place.is_group or ctx.sender.staff is not None:
        return
    contact = ctx.contact()
    conversation = inquiry.conversation_of(ctx, contact)
    message = conversations.by_provider_id(ctx.session, conversation, event.id)
    if message is None:
        if not event.text.startswith("/"):
            inquiry.receive(ctx)  # the edit overtook its message
        return
    was = message.body
    if was == event.text:
        return
    conversations.edit(ctx.session, message, text=event.text, at=event.at)
    if message.ticket_id is not None:
        notices.tell_desk(ctx, message.ticket_id, "notice.edited", was=was, now=event.text)


def moved(ctx: Context) -> None:
    """Remember whether a customer can be reached; nothing is sent."""
    event, contact = ctx.event, ctx.sender.contact
    if isinstance(event, Membership) and contact is not None and not ctx.place.is_group:
        reason = None if event.is_reachable else "blocked"
        customers.reach(ctx.session, contact.identity_id, reason=reason, now=ctx.now)

"""What a customer changes afterwards: the words of a message, a reaction, or whether we may write at all."""

from crm_store import conversations, customers, events, mirrors, tickets
from crm_store.models.conversation import Message as Said
from handlers.agent import edits, notices
from handlers.context import Context
from handlers.customer import inquiry
from handlers.ports import Edit, Membership, Reaction
from handlers.texts import catalogue
from scoring.text import is_thanks_only

SHOWN_AS = ("notice.wrote", "notice.reopened")


def edited(ctx: Context) -> None:
    """Keep both versions of a message and show them where the ticket is worked."""
    event = ctx.event
    if not isinstance(event, Edit):
        return
    if ctx.place.is_group or ctx.sender.staff is not None:
        edits.edited(ctx, event)
        return
    contact = ctx.contact()
    conversation = inquiry.conversation_of(ctx, contact)
    message = conversations.by_provider_id(ctx.session, conversation, event.id)
    if message is None:
        _overtakes(ctx, event, conversation)
        return
    was = message.body
    if was == event.text or not conversations.edit(ctx.session, message, text=event.text, at=event.at):
        return
    if message.ticket_id is not None:
        events.record(
            ctx.session, message.ticket_id, kind="edited", by=ctx.by, at=ctx.now, message=message.id, was=was
        )
        _show_again(ctx, message, message.ticket_id, was)
        notices.tell_desk(ctx, message.ticket_id, "notice.edited", was=was, now=event.text)
        _take_up(ctx, message.ticket_id, was, event.text)


def _take_up(ctx: Context, number: int, was: str, now: str) -> None:
    """Go on with a resolved ticket when words that only thanked say more now."""
    ticket = tickets.by_number(ctx.session, number)
    says_more = is_thanks_only(was) and not is_thanks_only(now)
    if ticket.is_resolved and says_more and inquiry.may_reopen(ctx, ticket):
        inquiry.reopen(ctx, ticket, now)


def _overtakes(ctx: Context, event: Edit, conversation: int) -> None:
    """Take an edit that came before its message for the message."""
    if event.text.startswith("/"):
        return
    inquiry.receive(ctx)
    message = conversations.by_provider_id(ctx.session, conversation, event.id)
    if message is not None:
        message.edited = event.at


def _show_again(ctx: Context, message: Said, number: int, was: str) -> None:
    """Change what the desk was shown of a message, where it was shown by itself."""
    name = ctx.contact().name
    for row, text in mirrors.lines(ctx.session, number, message.id):
        for language in catalogue.LANGUAGES:
            for key in SHOWN_AS:
                if text == catalogue.say(language, key, number=number, name=name, text=was):
                    now = catalogue.say(language, key, number=number, name=name, text=message.body)
                    mirrors.show(ctx.session, row, {"text": now}, now=ctx.now)
    for row in mirrors.copies(ctx.session, number, message.id):
        mirrors.show(ctx.session, row, {"caption": message.body}, now=ctx.now)


def reacted(ctx: Context) -> None:
    """Keep a customer's reaction to a message of a ticket; it asks for nothing and changes nothing."""
    event = ctx.event
    if not isinstance(event, Reaction) or not event.emoji or ctx.place.is_group:
        return
    number = tickets.by_card(ctx.session, ctx.place.inbox_id, ctx.place.chat, event.message_id)
    if number is not None and ctx.sender.contact is not None and ctx.sender.staff is None:
        events.record(ctx.session, number, kind="thanked", by=ctx.by, at=ctx.now, emoji=event.emoji)


def moved(ctx: Context) -> None:
    """Remember whether a customer can be reached; nothing is sent."""
    event, contact = ctx.event, ctx.sender.contact
    if isinstance(event, Membership) and contact is not None and not ctx.place.is_group:
        reason = None if event.is_reachable else "blocked"
        customers.reach(ctx.session, contact.identity_id, reason=reason, now=ctx.now)

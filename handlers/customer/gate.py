"""The gate before everything else: what a blocked customer writes is kept, and reaches nobody."""

from crm_store import blocks, conversations
from crm_store.customers import Contact
from handlers.context import Context
from handlers.customer import inquiry, privacy
from handlers.ports import Edit, Message, Press, Reaction

# What anyone may always do: decide what we may send and keep, and how we speak to them.
COMMANDS = frozenset({"stop", "settings", "language", "help", "mydata", "erase", "cancel"})
BUTTONS = frozenset({"unsub", "consent", "switch", "surveys", "no_surveys", "language", "my_data", "erase"})


def admits(ctx: Context, *, may_keep: bool) -> bool:
    """Tell whether an event goes on to its route; a blocked customer's words are held instead."""
    contact = ctx.sender.contact
    if contact is None or contact.bar is None or ctx.sender.staff is not None or ctx.place.is_group:
        return True
    if not contact.is_blocked(ctx.now):
        return True
    event = ctx.event
    if isinstance(event, Press):
        return event.verb in BUTTONS
    if isinstance(event, Message) and (_command(event.text) in COMMANDS or privacy.is_asked(ctx)):
        return True
    if may_keep and isinstance(event, Message | Edit) and _says_something(event):
        _hold(ctx, contact, event)
    return not isinstance(event, Message | Edit | Reaction)


def _command(text: str) -> str:
    words = text[1:].split(maxsplit=1) if text.startswith("/") else []
    return words[0].split("@")[0].lower() if words else ""


def _says_something(event: Message | Edit) -> bool:
    """Tell whether there is anything to keep: more than a bare command."""
    is_bare = event.text.startswith("/") and len(event.text.split(maxsplit=1)) == 1
    return not is_bare or (isinstance(event, Message) and event.file is not None)


def _hold(ctx: Context, contact: Contact, event: Message | Edit) -> None:
    """Write a message down where nobody is told of it, and say so to its author once."""
    conversation = inquiry.conversation_of(ctx, contact)
    known = conversations.by_provider_id(ctx.session, conversation, event.id)
    if known is not None:
        if isinstance(event, Edit) and known.body != event.text:
            conversations.edit(ctx.session, known, text=event.text, at=event.at)
        elif isinstance(event, Message):
            conversations.keep_original(ctx.session, known, text=event.text, at=event.at)
        return
    assert contact.bar is not None  # noqa: S101 - only who is blocked comes here
    message = inquiry.log(ctx, None, event.text)
    blocks.hold(ctx.session, message, customer_id=contact.customer_id, bar_id=contact.bar.id, now=ctx.now)
    barrier = blocks.by_id(ctx.session, contact.bar.id)
    if barrier.told is None and not (isinstance(event, Message) and event.is_machine):
        barrier.told = ctx.now
        ctx.reply("blocked.kept")

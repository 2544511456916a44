"""More messages than anyone can read: each is kept, the customer hears it once, the desk a line a minute."""

from crm_store import events, floods, readers
from crm_store.rules.roles import Role
from handlers.context import Context
from handlers.ports import OutboundMessage
from handlers.texts import catalogue


def coalesce(ctx: Context, number: int, message: int) -> bool:
    """Tell whether a message just kept is one of a flood, of which the desk hears in a summary."""
    contact = ctx.contact()
    conversation, limit = contact.conversation_id, ctx.desk.flood_limit
    if conversation is None or not floods.is_rising(ctx.session, conversation, limit=limit, now=ctx.now):
        return False
    if floods.begin(ctx.session, conversation, number, message_id=message, now=ctx.now):
        events.record(ctx.session, number, kind="flooded", by=ctx.by, at=ctx.now, limit=limit)
        ctx.reply("flood.answer", number=number)
        if not contact.is_muted(ctx.now):
            _alert(ctx, number, contact.name)
    return True


def _alert(ctx: Context, number: int, name: str) -> None:
    """Tell the staff group once, or the supervisors where there is none."""
    supervisors = readers.with_role(ctx.session, ctx.place.inbox_id, Role.SUPERVISOR)
    group = ctx.desk.staff_group
    told = (
        [(one.address, one.language) for one in supervisors]
        if group is None
        else [(group, ctx.desk.language)]
    )
    for chat, language in told:
        words = catalogue.say(language, "flood.alert", number=number, name=name, limit=ctx.desk.flood_limit)
        ctx.tell_staff(chat, OutboundMessage(words), ticket=number)

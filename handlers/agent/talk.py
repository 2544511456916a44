"""Talking to staff where they wrote or pressed: words that a reply finds its ticket by, and signs."""

from collections.abc import Sequence

from crm_store import staff
from crm_store.models.outbox import Action, Lane
from crm_store.outbox import Draft
from handlers.context import Context
from handlers.ports import Button, Message, OutboundMessage
from handlers.texts import catalogue

SENT, KEPT = "👍", "✍"


def react(ctx: Context, emoji: str, ticket_id: int, *, once_sent: int | None = None, on: str = "") -> None:
    """Answer what staff wrote or pressed with a sign, once the row it waits for has gone out."""
    shown = on or (ctx.event.id if isinstance(ctx.event, Message) else getattr(ctx.event, "message_id", ""))
    if not shown:
        return
    body: dict[str, object] = {"message": shown, "emoji": emoji}
    if ctx.place.thread:
        body["thread"] = ctx.place.thread  # where it is told if there is nothing to confirm
    sign = Draft(
        inbox_id=ctx.place.inbox_id, chat=ctx.place.chat, action=Action.REACT, priority=Lane.NOTICE,
        body=body, target_id=once_sent, ticket_id=ticket_id,
    )  # fmt: skip
    ctx.enqueue(sign)


def tell(
    ctx: Context,
    text: str,
    *,
    ticket: int,
    buttons: Sequence[Sequence[Button]] = (),
    shows: int | None = None,
) -> int:
    """Answer where the event happened with words of a ticket, so that a reply to them finds it.

    `shows` is the newest message of its customer that can be read in them.
    """
    body = OutboundMessage(text, buttons).body()
    if ctx.place.thread:
        body["thread"] = ctx.place.thread
    place = ctx.place
    return ctx.enqueue(
        Draft(inbox_id=place.inbox_id, chat=place.chat, body=body, ticket_id=ticket, shows_id=shows)
    )


def tell_colleague(ctx: Context, staff_id: int, key: str, *, ticket: int) -> None:
    """Tell a colleague in private what was done to a ticket of theirs, unless they did it."""
    if staff_id == ctx.staff.id:
        return
    colleague = staff.by_id(ctx.session, staff_id)
    words = catalogue.say(colleague.language or ctx.desk.language, key, name=ctx.staff.name, number=ticket)
    ctx.tell_staff(colleague.address, OutboundMessage(words), ticket=ticket)


def in_staff_group(ctx: Context) -> bool:
    """Tell whether the event happened in the staff group."""
    return ctx.place.is_group and ctx.place.chat == ctx.desk.staff_group

"""Floods summed up for the desk: a line a minute while they last, and one when they calm."""

from crm_store import customers, floods, outbox, readers, tickets
from crm_store.floods import MINUTE, Untold
from crm_store.models.flood import Flood
from crm_store.models.outbox import Lane
from crm_store.outbox import Draft
from handlers import files
from handlers.context import TickContext
from handlers.texts import catalogue

CHUNK = 20
LONGEST = 300


def sum_up(ctx: TickContext) -> bool:
    """Tell the desk what came since the last line, where a minute has passed or the flood has calmed."""
    for flood in floods.living(ctx.session, ctx.inbox_id, limit=CHUNK):
        is_calm = not floods.is_rising(
            ctx.session, flood.conversation_id, limit=ctx.desk.flood_limit, now=ctx.now
        )
        if is_calm or ctx.now - flood.told >= MINUTE:
            untold = floods.untold(ctx.session, flood)
            if untold is not None:
                _tell(ctx, flood, untold)
                flood.told_up_to = untold.last.id
            flood.told = ctx.now
        if is_calm:
            flood.ended = ctx.now
    return False


def _tell(ctx: TickContext, flood: Flood, untold: Untold) -> None:
    ticket = tickets.by_number(ctx.session, flood.ticket_id)
    place = readers.desk_of(ctx.session, ticket.id)
    chat = place.thread_chat or (place.owner.address if place.owner else None)
    if chat is None:
        return  # whoever takes the ticket reads all of it then
    language = ctx.desk.language if place.thread_chat or place.owner is None else place.owner.language
    last = untold.last
    text = (
        last.body if last.file_kind is None else f"{files.placeholder(language, last.file_kind)} {last.body}"
    )
    words = catalogue.say(
        language,
        "flood.summary.files" if untold.files else "flood.summary",
        number=ticket.number,
        name=customers.by_id(ctx.session, ticket.customer_id).name,
        count=untold.count,
        files=untold.files,
        text=text.strip()[:LONGEST],
    )
    draft = Draft(
        inbox_id=ctx.inbox_id, chat=chat, body={"text": words}, priority=Lane.NOTICE,
        thread_id=place.thread_id, ticket_id=ticket.id, shows_id=last.id,
    )  # fmt: skip
    outbox.enqueue(ctx.session, draft, now=ctx.now)

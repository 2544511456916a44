"""What the desk hears of customers: a line for each new ticket, and what they add to one being worked."""

from dataclasses import replace
from datetime import timedelta

from crm_store import albums, conversations, presence, readers
from crm_store.models.outbox import Action, Lane
from crm_store.outbox import Draft
from crm_store.readers import Desk, Reader
from crm_store.rules.roles import Role
from crm_store.store import wake
from handlers import files
from handlers.context import Context
from handlers.ports import Button, FileRef, Message, OutboundMessage
from handlers.texts import catalogue

SUBJECT = 80
QUIET = timedelta(seconds=1)  # after which no more pictures of an album are expected
A_MOMENT = timedelta(seconds=5)


def announce(ctx: Context, number: int, *, kind: str, subject: str) -> None:
    """Tell the staff group, or every agent where there is none, of a ticket that waits to be taken.

    While somebody takes tickets as they come, the line waits a moment for the one who is given this one.
    """
    waits = None
    if presence.is_anyone_here(ctx.session, ctx.place.inbox_id):
        waits = ctx.now + A_MOMENT
        wake(ctx.session, "tick:assignment")
    if _is_muted(ctx):
        return
    group = ctx.desk.staff_group
    for chat, language in _agents(ctx) if group is None else [(group, ctx.desk.language)]:
        line = _line(ctx, language, number, kind=kind, subject=subject)
        draft = Draft(
            inbox_id=ctx.place.inbox_id, chat=chat, body=line.body(), priority=Lane.NOTICE,
            combinable=line.combinable, ticket_id=number, not_before=waits,
        )  # fmt: skip
        ctx.enqueue(draft)


def _agents(ctx: Context) -> list[tuple[str, str]]:
    found = readers.with_role(ctx.session, ctx.place.inbox_id, Role.AGENT)
    return [(agent.address, agent.language) for agent in found]


def _line(ctx: Context, language: str, number: int, *, kind: str, subject: str) -> OutboundMessage:
    words = catalogue.say(
        language, f"notice.new.{kind}", number=number, name=_name(ctx), subject=subject[:SUBJECT]
    )
    take = Button(catalogue.say(language, "notice.take", number=number), "take", number)
    return OutboundMessage(words, [[take]], combinable=True)


def tell_desk(ctx: Context, number: int, key: str, *, file: FileRef | None = None, **values: object) -> bool:
    """Word something about a ticket where it is worked; False when nobody has taken it yet.

    Of a muted customer nobody is told; their words are in the ticket for whoever looks.
    """
    if _is_muted(ctx):
        return True
    place = readers.desk_of(ctx.session, number)
    draft = _draft_to(ctx, place, number)
    if draft is None:
        return False
    owner = None if place.thread_chat else place.owner  # in a topic everyone reads along
    language = ctx.desk.language if owner is None else owner.language
    if file is not None and not values.get("text"):
        values["text"] = files.placeholder(language, file.kind, file.name)
    words = catalogue.say(language, key, number=number, name=_name(ctx), **values)
    if file is not None and isinstance(ctx.event, Message) and ctx.event.album:
        _pass_album_on(ctx, draft, words, ctx.event)
        return True
    ctx.enqueue(_with(draft, {"text": words}))
    if file is not None and isinstance(ctx.event, Message):
        copy: dict[str, object] = {"from_chat": ctx.place.chat, "message": ctx.event.id}
        ctx.enqueue(_with(draft, copy, action=Action.COPY))
    return True


def _pass_album_on(ctx: Context, draft: Draft, words: str, event: Message) -> None:
    """Tell of an album once, and copy its pictures together when no more have come for a second."""
    key = f"album:{draft.inbox_id}:{ctx.place.chat}:{event.album}:{draft.chat}"
    until = ctx.now + QUIET
    joined = albums.join(ctx.session, key, event.id, until=until)
    if joined is not None and joined.is_waiting:
        return
    body: dict[str, object] = {"from_chat": ctx.place.chat, "messages": [event.id]}
    copies = replace(_with(draft, body, action=Action.COPY), not_before=until)
    if joined is None:
        ctx.enqueue(_with(draft, {"text": words}))
        copies = replace(copies, dedupe_key=key)
    ctx.enqueue(copies)


def _draft_to(ctx: Context, place: Desk, number: int) -> Draft | None:
    chat = place.thread_chat or (place.owner.address if place.owner else None)
    if chat is None:
        return None
    return Draft(
        inbox_id=ctx.place.inbox_id, chat=chat, body={}, priority=Lane.NOTICE, thread_id=place.thread_id,
        ticket_id=number, shows_id=conversations.newest_heard(ctx.session, number),
    )  # fmt: skip


def _with(draft: Draft, body: dict[str, object], *, action: Action = Action.SEND) -> Draft:
    return Draft(
        inbox_id=draft.inbox_id, chat=draft.chat, body=body, action=action, priority=draft.priority,
        thread_id=draft.thread_id, ticket_id=draft.ticket_id, shows_id=draft.shows_id,
    )  # fmt: skip


def tell_supervisors(ctx: Context, number: int, key: str, **values: object) -> None:
    """Word something about a ticket to every supervisor in private."""
    for supervisor in readers.with_role(ctx.session, ctx.place.inbox_id, Role.SUPERVISOR):
        tell_reader(ctx, supervisor, number, key, **values)


def tell_reader(ctx: Context, reader: Reader, number: int, key: str, **values: object) -> None:
    """Word something about a ticket to one member of staff in private."""
    if _is_muted(ctx):
        return
    words = catalogue.say(reader.language, key, number=number, name=_name(ctx), **values)
    ctx.tell_staff(reader.address, OutboundMessage(words), ticket=number)


def _name(ctx: Context) -> str:
    return ctx.contact().name


def _is_muted(ctx: Context) -> bool:
    contact = ctx.sender.contact
    return contact is not None and ctx.sender.staff is None and contact.is_muted(ctx.now)

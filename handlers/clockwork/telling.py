"""Words that the clock has for the staff, where a ticket is worked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crm_store import customers, outbox, readers
from crm_store.models.outbox import Lane
from crm_store.models.ticket import Ticket
from crm_store.outbox import Draft
from crm_store.readers import Reader
from crm_store.rules.roles import Role
from handlers.agent import cards
from handlers.context import TickContext
from handlers.ports import Button, OutboundMessage


@dataclass(frozen=True, slots=True)
class Audience:
    """Someone to be told: a chat, the language read there, and the topic when it is one."""

    chat: str
    language: str
    thread_id: int | None = None


def private(found: Sequence[Reader]) -> list[Audience]:
    """Return members of staff as they are told in private."""
    return [Audience(reader.address, reader.language) for reader in found]


def supervisors(ctx: TickContext) -> list[Audience]:
    """Return the supervisors, each in private."""
    return private(readers.with_role(ctx.session, ctx.inbox_id, Role.SUPERVISOR))


def team(ctx: TickContext, ticket: Ticket) -> list[Audience]:
    """Return where the team reads of a ticket: its topic, the staff group, or every agent in private."""
    place = readers.desk_of(ctx.session, ticket.id)
    if place.thread_chat is not None:
        return [Audience(place.thread_chat, ctx.desk.language, place.thread_id)]
    if ctx.desk.staff_group is not None:
        return [Audience(ctx.desk.staff_group, ctx.desk.language)]
    return private(readers.with_role(ctx.session, ctx.inbox_id, Role.AGENT))


def owner(ctx: TickContext, ticket: Ticket) -> list[Audience]:
    """Return a ticket's owner in private; nobody where it has none."""
    place = readers.desk_of(ctx.session, ticket.id)
    return [] if place.owner is None else private([place.owner])


def desk(ctx: TickContext, ticket: Ticket, key: str, **values: object) -> None:
    """Word something where a ticket is worked: in its topic, else to its owner, else to the team."""
    place = readers.desk_of(ctx.session, ticket.id)
    mine = owner(ctx, ticket) if place.thread_chat is None else []
    for audience in mine or team(ctx, ticket):
        say(ctx, ticket, audience, key, **values)


def say(ctx: TickContext, ticket: Ticket, audience: Audience, key: str, **values: object) -> None:
    """Word something about a ticket to someone, with a button to take it while nobody has it."""
    speak = cards.sayer(audience.language)
    name = customers.by_id(ctx.session, ticket.customer_id).name
    keys = list(_keys(speak, ticket))
    message = OutboundMessage(speak(key, number=ticket.number, name=name, **values), keys)
    in_general = audience.thread_id is None and audience.chat == ctx.desk.staff_group
    draft = Draft(
        inbox_id=ctx.inbox_id, chat=audience.chat, body=message.body(), priority=Lane.NOTICE,
        combinable=in_general, thread_id=audience.thread_id, ticket_id=ticket.id,
    )  # fmt: skip
    outbox.enqueue(ctx.session, draft, now=ctx.now)


def _keys(speak: cards.Say, ticket: Ticket) -> Iterator[list[Button]]:
    if ticket.assignee_id is None and not ticket.is_resolved:
        yield [Button(speak("notice.take", number=ticket.number), "take", ticket.number)]

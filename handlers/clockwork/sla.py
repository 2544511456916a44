"""Deadlines that come near or have passed: the owner hears first, then the team, then the supervisors."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crm_store import customers, deadlines, escalations, events, outbox, readers
from crm_store.models.outbox import Lane
from crm_store.models.ticket import Ticket
from crm_store.outbox import Draft
from crm_store.readers import Reader
from crm_store.rules import escalation
from crm_store.rules.escalation import Rung, Step
from crm_store.rules.roles import Role
from handlers.agent import boards, cards
from handlers.agent.topics import Bench
from handlers.context import TickContext
from handlers.ports import Button, OutboundMessage
from handlers.texts import catalogue

CHUNK = 20


@dataclass(frozen=True, slots=True)
class Audience:
    """Someone to be told: a chat, the language read there, and the topic when it is one."""

    chat: str
    language: str
    thread_id: int | None = None


def escalate(ctx: TickContext) -> bool:
    """Tell of some of the deadlines that are due to be told, and whether there may be more."""
    found = escalations.due(ctx.session, ctx.inbox_id, now=ctx.now, limit=CHUNK)
    for ticket in found:
        _look(ctx, ticket)
    return len(found) == CHUNK


def _look(ctx: TickContext, ticket: Ticket) -> None:
    """Take every step of a ticket's ladder that is due, and look again when the next one is."""
    held = deadlines.standing(ctx.session, ticket.id)
    steps = [] if held.clock is None else list(escalation.rungs(held.clock, held.terms))
    for rung in steps:
        if rung.is_due(ctx.now) and escalations.note(ctx.session, ticket, rung, now=ctx.now):
            _take(ctx, ticket, rung)
    ahead = [rung.at for rung in steps if rung.at > ctx.now]
    deadlines.reschedule(ctx.session, ticket.id, min(ahead, default=None))


def _take(ctx: TickContext, ticket: Ticket, rung: Rung) -> None:
    to, told = _audience(ctx, ticket, rung.step)
    for audience in told:
        outbox.enqueue(ctx.session, _draft(ctx, ticket, rung, audience), now=ctx.now)
    events.record(
        ctx.session, ticket.id, kind=rung.step.value, by="clock", at=ctx.now, target=rung.what.value,
        due=rung.due, told=to,
    )  # fmt: skip
    if rung.step is Step.BREACHED:
        boards.refresh(Bench(ctx.session, ctx.now, ctx.desk, ctx.inbox_id), ticket)


def _audience(ctx: TickContext, ticket: Ticket, step: Step) -> tuple[str, list[Audience]]:
    """Choose who hears: near a deadline its owner, past it the team, well past it the supervisors."""
    place = readers.desk_of(ctx.session, ticket.id)
    if step is Step.ESCALATED:
        return "supervisor", list(_private(readers.with_role(ctx.session, ctx.inbox_id, Role.SUPERVISOR)))
    if step is Step.WARNED and place.owner is not None:
        return "owner", list(_private([place.owner]))
    if place.thread_chat is not None:
        return "team", [Audience(place.thread_chat, ctx.desk.language, place.thread_id)]
    if ctx.desk.staff_group is not None:
        return "team", [Audience(ctx.desk.staff_group, ctx.desk.language)]
    return "team", list(_private(readers.with_role(ctx.session, ctx.inbox_id, Role.AGENT)))


def _private(found: Sequence[Reader]) -> Iterator[Audience]:
    return (Audience(reader.address, reader.language) for reader in found)


def _draft(ctx: TickContext, ticket: Ticket, rung: Rung, audience: Audience) -> Draft:
    say = cards.sayer(audience.language)
    words = say(
        f"sla.{rung.step}",
        number=ticket.number,
        name=customers.by_id(ctx.session, ticket.customer_id).name,
        what=say(f"word.{rung.what}"),
        due=catalogue.moment(audience.language, rung.due, ctx.desk.zone),
        span=cards.span(say, abs(rung.due - ctx.now)),
        owner=cards.owner(ctx.session, ticket) or say("desk.nobody"),
    )
    take = Button(say("notice.take", number=ticket.number), "take", ticket.number)
    message = OutboundMessage(words, [[take]] if ticket.assignee_id is None else ())
    return Draft(
        inbox_id=ctx.inbox_id, chat=audience.chat, body=message.body(), priority=Lane.NOTICE,
        combinable=audience.thread_id is None and audience.chat == ctx.desk.staff_group,
        thread_id=audience.thread_id, ticket_id=ticket.id,
    )  # fmt: skip

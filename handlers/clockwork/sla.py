"""Deadlines that come near or have passed: the owner hears first, then the team, then the supervisors."""

from crm_store import deadlines, escalations, events
from crm_store.models.ticket import Ticket
from crm_store.rules import escalation
from crm_store.rules.escalation import Rung, Step
from handlers.agent import boards, cards
from handlers.agent.topics import Bench
from handlers.clockwork import telling
from handlers.clockwork.telling import Audience
from handlers.context import TickContext
from handlers.texts import catalogue

CHUNK = 20


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
    told, audience = _audience(ctx, ticket, rung.step)
    for one in audience:
        _tell(ctx, ticket, rung, one)
    events.record(
        ctx.session, ticket.id, kind=rung.step.value, by="clock", at=ctx.now, target=rung.what.value,
        due=rung.due, told=told,
    )  # fmt: skip
    if rung.step is Step.BREACHED:
        boards.refresh(Bench(ctx.session, ctx.now, ctx.desk, ctx.inbox_id), ticket)


def _audience(ctx: TickContext, ticket: Ticket, step: Step) -> tuple[str, list[Audience]]:
    """Choose who hears: near a deadline its owner, past it the team, well past it the supervisors."""
    if step is Step.ESCALATED:
        return "supervisor", telling.supervisors(ctx)
    owner = telling.owner(ctx, ticket) if step is Step.WARNED else []
    return ("owner", owner) if owner else ("team", telling.team(ctx, ticket))


def _tell(ctx: TickContext, ticket: Ticket, rung: Rung, audience: Audience) -> None:
    say = cards.sayer(audience.language)
    telling.say(
        ctx,
        ticket,
        audience,
        f"sla.{rung.step}",
        what=say(f"word.{rung.what}"),
        due=catalogue.moment(audience.language, rung.due, ctx.desk.zone),
        span=cards.span(say, abs(rung.due - ctx.now)),
        owner=cards.owner(ctx.session, ticket) or say("desk.nobody"),
    )

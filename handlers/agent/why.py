"""Why a ticket stands as it does, read from its log: kind, priority, deadlines, owner, survey."""

from collections.abc import Iterator

from crm_store import deadlines, events, remedies, surveys, tickets
from crm_store.models.survey import RemedyCheck
from crm_store.models.ticket import Ticket
from crm_store.rules import sla_clock
from crm_store.rules.sla import Target
from handlers.agent import accounts, cards, origins
from handlers.context import Context
from handlers.texts import catalogue


def show(ctx: Context, number: int) -> None:
    """Tell why a ticket has its kind, priority, deadlines, owner and survey."""
    ticket = tickets.by_number(ctx.session, number)
    log = events.of_ticket(ctx.session, ticket.id)
    lines = [
        ctx.say("why.head", number=number, status=ctx.say(f"word.{ticket.status}")),
        origins.of_kind(ctx, ticket, log),
        origins.of_priority(ctx, ticket, log),
        *_deadlines(ctx, ticket),
        *(line for event in log for line in accounts.of(ctx, event)),
        *_survey(ctx, ticket),
        *(_checked(ctx, ticket, check) for check in remedies.of_ticket(ctx.session, ticket.id)),
    ]
    ctx.reply_text("\n".join(lines))


def _deadlines(ctx: Context, ticket: Ticket) -> Iterator[str]:
    held = deadlines.standing(ctx.session, ticket.id)
    left = None
    if held.clock is not None and held.clock.pause is not None and ticket.resolution_due is None:
        left = sla_clock.left(held.clock, held.terms, ctx.now)
    dues = (ticket.first_due, ticket.next_due, ticket.resolution_due)
    if not any(dues) and left is None:
        yield ctx.say("why.no_deadline")
        return
    named = held.terms.spans
    for what, at in zip(Target, dues, strict=True):
        if at is None:
            continue
        when = catalogue.moment(ctx.language, at, ctx.desk.zone)
        key, length = f"why.due.{what}", named.of(what)
        if length is None:
            yield ctx.say(key, at=when)
        else:
            yield ctx.say(f"{key}.target", at=when, span=cards.span(ctx.say, length))
    if left is not None:
        yield ctx.say("why.left", span=cards.span(ctx.say, left))


def _survey(ctx: Context, ticket: Ticket) -> Iterator[str]:
    """Tell that nobody was asked yet, or why not, where the log has no line about it."""
    if not ticket.is_resolved:
        yield ctx.say("why.survey.not_yet")
    elif events.newest_by(ctx.session, ticket.id, kind="resolved") == "bot":
        yield ctx.say("why.survey.faq")
    elif not surveys.of_ticket(ctx.session, ticket.id):
        yield ctx.say("why.survey.none")


def _checked(ctx: Context, ticket: Ticket, check: RemedyCheck) -> str:
    """Tell whether a complaint's customer was asked if it is put right, and what they said."""
    at = check.answered or check.cancelled or check.asked or check.due
    if check.answered is not None:
        key = "right" if check.is_right else "wrong"
    elif check.cancelled is not None:
        key = "cancelled"
    elif check.asked is not None:
        key = "asked"
    else:
        key = "planned" if ticket.is_resolved else "not_now"
    return ctx.say(f"why.remedy.{key}", at=catalogue.moment(ctx.language, at, ctx.desk.zone))

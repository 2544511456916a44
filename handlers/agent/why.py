"""Why a ticket stands as it does, read from its log: kind, priority, deadlines, owner, survey."""

from collections.abc import Iterator, Mapping
from typing import cast

from crm_store import deadlines, events, remedies, surveys, tickets
from crm_store.models.survey import RemedyCheck
from crm_store.models.ticket import Ticket
from crm_store.rules import sla_clock
from crm_store.rules.sla import Target
from handlers.agent import accounts, cards
from handlers.context import Context
from handlers.texts import catalogue

Detail = Mapping[str, object]


def show(ctx: Context, number: int) -> None:
    """Tell why a ticket has its kind, priority, deadlines, owner and survey."""
    ticket = tickets.by_number(ctx.session, number)
    log = events.of_ticket(ctx.session, ticket.id)
    opened = next((events.detail(event) for event in log if event.kind == "opened"), {})
    lines = [
        ctx.say("why.head", number=number, status=ctx.say(f"word.{ticket.status}")),
        *_kind(ctx, ticket, opened),
        *_priority(ctx, ticket, opened),
        *_deadlines(ctx, ticket, opened),
        *(line for event in log for line in accounts.of(ctx, event)),
        *_survey(ctx, ticket),
        *(_checked(ctx, check) for check in remedies.of_ticket(ctx.session, ticket.id)),
    ]
    ctx.reply_text("\n".join(lines))


def _kind(ctx: Context, ticket: Ticket, opened: Detail) -> Iterator[str]:
    kind = ctx.say(f"word.{ticket.kind}")
    codes = _words(opened.get("reasons"))
    if codes == ["chosen_by_customer"]:
        yield ctx.say("why.kind_chosen", kind=kind)
        return
    reasons = [_reason(ctx, code) for code in codes]
    yield ctx.say(
        "why.kind",
        kind=kind,
        sure=_percent(opened.get("confidence")),
        reasons=ctx.say("why.between").join(reasons) or ctx.say("why.reason.no_signal"),
    )


def _reason(ctx: Context, code: str) -> str:
    """Word a reason such as `question:where,how`."""
    name, _, words = code.partition(":")
    told = _worded(ctx, f"why.reason.{name}", name)
    return ctx.say("why.matched", reason=told, words=words) if words else told


def _priority(ctx: Context, ticket: Ticket, opened: Detail) -> Iterator[str]:
    reasons = [_worded(ctx, f"why.priority.{code}", code) for code in _words(opened.get("priority_reasons"))]
    yield ctx.say(
        "why.priority",
        priority=ctx.say(f"word.{ticket.priority}"),
        reasons=ctx.say("why.between").join(reasons) or ctx.say("why.unknown"),
    )


def _deadlines(ctx: Context, ticket: Ticket, opened: Detail) -> Iterator[str]:
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


def _checked(ctx: Context, check: RemedyCheck) -> str:
    """Tell whether a complaint's customer was asked if it is put right, and what they said."""
    at = check.answered or check.cancelled or check.asked or check.due
    if check.answered is not None:
        key = "right" if check.is_right else "wrong"
    elif check.cancelled is not None:
        key = "cancelled"
    else:
        key = "planned" if check.asked is None else "asked"
    return ctx.say(f"why.remedy.{key}", at=catalogue.moment(ctx.language, at, ctx.desk.zone))


def _words(value: object) -> list[str]:
    return [str(word) for word in cast("list[object]", value)] if isinstance(value, list) else []


def _percent(value: object) -> str:
    return f"{value:.0%}" if isinstance(value, float | int) else "?"


def _worded(ctx: Context, key: str, otherwise: str) -> str:
    return ctx.say(key) if catalogue.knows(key) else otherwise

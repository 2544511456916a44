"""Where a ticket's kind and priority come from: what was read off its words, or who changed it since."""

from collections.abc import Mapping, Sequence
from typing import cast

from crm_store import events
from crm_store.models.ticket import Event, Ticket
from handlers.agent import accounts
from handlers.context import Context
from handlers.texts import catalogue

Detail = Mapping[str, object]


def of_kind(ctx: Context, ticket: Ticket, log: Sequence[Event]) -> str:
    """Tell why a ticket has its kind."""
    change = _newest(log, "kind_changed", to=ticket.kind)
    if change is None:
        return _read(ctx, ticket.kind, _opened(log), key="why.kind")
    corrected = ctx.say("why.kind_corrected", **_who(ctx, change), kind=ctx.say(f"word.{ticket.kind}"))
    first = str(_opened(log).get("ticket_kind", events.detail(change).get("was", "")))
    return f"{corrected}\n{_read(ctx, first, _opened(log), key='why.kind_first')}"


def of_priority(ctx: Context, ticket: Ticket, log: Sequence[Event]) -> str:
    """Tell why a ticket has its priority."""
    priority = ctx.say(f"word.{ticket.priority}")
    opened = _opened(log)
    decisive = [event for event in log if _sets_priority(event, ticket)]
    if decisive and events.detail(decisive[-1]).get("to") == ticket.priority:
        return ctx.say("why.priority_set", **_who(ctx, decisive[-1]), priority=priority)
    if decisive:
        codes = [f"kind:{events.detail(decisive[-1]).get('to')}"]
    elif ticket.priority != opened.get("priority", ticket.priority):
        codes = ["joined"]
    else:
        codes = _words(opened.get("priority_reasons"))
    reasons = ctx.say("why.between").join(accounts.reason(ctx, code) for code in codes)
    return ctx.say("why.priority", priority=priority, reasons=reasons or ctx.say("why.unknown"))


def _read(ctx: Context, kind: str, opened: Detail, *, key: str) -> str:
    """Word what was made of a ticket's first words, and by what."""
    named, codes = ctx.say(f"word.{kind}"), _words(opened.get("reasons"))
    if codes == ["chosen_by_customer"]:
        return ctx.say(f"{key}_chosen", kind=named)
    told = ctx.say("why.between").join(_matched(ctx, code) for code in codes)
    sure = opened.get("confidence")
    return ctx.say(
        key,
        kind=named,
        sure=f"{sure:.0%}" if isinstance(sure, float | int) else "?",
        reasons=told or ctx.say("why.reason.no_signal"),
    )


def _matched(ctx: Context, code: str) -> str:
    """Word a reason such as `question:where,how`."""
    name, _, words = code.partition(":")
    key = f"why.reason.{name}"
    told = ctx.say(key) if catalogue.knows(key) else name
    return ctx.say("why.matched", reason=told, words=words) if words else told


def _opened(log: Sequence[Event]) -> Detail:
    return next((events.detail(event) for event in log if event.kind == "opened"), {})


def _newest(log: Sequence[Event], kind: str, *, to: str) -> Event | None:
    """Return the newest change of a kind, when it is what still holds."""
    changes = [event for event in log if event.kind == kind]
    return changes[-1] if changes and events.detail(changes[-1]).get("to") == to else None


def _sets_priority(event: Event, ticket: Ticket) -> bool:
    """Tell whether a line of the log gave a ticket the priority it has."""
    detail = events.detail(event)
    if event.kind == "priority_changed":
        return detail.get("to") == ticket.priority
    return event.kind == "kind_changed" and detail.get("priority") == ticket.priority


def _who(ctx: Context, event: Event) -> Mapping[str, object]:
    at = catalogue.moment(ctx.language, event.at, ctx.desk.zone)
    return {"name": accounts.name(ctx, event.by), "at": at}


def _words(value: object) -> list[str]:
    return [str(word) for word in cast("list[object]", value)] if isinstance(value, list) else []

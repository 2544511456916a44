"""Incidents: several customers, one cause. Saying so, joining tickets, one answer to all, one end for all."""

import re
from collections.abc import Sequence
from datetime import timedelta

from crm_store import customers, events, incidents, merges, tickets, undo
from crm_store.errors import RefusedError
from crm_store.models.incident import Incident, IncidentState, MemberState
from crm_store.models.ticket import Ticket
from crm_store.store import wake
from handlers.agent import cards, desk, notes
from handlers.context import Context
from handlers.router import UsageError, number_of

WINDOW = timedelta(hours=1)
NUMBER = re.compile(r"[#＃]?(\d{1,15})(?:\s+(.*))?", re.DOTALL)
REPLIES, JOINS = {"reply", "回复"}, {"join", "加入"}


def incident(ctx: Context, text: str | None) -> None:
    """Show incidents, answer every customer of one, or join tickets to one."""
    first, _, rest = (text or "").strip().partition(" ")
    word = first.casefold()
    if word in REPLIES:
        _reply(ctx, rest.strip())
    elif word in JOINS:
        _join(ctx, rest.strip())
    elif not word:
        _overview(ctx)
    else:
        found = NUMBER.fullmatch(f"{first} {rest}".strip())
        if found is None or found[2]:
            raise UsageError("incident")
        _show(ctx, _of(ctx, int(found[1])))


def decided(ctx: Context, subject: str, revision: int) -> None:
    """Make a suggestion one incident, or not; whoever presses first decides."""
    found = incidents.by_id(ctx.session, number_of(subject))
    if found.state != IncidentState.SUGGESTED:
        ctx.edit(ctx.say("incident.decided" if found.state != IncidentState.REFUSED else "incident.refused"))
        return
    joined = incidents.members(ctx.session, found.id, MemberState.SUGGESTED)
    incidents.decide(ctx.session, found, is_one=bool(revision), by=ctx.by, now=ctx.now)
    if not revision:
        ctx.edit(ctx.say("incident.refused"))
        return
    for ticket in joined:
        _record(ctx, ticket, found)
    ctx.edit(_told(ctx, found, joined))


def join_pressed(ctx: Context, subject: str, revision: int) -> None:
    """Let a ticket join the incident it was suggested for, or keep it apart."""
    number = number_of(subject)
    place = incidents.member(ctx.session, number)
    if place is None or place.state != MemberState.SUGGESTED:
        raise RefusedError("stale_button")
    found = incidents.by_id(ctx.session, place.incident_id)
    if not revision or found.state != IncidentState.OPEN:
        place.state, place.by, place.at = MemberState.REFUSED, ctx.by, ctx.now
        ctx.edit(ctx.say("incident.apart", number=number))
        return
    _add(ctx, found, tickets.by_number(ctx.session, number))
    ctx.edit(ctx.say("incident.joined", numbers=f"#{number}", number=found.parent_id))


def send_to_all(ctx: Context, subject: str, revision: int) -> None:
    """Send what was answered on the parent to every other customer, once."""
    reply = incidents.reply_by_id(ctx.session, number_of(subject))
    if reply.sent is not None:
        raise RefusedError("incident_sent")
    found = incidents.by_id(ctx.session, reply.incident_id)
    reply.sent = ctx.now
    wake(ctx.session, "tick:incidents")
    ctx.edit(ctx.say("incident.sending", number=found.parent_id))


def end(ctx: Context, subject: str, revision: int) -> None:
    """Resolve every ticket of an incident whose parent is resolved; it can be taken back for an hour."""
    found = incidents.by_id(ctx.session, number_of(subject))
    if found.state != IncidentState.OPEN or not tickets.by_number(ctx.session, found.parent_id).is_resolved:
        raise RefusedError("stale_button")
    found.state, found.resolved_by = IncidentState.RESOLVING, ctx.staff.id
    undo.remember(
        ctx.session, kind="incident", by=ctx.by, at=ctx.now, window=WINDOW,
        subject=f"ticket:{found.parent_id}", before={"incident": found.id},
    )  # fmt: skip
    wake(ctx.session, "tick:incidents")
    ctx.edit(ctx.say("incident.ending", number=found.parent_id))


def _reply(ctx: Context, rest: str) -> None:
    """Answer every customer of an incident in their own ticket, each once."""
    named = NUMBER.fullmatch(rest)
    here = ctx.ticket_here()
    if named is not None and named[2]:
        number, words = int(named[1]), named[2].strip()
    elif here is not None and rest and named is None:
        number, words = here, rest
    else:
        raise UsageError("incident")
    if notes.as_note(words) is not None:
        raise RefusedError("mixed_note")
    found = _of(ctx, number)
    if found.state != IncidentState.OPEN:
        raise RefusedError("incident_over", number=found.parent_id)
    reply = incidents.offer(ctx.session, found, {"text": words}, staff_id=ctx.staff.id, now=ctx.now)
    reply.sent = ctx.now
    wake(ctx.session, "tick:incidents")
    ctx.reply("incident.sending", number=found.parent_id)


def _join(ctx: Context, rest: str) -> None:
    """Make tickets one incident, the first of them its parent, or add them to the incident it has."""
    numbers = [int(word.lstrip("#＃")) for word in rest.replace(",", " ").split() if _is_number(word)]
    if len(numbers) < 2 or len(numbers) != len(rest.replace(",", " ").split()):
        raise UsageError("incident")
    first, *others = (desk.held(ctx, number) for number in dict.fromkeys(numbers))
    found = incidents.of_ticket(ctx.session, first.id)
    if found is None:
        found = incidents.begin(ctx.session, first.id, by=ctx.by, now=ctx.now)
        _record(ctx, first, found)
    elif found.state != IncidentState.OPEN:
        raise RefusedError("incident_over", number=found.parent_id)
    for ticket in others:
        _add(ctx, found, ticket)
    shown = ctx.say("incident.between").join(f"#{ticket.number}" for ticket in others)
    ctx.reply("incident.joined", numbers=shown, number=found.parent_id)


def _add(ctx: Context, found: Incident, ticket: Ticket) -> None:
    held = incidents.of_ticket(ctx.session, ticket.id)
    if held is not None and held.id != found.id:
        raise RefusedError("incident_other", number=ticket.number, parent=held.parent_id)
    if held is None:
        incidents.add(ctx.session, found, ticket.id, similarity=1.0, by=ctx.by, now=ctx.now)
        _record(ctx, ticket, found)


def _record(ctx: Context, ticket: Ticket, found: Incident) -> None:
    kind = "incident_opened" if ticket.id == found.parent_id else "incident_joined"
    events.record(ctx.session, ticket.id, kind=kind, by=ctx.by, at=ctx.now, into=found.parent_id)


def _of(ctx: Context, number: int) -> Incident:
    tickets.by_number(ctx.session, number)
    found = incidents.of_ticket(ctx.session, merges.current(ctx.session, number))
    if found is None:
        raise RefusedError("incident_none", number=number)
    return found


def _overview(ctx: Context) -> None:
    here = ctx.ticket_here()
    if here is not None and incidents.of_ticket(ctx.session, here) is not None:
        _show(ctx, _of(ctx, here))
        return
    found = incidents.going_on(ctx.session)
    if not found:
        ctx.reply("incident.nothing")
        return
    lines = [ctx.say("incident.head"), *(_line(ctx, one) for one in found)]
    ctx.reply_text("\n".join(lines))


def _line(ctx: Context, found: Incident) -> str:
    parent = tickets.by_number(ctx.session, found.parent_id)
    count = len(incidents.members(ctx.session, found.id))
    return ctx.say("incident.line", number=parent.number, count=count, subject=parent.subject[:60])


def _show(ctx: Context, found: Incident) -> None:
    joined = incidents.members(ctx.session, found.id)
    lines = [
        ctx.say(
            "incident.member",
            number=ticket.number,
            name=customers.by_id(ctx.session, ticket.customer_id).name,
            status=ctx.say(f"word.{ticket.status}"),
            owner=cards.owner(ctx.session, ticket) or ctx.say("desk.nobody"),
            subject=ticket.subject[:60],
        )
        for ticket in joined
    ]
    ctx.reply_text("\n".join([_told(ctx, found, joined), *lines]))


def _told(ctx: Context, found: Incident, joined: Sequence[Ticket]) -> str:
    shown = ctx.say("incident.between").join(
        f"#{ticket.number}" for ticket in joined if ticket.id != found.parent_id
    )
    return ctx.say("incident.is_one", number=found.parent_id, numbers=shown)


def _is_number(word: str) -> bool:
    digits = word.lstrip("#＃")
    return digits.isascii() and digits.isdigit() and len(digits) < 16

"""Incidents: told to the staff when several customers write about the same within an hour, and worked off."""

from collections.abc import Callable, Mapping, Sequence

from crm_store import customers, events, incidents, outbox, readers
from crm_store.incidents import Report
from crm_store.models.incident import Incident, IncidentState
from crm_store.models.outbox import Lane
from crm_store.outbox import Draft
from crm_store.rules.roles import Role
from handlers.agent import cards, incident_work
from handlers.context import TickContext
from handlers.ports import Button, OutboundMessage
from scoring import duplicates

CHUNK = 5
CUSTOMERS = 3
QUOTED = 60
Worded = Callable[[cards.Say], OutboundMessage]


def turn(ctx: TickContext) -> bool:
    """Compare new tickets, and do some of what incidents wait for; True when there may be more."""
    compared = _compare(ctx)
    answered = incident_work.answer_some(ctx)
    return incident_work.resolve_some(ctx) or answered or compared


def _compare(ctx: TickContext) -> bool:
    new = incidents.unseen(ctx.session, ctx.inbox_id, now=ctx.now, limit=CHUNK)
    for report in new:
        incidents.saw(ctx.session, ctx.inbox_id, report.ticket_id)
        if report.incident_id is None:
            _place(ctx, report)
    return len(new) == CHUNK


def _place(ctx: TickContext, report: Report) -> None:
    """Put a new ticket to the incident it resembles, or suggest one with others it resembles."""
    others = incidents.others(ctx.session, ctx.inbox_id, report)
    hits = [
        (others[place], value)
        for place, value in duplicates.alike(report.text, [other.text for other in others])
    ]
    known = next(((other, value) for other, value in hits if other.state in incidents.LIVE), None)
    if known is not None:
        _join(ctx, report, known[0], known[1])
        return
    loose = [(other, value) for other, value in hits if other.incident_id is None]
    if len({report.customer_id, *(other.customer_id for other, _ in loose)}) >= CUSTOMERS:
        _suggest(ctx, [*(other for other, _ in loose), report], _similar(report, loose))


def _similar(report: Report, loose: Sequence[tuple[Report, float]]) -> Mapping[int, float]:
    return {report.ticket_id: 1.0} | {other.ticket_id: round(value, 2) for other, value in loose}


def _suggest(ctx: TickContext, group: Sequence[Report], similar: Mapping[int, float]) -> None:
    group = sorted(group, key=lambda one: one.ticket_id)
    made = incidents.suggest(ctx.session, group[0].ticket_id, similar, now=ctx.now)
    for one in group:
        _record(ctx, one.ticket_id, made, similar[one.ticket_id])
    count = len({one.customer_id for one in group})
    first, *others = group

    def words(say: cards.Say) -> OutboundMessage:
        numbers = say("incident.between").join(f"#{one.ticket_id}" for one in others)
        lines = [
            say("incident.suggest", count=count),
            _line(ctx, say, first),
            say("incident.likewise", numbers=numbers),
        ]
        keys = [
            Button(say("key.incident"), "incident", made.id, 1),
            Button(say("key.no_incident"), "incident", made.id, 0),
        ]
        return OutboundMessage("\n".join(lines), [keys])

    _tell(ctx, words, about=first)


def _join(ctx: TickContext, report: Report, other: Report, value: float) -> None:
    """Add a ticket to an incident or a suggestion; only an incident asks the staff about it."""
    assert other.incident_id is not None  # noqa: S101 - it is in a living incident
    found = incidents.by_id(ctx.session, other.incident_id)
    value = round(value, 2)
    incidents.add(ctx.session, found, report.ticket_id, similarity=value, by="clock", now=ctx.now)
    if found.state == IncidentState.REFUSED:
        return
    _record(ctx, report.ticket_id, found, value)
    if found.state != IncidentState.OPEN:
        return

    def words(say: cards.Say) -> OutboundMessage:
        keys = [
            Button(say("key.join", number=found.parent_id), "incident_join", report.ticket_id, 1),
            Button(say("key.no_incident"), "incident_join", report.ticket_id, 0),
        ]
        told = say("incident.like", number=found.parent_id)
        return OutboundMessage(f"{told}\n{_line(ctx, say, report)}", [keys])

    _tell(ctx, words, about=report)


def _record(ctx: TickContext, ticket_id: int, found: Incident, value: float) -> None:
    events.record(
        ctx.session, ticket_id, kind="incident_suggested", by="clock", at=ctx.now, into=found.parent_id,
        reasons=[f"similar:{value:.0%}"],
    )  # fmt: skip


def _line(ctx: TickContext, say: cards.Say, one: Report) -> str:
    name = customers.by_id(ctx.session, one.customer_id).name
    return say("incident.quote", number=one.ticket_id, name=name, text=" ".join(one.text.split())[:QUOTED])


def _tell(ctx: TickContext, words: Worded, *, about: Report) -> None:
    """Tell the staff group, or every supervisor in private where there is none.

    Only one customer is quoted, and the row is theirs, so that it goes with them when they are erased.
    """
    group = ctx.desk.staff_group
    if group is not None:
        _send(ctx, group, words(cards.sayer(ctx.desk.language)), about)
        return
    for one in readers.with_role(ctx.session, ctx.inbox_id, Role.SUPERVISOR):
        _send(ctx, one.address, words(cards.sayer(one.language)), about)


def _send(ctx: TickContext, chat: str, message: OutboundMessage, about: Report) -> None:
    draft = Draft(
        inbox_id=ctx.inbox_id, chat=chat, body=message.body(), priority=Lane.NOTICE,
        customer_id=about.customer_id,
    )  # fmt: skip
    outbox.enqueue(ctx.session, draft, now=ctx.now)

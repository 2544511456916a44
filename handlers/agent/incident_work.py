"""What is done to the many tickets of an incident, a few at a time: one answer to each, one end for all."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import cast

from crm_store import (
    assignments,
    conversations,
    customers,
    events,
    incidents,
    merges,
    outbox,
    remedies,
    snapshots,
    staff,
    tickets,
    undo,
)
from crm_store.conversations import Line
from crm_store.customers import Contact
from crm_store.models.conversation import Direction
from crm_store.models.incident import Incident, IncidentReply, IncidentState
from crm_store.models.outbox import Action
from crm_store.models.ticket import Ticket
from crm_store.models.undo import Undoable
from crm_store.outbox import Draft
from crm_store.rules.lifecycle import Kind
from handlers import asking
from handlers.agent import boards, cards, topics
from handlers.agent.topics import Bench
from handlers.context import Context, TickContext
from handlers.ports import OutboundMessage
from handlers.texts import catalogue

CHUNK = 5
Worded = Callable[[cards.Say], str]
A_DAY = timedelta(hours=24)


def answer_some(ctx: TickContext) -> bool:
    """Answer some of the customers who are to get an incident's words; True when there may be more."""
    reply = incidents.being_sent(ctx.session)
    if reply is None:
        return False
    waiting = incidents.unanswered(ctx.session, reply, limit=CHUNK)
    for customer_id, ticket_id in waiting:
        _answer_one(ctx, reply, customer_id, ticket_id)
    if len(waiting) < CHUNK:
        reply.done = ctx.now
        _tell_outcome(ctx, reply)
    return True


def _answer_one(ctx: TickContext, reply: IncidentReply, customer_id: int, ticket_id: int) -> None:
    """Answer a customer in their own ticket, or write down why not."""
    ticket = tickets.by_number(ctx.session, merges.current(ctx.session, ticket_id))
    ctx.session.refresh(ticket, with_for_update=True)
    contact = cards.contact(ctx.session, tickets.by_number(ctx.session, ticket_id))
    message = None
    if ticket.is_resolved:
        outcome = "over"
    elif not contact.is_reachable:
        outcome = "unreachable"
    else:
        outcome, message = "sent", _send(ctx, reply, ticket, contact)
    incidents.answered(
        ctx.session, reply, customer_id, ticket_id=ticket.id, outcome=outcome, message_id=message
    )


def _send(ctx: TickContext, reply: IncidentReply, ticket: Ticket, contact: Contact) -> int:
    by = f"staff:{reply.staff_id}"
    if ticket.assignee_id is None:
        assignments.assign(ctx.session, ticket, reply.staff_id, by=by, now=ctx.now, reason="incident")
    ticket.answer(ctx.now)
    text = str(reply.body.get("text") or reply.body.get("caption") or "")
    conversation = customers.open_conversation(ctx.session, contact, now=ctx.now)
    line = Line(conversation, ticket.id, Direction.OUTBOUND, text, staff_id=reply.staff_id)
    message = conversations.log(ctx.session, line, at=ctx.now)
    action = Action.COPY if "from_chat" in reply.body else Action.SEND
    draft = Draft(
        inbox_id=contact.inbox_id, chat=contact.chat, body=reply.body, action=action,
        customer_id=contact.customer_id, ticket_id=ticket.id, message_id=message,
        dedupe_key=f"incident:{reply.id}:{contact.customer_id}",
    )  # fmt: skip
    outbox.enqueue(ctx.session, draft, now=ctx.now)
    events.record(
        ctx.session, ticket.id, kind="replied", by=by, at=ctx.now, message=message, reason="incident"
    )
    at = bench(ctx)
    thread = tickets.thread_of(ctx.session, ticket.id)
    if thread is not None:
        name = staff.by_id(ctx.session, reply.staff_id).name
        topics.say(at, thread, "desk.answered", name=name, text=text[: cards.LONGEST_LINE])
    boards.mark_taken(at, ticket)
    boards.refresh(at, ticket)
    return message


def _tell_outcome(ctx: TickContext, reply: IncidentReply) -> None:
    """Tell whoever sent the words how many got them, and who did not and why."""
    found = incidents.outcomes(ctx.session, reply.id)
    parent = ctx.session.get_one(Incident, reply.incident_id).parent_id
    sent = sum(1 for _, outcome in found if outcome == "sent")

    def words(say: cards.Say) -> str:
        lines = [say("incident.sent", number=parent, count=sent)]
        for outcome in ("over", "unreachable"):
            left = [f"#{number}" for number, why in found if why == outcome]
            if left:
                lines.append(say(f"incident.left.{outcome}", numbers=say("incident.between").join(left)))
        return "\n".join(lines)

    _tell(ctx, parent, reply.staff_id, words)


def _tell(ctx: TickContext, parent: int, staff_id: int, words: Worded) -> None:
    """Say something in the parent's topic, or in private to whoever acted."""
    thread = tickets.thread_of(ctx.session, merges.current(ctx.session, parent))
    at = bench(ctx)
    if thread is not None:
        topics.tell(at, thread, OutboundMessage(words(at.say)))
        return
    member = staff.by_id(ctx.session, staff_id)
    body = OutboundMessage(words(cards.sayer(member.language))).body()
    draft = Draft(inbox_id=member.inbox_id, chat=member.address, body=body, ticket_id=parent)
    outbox.enqueue(ctx.session, draft, now=ctx.now)


def resolve_some(ctx: TickContext) -> bool:
    """Resolve some of the tickets of an incident that ends; True when there may be more."""
    incident = incidents.resolving(ctx.session)
    if incident is None or incident.resolved_by is None:
        return False
    entry = undo.of_subject(ctx.session, kind="incident", subject=f"ticket:{incident.parent_id}")
    open_ones = [one for one in incidents.members(ctx.session, incident.id) if not one.is_resolved]
    parent = tickets.by_number(ctx.session, incident.parent_id)
    ready = [one for one in open_ones if _may_end(one, parent)]
    done = [_resolve_one(ctx, incident, one, parent) for one in ready[:CHUNK]]
    if entry is not None and done:
        before = cast("list[object]", entry.before.get("tickets", []))
        after = cast("list[object]", entry.before.get("after", []))
        entry.before = entry.before | {
            "tickets": [*before, *(was for was, _ in done)], "after": [*after, *(now for _, now in done)],
        }  # fmt: skip
    if len(ready) <= CHUNK:
        incident.state = IncidentState.RESOLVED
        _tell_end(ctx, incident, [one for one in open_ones if one not in ready])
    return True


def _may_end(ticket: Ticket, parent: Ticket) -> bool:
    """Tell whether a ticket can be resolved with its parent: a complaint needs the parent's cause."""
    return ticket.kind != Kind.COMPLAINT or bool(parent.root_cause and parent.remedy)


Snapshots = tuple[Mapping[str, object], Mapping[str, object]]


def _resolve_one(ctx: TickContext, incident: Incident, ticket: Ticket, parent: Ticket) -> Snapshots:
    """Resolve a ticket as its parent was, and return how it stood before and after."""
    ctx.session.refresh(ticket, with_for_update=True)
    before = snapshots.take(ctx.session, ticket)
    by = f"staff:{incident.resolved_by}"
    why: dict[str, object] = {"reason": "incident", "source": parent.id}
    if ticket.assignee_id is None and incident.resolved_by is not None:
        assignments.assign(ctx.session, ticket, incident.resolved_by, by=by, now=ctx.now, reason="incident")
    if ticket.kind == Kind.COMPLAINT:
        ticket.root_cause, ticket.remedy = parent.root_cause, parent.remedy
        why |= {"cause": parent.root_cause, "remedy": parent.remedy}
    ticket.resolve(ctx.now)
    events.record(ctx.session, ticket.id, kind="resolved", by=by, at=ctx.now, **why)
    if not asking.after_resolve(ctx, ticket):
        _tell_customer(ctx, ticket)
    if ticket.kind == Kind.COMPLAINT:
        remedies.plan(ctx.session, ticket, due=ctx.now + A_DAY)
    at = bench(ctx)
    boards.mark_taken(at, ticket)
    boards.refresh(at, ticket)
    topics.close(at, ticket.id)
    return before, snapshots.take(ctx.session, ticket)


def _tell_customer(ctx: TickContext, ticket: Ticket) -> None:
    contact = cards.contact(ctx.session, ticket)
    if not contact.is_reachable:
        return
    words = OutboundMessage(catalogue.say(contact.language, "resolved.customer", number=ticket.number))
    draft = Draft(
        inbox_id=contact.inbox_id, chat=contact.chat, body=words.body(), customer_id=contact.customer_id,
        ticket_id=ticket.id,
    )  # fmt: skip
    outbox.enqueue(ctx.session, draft, now=ctx.now)


def _tell_end(ctx: TickContext, incident: Incident, left: Sequence[Ticket]) -> None:
    if incident.resolved_by is None:
        return

    def words(say: cards.Say) -> str:
        told = say("incident.resolved", number=incident.parent_id)
        if not left:
            return told
        numbers = say("incident.between").join(f"#{one.number}" for one in left)
        return f"{told}\n{say('incident.left.complaint', numbers=numbers)}"

    _tell(ctx, incident.parent_id, incident.resolved_by, words)


def reverse(ctx: Context, entry: Undoable) -> None:
    """Open again all that was resolved with an incident, and the incident with them."""
    [incident_id] = snapshots.ids([entry.before["incident"]])
    incident = incidents.by_id(ctx.session, incident_id)
    for number in undo.restore_tickets(ctx.session, entry):
        ticket = tickets.by_number(ctx.session, number)
        events.record(
            ctx.session, number, kind="undone", by=ctx.by, at=ctx.now, what="incident", status=ticket.status
        )
        topics.reopen(topics.bench(ctx), number)
        boards.refresh(topics.bench(ctx), ticket)
    incident.state = IncidentState.OPEN


def bench(ctx: TickContext) -> Bench:
    """Return the bench of a turn of the clock."""
    return Bench(ctx.session, ctx.now, ctx.desk, ctx.inbox_id)

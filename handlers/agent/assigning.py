"""Tickets given to people and given back: the rule carried out, and everyone concerned told of it."""

from collections.abc import Sequence
from datetime import timedelta

from crm_store import (
    assignments,
    calendars,
    customers,
    outbox,
    presence,
    readers,
    staff,
    thread_cards,
    threads,
    tickets,
)
from crm_store.models.outbox import Action, Lane
from crm_store.models.presence import PresenceState
from crm_store.models.staff import Staff
from crm_store.models.ticket import Ticket
from crm_store.outbox import Draft
from crm_store.rules.lifecycle import Kind
from crm_store.rules.roles import Role
from handlers.agent import boards, cards, topics
from handlers.agent.topics import Bench
from handlers.ports import Button, OutboundMessage

CHUNK = 5
GRACE = timedelta(
    minutes=15
)  # of open hours in which anyone may take a complaint before it is its supervisor's
SUBJECT = 80


def share_out(at: Bench) -> int:
    """Give some of the waiting tickets to those who are there and can, and return how many."""
    if not presence.is_anyone_here(at.session, at.inbox_id):
        return 0
    hours = calendars.current(at.session).hours
    team = assignments.team(at.session, at.inbox_id, hours, now=at.now)
    plan = assignments.plan(at.session, at.inbox_id, team, now=at.now, limit=CHUNK)
    for choice in plan:
        ticket = assignments.give(at.session, choice, now=at.now)
        if ticket is not None:
            thread_cards.call_off(at.session, ticket.id, but_in=at.desk.staff_group)
            tell(at, ticket, "auto")
    return len(plan)


def keep_promises(at: Bench) -> int:
    """Make the supervisor whom a complaint's customer was told of its owner when nobody else took it."""
    late = assignments.overdue_promises(at.session, at.inbox_id, before=at.now - GRACE)
    named = assignments.promised(at.session, [ticket.id for ticket in late])
    serving = {member.id for member in staff.with_role(at.session, at.inbox_id, Role.AGENT)}
    hours = calendars.current(at.session).hours
    kept = 0
    for found in late:
        owner, due = named.get(found.id), hours.add_open_time(found.opened, GRACE)
        if owner not in serving or due is None or due > at.now or kept == CHUNK:
            continue
        ticket = assignments.claim(at.session, found.id)
        if ticket is not None and owner is not None:
            assignments.assign(at.session, ticket, owner, by=assignments.CLOCK, now=at.now, reason="named")
            tell(at, ticket, "named")
            kept += 1
    return kept


def leave(at: Bench, member: Staff, *, by: str, reason: str) -> Sequence[Ticket]:
    """Write down that someone is away, give what they left unanswered to others, and return it."""
    presence.declare(at.session, member.id, PresenceState.AWAY, by=by, now=at.now, reason=reason)
    why = "idle" if reason == presence.IDLE else "away"
    found = assignments.unanswered(at.session, member.id)
    give_back(at, found, by=by, reason=why)
    return found


def tell_idle(at: Bench, member: Staff) -> None:
    """Tell someone that they count as away, and how to come back."""
    minutes = at.desk.idle_after // timedelta(minutes=1)
    words = cards.sayer(member.language)("away.idle", minutes=minutes)
    notice = Draft(inbox_id=at.inbox_id, chat=member.address, body={"text": words}, priority=Lane.NOTICE)
    outbox.enqueue(at.session, notice, now=at.now)


def give_back(at: Bench, found: Sequence[Ticket], *, by: str, reason: str) -> None:
    """Put tickets back into the queue and give them to others at once where someone can."""
    owners = {ticket.id: ticket.assignee_id for ticket in found}
    for ticket in found:
        assignments.release(at.session, ticket, by=by, now=at.now, reason=reason)
    if found:
        share_out(at)
    for ticket in found:
        at.session.refresh(ticket)
        if ticket.assignee_id is None:
            boards.mark_taken(at, ticket)
            boards.refresh(at, ticket)
            announce_again(at, ticket, was=owners[ticket.id])


def after_reopen(at: Bench, ticket: Ticket, *, by: str) -> None:
    """Leave a reopened ticket with its owner, or give it to somebody else when they are not there."""
    hours = calendars.current(at.session).hours
    owner = ticket.assignee_id
    if assignments.on_reopen(at.session, ticket, hours, by=by, now=at.now) is None:
        return
    share_out(at)
    at.session.refresh(ticket)
    if ticket.assignee_id is None:
        boards.mark_taken(at, ticket)
        boards.refresh(at, ticket)
        announce_again(at, ticket, was=owner)


def tell(at: Bench, ticket: Ticket, how: str, *, telling: int | None = None, **values: object) -> None:
    """Show a ticket to its new owner, and in the staff group who has it.

    `how` names the sentences: `given.HOW` for the owner, `given.HOW.topic` for everyone. Whoever does the
    telling knows it already.
    """
    boards.mark_taken(at, ticket)
    boards.refresh(at, ticket)
    if ticket.assignee_id is None:
        return
    owner = staff.by_id(at.session, ticket.assignee_id)
    thread, group = tickets.thread_of(at.session, ticket.id), at.desk.staff_group
    if thread is not None:
        topics.say(at, thread, f"given.{how}.topic", number=ticket.number, owner=owner.name, **values)
    elif group is not None and not threads.is_refused(at.session, group):
        thread = topics.make(at, ticket)
    if owner.id != telling:
        _tell_owner(at, ticket, owner, _words(at, ticket, owner, how, values), with_card=thread is None)


def _words(at: Bench, ticket: Ticket, owner: Staff, how: str, values: dict[str, object]) -> str:
    customer = customers.by_id(at.session, ticket.customer_id).name
    return cards.sayer(owner.language)(
        f"given.{how}", mark=cards.MARKS[Kind(ticket.kind)], number=ticket.number, customer=customer,
        subject=ticket.subject[:SUBJECT], **values,
    )  # fmt: skip


def _tell_owner(at: Bench, ticket: Ticket, owner: Staff, words: str, *, with_card: bool) -> None:
    """Write to the new owner in private: a line where there is a topic, else the card and the history."""
    if not with_card:
        _send(at, owner.address, OutboundMessage(words), ticket)
        return
    say = cards.sayer(owner.language)
    text, messages = cards.with_history(at.session, ticket, owner.language, now=at.now, zone=at.desk.zone)
    how = say("desk.how_in_private", number=ticket.number)
    card = OutboundMessage(f"{words}\n\n{text}\n\n{how}"[: outbox.LONGEST], cards.keys(say, ticket))
    _send(at, owner.address, card, ticket, shows=cards.newest_heard(messages))
    for body in topics.files(at.session, messages):
        copy = Draft(
            inbox_id=at.inbox_id, chat=owner.address, body=body, action=Action.COPY, ticket_id=ticket.id,
            priority=Lane.NOTICE,
        )  # fmt: skip
        outbox.enqueue(at.session, copy, now=at.now)


def announce_again(at: Bench, ticket: Ticket, *, was: int | None) -> None:
    """Tell whoever may take it that a ticket is back in the queue."""
    thread = tickets.thread_of(at.session, ticket.id)
    if thread is not None:
        topics.say(at, thread, "returned.topic", number=ticket.number)
    if at.desk.staff_group is not None:
        _send(at, at.desk.staff_group, _line(at, ticket, at.desk.language), ticket)
        return
    for agent in readers.with_role(at.session, at.inbox_id, Role.AGENT):
        if agent.staff_id != was:
            _send(at, agent.address, _line(at, ticket, agent.language), ticket)


def _line(at: Bench, ticket: Ticket, language: str) -> OutboundMessage:
    say = cards.sayer(language)
    customer = customers.by_id(at.session, ticket.customer_id).name
    words = say("returned.line", number=ticket.number, name=customer, subject=ticket.subject[:SUBJECT])
    take = Button(say("key.take", number=ticket.number), "take", ticket.number)
    return OutboundMessage(words, [[take]], combinable=True)


def _send(
    at: Bench, chat: str, message: OutboundMessage, ticket: Ticket, *, shows: int | None = None
) -> None:
    draft = Draft(
        inbox_id=at.inbox_id, chat=chat, body=message.body(), priority=Lane.NOTICE, ticket_id=ticket.id,
        combinable=message.combinable, shows_id=shows,
    )  # fmt: skip
    outbox.enqueue(at.session, draft, now=at.now)

"""Giving tickets to people: who might get one, what waits, and every change of owner with its reason."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import events, presence, skills
from crm_store.models.conversation import Conversation, Direction, Message
from crm_store.models.customer import Customer
from crm_store.models.presence import Presence, PresenceState
from crm_store.models.staff import Staff, StaffRole
from crm_store.models.tag import Tag, TicketTag
from crm_store.models.ticket import Event, Ticket
from crm_store.rules.assignment import Candidate, Choice, Code, Waiting, choose, taking_none
from crm_store.rules.business_hours import OpenHours
from crm_store.rules.lifecycle import Kind, Priority, Status
from crm_store.rules.roles import INCLUDES, Role
from crm_store.store import wake

PAGE = 100
# What a customer waits for an answer to.
HEARD = ("opened", "heard", "reopened", "human_wanted", "absorbed", "split")
CLOCK = "clock"
# What an owner works on; what waits for the customer, a third party or a time leaves room for more.
_AT_WORK = Ticket.status.in_([sa.literal_column(f"'{word}'") for word in (Status.NEW, Status.OPEN)])
# To the letter the condition of the index on owners.
_UNRESOLVED = sa.text("ticket.status NOT IN ('resolved', 'closed', 'merged')")
# Feedback that asks for no answer keeps nobody waiting, so it takes nobody's room.
_AWAITED = sa.or_(
    Ticket.kind != sa.literal_column(f"'{Kind.FEEDBACK}'"),
    Ticket.first_due.is_not(None),
    Ticket.next_due.is_not(None),
)
_URGENCY = sa.case({priority.value: -priority.rank for priority in Priority}, value=Ticket.priority, else_=0)
_SERVES = [held for held, included in INCLUDES.items() if Role.AGENT in included]


def team(session: Session, inbox_id: int, hours: OpenHours, *, now: datetime) -> list[Candidate]:
    """List everyone who takes part, as the rule sees them, locked so that two workers do not both count.

    Whoever never said that they are here takes no part: they take what they want by themselves.
    """
    rows = session.execute(
        sa.select(Staff, Presence.state)
        .join(Presence, sa.and_(Presence.staff_id == Staff.id, Presence.until.is_(None)))
        .where(Staff.inbox_id == inbox_id, _serves())
        .order_by(Staff.id)
        .with_for_update(of=Staff, key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    ids = [member.id for member, _ in rows]
    loads = load_of(session, ids)
    able, spoken = skills.of_staff(session, ids), skills.languages(session, ids)
    works = presence.hours_of(session, ids, hours)
    return [
        Candidate(
            member.id,
            load=loads.get(member.id, 0),
            capacity=member.capacity,
            is_available=state == PresenceState.HERE,
            is_on_shift=works[member.id].is_open(now),
            skills=able.get(member.id, frozenset()),
            languages=spoken.get(member.id, frozenset()),
            assigned=member.assigned,
        )
        for member, state in rows
    ]


def _serves() -> sa.ColumnElement[bool]:
    held = sa.select(StaffRole.staff_id).where(StaffRole.role.in_(_SERVES), StaffRole.revoked.is_(None))
    return Staff.id.in_(held)


def load_of(session: Session, staff_ids: Collection[int]) -> Mapping[int, int]:
    """Count the tickets each of these works on; who has none is not in it."""
    rows = session.execute(
        sa.select(Ticket.assignee_id, sa.func.count(Ticket.id))
        .where(Ticket.assignee_id.in_(staff_ids), _UNRESOLVED, _AT_WORK)
        .group_by(Ticket.assignee_id)
    )
    return {cast("int", staff_id): count for staff_id, count in rows}


def plan(
    session: Session, inbox_id: int, candidates: Sequence[Candidate], *, now: datetime, limit: int
) -> list[Choice]:
    """Choose who gets which of the waiting tickets, up to so many; what nobody can answer is passed over."""
    able = {one.id: one for one in candidates}
    chosen: list[Choice] = []
    free = [one for one in candidates if taking_none(one) is None]
    if not free:
        return chosen
    for ticket in _waiting(session, inbox_id, free):
        if len(chosen) == limit or all(taking_none(one) for one in able.values()):
            break
        choice = choose(ticket, list(able.values()))
        if choice.staff_id is not None:
            chosen.append(choice)
            taken = able[choice.staff_id]
            able[taken.id] = replace(taken, load=taken.load + 1, assigned=now)
    return chosen


def _waiting(session: Session, inbox_id: int, free: Sequence[Candidate]) -> Iterator[Waiting]:
    """Give the tickets that wait for one of these, page by page, in the order in which they are given out."""
    query = (
        sa.select(Ticket.id, Ticket.kind, Ticket.priority, Ticket.opened, Customer.language)
        .join(Customer, Customer.id == Ticket.customer_id)
        .join(Conversation, Conversation.id == Ticket.conversation_id)
        .where(
            Ticket.assignee_id.is_(None),
            _UNRESOLVED,
            _AT_WORK,
            _AWAITED,
            *_within_reach(free),
            Conversation.inbox_id == inbox_id,
        )
        .order_by(_URGENCY, Ticket.opened, Ticket.id)
    )
    start = 0
    while True:
        rows = session.execute(query.limit(PAGE).offset(start)).all()
        needed = skills.needed(session, [number for number, *_ in rows])
        named = promised(session, [number for number, kind, *_ in rows if kind == Kind.COMPLAINT])
        for number, _, priority, opened, language in rows:
            yield Waiting(
                number,
                Priority(priority),
                opened,
                language,
                needed.get(number, frozenset()),
                named.get(number),
            )
        if len(rows) < PAGE:
            return
        start += PAGE


def _within_reach(free: Sequence[Candidate]) -> Iterator[sa.ColumnElement[bool]]:
    """Leave out what none of these can answer, so that it keeps nobody busy."""
    able = frozenset().union(*(one.skills for one in free))
    missing = sa.select(TicketTag.tag).where(
        TicketTag.ticket_id == Ticket.id, TicketTag.tag == Tag.name, Tag.is_skill, TicketTag.tag.not_in(able)
    )
    yield ~missing.exists()
    if all(one.languages for one in free):
        yield Customer.language.in_(frozenset().union(*(one.languages for one in free)))


def waiting(session: Session, ticket: Ticket) -> Waiting:
    """Return what one ticket needs of whoever gets it."""
    language = session.get_one(Customer, ticket.customer_id).language
    needed = skills.needed(session, [ticket.id]).get(ticket.id, frozenset())
    return Waiting(ticket.id, Priority(ticket.priority), ticket.opened, language, needed)


def promised(session: Session, ticket_ids: Sequence[int]) -> Mapping[int, int]:
    """Return the member of staff whom the customer of each of these was told of, where one was."""
    rows = session.scalars(
        sa.select(Event)
        .where(Event.ticket_id.in_(ticket_ids), Event.kind.in_(["opened", "promised"]))
        .order_by(Event.id)
    )
    told = [(row.ticket_id, events.detail(row).get("owner")) for row in rows]
    return {number: owner for number, owner in told if isinstance(owner, int)}


def claim(session: Session, number: int) -> Ticket | None:
    """Lock a ticket that nobody owns; None when someone is at it or has it meanwhile."""
    return session.scalar(
        sa.select(Ticket)
        .where(Ticket.id == number, Ticket.assignee_id.is_(None), _AT_WORK)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )


def assign(session: Session, ticket: Ticket, staff_id: int, *, by: str, now: datetime, **why: object) -> None:
    """Make someone the owner and write down who decided and why."""
    before = ticket.assignee_id
    ticket.assign(staff_id)
    session.get_one(Staff, staff_id).assigned = now
    session.flush()
    was = {} if before is None else {"was": before}
    events.record(session, ticket.id, kind="assigned", by=by, at=now, to=staff_id, **was, **why)


def give(session: Session, choice: Choice, *, now: datetime) -> Ticket | None:
    """Carry out a choice of the rule; None when the ticket is somebody's by now."""
    ticket = claim(session, choice.number)
    if ticket is None or choice.staff_id is None:
        return None
    told = reasons(session, choice)
    assign(session, ticket, choice.staff_id, by=CLOCK, now=now, reason="auto", reasons=told)
    return ticket


def reasons(session: Session, choice: Choice) -> list[str]:
    """List why someone was chosen, and why not the others: `least_loaded`, `away:Wang 王`."""
    rows = session.execute(sa.select(Staff.id, Staff.name).where(Staff.id.in_(choice.others)))
    names = {staff_id: name for staff_id, name in rows}
    against: dict[Code, list[str]] = {}
    for staff_id, code in sorted(choice.others.items()):
        against.setdefault(code, []).append(names.get(staff_id, str(staff_id)))
    why = [] if choice.reason is None else [choice.reason.value]
    return [*why, *(f"{code}:{', '.join(against[code])}" for code in Code if code in against)]


def release(session: Session, ticket: Ticket, *, by: str, now: datetime, reason: str) -> None:
    """Give a ticket back to the queue and write down why."""
    was = ticket.assignee_id
    ticket.release()
    session.flush()
    events.record(session, ticket.id, kind="unassigned", by=by, at=now, was=was, reason=reason)
    wake(session, "tick:assignment")


def owned(session: Session, staff_id: int) -> Sequence[Ticket]:
    """List what someone owns and is not resolved, oldest first, locked."""
    return session.scalars(
        sa.select(Ticket)
        .where(Ticket.assignee_id == staff_id, _UNRESOLVED)
        .order_by(Ticket.opened, Ticket.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def unanswered(session: Session, staff_id: int) -> Sequence[Ticket]:
    """List what someone works on and whose customer wrote after the last human answer, oldest first."""
    return [
        ticket
        for ticket in owned(session, staff_id)
        if ticket.status in {Status.NEW, Status.OPEN} and is_unanswered(session, ticket.id)
    ]


def is_unanswered(session: Session, ticket_id: int) -> bool:
    """Tell whether a customer waits for an answer: nobody has written since they did more than thank."""
    heard = sa.select(sa.func.max(Event.id)).where(Event.ticket_id == ticket_id, Event.kind.in_(HEARD))
    replied = sa.select(sa.func.max(Event.id)).where(Event.ticket_id == ticket_id, Event.kind == "replied")
    return (session.scalar(heard) or 0) > (session.scalar(replied) or 0)


def answered(session: Session, ticket_id: int) -> int:
    """Return the id of the last message that a person sent a ticket's customer, 0 when nobody did."""
    last = sa.select(sa.func.max(Message.id)).where(
        Message.ticket_id == ticket_id,
        Message.direction == Direction.OUTBOUND,
        Message.staff_id.is_not(None),
    )
    return session.scalar(last) or 0


def overdue_promises(session: Session, inbox_id: int, *, before: datetime) -> Sequence[Ticket]:
    """List complaints that nobody ever had and that were opened before an instant, oldest first."""
    ever = sa.select(Event.id).where(Event.ticket_id == Ticket.id, Event.kind == "assigned")
    return session.scalars(
        sa.select(Ticket)
        .join(Conversation, Conversation.id == Ticket.conversation_id)
        .where(
            Ticket.assignee_id.is_(None),
            _UNRESOLVED,
            _AT_WORK,
            Ticket.kind == Kind.COMPLAINT,
            Ticket.opened <= before,
            Conversation.inbox_id == inbox_id,
            ~ever.exists(),
        )
        .order_by(Ticket.opened, Ticket.id)
        .limit(PAGE)
    ).all()


def on_reopen(session: Session, ticket: Ticket, hours: OpenHours, *, by: str, now: datetime) -> Code | None:
    """Leave a reopened ticket with its owner when they are here and have room, else give it back.

    Returns what kept it from its owner, None when it stays; who never says when they are here keeps it.
    """
    owner = None if ticket.assignee_id is None else session.get(Staff, ticket.assignee_id)
    if owner is None or presence.current(session, owner.id) is None:
        return None
    session.flush()
    found = next((one for one in team(session, owner.inbox_id, hours, now=now) if one.id == owner.id), None)
    if found is None:
        code: Code | None = Code.AWAY
    else:  # the ticket itself is part of the load by now
        code = taking_none(replace(found, load=found.load - 1))
    if code is not None:
        release(session, ticket, by=by, now=now, reason=f"reopened_{code}")
    return code

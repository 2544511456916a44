"""Incidents: tickets of several customers with one cause: suggested, decided, answered together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.errors import NotFoundError
from crm_store.models.conversation import Conversation, Direction, Message
from crm_store.models.incident import (
    Incident,
    IncidentAnswer,
    IncidentReply,
    IncidentState,
    IncidentTicket,
    IncidentWatch,
    MemberState,
)
from crm_store.models.ticket import Ticket
from crm_store.rules.lifecycle import ACTIVE, Kind

WITHIN = timedelta(hours=1)
MOST_COMPARED = 60  # of each kind; in a rush the newest tell it as well as all would
LOOKED_BACK = 2_000  # tickets: so many before a new one are looked through for those of the last hour
MOST_OPEN = 20
LIVE = (IncidentState.SUGGESTED, IncidentState.REFUSED, IncidentState.OPEN)


@dataclass(frozen=True, slots=True)
class Report:
    """A ticket as it is compared with others: whose it is, what it says, and where it belongs already."""

    ticket_id: int
    customer_id: int
    text: str
    opened: datetime
    incident_id: int | None
    state: str | None


def unseen(session: Session, inbox_id: int, *, now: datetime, limit: int) -> Sequence[Report]:
    """List the tickets of an inbox that have not been compared yet, oldest first."""
    watch = _watch(session, inbox_id, now=now)
    return _reports(session, inbox_id, (Ticket.id > watch.seen,), newest=False, limit=limit)


def saw(session: Session, inbox_id: int, ticket_id: int) -> None:
    """Write down up to which ticket all have been compared."""
    session.get_one(IncidentWatch, inbox_id).seen = ticket_id


def _watch(session: Session, inbox_id: int, *, now: datetime) -> IncidentWatch:
    watch = session.get(IncidentWatch, inbox_id)
    if watch is None:
        old = session.scalar(sa.select(sa.func.max(Ticket.id)).where(Ticket.opened < now - WITHIN))
        watch = IncidentWatch(inbox_id=inbox_id, seen=old or 0)
        session.add(watch)
        session.flush()
    return watch


def others(session: Session, inbox_id: int, report: Report) -> Sequence[Report]:
    """List what a ticket is compared with: other customers' of the last hour, and those of open incidents."""
    whose = (Ticket.id < report.ticket_id, Ticket.customer_id != report.customer_id)
    fresh = (Ticket.id > report.ticket_id - LOOKED_BACK, Ticket.opened >= report.opened - WITHIN)
    recent = _reports(session, inbox_id, (*whose, *fresh), newest=True, limit=MOST_COMPARED)
    known = (*whose, Ticket.opened < report.opened - WITHIN, Incident.state == IncidentState.OPEN)
    return [*recent, *_reports(session, inbox_id, known, newest=True, limit=MOST_COMPARED)]


def _reports(
    session: Session,
    inbox_id: int,
    which: Sequence[sa.ColumnElement[bool]],
    *,
    newest: bool,
    limit: int,
) -> Sequence[Report]:
    first = (
        sa.select(sa.func.min(Message.id))
        .where(Message.ticket_id == Ticket.id, Message.direction == Direction.INBOUND)
        .correlate(Ticket)
        .scalar_subquery()
    )
    rows = session.execute(
        sa.select(
            Ticket.id, Ticket.customer_id, sa.func.coalesce(Message.body, Ticket.subject), Ticket.opened,
            Incident.id, Incident.state,
        )
        .join(Conversation, Conversation.id == Ticket.conversation_id)
        .outerjoin(Message, Message.id == first)
        .outerjoin(IncidentTicket, IncidentTicket.ticket_id == Ticket.id)
        .outerjoin(Incident, Incident.id == IncidentTicket.incident_id)
        .where(
            Conversation.inbox_id == inbox_id,
            Ticket.status.in_(ACTIVE),
            Ticket.kind != Kind.FEEDBACK,
            *which,
        )
        .order_by(Ticket.id.desc() if newest else Ticket.id)
        .limit(limit)
    ).all()  # fmt: skip
    return [Report(*row) for row in rows]


def suggest(session: Session, parent_id: int, similar: Mapping[int, float], *, now: datetime) -> Incident:
    """Suggest that tickets have one cause; the similarity is the one to the ticket that gave it away."""
    made = Incident(parent_id=parent_id, state=IncidentState.SUGGESTED, suggested=now)
    session.add(made)
    session.flush()
    for ticket_id, value in similar.items():
        add(session, made, ticket_id, similarity=value, by="clock", now=now)
    return made


def add(  # noqa: PLR0913 - what the row is made of
    session: Session, incident: Incident, ticket_id: int, *, similarity: float, by: str, now: datetime
) -> IncidentTicket:
    """Put one more ticket to an incident: as a suggestion while the clock says so, for good by a person."""
    state = MemberState.SUGGESTED if by == "clock" else MemberState.JOINED
    if incident.state == IncidentState.REFUSED:
        state = MemberState.REFUSED
    made = session.get(IncidentTicket, ticket_id)
    if made is None:
        made = IncidentTicket(ticket_id=ticket_id, similarity=similarity)
        session.add(made)
    made.incident_id, made.state, made.at, made.by = incident.id, state, now, by
    session.flush()
    return made


def decide(session: Session, incident: Incident, *, is_one: bool, by: str, now: datetime) -> None:
    """Make a suggestion an incident, or refuse it for all its tickets."""
    incident.state = IncidentState.OPEN if is_one else IncidentState.REFUSED
    incident.decided, incident.decided_by = now, by
    state = MemberState.JOINED if is_one else MemberState.REFUSED
    session.execute(
        sa.update(IncidentTicket)
        .where(IncidentTicket.incident_id == incident.id, IncidentTicket.state == MemberState.SUGGESTED)
        .values(state=state, at=now, by=by)
        .execution_options(synchronize_session="fetch")
    )


def begin(session: Session, parent_id: int, *, by: str, now: datetime) -> Incident:
    """Make an incident that a person saw, with its parent in it."""
    made = Incident(parent_id=parent_id, state=IncidentState.OPEN, suggested=now, decided=now, decided_by=by)
    session.add(made)
    session.flush()
    add(session, made, parent_id, similarity=1.0, by=by, now=now)
    return made


def by_id(session: Session, incident_id: int) -> Incident:
    """Return an incident, locked against two decisions at once, or raise NotFoundError."""
    found = session.get(Incident, incident_id, with_for_update=True) if 0 < incident_id < 2**53 else None
    if found is None:
        raise NotFoundError("incident", incident_id)
    return found


def member(session: Session, ticket_id: int) -> IncidentTicket | None:
    """Return a ticket's place in an incident."""
    return session.get(IncidentTicket, ticket_id)


def of_ticket(session: Session, ticket_id: int) -> Incident | None:
    """Return the incident that a ticket belongs to and that is one."""
    return session.scalar(
        sa.select(Incident)
        .join(IncidentTicket, IncidentTicket.incident_id == Incident.id)
        .where(
            IncidentTicket.ticket_id == ticket_id,
            IncidentTicket.state == MemberState.JOINED,
            Incident.state.in_((IncidentState.OPEN, IncidentState.RESOLVING, IncidentState.RESOLVED)),
        )
    )


def members(session: Session, incident_id: int, state: MemberState = MemberState.JOINED) -> Sequence[Ticket]:
    """List the tickets of an incident, oldest first."""
    return session.scalars(
        sa.select(Ticket)
        .join(IncidentTicket, IncidentTicket.ticket_id == Ticket.id)
        .where(IncidentTicket.incident_id == incident_id, IncidentTicket.state == state)
        .order_by(Ticket.id)
    ).all()


def going_on(session: Session) -> Sequence[Incident]:
    """List the incidents that are not resolved, newest first."""
    asked = sa.select(Incident).where(Incident.state.in_((IncidentState.OPEN, IncidentState.RESOLVING)))
    return session.scalars(asked.order_by(Incident.id.desc()).limit(MOST_OPEN)).all()


def resolving(session: Session) -> Incident | None:
    """Return an incident whose tickets are being resolved, if there is one."""
    asked = sa.select(Incident).where(Incident.state == IncidentState.RESOLVING).order_by(Incident.id)
    return session.scalar(asked.limit(1).with_for_update())


def offer(
    session: Session, incident: Incident, body: Mapping[str, object], *, staff_id: int, now: datetime
) -> IncidentReply:
    """Keep words that may go to every customer of an incident."""
    made = IncidentReply(incident_id=incident.id, at=now, staff_id=staff_id, body=dict(body))
    session.add(made)
    session.flush()
    return made


def reply_by_id(session: Session, reply_id: int) -> IncidentReply:
    """Return such words, locked against being sent twice at once, or raise NotFoundError."""
    found = session.get(IncidentReply, reply_id, with_for_update=True) if 0 < reply_id < 2**53 else None
    if found is None:
        raise NotFoundError("incident", reply_id)
    return found


def being_sent(session: Session) -> IncidentReply | None:
    """Return the words that are on their way to every customer, if there are any."""
    asked = sa.select(IncidentReply).where(IncidentReply.sent.is_not(None), IncidentReply.done.is_(None))
    return session.scalar(asked.order_by(IncidentReply.id).limit(1).with_for_update())


def unanswered(session: Session, reply: IncidentReply, *, limit: int) -> Sequence[tuple[int, int]]:
    """List the customers who have not got some words yet, each with a ticket of the incident.

    It is their oldest that is worked on, or the oldest of all when none is any more.
    """
    worked_on = sa.func.min(sa.case((Ticket.status.in_(ACTIVE), Ticket.id)))
    answered = sa.select(IncidentAnswer.customer_id).where(IncidentAnswer.reply_id == reply.id)
    chosen = sa.func.coalesce(worked_on, sa.func.min(Ticket.id), type_=sa.BigInteger)
    rows = session.execute(
        sa.select(Ticket.customer_id, chosen)
        .join(IncidentTicket, IncidentTicket.ticket_id == Ticket.id)
        .where(
            IncidentTicket.incident_id == reply.incident_id,
            IncidentTicket.state == MemberState.JOINED,
            Ticket.customer_id.not_in(answered),
        )
        .group_by(Ticket.customer_id)
        .order_by(sa.func.min(Ticket.id))
        .limit(limit)
    )
    return [(cast("int", customer_id), cast("int", ticket_id)) for customer_id, ticket_id in rows]


def answered(  # noqa: PLR0913 - what the row is made of
    session: Session,
    reply: IncidentReply,
    customer_id: int,
    *,
    ticket_id: int,
    outcome: str,
    message_id: int | None = None,
) -> None:
    """Write down what became of some words for one customer; once each."""
    session.add(
        IncidentAnswer(
            reply_id=reply.id, customer_id=customer_id, ticket_id=ticket_id, message_id=message_id,
            outcome=outcome,
        )
    )  # fmt: skip
    session.flush()


def outcomes(session: Session, reply_id: int) -> Sequence[tuple[int, str]]:
    """List ticket and outcome of every answer to some words."""
    asked = sa.select(IncidentAnswer.ticket_id, IncidentAnswer.outcome).where(
        IncidentAnswer.reply_id == reply_id
    )
    return [
        (number, outcome) for number, outcome in session.execute(asked.order_by(IncidentAnswer.ticket_id))
    ]

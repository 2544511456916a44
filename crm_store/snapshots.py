"""How a ticket stands at one moment, as plain values: taken before a change and put back to undo it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import tags
from crm_store.models.survey import RemedyCheck, Survey, SurveyState
from crm_store.models.tag import TicketTag
from crm_store.models.ticket import Ticket
from crm_store.rules.lifecycle import ACTIVE, Status
from crm_store.types import instant, micros

Snapshot = Mapping[str, object]

STATE = ("kind", "status", "priority", "assignee_id", "episode", "root_cause", "remedy", "merged_into")
"""What people see and decide: two snapshots that differ here stand for different tickets."""
TIMERS = (
    "opened", "first_due", "next_due", "resolution_due", "resolved", "closed", "snoozed_until", "sla_version",
    "calendar_version",
)  # fmt: skip
"""What the clock moves by itself; what was said (a first answer, a silenced bot) nobody takes back."""


def take(session: Session, ticket: Ticket) -> dict[str, object]:
    """Write down how a ticket stands: its columns, its tags and what its customer is to be asked."""
    session.flush()
    return {
        "ticket": ticket.id,
        "columns": {name: plain(getattr(ticket, name)) for name in (*STATE, *TIMERS)},
        "tags": _tags(session, ticket.id),
        "surveys": planned_surveys(session, ticket.id),
        "checks": planned_checks(session, ticket.id),
    }


def changed(then: Snapshot, now: Snapshot) -> list[str]:
    """Name what differs between two snapshots of a ticket, timers aside."""
    was, is_ = columns(then), columns(now)
    found = [name for name in STATE if was.get(name) != is_.get(name)]
    worn = [{str(tag[0]) for tag in _listed(one["tags"])} for one in (then, now)]
    return found + (["tags"] if worn[0] != worn[1] else [])


def restore(session: Session, ticket: Ticket, *, before: Snapshot, after: Snapshot) -> None:
    """Put a ticket back as it stood before, but for timers that have moved on since."""
    was, left = columns(before), columns(after)
    answered = was["status"] == Status.NEW and ticket.first_replied is not None
    for name in STATE:
        if not (answered and name in {"status", "assignee_id"}):
            put(ticket, name, was[name])
    if answered and ticket.status not in ACTIVE:
        put(ticket, "status", Status.OPEN.value)  # it is open again, and stays with whoever answered it
    for name in TIMERS:
        if plain(getattr(ticket, name)) == left.get(name):
            put(ticket, name, was[name])
    _restore_tags(session, ticket.id, _listed(before["tags"]))
    _restore_questions(session, ticket.id, before)
    session.flush()


def _tags(session: Session, ticket_id: int) -> list[list[object]]:
    worn = sa.select(TicketTag).where(TicketTag.ticket_id == ticket_id).order_by(TicketTag.tag)
    return [[one.tag, micros(one.at), one.by] for one in session.scalars(worn)]


def _restore_tags(session: Session, ticket_id: int, wanted: Sequence[Sequence[object]]) -> None:
    for extra in set(tags.of_ticket(session, ticket_id)) - {str(one[0]) for one in wanted}:
        tags.take_off(session, ticket_id, extra)
    for tag, at, by in wanted:
        tags.put(session, ticket_id, str(tag), by=str(by), at=instant(cast("int", at)))


def _restore_questions(session: Session, ticket_id: int, before: Snapshot) -> None:
    surveys, checks = ids(before["surveys"]), ids(before["checks"])
    for survey_id in planned_surveys(session, ticket_id):
        if survey_id not in surveys:  # gone, so that the next resolve can plan it anew
            session.execute(sa.delete(Survey).where(Survey.id == survey_id))
    for check_id in planned_checks(session, ticket_id):
        if check_id not in checks:
            session.execute(sa.delete(RemedyCheck).where(RemedyCheck.id == check_id))
    plan_again(session, surveys=surveys, checks=checks)


def plan_again(session: Session, *, surveys: list[int], checks: list[int]) -> None:
    """Plan questions again that were cancelled; those that were asked meanwhile stay asked."""
    session.execute(
        sa.update(Survey)
        .where(Survey.id.in_(surveys), Survey.state == SurveyState.CANCELLED, Survey.asked.is_(None))
        .values(state=SurveyState.PLANNED, reason=None)
    )
    session.execute(
        sa.update(RemedyCheck)
        .where(RemedyCheck.id.in_(checks), RemedyCheck.asked.is_(None))
        .values(cancelled=None)
    )


def planned_surveys(session: Session, ticket_id: int) -> list[int]:
    """List the surveys of a ticket that are still to be asked."""
    waiting = (Survey.ticket_id == ticket_id, Survey.state == SurveyState.PLANNED)
    return list(session.scalars(sa.select(Survey.id).where(*waiting).order_by(Survey.id)))


def planned_checks(session: Session, ticket_id: int) -> list[int]:
    """List the checks on a ticket's remedy that are still to be made."""
    waiting = (
        RemedyCheck.ticket_id == ticket_id, RemedyCheck.asked.is_(None), RemedyCheck.cancelled.is_(None),
    )  # fmt: skip
    return list(session.scalars(sa.select(RemedyCheck.id).where(*waiting).order_by(RemedyCheck.id)))


def columns(snapshot: Snapshot) -> Mapping[str, object]:
    """Return the columns of a snapshot."""
    return cast("Mapping[str, object]", snapshot["columns"])


def _listed(value: object) -> Sequence[Sequence[object]]:
    return cast("Sequence[Sequence[object]]", value)


def ids(value: object) -> list[int]:
    """Read a list of ids off a snapshot."""
    return [int(cast("int", one)) for one in cast("list[object]", value)]


def plain(value: object) -> object:
    """Turn a column's value into one that a row of JSON can keep."""
    return micros(value) if isinstance(value, datetime) else value


def put(ticket: Ticket, name: str, value: object) -> None:
    """Give a column of a ticket the value a snapshot kept of it."""
    is_instant = sa.inspect(Ticket).columns[name].type.python_type is datetime
    setattr(ticket, name, instant(cast("int", value)) if is_instant and value is not None else value)

"""What the database itself refuses, whoever asks: an illegal step of a ticket, a rewritten log."""

import itertools
from functools import partial

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from crm_store import events, staff
from crm_store.models import guards
from crm_store.models.staff import Audit
from crm_store.models.ticket import Event, Ticket
from crm_store.rules.lifecycle import STEPS, Status
from crm_store.store import Store
from tests.crm_store.post import NOW


def step(store: Store, ticket: int, before: Status, to: Status) -> bool:
    """Tell whether the database lets a ticket take a step, and leave it as it was."""

    def unit(session: Session) -> bool:
        plant(session, ticket, before)
        try:
            with session.begin_nested():
                session.execute(sa.update(Ticket).where(Ticket.id == ticket).values(status=to))
        except IntegrityError:
            return False
        return True

    return store.write_now(unit)


def plant(session: Session, ticket: int, status: Status) -> None:
    """Put a ticket into a status by the one way the database leaves open: as a new row."""
    row = session.execute(sa.select(Ticket.__table__).where(Ticket.id == ticket)).mappings().one()
    session.execute(sa.delete(Ticket).where(Ticket.id == ticket))
    session.execute(sa.insert(Ticket).values({**row, "status": status}))


@pytest.mark.parametrize("before", Status)
def test_the_database_allows_just_the_steps_of_the_table(store: Store, ticket: int, before: Status) -> None:
    allowed = {to for to in Status if to is before or step(store, ticket, before, to)}
    assert allowed == STEPS[before] | {before}


def run(session: Session, change: sa.Executable) -> None:
    session.execute(change)


def test_a_log_is_only_added_to(store: Store, ticket: int) -> None:
    def unit(session: Session) -> None:
        events.record(session, ticket, kind="opened", by="bot", at=NOW)
        staff.audit(session, by="staff:1", what="role.granted", subject="staff:2", now=NOW)

    store.write_now(unit)
    changes = [
        sa.delete(Event), sa.update(Event).values(by="nobody"), sa.update(Event).values(kind="closed"),
        sa.delete(Audit), sa.update(Audit).values(by="nobody"), sa.update(Audit).values(detail="{}"),
    ]  # fmt: skip
    for change in changes:
        with pytest.raises(IntegrityError):
            store.write_now(partial(run, change=change))
    assert store.read_now(lambda session: session.scalar(sa.select(sa.func.count(Event.id)))) == 1


def test_guards_made_twice_are_there_once(store: Store, ticket: int) -> None:
    store.write_now(lambda session: guards.make(session.connection()))
    pairs = itertools.product([Status.CLOSED], [Status.MERGED, Status.NEW])
    assert [step(store, ticket, before, to) for before, to in pairs] == [False, True]

"""Who of the staff reads of a ticket: by role, by owner, in a thread."""

from sqlalchemy.orm import Session

from crm_store import readers, staff
from crm_store.models.outbox import Thread, ThreadState
from crm_store.rules.lifecycle import Kind
from crm_store.rules.roles import Role
from crm_store.store import Store
from tests.crm_store.served import NOW, agent, resolved


def hire(session: Session, inbox_id: int, address: str, role: Role) -> int:
    member = agent(session, inbox_id, address, address)
    staff.grant(session, member, role, by="settings", now=NOW)
    return member


def names(store: Store, inbox_id: int, role: Role) -> list[str]:
    return store.write_now(
        lambda session: [reader.name for reader in readers.with_role(session, inbox_id, role)]
    )


def test_a_role_reaches_those_whose_roles_include_it(store: Store, inbox_id: int) -> None:
    def unit(session: Session) -> None:
        for address, role in (
            ("a", Role.AGENT),
            ("s", Role.SUPERVISOR),
            ("m", Role.MARKETER),
            ("x", Role.ADMIN),
        ):
            hire(session, inbox_id, address, role)
        gone = hire(session, inbox_id, "g", Role.AGENT)
        staff.revoke(session, gone, Role.AGENT, by="staff:1", now=NOW)

    store.write_now(unit)
    assert names(store, inbox_id, Role.AGENT) == ["a", "s", "x"]
    assert names(store, inbox_id, Role.SUPERVISOR) == ["s", "x"]
    assert names(store, inbox_id + 1, Role.AGENT) == []


def test_the_freest_supervisor_has_the_fewest_open_complaints(store: Store, inbox_id: int) -> None:
    def freest(session: Session) -> str | None:
        found = readers.freest_supervisor(session, inbox_id)
        return None if found is None else found.name

    def unit(session: Session) -> list[str | None]:
        first = hire(session, inbox_id, "first", Role.SUPERVISOR)
        hire(session, inbox_id, "second", Role.SUPERVISOR)
        complaint = resolved(session, inbox_id, "101", kind=Kind.COMPLAINT)
        complaint.assignee_id = first
        session.flush()
        before = freest(session)
        complaint.reopen()
        session.flush()
        return [before, freest(session)]

    assert store.write_now(unit) == ["first", "second"]
    assert store.write_now(lambda session: readers.freest_supervisor(session, inbox_id + 1)) is None


def test_a_ticket_is_worked_by_its_owner_or_in_its_living_thread(store: Store, inbox_id: int) -> None:
    def unit(session: Session) -> list[tuple[object, object]]:
        ticket = resolved(session, inbox_id, "101")
        seen = []
        for state in (None, ThreadState.OPEN, ThreadState.GONE):
            if state is not None:
                session.query(Thread).delete()
                session.add(
                    Thread(
                        inbox_id=inbox_id, chat="-1", ticket_id=ticket.id, name="n", state=state, created=NOW
                    )
                )
                session.flush()
            desk = readers.desk_of(session, ticket.id)
            seen.append((desk.thread_chat, None if desk.owner is None else desk.owner.address))
        return seen

    assert store.write_now(unit) == [(None, "201"), ("-1", "201"), (None, "201")]
    assert store.write_now(lambda session: readers.desk_of(session, 99)).owner is None

"""An erasure of a long history is done in pieces, touches nobody else, and can be taken up anywhere."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import customers, journal, privacy, search, tickets
from crm_store.belongings import emptied, owned
from crm_store.journal import Arrival
from crm_store.models.conversation import Message
from crm_store.models.customer import Customer
from crm_store.models.inbox import JournalEntry
from crm_store.models.privacy import Erasure
from crm_store.models.search import SearchMessage
from crm_store.models.ticket import Ticket
from crm_store.rules import tokens
from crm_store.rules.lifecycle import Kind, Priority
from crm_store.search import Question
from crm_store.store import Store
from crm_store.tickets import Opening
from tests.crm_store.post import NOW

MANY = 2 * privacy.WINDOW + 100


@pytest.fixture
def talk(store: Store, inbox_id: int) -> None:
    """Let Mei and Li write by turns, a long time."""

    def unit(session: Session) -> None:
        for name in ("Mei 梅", "Li 李"):
            person = customers.create(session, inbox_id, name[:2], name=name, language="zh", now=NOW)
            opening = Opening(
                kind=Kind.INQUIRY, priority=Priority.NORMAL, subject=name, first_due=None, resolution_due=None
            )
            tickets.create(session, person, opening, now=NOW)
        rows = [
            {"conversation_id": 1 + nth % 2, "ticket_id": 1 + nth % 2, "direction": "inbound", "at": NOW,
             "body": f"袋鼠 {nth}"}
            for nth in range(MANY)
        ]  # fmt: skip
        session.execute(sa.insert(Message), rows)
        arrivals = [Arrival(inbox_id, nth, "Me:" if nth % 2 else "-1:", "{袋鼠}") for nth in range(100)]
        journal.keep(session, arrivals, now=NOW)
        for arrival in arrivals[:50]:
            journal.finish(session, inbox_id, arrival.update_id)
        journal.give_up(session, inbox_id, 98, attempts=3, error="袋鼠")
        journal.give_up(session, inbox_id, 99, attempts=3, error="袋鼠")

    store.write_now(unit)
    while store.write_now(lambda session: search.index(session, now=NOW + timedelta(hours=1))):
        pass


def erase(store: Store) -> int:
    """Erase Mei and count the pieces."""
    store.write_now(lambda session: privacy.begin(session, 1, called="gone", now=NOW).id)
    pieces = 0

    def piece(session: Session) -> bool:
        [erasure] = privacy.open_erasures(session)
        if erasure.step in privacy.FIRST:
            return privacy.next_tickets(session, erasure, limit=10) is not None
        return privacy.go_on(session, erasure, now=NOW)

    while store.write_now(piece):
        pieces += 1
    return pieces


@pytest.mark.slow
@pytest.mark.usefixtures("talk")
def test_a_long_history_goes_in_pieces_and_others_keep_theirs(store: Store) -> None:
    assert erase(store) > len(owned())

    def left(session: Session) -> list[tuple[int, int]]:
        said = sa.func.sum(sa.case((Message.body != "", 1), else_=0))
        counted = sa.select(Message.conversation_id, said).group_by(Message.conversation_id)
        return [(one, int(many)) for one, many in session.execute(counted.order_by(Message.conversation_id))]

    assert store.read_now(left) == [(1, 0), (2, MANY // 2)]
    subjects = store.read_now(lambda session: session.scalars(sa.select(Ticket.subject)).all())
    assert sorted(subjects) == ["", "Li 李"]
    indexed = store.read_now(lambda session: session.scalar(sa.select(sa.func.count(SearchMessage.id))))
    assert indexed == MANY // 2
    asked = Question(terms=tokens.terms("袋鼠"))
    assert store.read_now(lambda session: [hit.ticket_id for hit in search.find(session, asked)]) == [2]


@pytest.mark.slow
@pytest.mark.usefixtures("talk")
def test_of_what_arrived_stays_what_waits_and_what_others_sent_in_vain(store: Store) -> None:
    erase(store)
    rows = store.read_now(
        lambda session: [
            (row.update_id, row.state, row.raw) for row in session.scalars(sa.select(JournalEntry))
        ]
    )
    assert {raw for number, _, raw in rows if number < 50} == {"{}"}
    assert {(state, raw) for number, state, raw in rows if 50 <= number < 98} == {("new", "{袋鼠}")}
    assert [(state, raw) for number, state, raw in sorted(rows)[98:]] == [
        ("failed", "{袋鼠}"),
        ("done", "{}"),
    ]


@pytest.mark.slow
@pytest.mark.usefixtures("talk")
def test_what_is_done_is_written_down_without_a_name(store: Store) -> None:
    erase(store)
    done = store.read_now(lambda session: session.scalars(sa.select(Erasure)).one())
    assert (done.customer_id, done.addresses, done.ended) == (None, [], NOW)
    assert done.counts["message"] == MANY // 2
    assert store.read_now(lambda session: session.get_one(Customer, 1).name) == "gone"


def test_every_text_of_a_customer_is_emptied_or_named_as_ours() -> None:
    """A text that must stay is named in `crm_store.belongings`; this shows what becomes of some."""
    becomes = {table.name: dict(emptied(table)) for table in owned()}
    assert becomes["message"]["body"] == ""
    assert becomes["rating"] == {"comment": None}
    assert becomes["ticket"] == {"subject": "", "root_cause": None, "remedy": None}
    assert {"phone", "email", "region", "attributes"} <= becomes["customer"].keys()
    assert "state" not in becomes["outbox"]

"""Merging and parting give back every row as it was, in any order, on either database."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import cast

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from crm_store import customers, merges, tags, tickets
from crm_store.errors import RefusedError
from crm_store.merges import Act
from crm_store.models.conversation import Direction, Message
from crm_store.models.survey import RemedyCheck, Survey, SurveyKind, SurveyState
from crm_store.models.tag import TicketTag
from crm_store.models.ticket import Ticket
from crm_store.rules.lifecycle import ACTIVE, Kind, Priority, Status
from crm_store.store import Store
from tests.crm_store.post import NOW

instants = st.integers(0, 10_000).map(lambda minutes: NOW + timedelta(minutes=minutes))
dues = st.none() | instants
TICKETS = 4
drawn = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(sorted(Kind)),
        "status": st.sampled_from(sorted([*ACTIVE, Status.RESOLVED])),
        "priority": st.sampled_from(sorted(Priority)),
        "opened": instants,
        "first_due": dues,
        "next_due": dues,
        "resolution_due": dues,
        "first_replied": dues,
        "bot_quiet": st.booleans(),
    }
)
worn = st.sets(st.sampled_from(["vip", "delay", "refund"]))
histories = st.lists(st.tuples(drawn, worn, st.integers(1, 3)), min_size=TICKETS, max_size=TICKETS)
pairs = st.lists(st.tuples(st.integers(0, TICKETS - 1), st.integers(0, TICKETS - 1)), max_size=8)


def act(at: datetime = NOW) -> Act:
    return Act(by="staff:1", at=at)


def make(
    session: Session, inbox_id: int, histories_: list[tuple[dict[str, object], set[str], int]]
) -> list[int]:
    """Make tickets of one customer with messages, tags and planned questions."""
    sender = customers.sender(session, inbox_id, "101").contact
    mei = sender or customers.create(session, inbox_id, "101", name="Mei 梅", language="zh", now=NOW)
    numbers = []
    for columns, words, count in histories_:
        ticket = Ticket(
            customer_id=mei.customer_id,
            conversation_id=mei.conversation_id,
            subject="?",
            episode=1,
            **columns,
        )
        session.add(ticket)
        session.flush()
        numbers.append(ticket.id)
        for word in words:
            tags.put(session, ticket.id, word, by="staff:1", at=NOW)
        for _ in range(count):
            said = Message(conversation_id=mei.conversation_id, ticket_id=ticket.id, body="?", at=NOW,
                           direction=Direction.INBOUND)  # fmt: skip
            session.add(said)
        if columns["status"] == Status.RESOLVED:
            session.add(Survey(kind=SurveyKind.CSAT, ticket_id=ticket.id, episode=1, channel="telegram",
                               customer_id=mei.customer_id, due=NOW, state=SurveyState.PLANNED))  # fmt: skip
            session.add(RemedyCheck(ticket_id=ticket.id, episode=1, due=NOW))
    session.flush()
    return numbers


def rows(session: Session, numbers: list[int]) -> Mapping[str, object]:
    """Return every row that belongs to tickets, as plain values."""
    session.flush()
    session.expire_all()
    found: dict[str, object] = {}
    for model, whose in (
        (Ticket, Ticket.id), (TicketTag, TicketTag.ticket_id), (Message, Message.ticket_id),
        (Survey, Survey.ticket_id), (RemedyCheck, RemedyCheck.ticket_id),
    ):  # fmt: skip
        table = cast("sa.Table", model.__table__)
        asked = sa.select(table).where(whose.in_(numbers)).order_by(*table.primary_key.columns)
        found[table.name] = [tuple(row) for row in session.execute(asked)]
    return found


def undo_all(session: Session, made: list[int], order: list[int]) -> None:
    """Part every merge, those first that come first in some order and may be parted."""
    waiting = [merge for _, merge in sorted(zip(order, made, strict=False))]
    while waiting:
        for merge_id in list(waiting):
            try:
                merges.part(session, merges.by_id(session, merge_id), act())
            except RefusedError as error:
                assert error.code == "unmerge_chain"
                continue
            waiting.remove(merge_id)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories, pairs, st.permutations(range(8)))
def test_parting_all_merges_in_any_order_gives_every_row_back(
    store: Store,
    inbox_id: int,
    histories: list[tuple[dict[str, object], set[str], int]],
    pairs: list[tuple[int, int]],
    order: list[int],
) -> None:
    def unit(session: Session) -> None:
        numbers = make(session, inbox_id, histories)
        before = rows(session, numbers)
        made = []
        for source, target in pairs:
            one, other = (tickets.by_number(session, numbers[place]) for place in (source, target))
            try:
                made.append(merges.join(session, one, other, act()).id)
            except RefusedError:
                continue
        undo_all(session, made, order)
        assert rows(session, numbers) == before

    store.write_now(unit)


def plain(session: Session, inbox_id: int, count: int = 2) -> list[int]:
    columns = {
        "kind": Kind.INQUIRY, "status": Status.NEW, "priority": Priority.NORMAL, "opened": NOW,
        "first_due": None, "next_due": None, "resolution_due": None, "first_replied": None,
        "bot_quiet": False,
    }  # fmt: skip
    return make(session, inbox_id, [(dict(columns), set(), 1) for _ in range(count)])


def test_any_number_of_a_chain_leads_to_its_end(store: Store, inbox_id: int) -> None:
    def unit(session: Session) -> None:
        one, two, three = (tickets.by_number(session, number) for number in plain(session, inbox_id, 3))
        merges.join(session, one, two, act())
        merges.join(session, two, three, act())
        assert [merges.current(session, one.id + step) for step in range(3)] == [three.id] * 3
        assert tickets.latest(session, one.conversation_id).id == three.id  # type: ignore[union-attr]
        with pytest.raises(RefusedError, match="merge_circle"):
            merges.join(session, three, one, act())

    store.write_now(unit)


def test_a_week_is_the_limit_to_the_second(store: Store, inbox_id: int) -> None:
    def unit(session: Session) -> None:
        one, two = (tickets.by_number(session, number) for number in plain(session, inbox_id))
        made = merges.join(session, one, two, act())
        late = NOW + timedelta(days=7, seconds=1)
        with pytest.raises(RefusedError, match="unmerge_late"):
            merges.part(session, made, act(late))
        merges.part(session, made, act(at=NOW + timedelta(days=7)))
        with pytest.raises(RefusedError, match="undo_done"):
            merges.part(session, made, act())

    store.write_now(unit)


def test_what_somebody_changed_since_stays(store: Store, inbox_id: int) -> None:
    def unit(session: Session) -> None:
        one, two = (tickets.by_number(session, number) for number in plain(session, inbox_id))
        one.priority = Priority.HIGH
        made = merges.join(session, one, two, act())
        two.priority = Priority.URGENT
        merges.part(session, made, act())
        assert two.priority == Priority.URGENT

    store.write_now(unit)


def test_a_tag_two_sources_brought_leaves_with_the_last(store: Store, inbox_id: int) -> None:
    def unit(session: Session) -> None:
        one, two, three = (tickets.by_number(session, number) for number in plain(session, inbox_id, 3))
        for source in (one, two):
            tags.put(session, source.id, "vip", by="staff:1", at=NOW)
        first, second = (merges.join(session, source, three, act()) for source in (one, two))
        merges.part(session, first, act())
        assert list(tags.of_ticket(session, three.id)) == ["vip"]
        merges.part(session, second, act())
        assert list(tags.of_ticket(session, three.id)) == []

    store.write_now(unit)

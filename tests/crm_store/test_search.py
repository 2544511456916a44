"""Search finds the same on every database: what a plain look through all texts finds, newest first."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from crm_store import conversations, customers, events, journal, search, tags, tickets
from crm_store.conversations import Line
from crm_store.models.conversation import Direction, Message
from crm_store.models.search import INDEXED
from crm_store.models.ticket import Ticket
from crm_store.rules import tokens
from crm_store.rules.lifecycle import Kind, Priority, Status
from crm_store.search import Hit, Question
from crm_store.store import Store
from crm_store.tickets import Opening
from tests.crm_store.post import NOW

LATER = NOW + timedelta(days=30)
PARTS = [
    "退款",
    "物流",
    "快递单号",
    "梅",
    "没到",
    "iPhone",
    "refund",
    "re",
    "refunds",
    "Café",
    "，",
    " ",
    "2",
    "12",
]


def build(store: Store, seed: int, *, count: int = 120) -> None:
    """Fill a store with tickets and messages of a random but repeatable corpus."""
    chance = random.Random(seed)

    def unit(session: Session) -> None:
        inbox = journal.inbox(session, "telegram", "1").id
        for nth in range(8):
            at = NOW + timedelta(minutes=nth)
            person = customers.create(
                session,
                inbox,
                str(nth),
                name=chance.choice(PARTS) + chance.choice(PARTS),
                language="zh",
                now=at,
            )
            opening = Opening(
                kind=chance.choice(list(Kind)), priority=Priority.NORMAL, subject=phrase(chance),
                first_due=None, resolution_due=None,
            )  # fmt: skip
            number = tickets.create(session, person, opening, now=at)
            events.record(session, number, kind="opened", by="bot", at=at)
            if nth % 3 == 0:
                tags.put(session, number, chance.choice(["退款", "vip"]), by="test", at=at)
        for nth in range(count):
            number = chance.randrange(1, 9)
            line = Line(number, number, chance.choice(list(Direction)), phrase(chance))
            conversations.log(session, line, at=NOW + timedelta(hours=1, seconds=nth))

    store.write_now(unit)


def phrase(chance: random.Random) -> str:
    return "".join(chance.choice(PARTS) for _ in range(chance.randrange(1, 6)))


def index_all(store: Store, now: datetime = LATER) -> None:
    while store.write_now(lambda session: search.index(session, now=now)):
        pass


def ask(store: Store, words: str, **filters: object) -> list[tuple[int, str]]:
    question = Question(terms=tokens.terms(words), **filters)  # type: ignore[arg-type]  # named by the test
    return store.read_now(
        lambda session: [(hit.ticket_id, hit.text) for hit in search.find(session, question)]
    )


def plain(store: Store, words: str) -> list[int]:
    """Look through every text, without an index: the tickets by their newest answer."""
    wanted = tokens.terms(words)

    def query(session: Session) -> list[int]:
        found: list[tuple[datetime, int, int]] = []
        for ticket in session.scalars(sa.select(Ticket)):
            card = " · ".join([f"#{ticket.id}", ticket.subject, *tags.of_ticket(session, ticket.id)])
            if tokens.find(card, wanted) is not None:
                found.append((ticket.opened, 0, ticket.id))
        for message in session.scalars(sa.select(Message)):
            if message.ticket_id and tokens.find(message.body, wanted) is not None:
                found.append((message.at, 1, message.ticket_id))
        number = Question(terms=wanted).number
        first = [number] if number is not None and session.get(Ticket, number) else []
        return list(dict.fromkeys([*first, *(ticket for *_, ticket in sorted(found, reverse=True))]))

    return store.read_now(query) if wanted else []


@pytest.mark.parametrize("indexed", [0, 1, 100])
def test_the_index_changes_nothing_but_the_time_it_takes(store: Store, indexed: int) -> None:
    build(store, seed=1)
    for _ in range(indexed):
        store.write_now(lambda session: search.index(session, now=LATER))
    for words in [
        *PARTS,
        "退款物流",
        "款物",
        "refund 退款",
        "cafe\u0301",
        "号梅",
        "ＲＥＦ",
        "#2",
        "vip",
        "没有的",
    ]:
        assert [number for number, _ in ask(store, words)] == plain(store, words), words


@pytest.mark.postgres
@pytest.mark.slow
def test_both_databases_find_the_same_in_the_same_order(tmp_path: Path, postgres_url: str) -> None:
    stores = [Store(f"sqlite:///{tmp_path / 'here.db'}"), Store(postgres_url)]
    for store in stores:
        store.create_tables()
        build(store, seed=7, count=300)
        index_all(store, now=NOW + timedelta(hours=1, minutes=2))  # the rest is the tail

    @settings(max_examples=60, deadline=None)
    @given(words=st.lists(st.sampled_from(PARTS), min_size=1, max_size=3).map("".join))
    def same(words: str) -> None:
        here, there = (ask(store, words) for store in stores)
        assert here == there
        assert [number for number, _ in here] == plain(stores[0], words)

    same()
    for store in stores:
        store.close()


def test_what_was_edited_is_found_by_its_new_words_at_once(store: Store) -> None:
    build(store, seed=2)
    index_all(store)

    def edit(session: Session) -> None:
        message = session.get_one(Message, 5)
        conversations.edit(session, message, text="发票抬头", at=LATER)

    store.write_now(edit)
    assert [text for _, text in ask(store, "发票")] == ["发票抬头"]
    index_all(store, now=LATER + timedelta(minutes=1))
    assert [text for _, text in ask(store, "发票")] == ["发票抬头"]


def test_a_new_tag_finds_its_ticket(store: Store) -> None:
    build(store, seed=3)
    index_all(store)

    def put(session: Session) -> None:
        tags.put(session, 4, "加急", by="staff:1", at=LATER)
        events.record(session, 4, kind="tagged", by="staff:1", at=LATER, tag="加急")

    store.write_now(put)
    assert [number for number, _ in ask(store, "加急")] == [4]
    index_all(store, now=LATER + timedelta(minutes=1))
    assert [number for number, _ in ask(store, "加急")] == [4]


def test_filters_leave_the_rest_out(store: Store) -> None:
    build(store, seed=4)
    index_all(store)
    store.write_now(lambda session: setattr(session.get_one(Ticket, 2), "status", Status.OPEN))
    everywhere = {number for number, _ in ask(store, "退款")}
    assert {2, 3} <= everywhere
    assert {number for number, _ in ask(store, "退款", status=Status.OPEN)} == {2}
    assert {number for number, _ in ask(store, "退款", customers=[3])} == {3}
    assert ask(store, "退款", since=LATER) == []
    notes = Question(terms=tokens.terms("退款"), only_notes=True)

    def directions(session: Session) -> set[Direction | None]:
        return {hit.direction for hit in search.find(session, notes)}

    assert store.read_now(directions) == {Direction.NOTE}


def test_a_number_finds_its_ticket_first(store: Store) -> None:
    build(store, seed=5)
    assert ask(store, "2")[0][0] == 2
    assert ask(store, "#2")[0][0] == 2


def test_customers_are_found_by_name_and_by_a_new_name(store: Store) -> None:
    build(store, seed=6)
    index_all(store)
    store.write_now(lambda session: customers.rename(session, 1, "欧阳梅"))

    def named(session: Session) -> Sequence[tuple[int, str]]:
        return search.customers(session, tokens.terms("欧阳"), limit=5)

    assert store.read_now(named) == [(1, "欧阳梅")]


def test_only_as_much_is_read_as_is_shown(store: Store) -> None:
    build(store, seed=8)
    question = Question(terms=tokens.terms("退款"))

    def first(session: Session) -> list[Hit]:
        return list(islice(search.find(session, question), 1))

    assert len(store.read_now(first)) == 1


def test_index_tables_have_an_id_and_words() -> None:
    assert [sorted(sa.inspect(model).columns.keys()) for model in INDEXED] == [["id", "words"]] * 3

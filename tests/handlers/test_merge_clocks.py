"""Merging and parting at the desk, after any history: timers, clocks and all rows come back."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_store import deadlines
from crm_store.models.conversation import Message
from crm_store.models.sla import TicketClock
from crm_store.models.survey import RemedyCheck, Survey
from crm_store.models.tag import TicketTag
from crm_store.models.ticket import Ticket
from tests.factories import House
from tests.handlers.customers import look, open_house

ACTS = (
    ("mei", "还在吗？我的问题还没解决"),
    ("mei", "/complaint 你们重复扣款了"),
    ("mei", "/ask 怎么开发票？"),
    ("chen", "/reply {number} 马上处理"),
    ("chen", "/note {number} 内部"),
    ("chen", "/take {number}"),
    ("chen", "/pending {number}"),
    ("chen", "/hold {number}"),
    ("chen", "/snooze {number} 2h"),
    ("chen", "/priority {number} urgent"),
    ("chen", "/tag {number} vip"),
    ("chen", "/resolve {number} 原因 | 补救"),
)
steps = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(1, 3), st.integers(0, 600)), max_size=8)


def rows(at: House) -> dict[str, list[tuple[object, ...]]]:
    """Return every row that tickets are made of."""

    def query(session):  # type: ignore[no-untyped-def]  # a query of the test
        return {
            model.__tablename__: [tuple(row) for row in session.execute(sa.select(model.__table__))]
            for model in (Ticket, TicketClock, TicketTag, Message, Survey, RemedyCheck)
        }

    return look(at, query)


def play(at: House, history: list[tuple[tuple[str, str], int, int]]) -> None:
    at.hears("mei", "/ask 订单什么时候到？")
    at.hears("mei", "/complaint 你们重复扣款了，我要投诉！")
    for (who, text), number, minutes in history:
        at.hears(who, text.format(number=number))
        at.passes(minutes=minutes)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(steps, st.permutations((1, 2)), st.integers(0, 6 * 24 * 60))
def test_parting_gives_every_row_back(
    history: list[tuple[tuple[str, str], int, int]], order: list[int], minutes: int
) -> None:
    with TemporaryDirectory() as folder:
        at = open_house(Path(folder))
        play(at, history)
        before = rows(at)
        source, target = order
        at.hears("chen", f"/merge {source} {target}")
        merged = look(at, lambda session: session.get_one(Ticket, source).merged_into)
        at.passes(minutes=minutes)
        if merged is not None:
            at.hears("chen", f"/unmerge {source}")
        assert rows(at) == before
        for number in (1, 2):
            clock = look(at, lambda session, number=number: deadlines.standing(session, number).clock)
            again = look(at, lambda session, number=number: deadlines.recompute(session, number))
            assert clock == again
        at.store.close()

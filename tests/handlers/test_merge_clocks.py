"""Merging and parting at the desk, after any history: timers, clocks and all rows come back."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from crm_store import deadlines
from crm_store.models.conversation import Message
from crm_store.models.sla import TicketClock
from crm_store.models.survey import RemedyCheck, Survey
from crm_store.models.tag import TicketTag
from crm_store.models.ticket import Ticket
from crm_store.rules.sla_clock import Clock
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


def clocks(session: Session) -> list[Clock | None]:
    """Return the clocks as they were kept."""
    return [deadlines.standing(session, number).clock for number in (1, 2)]


def folded(session: Session) -> list[Clock | None]:
    """Return the clocks as the logs tell them from their beginning."""
    return [deadlines.recompute(session, number) for number in (1, 2)]


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
        assert look(at, clocks) == look(at, folded)
        at.store.close()


@pytest.mark.parametrize("waits", ["/pending 1", "/snooze 1 2h", "/hold 1"])
def test_a_wait_that_the_merge_ended_goes_on(tmp_path: Path, waits: str) -> None:
    at = open_house(tmp_path)
    play(at, [])
    at.hears("chen", "/reply 1 请稍等")
    at.hears("chen", waits)
    at.passes(minutes=30)
    before = rows(at)
    at.hears("chen", "/merge 2 1")
    at.passes(minutes=30)
    at.hears("chen", "/unmerge 2")
    assert rows(at) == before


@pytest.mark.parametrize("order", [(2, 3), (3, 2)])
def test_a_wait_goes_on_when_the_last_of_two_has_left(tmp_path: Path, order: tuple[int, int]) -> None:
    at = open_house(tmp_path)
    play(at, [])
    at.hears("mei", "/feedback 界面很好看")
    at.hears("chen", "/reply 1 请稍等")
    at.hears("chen", "/pending 1")
    at.passes(minutes=30)
    before = rows(at)
    for source in (2, 3):
        at.hears("chen", f"/merge {source} 1")
        at.passes(minutes=10)
    for source in order:
        at.hears("chen", f"/unmerge {source}")
        at.passes(minutes=10)
    assert rows(at) == before

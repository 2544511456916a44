"""Checks of resolved tickets, what is drawn for supervisors to read, and what /quality makes of both."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from crm_store import quality
from crm_store.models.quality import QualityCheck, QualitySample
from handlers.clockwork.quality import look_back
from handlers.context import TickContext
from tests.factories import CAST, House
from tests.handlers.desk import desk

TALKS = [("Where is my parcel?", "It arrives tomorrow."), ("我的包裹到哪里了？", "明天就会送到。")]
CHEN, WANG = CAST["chen"].address, CAST["wang"].address


@pytest.fixture
def home(tmp_path: Path) -> House:
    return desk(tmp_path)


def tick(home: House) -> None:
    while home.store.write_now(
        lambda session: look_back(TickContext(session, home.now, home.desk, home.inbox_id))
    ):
        pass


def checks(home: House) -> list[QualityCheck]:
    return list(home.store.read_now(lambda session: session.scalars(sa.select(QualityCheck)).all()))


def serve(home: House, who: str, asked: str, answer: str, *, after: float = 1.0) -> int:
    """Let a customer ask and Wang answer and resolve; return the number."""
    home.hears(who, asked)
    number = int(
        home.store.read_now(lambda session: session.scalar(sa.text("SELECT max(id) FROM ticket"))) or 0
    )
    home.passes(hours=after)
    home.hears("wang", f"/reply {number} {answer}")
    home.hears("wang", f"/resolve {number}")
    return number


def verdict(one: QualityCheck) -> tuple[bool | None, ...]:
    return one.answered, one.in_time, one.language, one.settled


def test_a_ticket_well_talked_through(home: House) -> None:
    serve(home, "li", "Where is my parcel?", "It arrives tomorrow, I have asked the courier.")
    tick(home)
    assert checks(home) == []
    home.passes(days=7)
    tick(home)
    [one] = checks(home)
    assert (verdict(one), one.agent_id, one.channel) == (
        (True, True, True, True),
        home.staff_ids["wang"],
        "telegram",
    )
    tick(home)
    assert len(checks(home)) == 1


def test_late_in_another_language_and_back_again(home: House) -> None:
    serve(home, "li", "Where is my parcel?", "明天就会送到，请您耐心等待。", after=30)
    home.passes(days=1)
    home.hears("li", "It is still not here, where is it?")
    home.passes(days=7)
    tick(home)
    [one] = checks(home)
    assert verdict(one) == (True, False, False, False)


def test_spam_closed_without_an_answer_is_not_judged(home: House) -> None:
    home.hears("li", "Buy cheap watches?")
    home.hears("wang", "/close 1 spam")
    home.passes(days=8)
    tick(home)
    assert checks(home) == []


def test_ten_of_each_agent_are_drawn_once_a_week(home: House) -> None:
    for _ in range(12):
        serve(home, "li", "Where is my parcel?", "It arrives tomorrow.", after=0.1)
        home.passes(hours=80)
    tick(home)
    count = sa.select(sa.func.count(QualitySample.id)).group_by(QualitySample.week)
    drawn = home.store.read_now(lambda session: session.scalars(count).all())
    tick(home)
    assert home.store.read_now(lambda session: session.scalars(count).all()) == drawn
    assert all(one <= 10 for one in drawn)


def test_a_supervisor_reads_what_was_drawn(home: House) -> None:
    serve(home, "li", "Where is my parcel?", "It arrives tomorrow.")
    home.passes(days=7)
    tick(home)
    told = home.outgoing()
    assert (
        f"{CHEN}: 1 tickets of last week are drawn for you to read: four questions each, yes or no." in told
    )
    [paper] = home.presses("chen", "v1:quality_next::0")
    assert "Handled by Wang 王 · 1 left to read" in paper
    marks = [data for label, data in home.buttons() if label != "No"]
    assert len(marks) == 4
    for data in marks:
        told = home.presses("chen", data)
    assert told[-1] == f"{CHEN}: Nothing is left to read. New tickets are drawn on Monday."
    [line] = home.hears("chen", "/quality")
    assert "Read by supervisors: 1 tickets" in line
    assert "the answer was right: 1 of 1, too few to say" in line


def test_a_forged_mark_is_refused(home: House) -> None:
    before = home.store.read_now(lambda session: session.scalars(sa.select(QualitySample)).all())
    for data in ("v1:quality_mark:9-right:1", "v1:quality_mark:1-week:1", "v1:quality_mark:x:0"):
        [told] = home.presses("chen", data)
        assert "button" in told
    assert before == []


def test_few_are_told_as_few(home: House) -> None:
    serve(home, "li", "Where is my parcel?", "It arrives tomorrow.", after=30)
    home.passes(days=8)
    tick(home)
    home.outgoing()
    [line] = home.hears("chen", "/quality")
    assert "answered in time: 0 of 1, too few to say" in line
    assert "Too few tickets to name a weakest point." in line
    [line] = home.hears("chen", "/quality agents")
    assert "Wang 王: flawless 0 of 1, too few to say" in line
    [line] = home.hears("chen", "/quality channels")
    assert "flawless 0 of 1" in line


def test_the_weakest_point_has_its_remedy(home: House) -> None:
    for place in range(11):
        asked, told = TALKS[place % 2]
        serve(home, ("li", "mei")[place % 2], asked, told, after=30 if place else 0.1)
        home.passes(days=4)
    home.passes(days=4)
    tick(home)
    home.outgoing()
    [line] = home.hears("chen", "/quality")
    assert "Weakest: answers come late." in line
    assert "answered in time: 9% (2–38%, n = 11)" in line


def test_nothing_yet(home: House) -> None:
    [line] = home.hears("chen", "/quality")
    assert "nothing to tell yet" in line
    [line] = home.hears("chen", "/quality everyone")
    assert line.startswith(f"{CHEN}: Send /quality for all")


def test_the_resolutions_of_a_period(home: House) -> None:
    serve(home, "li", "Where is my parcel?", "It arrives tomorrow.")
    start, end = home.now - timedelta(hours=1), home.now + timedelta(hours=1)
    found = home.store.read_now(lambda session: quality.resolved_in(session, start=start, end=end))
    assert [(one.ticket_id, one.agent_id) for one in found] == [(1, home.staff_ids["wang"])]

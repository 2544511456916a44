"""/stats: one's own figures, and the team's side by side without a ranking."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from crm_store import ratings, surveys
from crm_store.models.survey import Survey, SurveyKind, SurveyState
from tests.factories import CAST, House
from tests.handlers.desk import desk, ticket

WANG, CHEN = CAST["wang"].address, CAST["chen"].address


@pytest.fixture
def home(tmp_path: Path) -> House:
    return desk(tmp_path)


def served(at: House, who: str = "chen", *, after: int = 12) -> int:
    """Let someone answer and resolve a ticket, so many minutes after it was opened."""
    number = ticket(at)
    at.passes(minutes=after)
    at.hears(who, f"/reply {number} It ships today")
    at.hears(who, f"/resolve {number}")
    at.outgoing()
    return number


def rate(at: House, number: int, score: int) -> None:
    """Let the customer of a ticket rate it, whatever else would keep the question from being asked."""

    def unit(session: Session) -> None:
        found = [one for one in surveys.of_ticket(session, number) if one.kind == SurveyKind.CSAT]
        survey = session.get_one(Survey, found[0].id)
        survey.state, survey.asked = SurveyState.ASKED, at.now
        session.flush()
        ratings.record(session, survey, score, now=at.now, window=timedelta(hours=72))

    at.store.write_now(unit)


def told(at: House, who: str = "chen", word: str = "") -> list[str]:
    at.passes(seconds=1)
    [answer] = at.hears(who, f"/stats {word}".strip())
    return answer.partition(": ")[2].splitlines()


def test_without_any_work(home: House) -> None:
    assert told(home) == [
        "Chen 陈, your last 30 days:",
        "Tickets taken 0 · answers sent 0 · resolved 0",
        "No ratings yet",
        "Open now: 0 of 5",
    ]


def test_counts_what_was_done(home: House) -> None:
    served(home, after=10)
    served(home, after=30)
    served(home, "wang", after=5)
    open_one = ticket(home)
    home.hears("chen", f"/take {open_one}")
    assert told(home) == [
        "Chen 陈, your last 30 days:",
        "Tickets taken 3 · answers sent 2 · resolved 2",
        "Reopened afterwards: 0 of 2 (0%)",
        "First answer: half within 20 min (n = 2)",
        "No ratings yet",
        "Open now: 1 of 5",
    ]


def test_the_first_answer_is_whoever_gave_it(home: House) -> None:
    number = ticket(home)
    home.passes(minutes=7)
    home.hears("wang", f"/reply {number} hello")
    home.hears("chen", f"/take {number}")
    home.hears("chen", f"/reply {number} hello again")
    assert "首次回复：一半在 7 分钟以内（n = 1）" in told(home, "wang")
    assert not any("First answer" in line for line in told(home))


def test_what_was_reopened_is_told_once(home: House) -> None:
    number = served(home)
    home.hears("mei", "还是不行，还没收到")
    home.hears("chen", f"/resolve {number}")
    served(home)
    assert "Reopened afterwards: 1 of 3 (33%)" in told(home)
    home.hears("chen", f"/reopen {number}")
    assert "Reopened afterwards: 2 of 3 (67%)" in told(home)


def test_older_work_is_left_out(home: House) -> None:
    served(home)
    home.passes(days=31)
    assert told(home)[1] == "Tickets taken 0 · answers sent 0 · resolved 0"


@pytest.mark.parametrize(
    ("good", "bad", "line"),
    [
        (2, 1, "Satisfied (4 or 5): 2 of 3, too few to say"),
        (9, 1, "Satisfied (4 or 5): 9 of 10, 90%, 95% interval 60–98%"),
    ],
)
def test_ratings_come_with_their_interval_or_not_at_all(home: House, good: int, bad: int, line: str) -> None:
    for score in [5] * good + [2] * bad:
        rate(home, served(home), score)
    assert line in told(home)


class TestTeam:
    def test_lists_everyone_by_name_and_says_that_it_is_no_ranking(self, home: House) -> None:
        served(home, "wang")
        lines = told(home, word="team")
        assert lines[0] == "The team's last 30 days, by name:"
        assert [line for line in lines if line in {"Chen 陈", "Wang 王"}] == ["Chen 陈", "Wang 王"]
        assert lines[-1].startswith("Not a ranking:")

    def test_is_for_supervisors(self, home: House) -> None:
        assert "主管权限" in told(home, "wang", "团队")[0]

    def test_another_word_tells_the_usage(self, home: House) -> None:
        assert told(home, word="me")[0].startswith("Send /stats for your own figures")

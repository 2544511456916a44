"""Recovery tasks: who is to be won back, looked after by one supervisor, once."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import rating_groups
from crm_store.models.ticket import Event, RecoveryTask
from crm_store.rating_groups import EVERYTHING
from handlers.routes import ROUTES
from tests.conftest import BOTH
from tests.factories import House, house
from tests.handlers import figures

NOBODY = "202: No recovery task is open. Each low rating opens one."


@pytest.fixture(params=BOTH)
def home(request: pytest.FixtureRequest, tmp_path: Path) -> House:
    """Open a house, once on each database."""
    url = None if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))
    return house(tmp_path, ROUTES, url=url)


def let_down(home: House, count: int) -> None:
    """Let guests give low scores about refunds, and open a task for each."""
    at = home.now - timedelta(hours=3)
    figures.rated(home, {5: 2, 1: count}, at, theme="refund", comment="Too late")

    def unit(session: Session) -> int:
        return rating_groups.recover(session, EVERYTHING, start=at, end=home.now, now=at)

    assert home.store.write_now(unit) == count


def test_without_low_ratings_nobody_is_to_be_won_back(home: House) -> None:
    assert home.hears("chen", "/tasks") == [NOBODY]


def test_tasks_are_for_supervisors(home: House) -> None:
    [told] = home.hears("wang", "/tasks")
    assert "主管" in told


def test_each_task_is_listed_with_its_ticket_and_done_once(home: House) -> None:
    let_down(home, 8)
    [told] = home.hears("chen", "/tasks")
    assert told.startswith("202: 🩹 Recovery tasks open: 8, the oldest first.")
    assert told.count("Guest 901 · 1 of 5") == 6
    done = [(label, data) for label, data in home.buttons() if label.startswith("✔")]
    ticket = int(done[0][0].split("#")[1].split()[0])
    [left] = home.presses("chen", done[0][1])
    assert "Recovery tasks open: 7" in left and f"#{ticket} ·" not in left
    [again] = home.presses("chen", done[0][1])
    assert "Recovery tasks open: 7" in again
    events = sa.select(sa.func.count(Event.id)).where(Event.ticket_id == ticket, Event.kind == "won_back")
    kept = home.store.read_now(
        lambda session: (session.scalar(events), session.scalar(sa.select(sa.func.count(RecoveryTask.done))))
    )
    assert kept == (1, 1)


def test_a_second_page_is_one_tap_away_and_the_last_task_empties_the_list(home: House) -> None:
    let_down(home, 7)
    home.hears("chen", "/tasks")
    [rest] = home.presses("chen", dict(home.buttons())["More ▶"])
    assert rest.count("1 of 5") == 1
    told: list[str] = []
    for _ in range(7):
        home.hears("chen", "/tasks")
        data = next(data for label, data in home.buttons() if label.startswith("✔"))
        told = home.presses("chen", data)
    assert told[-1].endswith(NOBODY.removeprefix("202: "))


@pytest.mark.parametrize("subject", ["9999", "x", "", "-1"])
def test_a_button_of_no_task_is_stale(home: House, subject: str) -> None:
    [told] = home.presses("chen", f"v1:recovered:{subject}:0")
    assert "{" not in told and "refused" not in told

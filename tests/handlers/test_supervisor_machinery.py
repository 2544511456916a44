"""What the machine tells of itself: its jobs, and what waits that should not."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from crm_store.models.outbox import OutboxRow, OutboxState
from handlers.ports import Job
from handlers.routes import ROUTES
from handlers.texts import catalogue
from tests.factories import CAST, House
from tests.handlers.desk import desk

CHEN = CAST["chen"].address


@pytest.fixture
def home(tmp_path: Path) -> House:
    return desk(tmp_path)


def test_jobs_are_listed_by_what_they_do(home: House) -> None:
    listed = [
        Job("surveys", home.now + timedelta(hours=1), "ran"),
        Job("campaign:7", None),
        Job("cards", home.now, "failed"),
    ]
    home.desk = replace(home.desk, jobs=lambda: listed)
    assert home.hears("chen", "/jobs")[0].splitlines() == [
        f"{CHEN}: What the clock sets off:",
        "· schedule of campaign #7: first at not planned",
        "✖ cards of tickets: failed, tried again at 2 Mar 09:00",
        "✔ surveys: next at 2 Mar 10:00",
    ]
    assert "✖ cards" in home.hears("chen", "/doctor")[0]


def test_all_is_well(home: House) -> None:
    told = home.hears("chen", "/doctor")[0]
    assert told.count("✔") == 4
    assert "⚠" not in told


def test_what_waits_is_counted(home: House) -> None:
    home.hears("li", "Where is my parcel?")
    home.passes(hours=30)
    doubt = sa.update(OutboxRow).where(OutboxRow.id == 1).values(state=OutboxState.UNKNOWN)
    home.store.write_now(lambda session: session.execute(doubt) and None)
    told = home.hears("chen", "/doctor")[0]
    assert "Of 1 messages nobody can tell" in told
    assert "1 tickets wait for a first answer" in told
    assert "wait longer than a minute" in told


@pytest.mark.parametrize("name", [route.name for route in ROUTES.of_kind("tick")])
def test_every_turn_of_the_clock_has_a_name_to_be_read(name: str) -> None:
    assert catalogue.knows(f"jobs.name.{name}")

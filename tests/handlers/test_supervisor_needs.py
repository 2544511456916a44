"""What is asked for: distribution, direction, ties and causes, each with one thing to do about it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from crm_store.models.dialog import Dialog
from crm_store.models.ticket import RecoveryTask
from crm_store.rules.lifecycle import Kind
from handlers.routes import ROUTES
from handlers.texts import catalogue
from tests.conftest import BOTH
from tests.factories import House, house
from tests.handlers import figures

WEEK = timedelta(weeks=1)


@pytest.fixture(params=BOTH)
def home(request: pytest.FixtureRequest, tmp_path: Path) -> House:
    """Open a house on a Monday in Shanghai, once on each database."""
    url = None if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))
    built = house(tmp_path, ROUTES, url=url)
    built.desk = replace(built.desk, zone="Asia/Shanghai")
    built.now = datetime(2026, 4, 6, 2, tzinfo=UTC)
    return built


def eight_weeks(built: House) -> None:
    """Let delivery grow and price vanish for eight weeks; whoever asks about delivery is let down."""
    for ago in range(8, 0, -1):
        at = built.now - ago * WEEK
        figures.opened(built, "delivery", at, count=26 - 3 * ago)
        figures.opened(built, "price", at, count=2 * ago)
        figures.opened(built, "refund", at, count=10, kind=Kind.COMPLAINT)
    figures.rated(built, {5: 5, 1: 9, 2: 3}, built.now - timedelta(days=3), theme="delivery")
    figures.rated(built, {5: 30, 1: 1}, built.now - timedelta(days=3), theme="refund")
    figures.ticks(built, "themes")


def test_nothing_asked_is_said_so(home: House) -> None:
    assert home.hears("chen", "/needs last month") == ["202: No tickets, March 2026."]


def test_few_tickets_say_little(home: House) -> None:
    figures.opened(home, "delivery", home.now - timedelta(days=1), count=3)
    figures.ticks(home, "themes")
    [told] = home.hears("chen", "/needs")
    assert "Fewer than 10 tickets: too few to say." in told
    assert "delivery 100% (44–100%, n = 3)" in told
    assert "Nothing lets down clearly more than the rest" in told


def test_distribution_direction_ties_and_causes(home: House) -> None:
    eight_weeks(home)
    [told] = home.hears("chen", "/needs 9w")
    lines = told.splitlines()
    assert lines[0] == "202: What customers ask for, last 63 days: 300 tickets"
    assert [line for line in lines if line.startswith("· delivery") and "▲ growing, +" in line]
    assert [line for line in lines if line.startswith("· prices") and "▼ shrinking, -" in line]
    assert "What it is about goes with the kind of request" in told
    told_of = "delivery: 12 of 17 dissatisfied (71%, interval 47–87%)"
    assert f"{told_of}, 11 more than if it were like the rest (3%)" in told


def test_a_cause_becomes_recovery_tasks_in_one_tap(home: House) -> None:
    eight_weeks(home)
    home.hears("chen", "/needs")
    label, data = home.buttons()[0]
    assert label == "🩹 Recover: delivery (12)"
    assert home.presses("chen", data) == ["202: delivery: recovery tasks open now: 12. /tasks lists them."]
    assert home.presses("chen", data) == ["202: delivery: recovery tasks open now: 12. /tasks lists them."]
    count = sa.select(sa.func.count(RecoveryTask.id))
    assert home.store.read_now(lambda session: session.scalar(count)) == 12
    [low] = home.presses("chen", home.buttons()[0][1])
    assert "delivery · Low ratings" in low and ": 12. Shown: 1–8" in low


def test_a_growing_theme_becomes_an_article_in_one_tap(home: House) -> None:
    eight_weeks(home)
    home.hears("chen", "/needs")
    told = home.presses("chen", dict(home.buttons())["✍️ Article: delivery"])
    assert told[0] == "202: Asked about delivery, for example:\n· Where is my parcel?"
    kinds = home.store.read_now(lambda session: session.scalars(sa.select(Dialog.kind)).all())
    assert kinds == ["article"]


def test_the_tickets_of_a_theme_are_exactly_those_counted(home: House) -> None:
    eight_weeks(home)
    home.hears("chen", "/needs 9w")
    label, data = next((label, data) for label, data in home.buttons() if label.startswith("Tickets"))
    found: list[str] = []
    while data:
        [page] = home.presses("chen", data)
        found += [line for line in page.splitlines() if line.startswith(("❓", "❗"))]
        data = dict(home.buttons()).get("More ▶", "")
    assert label == f"Tickets ({len(found)})" and len(set(found)) == len(found)


def test_a_chinese_supervisor_reads_chinese(home: House) -> None:
    eight_weeks(home)
    home.store.write_now(
        lambda session: session.execute(sa.text("UPDATE staff SET language = 'zh' WHERE address = '202'"))
    )
    [told] = home.hears("chen", "/needs 上周")
    assert told.startswith("202: 客户需求，3月30日至4月5日：")
    assert "不满意主要来自：" in told
    assert home.hears("chen", "/needs 什么") == [f"202: {catalogue.say('zh', 'usage.needs')}"]

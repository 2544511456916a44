"""The digest: last week in one message, to each supervisor once, on Monday morning."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crm_store.models.sla import SlaNotice
from crm_store.rules.escalation import Step
from crm_store.rules.roles import Role
from crm_store.rules.sla import Target
from handlers.routes import ROUTES
from tests.conftest import BOTH
from tests.factories import House, house
from tests.handlers import figures
from tests.handlers.people import hire

MONDAY = datetime(2026, 4, 6, 1, tzinfo=UTC)  # nine in Shanghai
FRIDAY = MONDAY - timedelta(days=3)


@pytest.fixture(params=BOTH)
def home(request: pytest.FixtureRequest, tmp_path: Path) -> House:
    """Open a house on Monday morning in Shanghai, once on each database."""
    url = None if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))
    built = house(tmp_path, ROUTES, url=url)
    built.desk, built.now = replace(built.desk, zone="Asia/Shanghai"), MONDAY
    return built


def a_week(built: House) -> None:
    """Have a week with something to tell, and one before it."""
    figures.rated(built, {5: 20, None: 20}, FRIDAY - timedelta(days=7), theme="refund")
    figures.rated(built, {5: 14, 1: 1, None: 15}, FRIDAY, theme="refund")
    figures.rated(built, {5: 1, 1: 9}, FRIDAY, theme="delivery")
    notice = SlaNotice(ticket_id=1, what=Target.FIRST_RESPONSE, cycle=1, step=Step.BREACHED, at=FRIDAY)
    built.store.write_now(lambda session: session.add(notice))
    figures.ticks(built, "themes")


def test_the_week_is_told_once_to_each_supervisor(home: House) -> None:
    a_week(home)
    hire(home, "wang", Role.SUPERVISOR)
    told = figures.ticks(home, "digests")
    assert [line.partition(":")[0] for line in told] == ["201", "202"]
    assert "🗓 一周小结，3月30日至4月5日" in told[0]
    assert told[1].removeprefix("202: ").splitlines() == [
        "🗓 Your week, 30 Mar to 5 Apr",
        "60% satisfied (4 or 5), 95% interval 41–77%, n = 25",
        "Worse than the period before: -40 points (n = 20)",
        "Response rate: 62% (25 of 40 asked)",
        "Tickets: 40; deadlines missed: 1",
        "· delivery: 9 of 10 dissatisfied (90%, interval 60–98%), 8 more than if it were like the rest (7%)",
    ]
    assert [label for label, _ in home.buttons()] == [
        "🩹 Recover: delivery (9)",
        "Look at them",
        "✍️ Article: refunds",
        "Tickets (30)",
        "✍️ Article: delivery",
        "Tickets (10)",
    ]
    assert figures.ticks(home, "digests") == []
    home.passes(days=1)
    assert figures.ticks(home, "digests") == []


@pytest.mark.parametrize(("hours", "count"), [(-2, 0), (0, 1), (47, 1), (71, 0)])
def test_it_comes_on_monday_morning_or_soon_after(home: House, hours: int, count: int) -> None:
    a_week(home)
    home.passes(hours=hours)
    assert len(figures.ticks(home, "digests")) == count


def test_a_quiet_week_brings_none(home: House) -> None:
    figures.opened(home, "delivery", FRIDAY, count=4)
    figures.ticks(home, "themes")
    assert figures.ticks(home, "digests") == []


def test_who_becomes_a_supervisor_later_gets_it_too(home: House) -> None:
    a_week(home)
    assert len(figures.ticks(home, "digests")) == 1
    hire(home, "wang", Role.SUPERVISOR)
    assert [line.partition(":")[0] for line in figures.ticks(home, "digests")] == ["201"]

"""Alerts: once an episode, of whole days and weeks only, with what is usual and the rule."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from crm_store.models.alert import Alert
from handlers.routes import ROUTES
from tests.conftest import BOTH
from tests.factories import STAFF_GROUP, House, house
from tests.handlers import figures

DAY = timedelta(days=1)


@pytest.fixture(params=BOTH)
def home(request: pytest.FixtureRequest, tmp_path: Path) -> House:
    """Open a house with a staff group, at ten on a Wednesday in Shanghai, once on each database."""
    url = None if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))
    built = house(tmp_path, ROUTES, staff_group=STAFF_GROUP, url=url)
    built.desk = replace(built.desk, zone="Asia/Shanghai")
    built.now = datetime(2026, 4, 8, 2, tzinfo=UTC)
    return built


def quiet_days(built: House, count: int = 10) -> None:
    """Open three tickets a day about delivery up to the day before yesterday."""
    for ago in range(count, 1, -1):
        figures.opened(built, "delivery", built.now - ago * DAY, count=3)


def look(built: House) -> list[str]:
    """Read the themes and look at the figures."""
    figures.ticks(built, "themes")
    return figures.ticks(built, "alerts")


def test_a_leap_is_told_once_with_its_rule_and_leads_to_the_tickets(home: House) -> None:
    quiet_days(home)
    figures.opened(home, "delivery", home.now - DAY, count=15)
    [told] = look(home)
    assert told.startswith(f"{STAFF_GROUP}: 📣 Out of the usual")
    assert "▲ delivery: 15 tickets on 7 Apr, usually 3 a day. Rule: z = 6.9" in told
    [tickets] = home.presses("chen", dict(home.buttons())["Tickets: delivery"], group=True)
    assert "Tickets about delivery, 7 Apr: 15. Shown: 1–8" in tickets
    assert look(home) == []
    for _ in range(3):  # it goes on, and is no news
        figures.opened(home, "delivery", home.now, count=15)
        home.passes(days=1)
        assert look(home) == []
    kept = home.store.read_now(lambda session: session.scalars(sa.select(Alert).order_by(Alert.key)).all())
    assert [(row.kind, row.key) for row in kept] == [("volume", "kind:inquiry"), ("volume", "theme:delivery")]
    assert kept[1].rule["expected"] == 3 and kept[1].started == datetime(2026, 4, 6, 16, tzinfo=UTC)


def test_much_worse_is_another_episode(home: House) -> None:
    quiet_days(home)
    figures.opened(home, "delivery", home.now - DAY, count=15)
    assert len(look(home)) == 1
    figures.opened(home, "delivery", home.now, count=80)
    home.passes(days=1)
    [told] = look(home)
    assert "▲ delivery: 80 tickets on 8 Apr" in told


def test_today_is_not_over_and_the_night_is_no_time_to_tell(home: House) -> None:
    quiet_days(home)
    figures.opened(home, "delivery", home.now - DAY, count=3)
    figures.opened(home, "delivery", home.now, count=50)
    assert look(home) == []
    home.passes(hours=15)  # one in the morning: the day is over, and everybody sleeps
    assert look(home) == []
    home.passes(hours=8)
    assert "50 tickets on 8 Apr" in look(home)[0]


def test_a_new_house_and_old_news_raise_no_alarm(home: House) -> None:
    figures.opened(home, "delivery", home.now - DAY, count=40)
    assert look(home) == []  # nothing is usual yet
    quiet_days(home, count=20)
    figures.opened(home, "refund", home.now - 8 * DAY, count=40)
    home.passes(days=1)
    assert all("refunds" not in told for told in look(home))


def test_a_collapse_is_told_of_days_the_desk_is_open(home: House) -> None:
    home.opens("mon-fri 09:00-18:00", "Asia/Shanghai")
    for ago in range(28, 1, -1):
        at = home.now - ago * DAY
        figures.opened(home, "delivery", at, count=30 if at.weekday() < 5 else 0)
    figures.opened(home, "delivery", home.now - DAY, count=2)
    [told] = look(home)
    assert "▼ everything: only 2 tickets on 7 Apr, usually 30 a day." in told
    home.now = datetime(2026, 4, 13, 2, tzinfo=UTC)  # after a weekend without tickets
    for ago in (5, 4, 3):
        figures.opened(home, "delivery", home.now - ago * DAY, count=30)
    assert look(home) == []


def test_a_bad_week_is_told_against_the_weeks_before(home: House) -> None:
    home.now = datetime(2026, 4, 6, 2, tzinfo=UTC)  # a Monday
    for ago in range(10, 1, -1):
        figures.rated(home, {5: 18, 1: 2}, home.now - timedelta(weeks=ago - 1, days=3))
    figures.rated(home, {5: 10, 1: 10}, home.now - timedelta(days=3), theme="refund")
    [told] = [line for line in look(home) if "⚠️" in line]
    assert "in the week from 30 Mar: 10 of 20 ratings (50%), usually 10% (of 180 ratings)" in told
    assert "above the limit of 30% for n = 20 (three sigma), z = 6.0" in told
    [low] = home.presses("chen", dict(home.buttons())["Low ratings"], group=True)
    assert "30 Mar to 5 Apr: 10." in low
    home.passes(days=1)
    assert not any("⚠️" in line for line in look(home))


def test_without_a_staff_group_the_supervisors_hear_it(home: House) -> None:
    home.desk = replace(home.desk, staff_group=None)
    quiet_days(home)
    figures.opened(home, "delivery", home.now - DAY, count=15)
    assert [line.partition(":")[0] for line in look(home)] == ["202"]

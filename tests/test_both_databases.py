"""One day at the house, told by SQLite and by PostgreSQL in the same words."""

from pathlib import Path

import pytest

from crm_store.rules.lifecycle import Status
from handlers.routes import ROUTES
from tests.factories import STAFF_GROUP, House, house
from tests.handlers.desk import get, said, send_all


def pressed(at: House, who: str, verb: str, revision: int) -> list[str]:
    """Press the newest button with this verb and revision, as whoever sees it would."""
    found = [data for _, data in at.buttons(last=100) if data.split(":")[1::2] == [verb, str(revision)]]
    return at.presses(who, found[-1])


def day(at: House) -> list[str]:
    """Let the cast work from a complaint to its rating and a campaign, and list all that goes out."""
    told = at.hears("mei", "我的订单还没到！太差劲了，我要投诉")
    told += at.hears("li", "Great service, I love the new app")
    told += at.hears("wang", "/queue")
    told += at.hears("wang", "/take 1")
    told += at.hears("wang", "/reply 1 非常抱歉，今天就给您补发。")
    told += at.hears("wang", "/note 1 仓库漏发")
    at.passes(hours=2)
    told += at.hears("mei", "谢谢")
    told += at.hears("wang", "/why 1")
    told += at.hears("wang", "/customer 1")
    told += at.hears("wang", "/resolve 1 仓库漏发")
    told += at.hears("wang", "补发并致歉")
    told += [row.state for row in send_all(at)]
    told += pressed(at, "mei", "rate", 2)
    told += at.hears("mei", "太慢了")
    at.passes(minutes=1)
    told += at.hears("chen", "/satisfaction")
    told += at.hears("mei", "/status")
    told += at.hears("mei", "/stop")
    told += at.hears("mei", "/complain")
    told += at.hears("li", "/take 1")
    told += at.hears("zhao", "/campaign")
    told += at.hears("zhao", "/campaigns")
    return told


@pytest.mark.postgres
def test_both_databases_tell_the_same_day(tmp_path: Path, postgres_url: str) -> None:
    sqlite = house(tmp_path, ROUTES, staff_group=STAFF_GROUP)
    postgres = house(tmp_path, ROUTES, staff_group=STAFF_GROUP, url=postgres_url)
    assert day(sqlite) == day(postgres)
    assert said(sqlite, 1) == said(postgres, 1)
    sqlite.store.close()
    postgres.store.close()


def test_a_day_ends_with_an_answer_and_a_resolved_ticket(tmp_path: Path, store_url: str) -> None:
    built = house(tmp_path, ROUTES, staff_group=STAFF_GROUP, url=store_url)
    told = day(built)
    assert "101: 非常抱歉，今天就给您补发。" in told
    assert get(built, 1).status == Status.RESOLVED
    built.store.close()

"""A day of coming, going, handing over and crossing words, told by both databases in the same words."""

from pathlib import Path

import pytest

from handlers.routes import ROUTES
from tests.factories import STAFF_GROUP, House, house
from tests.handlers.desk import get, send_all
from tests.handlers.people import hire, tick


def day(at: House) -> list[str]:
    """Let the cast give, take, leave and return tickets, and list all that goes out."""
    hire(at, "zhao")
    told = at.hears("chen", "/staff wang skills refund") + at.hears("chen", "/staff zhao languages en")
    told += at.hears("wang", "/back") + at.hears("zhao", "/back")
    told += at.hears("mei", "我的订单在哪里？") + tick(at)
    told += at.hears("li", "Where is my order?") + tick(at)
    told += [row.state for row in send_all(at)]
    at.passes(minutes=1)
    told += at.hears("mei", "还有，能改地址吗？")
    told += at.hears("wang", "/reply 1 今天发货")
    told += at.presses("wang", next(data for name, data in at.buttons(30) if data.startswith("v1:held_send")))
    told += at.hears("zhao", "/away lunch") + tick(at)
    told += at.hears("chen", "/transfer 2 wang please look")
    told += at.hears("wang", "/resolve 1") + at.hears("mei", "还是不行") + tick(at)
    at.passes(hours=1)
    told += tick(at)
    told += at.hears("zhao", "/back") + tick(at)
    told += at.hears("chen", "/why 2") + at.hears("chen", "/stats team") + at.hears("chen", "/staff")
    return told


@pytest.mark.postgres
def test_both_databases_tell_the_same_day(tmp_path: Path, postgres_url: str) -> None:
    sqlite = house(tmp_path, ROUTES, staff_group=STAFF_GROUP)
    postgres = house(tmp_path, ROUTES, staff_group=STAFF_GROUP, url=postgres_url)
    assert day(sqlite) == day(postgres)
    assert get(sqlite, 2).assignee_id == get(postgres, 2).assignee_id == sqlite.staff_ids["zhao"]
    sqlite.store.close()
    postgres.store.close()

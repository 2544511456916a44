"""Merging, splitting, incidents, blocks and undo, told by SQLite and by PostgreSQL in the same words."""

from pathlib import Path

import pytest

from handlers.routes import ROUTES
from tests.factories import STAFF_GROUP, House, house
from tests.handlers.test_agent_incidents import REPORTS, turn, writes


def day(at: House) -> list[str]:
    """Let the cast join and part tickets all day, and list all that goes out."""
    told: list[str] = []
    for number, text in enumerate(REPORTS["en"][:3], 1):
        told += writes(at, number, text)
    told += turn(at)
    told += at.presses("wang", "v1:incident:1:1", group=True)
    told += at.hears("wang", "/incident reply 1 We are on it.")
    told += turn(at)
    told += at.hears("chen", "/resolve 1 a bad certificate | a new one")
    told += at.presses("chen", "v1:incident_end:1:0")
    told += turn(at)
    told += at.hears("chen", "/undo")
    told += at.hears("mei", "/ask 订单什么时候到？")
    told += at.hears("mei", "/complaint 你们重复扣款了")
    told += at.hears("chen", "/merge 5 4")
    told += at.hears("mei", "还在吗？")
    told += at.hears("chen", "/split 4 1")
    told += at.hears("chen", "/unmerge 5")
    told += at.hears("chen", "/why 4")
    told += at.hears("chen", "/block 4 spam")
    told += at.hears("mei", "喂")
    told += at.photo("mei", "看")
    told += at.hears("chen", "/held")
    told += at.hears("chen", "/recover 4")
    told += at.hears("chen", "/undo list")
    told += at.hears("chen", "/undo")
    told += at.hears("chen", "/mute 4 2h")
    told += at.hears("mei", "好的")
    return told


@pytest.mark.postgres
def test_both_databases_tell_the_same(tmp_path: Path, postgres_url: str) -> None:
    sqlite = house(tmp_path, ROUTES, staff_group=STAFF_GROUP)
    postgres = house(tmp_path, ROUTES, staff_group=STAFF_GROUP, url=postgres_url)
    assert day(sqlite) == day(postgres)
    sqlite.store.close()
    postgres.store.close()

"""Whoever was blocked, merged and part of an incident can be erased, and nothing of their words is left."""

from pathlib import Path

from handlers.routes import ROUTES
from tests.factories import STAFF_GROUP, house
from tests.handlers.test_agent_incidents import REPORTS, turn, writes
from tests.handlers.test_customer_privacy import erase, everything

WORDS = "quokka 袋鼠破损"


def test_everything_joined_and_held_is_erased(tmp_path: Path, store_url: str) -> None:
    at = house(tmp_path, ROUTES, staff_group=STAFF_GROUP, url=store_url)
    at.hears("mei", f"/ask {WORDS} {REPORTS['en'][0]}")
    for number, text in enumerate(REPORTS["en"][1:3], 1):
        writes(at, number, text)
    turn(at)
    at.presses("wang", "v1:incident:1:1", group=True)
    at.hears("wang", "/incident reply 1 We are on it.")
    turn(at)
    at.hears("mei", f"/complaint {WORDS}")
    at.hears("chen", f"/merge 4 1 {WORDS}")
    at.hears("chen", f"/block 1 {WORDS}")
    at.hears("mei", WORDS)
    erase(at)
    assert "quokka" not in everything(at)
    assert at.hears("chen", "/held") != []
    assert "#2" in at.hears("chen", "/incident 2")[0]
    at.store.close()

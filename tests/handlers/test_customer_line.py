"""The whole line of a customer, from the first word to the comment, on both databases."""

from pathlib import Path

from handlers.routes import ROUTES
from tests.factories import STAFF_GROUP, house
from tests.handlers.customers import (
    CHEN,
    COMPLAINT,
    LI,
    MEI,
    PRAISE,
    QUESTION,
    edits,
    log,
    moves,
    say,
    teach,
    tickets,
    to,
)
from tests.handlers.desk import send_all


def test_from_the_first_word_to_the_comment(tmp_path: Path, store_url: str) -> None:
    home = house(tmp_path, ROUTES, staff_group=STAFF_GROUP, url=store_url)
    ids = teach(home)
    home.hears("mei", "/start")
    home.presses("mei", "v1:consent:news:1")
    home.hears("mei", QUESTION["zh"])
    home.presses("mei", f"v1:article:1:{ids['returns']}")
    home.presses("mei", "v1:human:1:0")
    home.presses("wang", "v1:take:1:0", group=True)
    home.photo("mei", "看图")
    edits(home, "mei", str(home.messages), "看这张图")
    send_all(home)  # what an agent has not read yet would hold the answer
    home.hears("wang", "/reply 1 三天")
    home.hears("wang", "/resolve 1")
    assert to(CHEN, home.presses("mei", "v1:rate:1:1")) == [
        say("en", "notice.low", name="Mei 梅", number=1, score=1)
    ]
    assert to(MEI, home.hears("mei", "太慢了")) == [say("zh", "comment.thanks")]
    assert to(MEI, home.presses("mei", "v1:reopen_own:1:0")) == [say("zh", "reopened", number=1)]
    assert log(home, 1) == [
        "opened", "article_shown", "human_wanted", "assigned", "heard", "edited", "replied", "resolved",
        "survey_planned", "survey_asked", "rated", "survey_cancelled", "reopened",
    ]  # fmt: skip
    home.store.close()


def test_three_kinds_status_and_stop(tmp_path: Path, store_url: str) -> None:
    home = house(tmp_path, ROUTES, url=store_url)
    home.hears("li", COMPLAINT["en"])
    home.hears("li", f"/feedback {PRAISE['en']}, 5 stars")
    home.hears("li", "A-1042")
    home.hears("li", "/complaint\nand wet")
    home.hears("li", "/ask where is it")
    assert [ticket.kind for ticket in tickets(home)] == ["complaint", "feedback", "complaint", "inquiry"]
    assert "#4" in home.hears("li", "/status")[0]
    home.hears("li", "/language zh")
    assert home.hears("li", "/stop") == [f"{LI}: {say('zh', 'stop.done')}"]
    assert moves(home, "li", is_reachable=False) == []
    home.store.close()

"""A customer's second thoughts: thanks that become a complaint once they are edited."""

from pathlib import Path

import pytest

from tests.factories import House
from tests.handlers.customers import MEI, edits, messages, open_house, tickets, to


def thanked(folder: Path) -> tuple[House, str]:
    home = open_house(folder)
    home.hears("mei", "水壶不加热怎么办？")
    home.hears("wang", "/reply 1 请长按开关")
    home.hears("wang", "/resolve 1")
    home.hears("mei", "谢谢")
    return home, str(messages(home)[-1].provider_id)


def test_thanks_edited_into_trouble_open_the_ticket_again(tmp_path: Path) -> None:
    home, message = thanked(tmp_path)
    told = edits(home, "mei", message, "谢谢，但是还没好")
    assert (tickets(home)[0].is_resolved, len(to(MEI, told))) == (False, 1)


@pytest.mark.parametrize("now", ["谢谢您", "謝謝👍", "好的"])
def test_thanks_put_in_other_words_change_nothing(tmp_path: Path, now: str) -> None:
    home, message = thanked(tmp_path)
    assert to(MEI, edits(home, "mei", message, now)) == []
    assert tickets(home)[0].is_resolved

"""What a customer is told of their tickets: number, kind, status, since when and by when."""

from pathlib import Path

import pytest

from tests.factories import CAST, House
from tests.handlers.customers import COMPLAINT, open_house

PEOPLE = pytest.mark.parametrize(("who", "language"), [("mei", "zh"), ("li", "en")])


def status(at: House, who: str) -> list[str]:
    [told] = at.hears(who, "/status")
    return told.removeprefix(f"{CAST[who].address}: ").splitlines()


@pytest.mark.parametrize(
    ("who", "language", "first", "last"),
    [
        ("mei", "zh", "#1 · 投诉 · 已收到，等待接手", "3月2日 09:00 收到，3月2日 10:00 前答复"),
        ("li", "en", "#1 · complaint · received, a colleague will take it",
         "Received 2 Mar 09:00, answer by 2 Mar 10:00"),
    ],
)  # fmt: skip
def test_waiting_for_an_answer(tmp_path: Path, who: str, language: str, first: str, last: str) -> None:
    at = open_house(tmp_path)
    at.hears(who, COMPLAINT[language])
    lines = status(at, who)
    assert (lines[1], lines[-1]) == (first, last)


@pytest.mark.parametrize(
    ("who", "language", "told"),
    [("mei", "zh", "原定 3月2日 10:00 前答复，抱歉"), ("li", "en", "the answer was due 2 Mar 10:00; sorry")],
)
def test_a_late_answer_is_owned_up_to(tmp_path: Path, who: str, language: str, told: str) -> None:
    at = open_house(tmp_path)
    at.hears(who, COMPLAINT[language])
    at.passes(hours=2)
    assert told in status(at, who)[-1]


@pytest.mark.parametrize(
    ("who", "language", "told"),
    [("mei", "zh", "已有同事答复，3月3日 09:00 前解决"), ("li", "en", "answered, solution by 3 Mar 09:00")],
)
def test_answered_and_not_solved(tmp_path: Path, who: str, language: str, told: str) -> None:
    at = open_house(tmp_path)
    at.hears(who, COMPLAINT[language])
    at.hears("wang", "/reply 1 one moment")
    assert status(at, who)[-1].endswith(told)


@PEOPLE
def test_when_all_is_done_it_names_the_last(tmp_path: Path, who: str, language: str) -> None:
    at = open_house(tmp_path)
    at.hears(who, COMPLAINT[language])
    at.hears("wang", "/resolve 1 a | b")
    at.outgoing()
    assert "#1" in status(at, who)[0]

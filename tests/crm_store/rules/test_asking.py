"""Nobody is asked twice in a day, about nothing, or against their wish."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crm_store.rules.asking import GAP, NPS_GAP, UNASKED, Facts, Obstacle, obstacle

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)
FREE = Facts(is_over=True, ended=None, was_answered=True, is_reachable=True, has_opted_out=False, asked=None)


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        (FREE, None),
        (replace(FREE, is_over=False), Obstacle.REOPENED),
        (replace(FREE, was_answered=False), Obstacle.NO_ANSWER),
        (replace(FREE, is_reachable=False), Obstacle.UNREACHABLE),
        (replace(FREE, has_opted_out=True), Obstacle.OPTED_OUT),
        (replace(FREE, asked=NOW - GAP), None),
        (replace(FREE, asked=NOW - GAP + TICK), Obstacle.ASKED_LATELY),
        (replace(FREE, asked=NOW), Obstacle.ASKED_LATELY),
        (replace(FREE, asked_nps=NOW - TICK), None),
        (replace(FREE, asked_nps=NOW - NPS_GAP + TICK, is_nps=True), Obstacle.ASKED_NPS),
        (replace(FREE, asked_nps=NOW - NPS_GAP, is_nps=True), None),
        (replace(FREE, is_busy=True), None),
        (replace(FREE, is_busy=True, is_nps=True), Obstacle.BUSY),
        (replace(FREE, ended="by_staff"), None),
        *((replace(FREE, ended=ended), Obstacle.ENDED_SO) for ended in sorted(UNASKED)),
    ],
)
def test_what_stands_in_the_way(facts: Facts, found: Obstacle | None) -> None:
    assert obstacle(facts, now=NOW) is found


def test_the_first_of_several_is_told() -> None:
    facts = replace(FREE, is_over=False, was_answered=False, has_opted_out=True)
    assert obstacle(facts, now=NOW) is Obstacle.REOPENED


def test_only_what_passes_lets_a_question_wait() -> None:
    assert {one for one in Obstacle if one.passes} == {Obstacle.ASKED_LATELY, Obstacle.BUSY}

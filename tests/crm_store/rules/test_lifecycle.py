from typing import get_args

import pytest

from crm_store.errors import TransitionError
from crm_store.rules.lifecycle import (
    ACTIVE,
    RESTORES,
    STEPS,
    TRANSITIONS,
    Priority,
    Status,
    Verb,
    after,
    allows,
    restored,
)

# One row a verb; columns: new open pending on_hold snoozed resolved closed merged; `-` is refused.
MATRIX = """
take     open     open     pending  on_hold  snoozed  -        -      -
assign   open     open     pending  on_hold  snoozed  -        -      -
answer   open     open     pending  on_hold  open     -        -      -
hear     new      open     open     on_hold  open     -        -      -
wait     pending  pending  pending  pending  pending  -        -      -
hold     on_hold  on_hold  on_hold  on_hold  on_hold  -        -      -
snooze   snoozed  snoozed  snoozed  snoozed  snoozed  -        -      -
wake     -        -        open     open     open     -        -      -
resolve  resolved resolved resolved resolved resolved -        -      -
reopen   -        -        -        -        -        open     -      -
close    -        -        -        -        -        closed   -      -
merge    merged   merged   merged   merged   merged   merged   -      -
"""
ROWS = [line.split() for line in MATRIX.strip().splitlines()]
CELLS = [(status, row[0], row[column + 1]) for row in ROWS for column, status in enumerate(Status)]


@pytest.mark.parametrize(("status", "verb", "reached"), CELLS)
def test_every_status_and_verb(status: Status, verb: Verb, reached: str) -> None:
    assert allows(status, verb) is (reached != "-")
    if reached != "-":
        assert after(status, verb) is Status(reached)
        return
    with pytest.raises(TransitionError) as caught:
        after(status, verb)
    assert caught.value.values == {"status": str(status), "verb": verb}


def test_the_matrix_names_every_verb() -> None:
    assert [row[0] for row in ROWS] == list(get_args(Verb)) == list(TRANSITIONS)


def test_a_status_read_from_a_row_is_understood() -> None:
    assert after("resolved", "reopen") is Status.OPEN


def test_closed_and_merged_are_final_and_only_resolved_is_between() -> None:
    left = {status for ways in TRANSITIONS.values() for status in ways}
    assert left == ACTIVE | {Status.RESOLVED}


def test_priorities_rank_by_urgency() -> None:
    assert sorted(Priority, key=lambda priority: priority.rank) == ["low", "normal", "high", "urgent"]
    assert [priority.rank for priority in Priority] == [0, 1, 2, 3]


@pytest.mark.parametrize("earlier", Status)
@pytest.mark.parametrize("status", Status)
def test_undoing_gives_back_only_what_the_table_names(status: Status, earlier: Status) -> None:
    if earlier is status or earlier in RESTORES.get(status, ()):
        assert restored(status, earlier) is earlier
        return
    with pytest.raises(TransitionError):
        restored(status, earlier)


def test_nothing_undone_ever_ends_closed_or_merged() -> None:
    assert not {Status.CLOSED, Status.MERGED} & {status for ways in RESTORES.values() for status in ways}


def test_every_step_is_a_verb_or_an_undoing() -> None:
    for before in Status:
        verbs = {ways[before] for ways in TRANSITIONS.values() if before in ways}
        assert STEPS[before] == verbs | RESTORES.get(before, frozenset())

"""What makes tickets slow: people missing on shift, places where tickets wait, articles not written."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.forecast import Point
from scoring.speed import Theme, savings, staffing, waits

WAITS = st.lists(
    st.tuples(
        st.sampled_from(["queue", "agent", "third_party"]), st.integers(0, 99).map(float), st.integers(0, 9)
    )
)


def test_people_needed_are_work_over_working_time() -> None:
    (hour,) = staffing([Point(34, None, None)], 180, [1], occupancy=0.85)
    assert hour.needed == pytest.approx(2) and hour.missing == pytest.approx(1) and hour.staffing == "short"


def test_the_interval_decides_what_is_said() -> None:
    busy = Point(20, 12, 28)  # people needed: 2, from 1.2 to 2.8
    found = staffing([busy] * 3, 306, [1, 2, 3], occupancy=0.85)
    assert [one.staffing for one in found] == ["short", "tight", "enough"]
    assert [one.missing for one in found] == pytest.approx([1, 0, 0])


def test_no_tickets_need_nobody() -> None:
    assert staffing([Point(0, 0, 0)], 300, [0])[0].staffing == "enough" and staffing([], 300, []) == []


def test_where_tickets_wait_most_comes_first() -> None:
    queue, agent = waits([("agent", 60, 10), ("queue", 600, 5), ("queue", 60, 4), ("queue", 9_000, 1)])
    assert (queue.name, queue.n, queue.median, queue.p90) == ("queue", 10, 600, 600)
    assert queue.seconds == 5 * 600 + 4 * 60 + 9_000
    assert agent.share == pytest.approx(600 / (600 + queue.seconds))
    assert waits([]) == [] and waits([("queue", 5, 0)]) == [] and waits([("queue", 0, 3)])[0].share is None


def test_the_article_that_saves_most_comes_first() -> None:
    themes = {"delivery": Theme(200, 300), "invoice": Theme(50, 2_000), "greeting": Theme(900, 5)}
    first, second, third = savings(themes, (40, 100))
    assert [first.theme, second.theme, third.theme] == ["invoice", "delivery", "greeting"]
    assert first.seconds == pytest.approx(0.4 * 100_000) and first.low < first.seconds < first.high


def test_before_any_article_was_offered_no_saving_is_known() -> None:
    assert savings({"delivery": Theme(200, 300)}, (0, 0)) == [] == savings({}, (4, 10))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (lambda: staffing([Point(1, None, None)], 60, []), "shift for each"),
        (lambda: staffing([], -60, []), "handling"),
        (lambda: staffing([Point(1, None, None)], 60, [-1]), "people"),
        (lambda: staffing([], 60, [], occupancy=0), "occupancy"),
        (lambda: waits([("queue", -1, 1)]), "cannot be"),
        (lambda: waits([("queue", 1, -1)]), "cannot be"),
        (lambda: savings({"delivery": Theme(-1, 3)}, (0, 0)), "cannot be"),
        (lambda: savings({}, (3, 2)), "k=3"),
    ],
)
def test_what_cannot_be_is_refused(wrong: Callable[[], object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        wrong()


@given(st.floats(0, 1_000), st.floats(0, 3_600), st.floats(0, 50))
def test_twice_the_tickets_need_twice_the_people(tickets: float, handling: float, there: float) -> None:
    once, twice = staffing(
        [Point(tickets, None, None), Point(2 * tickets, None, None)], handling, [there, there]
    )
    assert twice.needed == pytest.approx(2 * once.needed) and twice.missing >= once.missing >= 0


@given(WAITS)
def test_waits_add_up_in_any_order(counts: list[tuple[str, float, int]]) -> None:
    places = waits(counts)
    assert places == waits(reversed(counts))
    assert sum(place.n for place in places) == sum(n for _, _, n in counts)
    assert sum(place.share or 0 for place in places) == pytest.approx(
        1 if any(p.seconds for p in places) else 0
    )
    for place in places:
        assert place.median <= place.p90 and place.seconds >= 0

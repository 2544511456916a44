"""Control charts, volume alerts and level shifts: against figures computed elsewhere, and always."""

import random
from itertools import pairwise
from math import log1p
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.trends import Alert, change_points, p_chart, volume_alerts
from tests.scoring.conftest import Truth, near

BUCKETS = st.lists(
    st.tuples(st.integers(0, 20), st.integers(0, 20)).map(lambda of: (of[0], sum(of))), max_size=20
)
VOLUMES = st.lists(st.integers(0, 300), max_size=30)
GRID = 5  # the reference looked for shifts at every fifth bucket only
PLAIN = 0.5  # what a shift of the reference explains at least, in squared logarithms, to be beyond dispute


def spread(logs: list[float], cuts: list[int]) -> float:
    """Return the squares that levels between cuts leave unexplained."""
    levels = [logs[start:end] for start, end in pairwise([0, *cuts, len(logs)])]
    return sum((one - fmean(level)) ** 2 for level in levels for one in level)


def test_control_charts_equal_the_reference(truth: Truth) -> None:
    for case in truth("p_chart.json")["cases"]:
        chart = p_chart(case["bad"], case["n"], case["baseline_buckets"])
        assert [chart.centre.value] == near([case["pbar"]])
        assert [point.upper for point in chart.points] == near(case["ucl"])
        assert [point.lower for point in chart.points] == near(case["lcl"])
        assert [i for i, point in enumerate(chart.points) if point.outside] == case["alerts"]
        starts = [i for i in case["alerts"] if i - 1 not in case["alerts"]]
        enough = sum(size > 0 for size in case["n"][: case["baseline_buckets"]]) >= 6
        assert {alert.start for alert in chart.alerts} >= set(starts) or not enough


def test_volumes_alarm_when_the_reference_does(truth: Truth) -> None:
    for case in truth("volume_alerts.json")["cases"]:
        complete = [month not in case["incomplete"] for month in case["months"]]
        for last, month in enumerate(case["months"]):
            alerts = volume_alerts(case["counts"][: last + 1], complete[: last + 1])
            sides = [alert.direction for alert in alerts if alert.end == last]
            assert sides or month not in case["must_alert"], (case["product"], month)
            assert "up" not in sides or month not in case["must_not_alert"], (case["product"], month)
            assert not sides or complete[last], (case["product"], month)


def test_levels_shift_where_the_reference_says(truth: Truth) -> None:
    for case in truth("volume_alerts.json")["cases"]:
        months = [month for month in case["months"] if month not in case["incomplete"]]
        shifts = change_points(case["counts"][: len(months)])
        logs = [log1p(count) for count in case["counts"][: len(months)]]
        told = [months.index(month) for month in case.get("pelt_l2_log_breaks", [])]
        for cut in told:
            gain = spread(logs, [other for other in told if other != cut]) - spread(logs, told)
            near_by = any(abs(shift.position - cut) < GRID for shift in shifts)
            assert near_by or gain < PLAIN, (case["product"], months[cut])
        if "level_shift_up_near" in case:
            near_by = months.index(case["level_shift_up_near"])
            assert any(s.direction == "up" and abs(s.position - near_by) <= 2 for s in shifts), case


def test_an_episode_alarms_once_and_an_empty_week_does_not_end_it() -> None:
    bad, n = [2] * 8 + [12, 13, 0, 14, 2, 2, 15], [20] * 8 + [20, 20, 0, 20, 20, 20, 20]
    alerts = p_chart(bad, n, 8).alerts
    assert [(alert.start, alert.end, alert.direction) for alert in alerts] == [(8, 11, "up"), (14, 14, "up")]
    assert alerts[0].value == 0.6 and alerts[0].expected == pytest.approx(0.1)


def test_a_week_that_is_not_over_alarms_nobody() -> None:
    bad, n, flags = [2] * 8 + [9], [20] * 8 + [10], [True] * 8 + [False]
    assert p_chart(bad, n, 8).alerts and not p_chart(bad, n, 8, complete=flags).alerts
    volumes = [100, 110, 90, 105, 95, 100, 100, 98, 3]
    assert [alert.direction for alert in volume_alerts(volumes)] == ["down"]
    assert volume_alerts(volumes, flags) == []


def test_a_baseline_that_tells_nothing_alarms_nobody() -> None:
    assert p_chart([], [], 0).alerts == () and p_chart([], [], 0).centre.value is None
    empty = p_chart([0, 0, 5], [0, 0, 9], 2)
    assert empty.alerts == () and empty.points[2].upper is None
    assert p_chart([1, 1, 1, 1, 1, 9], [9] * 6, 5).points[5].outside == "up"
    assert p_chart([1, 1, 1, 1, 1, 9], [9] * 6, 5).alerts == ()


def test_one_bad_rating_after_a_spotless_baseline_alarms() -> None:
    assert p_chart([0] * 6 + [1], [9] * 7, 6).alerts == (Alert(6, 6, "up", 1 / 9, 0.0, None),)


def test_a_volume_is_judged_from_the_seventh_bucket_on() -> None:
    assert volume_alerts([10, 10, 10, 10, 10, 500]) == []
    (alert,) = volume_alerts([10, 10, 10, 10, 10, 10, 500, 400, 10])
    assert (alert.start, alert.end, alert.direction, alert.value, alert.expected) == (6, 7, "up", 500, 10)
    assert alert.z == pytest.approx(490 / 10**0.5)


def test_what_gets_far_worse_is_an_episode_of_its_own() -> None:
    alerts = volume_alerts([100, 100, 100, 100, 100, 100, 140, 1000, 900, 150, 100])
    assert [(alert.start, alert.end) for alert in alerts] == [(6, 6), (7, 9)]


def test_a_few_tickets_where_there_were_none_alarm_nobody() -> None:
    assert volume_alerts([0, 0, 0, 0, 0, 0, 3]) == []
    assert len(volume_alerts([0, 0, 0, 0, 0, 0, 4])) == 1


def test_a_shift_is_found_where_it_began_with_its_size() -> None:
    (shift,) = change_points([100, 104, 97, 101, 99, 102, 204, 196, 201, 199])
    assert (shift.position, shift.direction) == (6, "up")
    assert shift.ratio == pytest.approx(2, rel=0.02) and shift.before == pytest.approx(100.5, abs=1)
    (stopped,) = change_points([50, 52, 49, 51, 0, 0, 0, 0])
    assert (stopped.position, stopped.after, stopped.direction) == (4, 0, "down")
    (begun,) = change_points([0, 0, 0, 0, 50, 52, 49, 51])
    assert (begun.before, begun.ratio) == (0, None)


def test_noise_hardly_ever_looks_like_a_shift() -> None:
    draw = random.Random(7)
    found = [change_points([max(0.0, draw.gauss(40, 12)) for _ in range(40)]) for _ in range(60)]
    assert sum(map(bool, found)) <= 4


def test_series_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="same buckets"):
        p_chart([1], [1, 2], 1)
    with pytest.raises(ValueError, match="baseline"):
        p_chart([1], [2], 2)
    with pytest.raises(ValueError, match="k=3 and n=2"):
        p_chart([3], [2], 1)
    with pytest.raises(ValueError, match="volume -1"):
        volume_alerts([-1])
    with pytest.raises(ValueError, match="1 buckets, but 2 flags"):
        volume_alerts([1], [True, True])
    with pytest.raises(ValueError, match="value -3"):
        change_points([-3])


@given(BUCKETS, st.integers(0, 20))
def test_limits_hold_the_centre_and_stay_within_0_and_1(
    buckets: list[tuple[int, int]], baseline: int
) -> None:
    bad, n = [of[0] for of in buckets], [of[1] for of in buckets]
    chart = p_chart(bad, n, min(baseline, len(n)))
    for point in chart.points:
        if point.lower is not None and point.upper is not None and chart.centre.value is not None:
            assert 0 <= point.lower <= chart.centre.value <= point.upper <= 1


@given(VOLUMES, st.integers(0, 30))
def test_what_comes_later_changes_no_earlier_alert(volumes: list[int], until: int) -> None:
    begun = [alert.start for alert in volume_alerts(volumes) if alert.start < until]
    assert begun == [alert.start for alert in volume_alerts(volumes[:until])]


@given(st.lists(st.integers(0, 300), min_size=6, max_size=20), st.integers(0, 900))
def test_more_than_what_alarms_alarms_too(before: list[int], volume: int) -> None:
    last = len(before)
    starts = [a.end for a in volume_alerts([*before, volume]) if a.direction == "up"]
    if last in starts:
        assert last in [a.end for a in volume_alerts([*before, volume + 50]) if a.direction == "up"]


@given(st.lists(st.integers(0, 2000), max_size=30))
def test_levels_are_at_least_three_buckets_long_and_really_differ(volumes: list[int]) -> None:
    shifts = change_points(volumes)
    edges = [0, *(shift.position for shift in shifts), len(volumes)]
    assert not shifts or all(after - before >= 3 for before, after in pairwise(edges))
    for shift in shifts:
        assert (shift.after > shift.before) == (shift.direction == "up")

"""Local weeks and months, empty and unfinished buckets, and what may be said of a change."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.satisfaction import Rate, nps, wilson
from scoring.trends import bounds, change, count, nps_change, series
from tests.scoring.conftest import Truth, near

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
ZONES = st.sampled_from(["Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"])
INSTANTS = st.integers(946_684_800, 2_051_222_400).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
NOW = datetime(2026, 11, 21, 4, tzinfo=UTC)


def test_buckets_equal_the_reference(truth: Truth) -> None:
    for case in truth("trend_buckets.json")["cases"]:
        rows = [(datetime.fromisoformat(row["at"]), row["score"]) for row in case["rows"]]
        if not rows:
            continue  # a period without an end has no buckets
        start, end = min(rows)[0], max(rows)[0] + timedelta(microseconds=1)
        for view in case["expected"]:
            tz = ZoneInfo(view["tz"])
            limits = bounds(start, end, "W" if view["freq"] == "week" else "M", tz)
            buckets = series(count(rows, limits), limits, now=end)
            seen = [(b.start.astimezone(tz).date().isoformat(), b.n, b.mean, b.rate.value) for b in buckets]
            for bucket, expected in zip(seen, view["expected"], strict=True):
                assert bucket[:2] == (expected["bucket"], expected["n"])
                assert [*bucket[2:]] == near([expected["mean"], expected["csat"]])


def test_a_week_with_a_clock_change_is_an_hour_longer_or_shorter() -> None:
    year = bounds(datetime(2026, 1, 5, 12, tzinfo=UTC), datetime(2026, 12, 20, tzinfo=UTC), "W", NEW_YORK)
    hours = [(end - start) / timedelta(hours=1) for start, end in pairwise(year)]
    assert sorted({*hours}) == [167, 168, 169] and hours.count(167) == hours.count(169) == 1


def test_a_midnight_that_was_skipped_is_the_first_instant_of_its_day() -> None:
    asuncion = ZoneInfo("America/Asuncion")  # on 1 October 2017 clocks went from 00:00 to 01:00
    start, end = datetime(2017, 9, 15, tzinfo=UTC), datetime(2017, 10, 15, tzinfo=UTC)
    october = bounds(start, end, "M", asuncion)[1].astimezone(asuncion)
    assert october.isoformat() == "2017-10-01T01:00:00-03:00"


def test_an_empty_week_is_present_and_the_current_one_is_not_complete() -> None:
    limits = bounds(NOW - timedelta(weeks=2), NOW, "W", SHANGHAI)
    buckets = series([(0, 5, 3), (0, 1, 1), (2, 4, 2)], limits, now=NOW)
    assert [(b.n, b.rate.value, b.mean, b.complete) for b in buckets] == [
        (4, 0.75, 4.0, True),
        (0, None, None, True),
        (2, 1.0, 4.0, False),
    ]


def test_counts_of_one_cell_add_up_in_any_order() -> None:
    limits = bounds(NOW - timedelta(weeks=1), NOW, "W", SHANGHAI)
    assert series([(0, 5, 1), (1, 2, 1), (0, 5, 2)], limits, now=NOW) == series(
        [(0, 5, 3), (1, 2, 1)], limits, now=NOW
    )


def test_no_ratings_at_all_is_a_series_of_empty_buckets() -> None:
    limits = bounds(NOW - timedelta(weeks=1), NOW, "W", SHANGHAI)
    assert count([], limits) == []
    assert [b.rate for b in series([], limits, now=NOW)] == [Rate(0, 0, None, None, None)] * 2


@pytest.mark.parametrize("bad", [(9, 5, 1), (-1, 5, 1), (0, 6, 1), (0, 5, -1)])
def test_counts_that_cannot_be_are_refused(bad: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match=r"bucket position|score|count"):
        series([bad], bounds(NOW - timedelta(weeks=1), NOW, "W", SHANGHAI), now=NOW)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (NOW, NOW),
        (NOW, NOW - timedelta(days=1)),
        (NOW.replace(tzinfo=None), NOW),
        (NOW.replace(year=1800), NOW),
    ],
    ids=["empty", "reversed", "naive", "too long"],
)
def test_a_period_that_cannot_be_is_refused(start: datetime, end: datetime) -> None:
    with pytest.raises(ValueError, match=r"end|zone|buckets"):
        bounds(start, end, "W", SHANGHAI)


@given(INSTANTS, st.integers(1, 600), ZONES)
def test_every_instant_lies_in_the_bucket_of_its_local_monday(start: datetime, days: int, zone: str) -> None:
    tz = ZoneInfo(zone)
    limits = bounds(start, start + timedelta(days=days), "W", tz)
    assert limits[0] <= start < limits[1] and limits[-2] < start + timedelta(days=days) <= limits[-1]
    assert limits == sorted(set(limits))
    assert {local.astimezone(tz).weekday() for local in limits} == {0}


def test_a_change_is_told_only_when_the_interval_leaves_out_zero() -> None:
    assert change(wilson(180, 200), wilson(140, 200)).verdict == "up"
    assert change(wilson(140, 200), wilson(180, 200)).verdict == "down"
    assert change(wilson(9, 10), wilson(7, 10)).verdict == "cannot_tell"
    assert change(wilson(0, 0), wilson(7, 10)).verdict == "cannot_tell"


def test_the_difference_equals_the_published_example() -> None:
    found = change(wilson(56, 70), wilson(48, 80))  # Newcombe (1998), table II, case (a), method 10
    assert (found.difference, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def test_two_net_promoter_scores_are_compared_in_points() -> None:
    poor, good = nps({0: 60, 8: 20, 10: 20}), nps({0: 10, 8: 30, 10: 60})
    assert nps_change(good, poor).difference == pytest.approx(90)
    assert (nps_change(good, poor).verdict, nps_change(poor, good).verdict) == ("up", "down")
    assert nps_change(nps({10: 3}), nps({0: 1})).verdict == "cannot_tell"
    assert nps_change(nps({}), good).difference is None
    wide, narrow = nps_change(good, poor, confidence=0.99), nps_change(good, poor)
    assert wide.low is not None and narrow.low is not None and wide.low < narrow.low


@given(st.integers(0, 40), st.integers(1, 40), st.integers(0, 40), st.integers(1, 40))
def test_a_change_seen_from_the_other_side_is_its_opposite(k: int, n: int, j: int, m: int) -> None:
    one, two = wilson(min(k, n), n), wilson(min(j, m), m)
    there, back = change(one, two), change(two, one)
    assert (there.low or 0, there.high or 0) == pytest.approx((-(back.high or 0), -(back.low or 0)))
    assert {there.verdict, back.verdict} in ({"up", "down"}, {"cannot_tell"})

"""Caps and quiet hours against brute force over minutes, and line by line."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crm_store.rules.frequency import (
    PRESETS,
    Cap,
    FrequencyPolicy,
    Local,
    Mode,
    QuietHours,
    Scope,
    allows,
    binding,
    earliest,
)

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
HORIZON = 1500 * MINUTE
# Three hours before a clock change in Berlin, New York and Lord Howe, and an ordinary evening.
STARTS = [
    datetime(2026, 3, 28, 22, tzinfo=UTC),
    datetime(2026, 10, 24, 22, tzinfo=UTC),
    datetime(2026, 11, 1, 3, tzinfo=UTC),
    datetime(2026, 4, 4, 12, tzinfo=UTC),
    datetime(2026, 6, 10, 20, tzinfo=UTC),
]
ZONES = ["UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Havana"]

rolling = st.builds(
    Cap,
    st.integers(1, 3),
    st.integers(1, 400).map(lambda count: count * MINUTE),
    min_gap=st.sampled_from([0 * HOUR, HOUR, 5 * HOUR]),
)
calendar = st.builds(
    Cap, st.integers(1, 3), st.just(DAY), st.just(Mode.CALENDAR_DAY), st.sampled_from([0 * HOUR, 12 * HOUR])
)
policies = st.lists(rolling | calendar, max_size=3).map(lambda caps: policy(*caps))
quiets = st.none() | st.builds(
    lambda start, length: QuietHours(clock(start), clock(start + length)),
    st.integers(0, 1439),
    st.integers(1, 1439),
)
locals_ = st.builds(Local, st.sampled_from(ZONES), quiets)
sends = st.lists(st.integers(-500, 900), max_size=6)


def clock(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)


def policy(*caps: Cap) -> FrequencyPolicy:
    return FrequencyPolicy("telegram", None, caps)


def wall(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone))


def breaks(cap: Cap, sent: Sequence[datetime], at: datetime, zone: str) -> bool:
    """Say whether a send at `at` would sit in a window with more than the limit, window by window."""
    everything = [*sent, at]
    if cap.mode is Mode.CALENDAR_DAY:
        over = sum(wall(one, zone).date() == wall(at, zone).date() for one in everything) > cap.limit
    else:
        windows = [
            [one for one in everything if end - cap.window < one <= end]
            for end in everything
            if end - cap.window < at <= end
        ]
        over = max(map(len, windows)) > cap.limit
    return over or any(abs((one - at).total_seconds()) < cap.min_gap.total_seconds() for one in sent)


def is_quiet(quiet: QuietHours | None, at: datetime, zone: str) -> bool:
    if quiet is None:
        return False
    shown = wall(at, zone).time()
    if quiet.start < quiet.end:
        return quiet.start <= shown < quiet.end
    return shown >= quiet.start or shown < quiet.end


@given(policies, st.sampled_from(STARTS), sends, locals_)
def test_earliest_is_what_trying_every_minute_finds(
    rules: FrequencyPolicy, at: datetime, offsets: list[int], local: Local
) -> None:
    sent = [at + offset * MINUTE for offset in offsets]
    tried = (at + step * MINUTE for step in range(1501))

    expected = next(
        (
            one
            for one in tried
            if not is_quiet(local.quiet, one, local.zone)
            and not any(breaks(cap, sent, one, local.zone) for cap in rules.caps)
        ),
        None,
    )

    assert earliest(rules, sent, at=at, horizon=HORIZON, local=local) == expected


@given(policies, st.sampled_from(STARTS), sends, st.sampled_from(ZONES))
def test_allows_is_the_plain_words_of_the_caps(
    rules: FrequencyPolicy, at: datetime, offsets: list[int], zone: str
) -> None:
    sent = [at + offset * MINUTE for offset in offsets]
    broken = [cap for cap in rules.caps if breaks(cap, sent, at, zone)]

    assert allows(rules, sent, now=at, zone=zone) is not bool(broken)
    held = binding(rules, sent, now=at, zone=zone)
    assert held in broken if broken else held is None


@given(policies, st.lists(st.integers(0, 3000), max_size=40), st.randoms(use_true_random=False))
def test_never_over_the_cap_in_whatever_order_they_are_reserved(
    rules: FrequencyPolicy, offsets: list[int], chance: random.Random
) -> None:
    start = STARTS[0]
    chance.shuffle(offsets)
    reserved: list[datetime] = []
    for offset in offsets:
        at = start + offset * MINUTE
        if allows(rules, reserved, now=at, zone="Europe/Berlin"):
            reserved.append(at)

    for cap in rules.caps:
        for end in reserved:
            if cap.mode is Mode.ROLLING:
                assert sum(end - cap.window < one <= end for one in reserved) <= cap.limit
            else:
                day = wall(end, "Europe/Berlin").date()
                assert sum(wall(one, "Europe/Berlin").date() == day for one in reserved) <= cap.limit
            assert not any(one is not end and abs(one - end) < cap.min_gap for one in reserved)


@given(policies, st.sampled_from(STARTS), sends, locals_, st.data())
def test_relaxing_a_cap_never_delays(
    rules: FrequencyPolicy, at: datetime, offsets: list[int], local: Local, data: st.DataObject
) -> None:
    assume(rules.caps)
    sent = [at + offset * MINUTE for offset in offsets]
    which = data.draw(st.integers(0, len(rules.caps) - 1))
    cap = rules.caps[which]
    looser = data.draw(
        st.sampled_from(
            [
                [Cap(cap.limit + 1, cap.window, cap.mode, cap.min_gap)],
                [Cap(cap.limit, cap.window, cap.mode, cap.min_gap / 2)],
                [Cap(cap.limit, cap.window / 2, cap.mode, cap.min_gap)] if cap.mode is Mode.ROLLING else [],
                [],
            ]
        )
    )
    relaxed = policy(*rules.caps[:which], *looser, *rules.caps[which + 1 :])

    before = earliest(rules, sent, at=at, horizon=HORIZON, local=local)
    now = earliest(relaxed, sent, at=at, horizon=HORIZON, local=local)

    assert before is None or (now is not None and now <= before)


NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)


def test_nought_is_never_and_nothing_is_no_limit() -> None:
    assert not allows(policy(Cap(0, WEEK)), [], now=NOON)
    assert earliest(policy(Cap(0, WEEK)), [], at=NOON, horizon=900 * DAY) is None
    assert allows(policy(), [NOON] * 50, now=NOON)
    coupon = Cap(0, DAY, Mode.CALENDAR_DAY)
    assert earliest(policy(coupon), [], at=NOON, horizon=900 * DAY) is None
    assert binding(policy(coupon, Cap(1, WEEK)), [NOON], now=NOON) == coupon


def test_exactly_one_window_later_is_free() -> None:
    weekly = policy(Cap(1, WEEK))

    assert not allows(weekly, [NOON], now=NOON + WEEK - timedelta(microseconds=1))
    assert allows(weekly, [NOON], now=NOON + WEEK)
    assert earliest(weekly, [NOON], at=NOON + HOUR, horizon=WEEK) == NOON + WEEK


def test_a_send_before_one_already_reserved_looks_ahead_too() -> None:
    assert not allows(policy(Cap(1, WEEK)), [NOON + DAY], now=NOON)
    assert allows(policy(Cap(1, WEEK)), [NOON + WEEK], now=NOON)
    assert not allows(policy(Cap(2, WEEK)), [NOON + DAY, NOON + 2 * DAY], now=NOON)


def test_a_day_of_23_hours_is_one_day_and_the_gap_keeps_midnight_apart() -> None:
    coupon = PRESETS["wechat"]
    evening = datetime(2026, 3, 28, 22, 30, tzinfo=UTC)

    assert coupon.caps[0].mode is Mode.CALENDAR_DAY
    assert not allows(coupon, [evening], now=evening + HOUR, zone="Europe/Berlin")
    assert (
        earliest(coupon, [evening], at=evening + HOUR, horizon=WEEK, local=Local("Europe/Berlin"))
        == evening + 12 * HOUR
    )


def test_the_binding_cap_is_the_one_that_frees_last() -> None:
    daily, weekly, monthly = Cap(1, DAY), Cap(2, WEEK), Cap(9, 30 * DAY)
    rules = policy(daily, weekly, monthly)

    assert binding(rules, [NOON], now=NOON + HOUR) == daily
    assert binding(rules, [NOON - 2 * DAY, NOON], now=NOON + HOUR) == weekly
    assert binding(rules, [NOON], now=NOON + DAY) is None
    assert binding(policy(daily, Cap(0, WEEK)), [NOON], now=NOON) == Cap(0, WEEK)


def test_each_cap_counts_the_sends_of_its_scope() -> None:
    rules = policy(Cap(1, WEEK, scope=Scope.TOPIC), Cap(2, WEEK), Cap(3, WEEK, scope=Scope.ALL))
    others = {Scope.CHANNEL: [NOON], Scope.ALL: [NOON, NOON + HOUR]}

    assert allows(rules, others, now=NOON + DAY)
    assert not allows(rules, {**others, Scope.TOPIC: [NOON]}, now=NOON + DAY)
    assert not allows(rules, {**others, Scope.ALL: [NOON] * 3}, now=NOON + DAY)


def test_no_room_within_the_horizon_is_none() -> None:
    assert earliest(policy(Cap(1, WEEK)), [NOON], at=NOON, horizon=WEEK - MINUTE) is None
    assert earliest(policy(Cap(1, WEEK)), [NOON], at=NOON, horizon=WEEK) == NOON + WEEK


@pytest.mark.parametrize(
    ("due", "goes"),
    [((5, 30), (6, 0)), ((22, 0), (30, 0)), ((6, 0), (6, 0)), ((21, 59), (21, 59)), ((23, 0), (30, 0))],
)
def test_quiet_from_ten_to_six(due: tuple[int, int], goes: tuple[int, int]) -> None:
    night, midnight = QuietHours(time(22), time(6)), datetime(2026, 6, 9, 16, tzinfo=UTC)
    at = midnight + due[0] * HOUR + due[1] * MINUTE

    assert night.is_quiet(at, "Asia/Shanghai") is (due != goes)
    assert night.ends(at, "Asia/Shanghai") == midnight + goes[0] * HOUR + goes[1] * MINUTE


def test_quiet_hours_that_end_in_the_missing_hour_end_after_it() -> None:
    night = QuietHours(time(22), time(2, 30))

    assert night.ends(datetime(2026, 3, 28, 23, tzinfo=UTC), "Europe/Berlin") == datetime(
        2026, 3, 29, 1, tzinfo=UTC
    )


def test_what_means_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="different times"):
        QuietHours(time(22), time(22))
    for bad in ((-1, WEEK), (1, 0 * DAY)):
        with pytest.raises(ValueError, match="a cap has"):
            Cap(*bad)
    with pytest.raises(ValueError, match="one day"):
        Cap(1, WEEK, Mode.CALENDAR_DAY)


def test_the_presets() -> None:
    told = {
        name: (
            rule.topic,
            [(cap.limit, cap.window.days, cap.mode.value, cap.min_gap // HOUR) for cap in rule.caps],
        )
        for name, rule in PRESETS.items()
    }

    assert told == {
        "email": ("newsletter", [(1, 7, "rolling", 0)]),
        "phone": ("promotion", [(1, 30, "rolling", 0)]),
        "wechat": ("coupon", [(1, 1, "calendar_day", 12)]),
        "weibo": ("event", [(1, 7, "rolling", 0)]),
        "telegram": (None, [(1, 7, "rolling", 24)]),
        "webchat": (None, [(1, 7, "rolling", 24)]),
    }
    assert {rule.version for rule in PRESETS.values()} == {1}

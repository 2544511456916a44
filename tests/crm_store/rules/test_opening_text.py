from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_store.rules.opening_text import (
    UnreadableError,
    read_shifts,
    read_week,
    write_shifts,
    write_week,
)

OFFICE = ((time(9), time(12)), (time(13, 30), time(18)))
clocks = st.builds(time, st.integers(0, 23), st.integers(0, 59), st.sampled_from([0, 0, 30]))
shifts = st.lists(st.tuples(clocks, clocks).filter(lambda one: one[0] != one[1]), max_size=3).map(tuple)


@pytest.mark.parametrize(
    "text",
    [
        "mon-fri 09:00-12:00,13:30-18:00",
        "Mon - Fri 9-12 13:30-18",
        "monday–friday 09:00-12:00, 13:30-18:00;",
        "周一至周五 09:00-12:00、13:30-18:00",
        "星期一到星期五 ９：００－１２：００，１３：３０－１８：００",
        "mon-thu 9-12,13:30-18\nfri 09:00~12:00 13:30~18:00",
    ],
)
def test_a_working_week_as_people_write_it(text: str) -> None:
    assert read_week(text) == dict.fromkeys(range(5), OFFICE)


def test_what_stands_later_wins_and_a_span_may_turn_the_week() -> None:
    week = read_week("daily 22:00-06:00; sat-mon closed; 周日 00:00-24:00")
    assert week[2] == ((time(22), time(6)),)
    assert (week[5], week[0], week[6]) == ((), (), ((time(0), time(0)),))


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("mon-fry 09:00-18:00", "mon-fry 09:00-18:00"),
        ("mon-fri", "mon-fri"),
        ("mon 09:00-25:00", "09:00-25:00"),
        ("mon 09:00-09:00", "09:00-09:00"),
        ("mon 09:00-18:00; whenever", "whenever"),
        ("mon 9am", "9am"),
        ("", ""),
    ],
)
def test_what_cannot_be_read_is_named(text: str, part: str) -> None:
    with pytest.raises(UnreadableError) as found:
        read_week(text)
    assert str(found.value) == part


@given(st.dictionaries(st.integers(0, 6), shifts))
def test_what_is_written_reads_the_same(week: dict[int, tuple[tuple[time, time], ...]]) -> None:
    assert read_week(write_week(week)) == {day: week.get(day, ()) for day in range(7)}
    for one in week.values():
        assert read_shifts(write_shifts(one)) == one

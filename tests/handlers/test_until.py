"""Times to come as people type them, on Monday 2 March 2026, ten in the morning in Shanghai."""

from datetime import UTC, datetime

import pytest

from crm_store.errors import RefusedError
from crm_store.rules.business_hours import OpenHours
from crm_store.rules.opening_text import read_week
from crm_store.rules.zones import local_of
from handlers.agent import until

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
ZONE = "Asia/Shanghai"
OFFICE = OpenHours(ZONE, read_week("mon-fri 08:30-18:00"))


def read(text: str) -> str:
    return f"{local_of(until.read(text, OFFICE, ZONE, now=NOW), ZONE):%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2h", "03-02 12:00"),
        ("30m", "03-02 10:30"),
        ("1h30m", "03-02 11:30"),
        ("in 2 hours", "03-02 12:00"),
        ("3d", "03-05 10:00"),
        ("2小时后", "03-02 12:00"),
        ("半小时", "03-02 10:30"),
        ("3天", "03-05 10:00"),
        ("tomorrow", "03-03 08:30"),
        ("Tomorrow at 9:00", "03-03 09:00"),
        ("明天 9:00", "03-03 09:00"),
        ("明天下午3点半", "03-03 15:30"),
        ("后天9点", "03-04 09:00"),
        ("18:00", "03-02 18:00"),
        ("１８：００", "03-02 18:00"),
        ("9:00", "03-03 09:00"),
        ("3pm", "03-02 15:00"),
        ("fri", "03-06 08:30"),
        ("saturday", "03-07 09:00"),
        ("周一", "03-09 08:30"),
        ("下周三 10:00", "03-11 10:00"),
        ("2026-03-05 14:00", "03-05 14:00"),
        ("3月5日", "03-05 08:30"),
        ("2027-01-04", "01-04 08:30"),
        ("两小时", "03-02 12:00"),
        ("一个半小时后", "03-02 11:30"),
        ("两个半小时", "03-02 12:30"),
        ("半个小时后", "03-02 10:30"),
        ("二十分钟", "03-02 10:20"),
        ("一刻钟后", "03-02 10:15"),
        ("三天后", "03-05 10:00"),
        ("一周后", "03-09 10:00"),
        ("明天上午十点", "03-03 10:00"),
        ("明天十点一刻", "03-03 10:15"),
        ("后天下午三点半", "03-04 15:30"),
        ("晚上八点二十", "03-02 20:20"),
        ("下周三十点", "03-11 10:00"),
        ("周三下午", "03-04 14:00"),
        ("星期二", "03-03 08:30"),
        ("三月五号", "03-05 08:30"),
        ("今晚", "03-02 20:00"),
        ("明早", "03-03 09:00"),
        ("明天中午", "03-03 12:00"),
        ("下午", "03-02 14:00"),
        ("tonight", "03-02 20:00"),
        ("noon", "03-02 12:00"),
        ("tomorrow morning", "03-03 09:00"),
        ("this afternoon", "03-02 14:00"),
        ("friday evening", "03-06 18:00"),
        ("half an hour", "03-02 10:30"),
        ("an hour", "03-02 11:00"),
        ("in two days", "03-04 10:00"),
    ],
)
def test_a_time_to_come(text: str, expected: str) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("soon", "until_unclear"),
        ("25:00", "until_unclear"),
        ("2026-02-30 9:00", "until_unclear"),
        ("3", "until_unclear"),
        ("明天25点", "until_unclear"),
        ("2026-03-01 9:00", "until_past"),
        ("2026-03-02 10:00", "until_past"),
        ("0m", "until_past"),
        ("2030-01-01", "until_far"),
        ("99999d", "until_far"),
    ],
)
def test_what_is_no_time_to_come_is_refused(text: str, code: str) -> None:
    with pytest.raises(RefusedError) as refused:
        read(text)
    assert refused.value.code == code

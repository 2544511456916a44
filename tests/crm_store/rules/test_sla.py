from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest

from crm_store.rules.business_hours import OpenHours
from crm_store.rules.lifecycle import Kind
from crm_store.rules.sla import PRESET, Policy, Target, deadline

OFFICE = OpenHours("Asia/Shanghai", {day: [(time(9), time(18))] for day in range(5)})
FRIDAY_1730 = datetime(2026, 6, 12, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "what", "expected"),
    [
        (Kind.COMPLAINT, Target.FIRST_RESPONSE, datetime(2026, 6, 15, 1, 30, tzinfo=UTC)),
        (Kind.COMPLAINT, Target.RESOLUTION, datetime(2026, 6, 17, 6, 30, tzinfo=UTC)),
        (Kind.INQUIRY, Target.FIRST_RESPONSE, datetime(2026, 6, 15, 4, 30, tzinfo=UTC)),
        (Kind.INQUIRY, Target.RESOLUTION, datetime(2026, 6, 24, 9, 30, tzinfo=UTC)),
        (Kind.FEEDBACK, Target.FIRST_RESPONSE, None),
        (Kind.FEEDBACK, Target.RESOLUTION, None),
    ],
)
def test_the_preset_in_office_hours(kind: Kind, what: Target, expected: datetime | None) -> None:
    assert deadline(PRESET, kind, what=what, start=FRIDAY_1730, hours=OFFICE) == expected


def test_no_open_time_means_no_deadline() -> None:
    closed = OpenHours("UTC", {})

    assert deadline(PRESET, Kind.COMPLAINT, what=Target.RESOLUTION, start=FRIDAY_1730, hours=closed) is None


def test_a_longer_target_is_never_due_earlier() -> None:
    dues = [
        deadline(
            Policy(1, {Kind.INQUIRY: {Target.RESOLUTION: timedelta(minutes=17 * step)}}),
            Kind.INQUIRY,
            what=Target.RESOLUTION,
            start=FRIDAY_1730,
            hours=OFFICE,
        )
        for step in range(1, 200)
    ]

    assert all(one is not None and two is not None and one < two for one, two in pairwise(dues))

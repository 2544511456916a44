from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest

from crm_store.rules.business_hours import OpenHours
from crm_store.rules.lifecycle import Kind, Priority
from crm_store.rules.sla import PRESET, Policy, Spans, Target, deadline

OFFICE = OpenHours("Asia/Shanghai", {day: [(time(9), time(18))] for day in range(5)})
FRIDAY_1730 = datetime(2026, 6, 12, 9, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


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
    target = PRESET.spans(kind, Priority.NORMAL).of(what)

    assert deadline(target, start=FRIDAY_1730, hours=OFFICE) == expected


def test_a_priority_has_what_is_said_of_it_and_else_its_kind() -> None:
    urgent = {Target.FIRST_RESPONSE: HOUR / 4, Target.RESOLUTION: None}
    policy = Policy(1, PRESET.targets, {(Kind.COMPLAINT, Priority.URGENT): urgent})

    assert policy.spans(Kind.COMPLAINT, Priority.URGENT) == Spans(HOUR / 4, 2 * HOUR, None)
    assert policy.spans(Kind.COMPLAINT, Priority.HIGH) == Spans(HOUR, 2 * HOUR, 24 * HOUR)


def test_no_open_time_means_no_deadline() -> None:
    assert deadline(24 * HOUR, start=FRIDAY_1730, hours=OpenHours("UTC", {})) is None


def test_a_longer_target_is_never_due_earlier() -> None:
    dues = [deadline(timedelta(minutes=17 * step), start=FRIDAY_1730, hours=OFFICE) for step in range(1, 200)]

    assert all(one is not None and two is not None and one < two for one, two in pairwise(dues))

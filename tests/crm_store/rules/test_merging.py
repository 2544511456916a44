"""What two tickets become when one goes into the other."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_store.rules.lifecycle import ACTIVE, Kind, Priority, Status
from crm_store.rules.merging import Share, joined, refusal, stricter

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
instants = st.integers(0, 10_000).map(lambda minutes: NOW + timedelta(minutes=minutes))
dues = st.none() | instants
shares = st.builds(
    Share,
    kind=st.sampled_from(Kind),
    priority=st.sampled_from(Priority),
    status=st.sampled_from(sorted(ACTIVE)),
    assignee_id=st.none() | st.integers(1, 3),
    opened=instants,
    first_due=dues,
    next_due=dues,
    resolution_due=dues,
    first_replied=dues,
    bot_quiet=st.booleans(),
)


@given(shares, shares)
def test_never_less_urgent_than_either(target: Share, source: Share) -> None:
    became = joined(target, source)
    assert became.priority.rank == max(target.priority.rank, source.priority.rank)
    assert became.opened == min(target.opened, source.opened)
    for name in ("first_due", "next_due", "resolution_due"):
        for one in (target, source):
            due = getattr(one, name)
            assert due is None or getattr(became, name) <= due
    assert (became.kind is Kind.COMPLAINT) == (Kind.COMPLAINT in {target.kind, source.kind})


@given(shares, shares)
def test_the_same_source_twice_changes_nothing_more(target: Share, source: Share) -> None:
    once = joined(target, source)
    assert joined(once, source) == once


@given(shares, shares, shares)
def test_order_matters_only_to_the_owner(target: Share, one: Share, other: Share) -> None:
    both, reversed_ = joined(joined(target, one), other), joined(joined(target, other), one)
    for name in ("priority", "opened", "first_due", "resolution_due", "first_replied", "bot_quiet", "status"):
        assert getattr(both, name) == getattr(reversed_, name), name


@given(shares, shares)
def test_words_nobody_answered_end_a_wait(target: Share, source: Share) -> None:
    became = joined(target, source)
    if source.status in {Status.NEW, Status.OPEN}:
        assert became.status not in {Status.PENDING, Status.SNOOZED}
    elif target.status is not Status.NEW:
        assert became.status is target.status


@pytest.mark.parametrize("source", Status)
@pytest.mark.parametrize("target", Status)
def test_what_is_over_stays_and_open_work_never_vanishes(source: Status, target: Status) -> None:
    code = refusal(source, target)
    if source in {Status.CLOSED, Status.MERGED}:
        assert code == "merge_over"
    elif target is Status.CLOSED or (target is Status.RESOLVED and source is not Status.RESOLVED):
        assert code == "merge_target_over"
    else:
        assert code is None


def test_no_deadline_is_never_the_stricter_one() -> None:
    assert stricter(None, NOW) == NOW
    assert stricter(None, None) is None

"""How well a ticket was talked through: each check on its own, and how often all are passed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.quality import Checks, Line, Talk, check, rates
from scoring.satisfaction import Rate

NINE = datetime(2026, 11, 2, 9, tzinfo=UTC)
LATER = NINE + timedelta(days=30)
CHECKS = st.lists(st.builds(Checks, *[st.sampled_from([True, False, None])] * 4))


def mei(minute: int, text: str = "我的订单在哪里?", due: int | None = None) -> Line:
    """Return what Mei wrote so many minutes after nine, to be answered by another minute."""
    return Line(
        NINE + timedelta(minutes=minute), True, text, None if due is None else NINE + timedelta(minutes=due)
    )


def wang(minute: int, text: str = "已经发出，明天到。", *, automatic: bool = False) -> Line:
    """Return what Wang answered so many minutes after nine."""
    return Line(NINE + timedelta(minutes=minute), False, text, automatic=automatic)


def checked(*lines: Line, again: timedelta | None = None, now: datetime = LATER) -> Checks:
    """Check a ticket that was resolved at ten."""
    resolved = NINE + timedelta(hours=1)
    return check(Talk(lines, resolved, None if again is None else resolved + again), now=now)


def test_a_ticket_with_nothing_wrong_passes_all_four() -> None:
    assert checked(mei(0, due=15), wang(10)) == Checks(True, True, True, True)


def test_one_answer_answers_all_messages_before_it() -> None:
    assert checked(mei(0, due=15), mei(1, due=16), wang(10)).answered is True
    assert checked(mei(0), wang(10), mei(20)).answered is False


def test_thanks_need_no_answer() -> None:
    assert checked(mei(0), wang(10), mei(12, "谢谢")).answered is True
    assert checked(mei(0, "谢谢")).answered is None


def test_an_acknowledgement_is_no_answer_and_neither_is_one_after_the_resolution() -> None:
    assert checked(mei(0), wang(0, "已收到", automatic=True)).answered is False
    assert checked(mei(0), wang(61)).answered is False


def test_what_is_written_after_the_resolution_is_not_asked_of_this_episode() -> None:
    assert checked(mei(0), wang(10), mei(70)).answered is True


def test_an_answer_in_time_is_by_its_own_due_time() -> None:
    assert checked(mei(0, due=15), wang(16)).in_time is False
    assert checked(mei(0, due=15), wang(15)).in_time is True
    assert checked(mei(0, due=15), mei(5, due=20), wang(18)).in_time is False
    assert checked(mei(0, due=15)).in_time is False
    assert checked(mei(0), wang(50)).in_time is None


def test_the_language_is_the_one_the_customer_last_wrote() -> None:
    assert checked(mei(0), wang(10, "It will arrive tomorrow.")).language is False
    assert (
        checked(mei(0), wang(5), mei(6, "Sorry, in English please"), wang(10, "Tomorrow.")).language is True
    )
    assert checked(mei(0), mei(1, "👍"), wang(10)).language is True
    assert checked(mei(0), wang(10, "😊")).language is None
    assert checked(wang(10)).language is None
    assert checked(mei(0), wang(1, "Received, #1", automatic=True), wang(10)).language is True


def test_seven_days_of_silence_settle_a_ticket_and_take_seven_days_to_know() -> None:
    week = timedelta(days=7)
    assert checked(mei(0), wang(10), again=week - timedelta(seconds=1)).settled is False
    assert checked(mei(0), wang(10), again=week).settled is True
    early = NINE + timedelta(days=3)
    assert checked(mei(0), wang(10), now=early).settled is None
    assert checked(mei(0), wang(10), again=timedelta(days=1), now=early).settled is False


def test_each_rate_is_of_the_tickets_it_applies_to() -> None:
    found = rates(
        [
            Checks(True, True, True, True),
            Checks(True, False, None, True),
            Checks(True, None, None, None),
            Checks(None, None, None, False),
        ]
    )
    shares = (found.answered, found.in_time, found.language, found.settled, found.flawless)
    assert [(rate.k, rate.n) for rate in shares] == [(3, 3), (1, 2), (1, 1), (2, 3), (1, 3)]


def test_no_tickets_have_no_rates() -> None:
    assert rates([]).flawless == rates([]).answered == Rate(0, 0, None, None, None)


def test_times_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="order"):
        checked(wang(10), mei(0))
    with pytest.raises(ValueError, match="come back"):
        checked(mei(0), again=timedelta(minutes=-1))


@given(CHECKS)
def test_no_more_tickets_are_flawless_than_pass_any_check(checks: list[Checks]) -> None:
    found = rates(checks)
    assert found.flawless.k <= found.settled.k <= found.settled.n == found.flawless.n
    assert found == rates(reversed(checks))


@given(st.lists(st.tuples(st.integers(0, 59), st.booleans()), max_size=8), st.integers(0, 59))
def test_one_more_answer_never_leaves_more_unanswered(lines: list[tuple[int, bool]], minute: int) -> None:
    def talked(*every: tuple[int, bool]) -> Checks:
        return checked(*(mei(at, due=at + 9) if inbound else wang(at) for at, inbound in sorted(every)))

    before, after = talked(*lines), talked(*lines, (minute, False))
    assert before.answered is not True or after.answered is True
    assert before.in_time is not True or after.in_time is True

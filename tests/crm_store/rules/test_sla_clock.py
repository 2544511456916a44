"""The clock of a ticket against one that looks at every second."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_store.rules import escalation, sla_clock
from crm_store.rules.business_hours import OpenHours
from crm_store.rules.escalation import Step as Rung
from crm_store.rules.lifecycle import Status
from crm_store.rules.sla import Spans, Target
from crm_store.rules.sla_clock import Clock, Inherited, Line, Move, Terms
from tests.crm_store.rules.desk_log import Case, Simulator, cases

HOUR = timedelta(hours=1)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ALWAYS = OpenHours("UTC", {day: [(time(0), time(0))] for day in range(7)})
MOVES = {
    "hear": Move.HEAR, "answer": Move.REPLY, "wait": Move.PAUSE, "hold": Move.PAUSE, "snooze": Move.PAUSE,
    "wake": Move.GO_ON, "resolve": Move.STOP, "reopen": Move.GO_ON,
}  # fmt: skip
PAUSES = {"wait": Status.PENDING, "hold": Status.ON_HOLD, "snooze": Status.SNOOZED}


def lines(case: Case) -> list[Line]:
    found = [Line(Move.OPEN, case.start, by_customer=True)]
    for step in case.steps:
        at, by_customer = case.at(step.second), step.by_customer
        found.append(Line(MOVES[step.verb], at, by_customer, PAUSES.get(step.verb)))
        found += [Line(Move.GO_ON, at, by_customer)] if step.woke else []
    return found


def agrees(case: Case) -> None:
    terms = Terms(case.spans, case.hours)
    clock = sla_clock.run(lines(case), terms)
    assert clock is not None
    found = sla_clock.dues(clock, terms)
    for due, second in zip((found.first, found.next, found.resolution), Simulator(case).run(), strict=True):
        if second is not None and second > case.seconds:
            assert due is None or due > case.at(case.seconds)
        else:
            assert due == (None if second is None else case.at(second))


@given(cases(seconds=5400))
def test_equal_to_a_clock_that_looks_at_every_second(case: Case) -> None:
    agrees(case)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(cases(seconds=90_000))
def test_equal_to_a_clock_that_looks_at_every_second_of_a_day(case: Case) -> None:
    agrees(case)


@given(cases(seconds=5400), st.integers(0, 12))
def test_stopping_in_between_and_going_on_changes_nothing(case: Case, place: int) -> None:
    terms, log = Terms(case.spans, case.hours), lines(case)
    whole = sla_clock.run(log, terms)
    cut = log[min(place, len(log) - 1)].at
    parted = sla_clock.run(
        [line for line in log if line.at <= cut]
        + [
            Line(Move.PAUSE, cut, pause=Status.PENDING),
            Line(Move.GO_ON, cut),
        ]
        * _runs(log, cut, terms)
        + [line for line in log if line.at > cut],
        terms,
    )
    assert whole is not None and parted is not None
    assert sla_clock.dues(parted, terms) == sla_clock.dues(whole, terms)


def _runs(log: list[Line], cut: datetime, terms: Terms) -> int:
    clock = sla_clock.run([line for line in log if line.at <= cut], terms)
    return int(clock is not None and clock.since is not None)


@given(cases(seconds=5400))
def test_no_step_of_the_ladder_comes_before_it_is_looked_for(case: Case) -> None:
    terms = Terms(case.spans, case.hours)
    clock = sla_clock.run(lines(case), terms)
    assert clock is not None
    steps = list(escalation.rungs(clock, terms))
    earliest = escalation.earliest(clock, terms)
    assert all(earliest is not None and earliest <= rung.at for rung in steps)
    for what in Target:
        mine = {rung.step: rung.at for rung in steps if rung.what is what}
        assert list(mine.values()) == sorted(mine.values())
        assert list(mine)[:2] in ([], [Rung.WARNED, Rung.BREACHED])


def at(hours: float) -> datetime:
    return NOON + hours * HOUR


TERMS = Terms(Spans(HOUR, 2 * HOUR, 10 * HOUR), ALWAYS)


def ran(*rest: Line) -> Clock:
    clock = sla_clock.run([Line(Move.OPEN, NOON), *rest], TERMS)
    assert clock is not None
    return clock


def test_pausing_keeps_what_is_left_and_reopening_goes_on_with_it() -> None:
    log = [
        Line(Move.REPLY, at(1)), Line(Move.PAUSE, at(4), pause=Status.PENDING), Line(Move.GO_ON, at(20)),
        Line(Move.STOP, at(22)), Line(Move.GO_ON, at(50), by_customer=True),
    ]  # fmt: skip
    clock = ran(*log)
    assert sla_clock.dues(clock, TERMS) == sla_clock.Dues(at(1), at(52), at(54))
    assert sla_clock.left(clock, TERMS, at(51)) == 3 * HOUR


def test_a_burst_counts_once_and_an_answer_ends_a_snooze() -> None:
    log = [
        Line(Move.REPLY, at(1)), Line(Move.HEAR, at(2)), Line(Move.HEAR, at(3)),
        Line(Move.PAUSE, at(4), pause=Status.SNOOZED),
    ]  # fmt: skip
    assert sla_clock.dues(ran(*log), TERMS).next == at(4)
    answered = ran(*log, Line(Move.REPLY, at(6)))
    assert sla_clock.dues(answered, TERMS) == sla_clock.Dues(at(1), None, at(12))


def test_a_deadline_that_has_passed_stays_passed() -> None:
    late = ran(Line(Move.STOP, at(12)), Line(Move.GO_ON, at(40)))
    assert sla_clock.dues(late, TERMS).resolution == at(10)
    kept = ran(Line(Move.PAUSE, at(12), pause=Status.ON_HOLD))
    assert sla_clock.dues(kept, TERMS).resolution == at(10)


def inherited(clock: Clock, terms: Terms, when: datetime) -> Inherited:
    return Inherited(clock, sla_clock.dues(clock, terms), sla_clock.left(clock, terms, when))


def test_a_merged_ticket_has_the_earlier_start_and_the_stricter_deadlines() -> None:
    strict = Terms(Spans(HOUR / 2, HOUR, 8 * HOUR), ALWAYS)
    source = sla_clock.run([Line(Move.OPEN, at(-1))], strict)
    assert source is not None
    merged = ran(Line(Move.ABSORB, at(0.25), other=inherited(source, strict, at(0.25))))
    assert sla_clock.dues(merged, TERMS) == sla_clock.Dues(at(-0.5), None, at(7))


def test_what_nobody_answered_waits_for_the_next_answer_once_merged() -> None:
    source = sla_clock.run([Line(Move.OPEN, at(1))], TERMS)
    assert source is not None
    merged = ran(
        Line(Move.REPLY, at(0.5)), Line(Move.ABSORB, at(1.5), other=inherited(source, TERMS, at(1.5)))
    )
    assert (merged.waiting, sla_clock.dues(merged, TERMS).next) == (at(1), at(2))


def test_a_calendar_that_never_opens_promises_nothing() -> None:
    terms = Terms(TERMS.spans, OpenHours("UTC", {}))
    clock = sla_clock.run(
        [Line(Move.OPEN, NOON), Line(Move.PAUSE, at(1), pause=Status.PENDING), Line(Move.GO_ON, at(2))], terms
    )
    assert clock is not None
    assert sla_clock.dues(clock, terms) == sla_clock.Dues()
    assert list(escalation.rungs(clock, terms)) == []

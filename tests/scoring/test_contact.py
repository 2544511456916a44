"""When and where to write: what is suggested on few answers and on many, and the table of the strategy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.contact import Measured, Policy, Slot, best, effect, strategy

MORNING: Slot = ("telegram", 8)
EVENING: Slot = ("telegram", 20)
MAIL: Slot = ("email", 8)
EVERYBODY = {MORNING: (200, 1000), EVENING: (300, 1000), MAIL: (50, 1000)}
COUNTS = st.integers(0, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
ANSWERS = st.dictionaries(st.sampled_from([MORNING, EVENING, MAIL]), COUNTS)


def slots(own: dict[Slot, tuple[int, int]], *allowed: Slot) -> list[Slot]:
    """Return the suggested slots in order."""
    found = best(own, segment={}, everybody=EVERYBODY, allowed=allowed or tuple(EVERYBODY))
    return [(one.channel, one.hour) for one in found]


def test_a_stranger_is_taken_for_everybody() -> None:
    (first, *_) = best({}, segment={}, everybody=EVERYBODY, allowed=EVERYBODY)
    assert (first.channel, first.hour, first.source, first.k, first.n) == (*EVENING, "everybody", 300, 1000)
    assert first.expected == pytest.approx(0.3, abs=0.01) and first.low < 0.3 < first.high


def test_one_answer_moves_nobody_and_a_habit_does() -> None:
    assert slots({MORNING: (1, 1)}, MORNING, EVENING) == [EVENING, MORNING]
    assert slots({MORNING: (9, 10), EVENING: (0, 10)})[0] == MORNING


def test_ten_of_ones_own_weigh_as_much_as_what_is_known_of_the_others() -> None:
    (found,) = best({MORNING: (9, 10)}, segment={}, everybody=EVERYBODY, allowed=[MORNING])
    others = (200 + 10 * 550.5 / 3001) / 1010
    assert (found.expected, found.k, found.n) == (pytest.approx((0.9 + others) / 2), 9, 10)


def test_the_segment_stands_between_the_customer_and_everybody() -> None:
    found = best({}, segment={MAIL: (90, 100)}, everybody=EVERYBODY, allowed=EVERYBODY)
    assert (found[0].channel, found[0].source) == ("email", "segment")
    assert 0.05 < found[0].expected < 0.9


def test_only_what_is_allowed_is_suggested() -> None:
    assert slots({EVENING: (10, 10)}, MORNING, MAIL) == [MORNING, MAIL]
    assert best({}, segment={}, everybody=EVERYBODY, allowed=[]) == []


def test_before_the_first_message_nothing_is_known() -> None:
    assert best({}, segment={}, everybody={}, allowed=[MORNING]) == []
    assert best({}, segment={}, everybody={MORNING: (0, 0)}, allowed=[MORNING]) == []


def test_an_effect_is_the_difference_to_who_was_not_written_to() -> None:
    assert effect((300, 2000), (60, 1000)).finding == "better"
    found = effect((6, 40), (1, 10))
    assert found.finding == "cannot_tell" and found.needed is not None and found.needed > 40


@pytest.mark.parametrize(
    ("answered", "opted_out", "outcome"),
    [((300, 1000), (0, 0), "met"), ((100, 1000), (0, 0), "missed"), ((2, 9), (0, 0), "cannot_tell")],
)
def test_a_target_is_met_beyond_chance(
    answered: tuple[int, int], opted_out: tuple[int, int], outcome: str
) -> None:
    plan = Policy("telegram", "offers", 1, 7, "answered", 0.2)
    (line,) = strategy([plan], {("telegram", "offers"): Measured(answered=answered, opted_out=opted_out)})
    assert line.outcome == outcome and line.answered.n == answered[1]


@pytest.mark.parametrize(
    ("opted_out", "outcome"), [((1, 1000), "met"), ((90, 1000), "missed"), ((20, 1000), "cannot_tell")]
)
def test_opting_out_is_to_stay_below_its_target(opted_out: tuple[int, int], outcome: str) -> None:
    plan = Policy("email", "news", 1, 30, "opted_out", 0.02)
    (line,) = strategy([plan], {("email", "news"): Measured(opted_out=opted_out)})
    assert line.outcome == outcome


def test_a_plan_without_target_or_messages_is_shown_all_the_same() -> None:
    lines = strategy(
        [Policy("email", "news", 1, 30, "answered"), Policy("phone", "news", 1, 30, "answered", 0.5)], {}
    )
    assert [line.outcome for line in lines] == ["no_target", "cannot_tell"]
    assert lines[0].answered.value is None and lines[0].first_response is None


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="answered <= sent"):
        best({MORNING: (2, 1)}, segment={}, everybody=EVERYBODY, allowed=[MORNING])
    with pytest.raises(ValueError, match="target"):
        strategy([Policy("email", "news", 1, 30, "answered", 20)], {})
    with pytest.raises(ValueError, match="cap"):
        strategy([Policy("email", "news", -1, 30, "answered")], {})
    with pytest.raises(ValueError, match="waiting"):
        strategy([Policy("email", "news", 1, 30, "answered")], {("email", "news"): Measured(resolution=-1)})
    with pytest.raises(ValueError, match="confidence"):
        best({}, segment={}, everybody=EVERYBODY, allowed=[MORNING], confidence=95)


@given(ANSWERS, ANSWERS, ANSWERS)
def test_what_is_expected_lies_between_what_was_seen(
    own: dict[Slot, tuple[int, int]],
    segment: dict[Slot, tuple[int, int]],
    everybody: dict[Slot, tuple[int, int]],
) -> None:
    for one in best(own, segment=segment, everybody=everybody, allowed=EVERYBODY):
        assert 0 <= one.low <= one.expected <= one.high <= 1 and 0 < one.expected < 1


@given(COUNTS)
def test_one_more_answer_never_lowers_what_is_expected(counts: tuple[int, int]) -> None:
    k, n = counts
    less, more = (
        best({MORNING: of}, segment={}, everybody=EVERYBODY, allowed=[MORNING])[0].expected
        for of in ((k, n + 1), (k + 1, n + 1))
    )
    assert more > less

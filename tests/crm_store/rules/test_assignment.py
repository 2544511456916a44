"""Who gets a ticket: the rule itself, its reasons, and that it is fair and lets nothing wait."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_store.rules.assignment import Candidate, Code, Waiting, against, choose, in_order, share_out
from crm_store.rules.lifecycle import Priority

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
AN_HOUR_AGO = NOW - timedelta(hours=1)


def waiting(
    number: int = 1, language: str = "en", skills: str = "", priority: Priority = Priority.NORMAL
) -> Waiting:
    return Waiting(number, priority, NOW, language, frozenset(skills.split()))


tickets = st.builds(
    Waiting,
    number=st.integers(1, 10**6),
    priority=st.sampled_from(Priority),
    opened=st.integers(0, 10**5).map(lambda seconds: NOW - timedelta(seconds=seconds)),
    language=st.sampled_from(["zh", "en"]),
    skills=st.frozensets(st.sampled_from(["refund", "vip"])),
)
backlogs = st.lists(tickets, max_size=25, unique_by=lambda ticket: ticket.number)
candidates = st.builds(
    Candidate,
    id=st.integers(1, 10**6),
    load=st.integers(0, 6),
    capacity=st.integers(0, 6),
    is_available=st.booleans(),
    is_on_shift=st.booleans(),
    skills=st.frozensets(st.sampled_from(["refund", "vip"])),
    languages=st.frozensets(st.sampled_from(["zh", "en"])),
    assigned=st.none() | st.integers(1, 10**5).map(lambda seconds: NOW - timedelta(seconds=seconds)),
)
teams = st.lists(candidates, max_size=6, unique_by=lambda one: one.id)


class TestWhoCan:
    @pytest.mark.parametrize(
        ("candidate", "code"),
        [
            (Candidate(1), None),
            (Candidate(1, is_available=False), Code.AWAY),
            (Candidate(1, is_on_shift=False), Code.OFF_SHIFT),
            (Candidate(1, skills=frozenset({"vip"})), None),
            (Candidate(1, languages=frozenset({"en"})), None),
            (Candidate(1, languages=frozenset({"zh"})), Code.LANGUAGE),
            (Candidate(1, load=5), Code.FULL),
            (Candidate(1, load=0, capacity=0), Code.FULL),
        ],
    )
    def test_for_a_plain_ticket(self, candidate: Candidate, code: Code | None) -> None:
        assert against(waiting(), candidate) is code

    @pytest.mark.parametrize(
        ("skills", "code"), [("refund vip", None), ("refund", Code.SKILL), ("", Code.SKILL)]
    )
    def test_every_skill_is_needed(self, skills: str, code: Code | None) -> None:
        candidate = Candidate(1, skills=frozenset(skills.split()))
        assert against(waiting(skills="refund vip"), candidate) is code


class TestReasons:
    @pytest.mark.parametrize(
        ("team", "chosen", "reason", "others"),
        [
            ([], None, None, {}),
            ([Candidate(7)], 7, Code.ONLY_ONE, {}),
            ([Candidate(7, is_available=False)], None, None, {7: Code.AWAY}),
            ([Candidate(7, load=1), Candidate(8)], 8, Code.LEAST_LOADED, {7: Code.BUSIER}),
            (
                [Candidate(7, load=2, capacity=10), Candidate(8, load=1, capacity=4)],
                7, Code.LEAST_LOADED, {8: Code.BUSIER},
            ),
            (
                [Candidate(7, assigned=NOW), Candidate(8, assigned=AN_HOUR_AGO)],
                8, Code.LONGEST_AGO, {7: Code.MORE_RECENT},
            ),
            ([Candidate(7, assigned=NOW), Candidate(8)], 8, Code.LONGEST_AGO, {7: Code.MORE_RECENT}),
            ([Candidate(8), Candidate(7)], 7, Code.LOWER_ID, {8: Code.HIGHER_ID}),
            (
                [Candidate(7), Candidate(8), Candidate(9, load=5), Candidate(10, load=3)],
                7, Code.LOWER_ID, {8: Code.HIGHER_ID, 9: Code.FULL, 10: Code.BUSIER},
            ),
        ],
    )  # fmt: skip
    def test_names_what_decided(
        self, team: list[Candidate], chosen: int | None, reason: Code | None, others: dict[int, Code]
    ) -> None:
        choice = choose(waiting(), team)
        assert (choice.staff_id, choice.reason, choice.others) == (chosen, reason, others)

    @given(tickets, teams)
    def test_everyone_has_one(self, ticket: Waiting, team: list[Candidate]) -> None:
        choice = choose(ticket, team)
        told = set(choice.others) | ({choice.staff_id} if choice.staff_id is not None else set())
        assert told == {one.id for one in team}
        assert (choice.reason is None) == (choice.staff_id is None)


def test_a_complaint_goes_to_whoever_its_customer_was_told_of() -> None:
    told_of = replace(waiting(), named=8)
    choice = choose(told_of, [Candidate(7), Candidate(8, load=4), Candidate(9, load=5)])
    assert (choice.staff_id, choice.reason) == (8, Code.NAMED)
    assert choice.others == {7: Code.NOT_NAMED, 9: Code.FULL}
    assert choose(told_of, [Candidate(7), Candidate(8, load=5)]).staff_id == 7


def test_urgent_comes_first_then_the_oldest() -> None:
    old = replace(waiting(1), opened=AN_HOUR_AGO)
    assert in_order([waiting(4), waiting(3), old, waiting(9, priority=Priority.URGENT)]) == [
        waiting(9, priority=Priority.URGENT), old, waiting(3), waiting(4),
    ]  # fmt: skip


@given(st.integers(1, 6), st.integers(0, 40))
def test_equal_agents_differ_by_at_most_one(count: int, arriving: int) -> None:
    team = [Candidate(id_, capacity=50) for id_ in range(count)]
    given_to = [choice.staff_id for choice in share_out(map(waiting, range(arriving)), team, now=NOW)]
    loads = [given_to.count(one.id) for one in team]
    assert max(loads) - min(loads) <= 1


@given(st.integers(2, 6), st.integers(1, 4))
def test_nobody_starves(count: int, rounds: int) -> None:
    """Whoever closes at once what they get still leaves the others their turn."""
    team = {id_: Candidate(id_) for id_ in range(count)}
    given_to = []
    for turn in range(count * rounds):
        chosen = choose(waiting(turn), list(team.values())).staff_id
        assert chosen is not None
        team[chosen] = replace(team[chosen], assigned=NOW + timedelta(seconds=turn))
        given_to.append(chosen)
    assert [given_to.count(id_) for id_ in team] == [rounds] * count


@given(backlogs, teams)
def test_no_ticket_waits_while_someone_who_can_has_room(
    backlog: list[Waiting], team: list[Candidate]
) -> None:
    choices = share_out(backlog, team, now=NOW)
    given_to = [choice.staff_id for choice in choices]
    after = [replace(one, load=one.load + given_to.count(one.id)) for one in team]
    left = {choice.number for choice in choices if choice.staff_id is None}
    for ticket in backlog:
        if ticket.number in left:
            assert all(against(ticket, one) is not None for one in after)


@given(backlogs, teams)
def test_nobody_gets_more_than_fits_or_what_they_cannot_answer(
    backlog: list[Waiting], team: list[Candidate]
) -> None:
    choices = share_out(backlog, team, now=NOW)
    able = {one.id: one for one in team}
    by_number = {ticket.number: ticket for ticket in backlog}
    assert sorted(by_number) == sorted(choice.number for choice in choices)
    for choice in choices:
        if choice.staff_id is not None:
            assert against(by_number[choice.number], able[choice.staff_id]) is None
    for one in team:
        got = sum(choice.staff_id == one.id for choice in choices)
        assert got == 0 or one.load + got <= one.capacity


@given(backlogs, teams, st.randoms(use_true_random=False))
def test_the_order_they_are_listed_in_does_not_matter(
    backlog: list[Waiting], team: list[Candidate], shuffler: st.DataObject
) -> None:
    shuffled = list(team)
    shuffler.shuffle(shuffled)  # type: ignore[attr-defined]  # a random.Random
    once = share_out(backlog, team, now=NOW)
    again = share_out(list(reversed(backlog)), shuffled, now=NOW)
    assert once == again

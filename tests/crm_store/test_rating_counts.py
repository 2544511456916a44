"""Counts from sums are the counts: whatever was summed, changed or added since, in whatever periods."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from crm_store import customers, journal, rating_counts, ratings, staff, tickets
from crm_store.models.survey import Rating, Survey, SurveyKind, SurveyState
from crm_store.rating_counts import Only
from crm_store.rules.lifecycle import Kind, Priority
from crm_store.staff import Newcomer
from crm_store.store import Store
from crm_store.tickets import Opening
from tests import stores
from tests.crm_store.post import NOW

SPAN = timedelta(days=12)
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Given:
    """A rating: how many hours after the beginning, by whom, where, and what."""

    hour: int
    agent: int | None
    channel: str
    score: int


FOUR = [
    Given(1, 1, "telegram", 5), Given(30, 1, "email", 4), Given(31, None, "email", 1),
    Given(200, 2, "email", 2),
]  # fmt: skip
GIVEN = st.builds(
    Given, st.integers(0, 12 * 24 - 1), st.sampled_from([None, 1, 2]), st.sampled_from(["telegram", "email"]),
    st.integers(1, 5),
)  # fmt: skip


def found_house(store: Store) -> int:
    """Make the ticket and the staff that ratings are about."""

    def unit(session: Session) -> int:
        inbox_id = journal.inbox(session, "telegram", "1").id
        for name in ("201", "202"):
            staff.get_or_create(session, Newcomer(inbox_id, name, name, "en"), now=NOW)
        mei = customers.create(session, inbox_id, "101", name="Mei", language="zh", now=NOW)
        opening = Opening(
            kind=Kind.INQUIRY, priority=Priority.NORMAL, subject="?", first_due=None, resolution_due=None
        )
        return tickets.create(session, mei, opening, now=NOW)

    return store.write_now(unit)


def rate(session: Session, ticket: int, episode: int, one: Given) -> int:
    """Write a rating down as if it had been given then."""
    at = NOW + one.hour * HOUR
    survey = Survey(
        kind=SurveyKind.CSAT, ticket_id=ticket, episode=episode, customer_id=1, agent_id=one.agent,
        channel=one.channel, due=at, asked=at, state=SurveyState.ASKED,
    )  # fmt: skip
    session.add(survey)
    session.flush()
    ratings.record(session, survey, one.score, now=at, window=timedelta(days=30))
    rating_counts.touch(session, at)
    return survey.id


def counted(session: Session, bounds: list[datetime], only: Only) -> list[dict[int, int]]:
    return [dict(one) for one in rating_counts.by_bucket(session, bounds, only=only)]


def expected(rows: list[Rating], bounds: list[datetime], only: Only) -> list[dict[int, int]]:
    mine = [
        row for row in rows if only.agent_id in {None, row.agent_id} and only.channel in {None, row.channel}
    ]
    return [
        dict(Counter(row.score for row in mine if low <= row.at < high)) for low, high in pairwise(bounds)
    ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(GIVEN, min_size=1, max_size=25),
    st.lists(GIVEN, max_size=8),
    st.lists(st.tuples(st.integers(0, 24), st.integers(1, 5)), max_size=8),
    st.integers(0, 8),
    st.lists(st.integers(0, 13 * 24), min_size=2, max_size=6, unique=True),
    st.sampled_from([Only(), Only(agent_id=1), Only(channel="email"), Only(2, "telegram")]),
)
def test_sums_and_ratings_agree(
    tmp_path_factory: pytest.TempPathFactory,
    before: list[Given],
    after: list[Given],
    changes: list[tuple[int, int]],
    turns: int,
    cuts: list[int],
    only: Only,
) -> None:
    store = stores.opened(f"sqlite:///{tmp_path_factory.mktemp('counts') / 'c.db'}")
    ticket = found_house(store)

    def unit(session: Session) -> None:
        made = [rate(session, ticket, 1 + place, one) for place, one in enumerate(before)]
        for _ in range(turns):
            rating_counts.sum_days(session, now=NOW + SPAN)
        for place, one in enumerate(after):
            rate(session, ticket, 1000 + place, one)
        for place, score in changes:
            survey = session.get_one(Survey, made[place % len(made)])
            assert survey.asked is not None
            ratings.record(session, survey, score, now=survey.asked + HOUR, window=timedelta(days=30))
        bounds = sorted(NOW - timedelta(minutes=30) + cut * HOUR for cut in cuts)
        rows = session.query(Rating).all()
        assert counted(session, bounds, only) == expected(rows, bounds, only)
        for _ in range(20):
            rating_counts.sum_days(session, now=NOW + SPAN)
        assert not rating_counts.sum_days(session, now=NOW + SPAN)
        assert counted(session, bounds, only) == expected(rows, bounds, only)

    store.write_now(unit)
    store.close()


def test_by_agent_and_channel_on_both_databases(store: Store) -> None:
    ticket = found_house(store)

    def unit(session: Session) -> None:
        for place, one in enumerate(
            [
                Given(1, 1, "telegram", 5),
                Given(30, 1, "email", 4),
                Given(31, None, "email", 1),
                Given(200, 2, "email", 2),
            ]
        ):
            rate(session, ticket, place + 1, one)
        for turn in range(3):
            start, end = NOW, NOW + SPAN
            told = rating_counts.by(session, "agent", kind=SurveyKind.CSAT, start=start, end=end)
            assert told == {1: {5: 1, 4: 1}, 0: {1: 1}, 2: {2: 1}}, turn
            told = rating_counts.by(session, "channel", kind=SurveyKind.CSAT, start=start, end=end)
            assert told == {"telegram": {5: 1}, "email": {4: 1, 1: 1, 2: 1}}
            for _ in range(4 * turn + 1):
                rating_counts.sum_days(session, now=NOW + SPAN)

    store.write_now(unit)


def test_nothing_is_nothing(tmp_path: Path) -> None:
    store = stores.opened(f"sqlite:///{tmp_path / 'n.db'}")

    def unit(session: Session) -> None:
        assert not rating_counts.sum_days(session, now=NOW)
        assert rating_counts.by_bucket(session, [NOW]) == []
        assert rating_counts.by_bucket(session, []) == []
        assert rating_counts.histogram(session, kind=SurveyKind.CSAT, start=NOW, end=NOW) == {}

    store.write_now(unit)

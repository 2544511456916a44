"""Ratings count once a survey, the last within the window; histograms come from one query each."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import rating_counts, ratings, surveys
from crm_store.models.survey import Rating, RatingChange, Survey, SurveyKind
from crm_store.models.ticket import RecoveryTask
from crm_store.rating_counts import Only
from crm_store.ratings import Outcome, Response
from crm_store.store import Store
from crm_store.surveys import Question
from tests.crm_store.served import NOW, agent, resolved

DAY = timedelta(days=1)
WINDOW = timedelta(hours=72)


def asked(session: Session, inbox_id: int, address: str = "101", at: datetime = NOW) -> Survey:
    ticket = resolved(session, inbox_id, address)
    survey = surveys.plan(session, ticket, Question(SurveyKind.CSAT, "telegram", at))
    assert survey is not None
    surveys.mark_asked(survey, now=at)
    return survey


def rate(session: Session, survey: Survey, score: int, at: datetime = NOW) -> Outcome:
    return ratings.record(session, survey, score, now=at, window=WINDOW)


def given(store: Store, inbox_id: int, *scores: tuple[int, datetime]) -> None:
    """Let as many surveys be answered."""

    def unit(session: Session) -> None:
        for score, at in scores:
            rate(session, asked(session, inbox_id, at=at), score, at)

    store.write_now(unit)


def test_the_last_score_counts_and_each_is_kept(store: Store, inbox_id: int) -> None:
    def unit(session: Session) -> list[Outcome]:
        survey = asked(session, inbox_id)
        return [rate(session, survey, score) for score in (2, 2, 4)]

    assert store.write_now(unit) == [Outcome.FIRST, Outcome.SAME, Outcome.CHANGED]
    assert store.read_now(lambda session: session.scalars(sa.select(Rating.score)).all()) == [4]
    history = sa.select(RatingChange.score).order_by(RatingChange.id)
    assert store.read_now(lambda session: session.scalars(history).all()) == [2, 4]


@pytest.mark.parametrize(
    ("first", "second", "outcome"),
    [
        (timedelta(0), WINDOW, Outcome.CHANGED),
        (timedelta(0), WINDOW + timedelta(microseconds=1), Outcome.CLOSED),
        (WINDOW, 2 * WINDOW, Outcome.CHANGED),
    ],
)
def test_the_window_is_inclusive_and_runs_from_the_first_score(
    store: Store, inbox_id: int, first: timedelta, second: timedelta, outcome: Outcome
) -> None:
    def unit(session: Session) -> Outcome:
        survey = asked(session, inbox_id)
        assert rate(session, survey, 5, NOW + first) is Outcome.FIRST
        return rate(session, survey, 1, NOW + second)

    assert store.write_now(unit) is outcome


def test_too_late_for_a_first_score(store: Store, inbox_id: int) -> None:
    def unit(session: Session) -> Outcome:
        return rate(session, asked(session, inbox_id), 5, NOW + WINDOW + timedelta(microseconds=1))

    assert store.write_now(unit) is Outcome.CLOSED
    assert store.read_now(lambda session: session.scalars(sa.select(Rating)).all()) == []


def test_what_was_never_asked_cannot_be_rated(store: Store, inbox_id: int) -> None:
    def unit(session: Session) -> Outcome:
        ticket = resolved(session, inbox_id, "101")
        survey = surveys.plan(session, ticket, Question(SurveyKind.CSAT, "telegram", NOW + DAY))
        assert survey is not None
        return rate(session, survey, 5)

    assert store.write_now(unit) is Outcome.CLOSED


@pytest.mark.parametrize(("score", "count"), [(1, 1), (2, 1), (3, 0)])
def test_a_low_score_opens_one_recovery_task(store: Store, inbox_id: int, score: int, count: int) -> None:
    def unit(session: Session) -> None:
        survey = asked(session, inbox_id)
        rate(session, survey, score)
        rating = ratings.by_survey(session, survey.id)
        assert rating is not None
        assert [ratings.recover(session, rating, now=NOW) for _ in range(2)] == [count == 1, False]

    store.write_now(unit)
    assert len(store.read_now(lambda session: session.scalars(sa.select(RecoveryTask)).all())) == count


def test_a_histogram_counts_its_period_only(store: Store, inbox_id: int) -> None:
    given(store, inbox_id, (5, NOW), (5, NOW), (1, NOW + DAY - timedelta(microseconds=1)), (4, NOW + DAY))
    counted = store.read_now(
        lambda session: rating_counts.histogram(session, kind=SurveyKind.CSAT, start=NOW, end=NOW + DAY)
    )
    assert counted == {5: 2, 1: 1}


def test_a_histogram_of_one_agent_or_channel(store: Store, inbox_id: int) -> None:
    given(store, inbox_id, (5, NOW))
    wang = store.write_now(lambda session: agent(session, inbox_id))

    def counted(only: Only) -> object:
        return store.read_now(
            lambda session: rating_counts.histogram(
                session, kind=SurveyKind.CSAT, start=NOW, end=NOW + DAY, only=only
            )
        )

    assert counted(Only(agent_id=wang)) == counted(Only(channel="telegram")) == {5: 1}
    assert counted(Only(agent_id=wang + 1)) == counted(Only(channel="email")) == {}


def test_feedback_is_never_mixed_into_csat(store: Store, inbox_id: int) -> None:
    def unit(session: Session) -> None:
        ticket = resolved(session, inbox_id, "101")
        made = surveys.ask_feedback(session, ticket.id, ticket.customer_id, channel="telegram", now=NOW)
        survey = surveys.by_id(session, made)
        assert survey is not None
        rate(session, survey, 1)

    store.write_now(unit)
    for kind, counted in ((SurveyKind.CSAT, {}), (SurveyKind.FEEDBACK, {1: 1})):
        assert counted == store.read_now(
            lambda session, kind=kind: rating_counts.histogram(session, kind=kind, start=NOW, end=NOW + DAY)
        )


def test_buckets_hold_their_start_and_not_their_end(store: Store, inbox_id: int) -> None:
    bounds = [NOW, NOW + DAY, NOW + 2 * DAY, NOW + 3 * DAY]
    given(
        store, inbox_id, (3, NOW - timedelta(microseconds=1)), (5, NOW), (5, NOW + DAY / 2), (2, NOW + DAY),
        (4, NOW + DAY), (1, NOW + 3 * DAY),
    )  # fmt: skip
    counted = store.read_now(lambda session: rating_counts.by_bucket(session, bounds))
    assert counted == [{5: 2}, {2: 1, 4: 1}, {}]
    assert store.read_now(lambda session: rating_counts.by_bucket(session, bounds[:1])) == []


def test_the_response_counts_who_was_asked_and_who_answered(store: Store, inbox_id: int) -> None:
    given(store, inbox_id, (5, NOW), (1, NOW + DAY))
    store.write_now(lambda session: asked(session, inbox_id, at=NOW + DAY).id)
    counted = [
        store.read_now(lambda session, days=days: ratings.response(session, NOW, NOW + days * DAY))
        for days in (0, 1, 2)
    ]
    assert counted == [Response(0, 0), Response(1, 1), Response(3, 2)]


@pytest.mark.parametrize(
    ("kind", "score", "is_taken"),
    [("csat", 5, True), ("csat", 0, False), ("csat", 6, False), ("feedback", 1, True), ("feedback", 6, False),
     ("nps", 0, True), ("nps", 10, True), ("nps", 11, False), ("ces", 7, True), ("ces", 8, False),
     ("ces", 0, False)],
)  # fmt: skip
def test_each_kind_has_its_own_scale(
    store: Store, inbox_id: int, kind: str, score: int, is_taken: bool
) -> None:
    def unit(session: Session) -> None:
        ticket = resolved(session, inbox_id, "101")
        survey = surveys.plan(session, ticket, Question(SurveyKind(kind), "telegram", NOW))
        assert survey is not None
        surveys.mark_asked(survey, now=NOW)
        rate(session, survey, score)

    if is_taken:
        store.write_now(unit)
        return
    with pytest.raises(sa.exc.IntegrityError):
        store.write_now(unit)


def test_only_ratings_of_a_service_open_recovery_tasks(store: Store, inbox_id: int) -> None:
    def unit(session: Session) -> list[bool]:
        ticket = resolved(session, inbox_id, "101")
        opened: list[bool] = []
        for kind in SurveyKind:
            survey = surveys.plan(session, ticket, Question(kind, "telegram", NOW))
            assert survey is not None
            surveys.mark_asked(survey, now=NOW)
            rate(session, survey, 1)
            rating = ratings.by_survey(session, survey.id)
            assert rating is not None
            opened.append(ratings.recover(session, rating, now=NOW))
        return opened

    assert store.write_now(unit) == [kind in ratings.SERVICE for kind in SurveyKind]


def test_what_is_asked_otherwise_is_no_satisfaction(store: Store, inbox_id: int) -> None:
    def unit(session: Session) -> None:
        ticket = resolved(session, inbox_id, "101")
        survey = surveys.plan(session, ticket, Question(SurveyKind.NPS, "telegram", NOW))
        assert survey is not None
        surveys.mark_asked(survey, now=NOW)
        rate(session, survey, 9)

    store.write_now(unit)
    end = NOW + DAY
    assert not store.read_now(
        lambda session: rating_counts.histogram(session, kind=SurveyKind.CSAT, start=NOW, end=end)
    )
    assert store.read_now(lambda session: ratings.response(session, NOW, end)) == Response(0, 0)
    [bucket] = store.read_now(lambda session: rating_counts.by_bucket(session, [NOW, end]))
    assert bucket == {}

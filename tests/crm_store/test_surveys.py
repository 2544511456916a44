"""A survey is planned once an episode, asked once, and cancelled while it only waits."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import events, surveys
from crm_store.models.survey import Survey, SurveyKind, SurveyRefusal, SurveyState
from crm_store.rules.asking import Obstacle
from crm_store.rules.lifecycle import Kind
from crm_store.store import Store
from crm_store.surveys import Question
from tests.crm_store.served import NOW, agent, resolved

HOUR = timedelta(hours=1)
SERVICE = Question(SurveyKind.CSAT, "telegram", NOW + HOUR)


def plan(session: Session, inbox_id: int, address: str = "101", delay: timedelta = HOUR) -> Survey:
    ticket = resolved(session, inbox_id, address)
    planned = surveys.plan(session, ticket, Question(SurveyKind.CSAT, "telegram", NOW + delay))
    assert planned is not None
    return planned


def test_an_episode_is_asked_about_once(store: Store, inbox_id: int) -> None:
    def unit(session: Session) -> list[int]:
        ticket = resolved(session, inbox_id, "101")
        for _ in range(2):
            surveys.plan(session, ticket, SERVICE)
        ticket.reopen()
        ticket.resolve(NOW)
        surveys.plan(session, ticket, SERVICE)
        return [survey.episode for survey in surveys.of_ticket(session, ticket.id)]

    assert store.write_now(unit) == [1, 2]


def test_it_remembers_who_served_and_when_to_ask(store: Store, inbox_id: int) -> None:
    def unit(session: Session) -> tuple[object, ...]:
        survey = plan(session, inbox_id)
        return survey.agent_id == agent(session, inbox_id), survey.due, survey.state, survey.channel

    assert store.write_now(unit) == (True, NOW + HOUR, "planned", "telegram")


def test_what_stands_in_the_way_is_kept_and_nothing_falls_due(store: Store, inbox_id: int) -> None:
    def unit(session: Session) -> tuple[object, ...]:
        ticket = resolved(session, inbox_id, "101", kind=Kind.FEEDBACK)
        survey = surveys.plan(session, ticket, replace(SERVICE, obstacle=Obstacle.NO_ANSWER))
        assert survey is not None
        return survey.state, survey.reason, surveys.due(session, inbox_id, now=NOW + 2 * HOUR)

    assert store.write_now(unit) == ("cancelled", "no_answer", [])


def test_only_a_person_of_this_episode_has_answered(store: Store, inbox_id: int) -> None:
    def unit(session: Session) -> list[bool]:
        ticket = resolved(session, inbox_id, "101")
        seen = [surveys.was_answered(session, ticket)]
        for kind, by in (("replied", "bot"), ("replied", "staff:1"), ("reopened", "customer:1")):
            events.record(session, ticket.id, kind=kind, by=by, at=NOW)
            seen.append(surveys.was_answered(session, ticket))
        return seen

    assert store.write_now(unit) == [False, False, True, False]


def test_a_wish_not_to_be_asked_lasts_until_it_is_taken_back(store: Store, inbox_id: int) -> None:
    def unit(session: Session) -> tuple[object, ...]:
        waiting = plan(session, inbox_id)
        who = waiting.customer_id
        for _ in range(2):
            surveys.opt_out(session, who, source="settings", now=NOW)
        session.refresh(waiting)
        seen: list[object] = [surveys.has_opted_out(session, who), waiting.state, waiting.reason]
        surveys.opt_in(session, who, now=NOW + HOUR)
        kept = session.scalars(sa.select(SurveyRefusal.ended)).all()
        return (*seen, surveys.has_opted_out(session, who), kept)

    assert store.write_now(unit) == (True, "cancelled", "opted_out", False, [NOW + HOUR])


@pytest.mark.parametrize(("late", "count"), [(-timedelta(microseconds=1), 0), (timedelta(0), 2)])
def test_what_is_due_comes_when_its_time_has_come(
    store: Store, inbox_id: int, late: timedelta, count: int
) -> None:
    store.write_now(lambda session: [plan(session, inbox_id, who).id for who in ("101", "102")])
    at = NOW + HOUR + late
    assert store.write_now(lambda session: len(surveys.due(session, inbox_id, now=at))) == count
    assert store.write_now(lambda session: surveys.due(session, inbox_id + 1, now=NOW + 2 * HOUR)) == []


def test_it_is_asked_once(store: Store, inbox_id: int) -> None:
    def unit(session: Session) -> list[bool]:
        survey = plan(session, inbox_id)
        return [surveys.mark_asked(survey, now=NOW), surveys.mark_asked(survey, now=NOW)]

    assert store.write_now(unit) == [True, False]
    assert store.write_now(lambda session: surveys.due(session, inbox_id, now=NOW + 2 * HOUR)) == []


def test_cancelling_spares_what_was_asked(store: Store, inbox_id: int) -> None:
    def unit(session: Session) -> list[str]:
        asked, waiting = plan(session, inbox_id), plan(session, inbox_id, "102")
        surveys.mark_asked(asked, now=NOW)
        for survey in (asked, waiting):
            surveys.cancel(session, survey.ticket_id)
            session.refresh(survey)
        return [asked.state, waiting.state]

    assert store.write_now(unit) == [SurveyState.ASKED, SurveyState.CANCELLED]


def test_the_newest_is_the_one_asked_last(store: Store, inbox_id: int) -> None:
    def unit(session: Session) -> tuple[object, ...]:
        first, second, waiting = (plan(session, inbox_id) for _ in range(3))
        surveys.mark_asked(second, now=NOW)
        surveys.mark_asked(first, now=NOW + HOUR)
        session.flush()
        newest = surveys.newest_of_customer(session, first.customer_id)
        next_one = surveys.unasked_of_customer(session, first.customer_id, since=NOW)
        return newest is first, next_one is waiting, surveys.newest_of_ticket(session, waiting.ticket_id)

    assert store.write_now(unit) == (True, True, None)


def test_a_feedback_is_asked_at_once(store: Store, inbox_id: int) -> None:
    def unit(session: Session) -> tuple[object, ...]:
        ticket = resolved(session, inbox_id, "101", kind=Kind.FEEDBACK)
        made = surveys.ask_feedback(session, ticket.id, ticket.customer_id, channel="telegram", now=NOW)
        survey = surveys.by_id(session, made)
        assert survey is not None
        return survey.kind, survey.state, survey.asked, survey.episode, survey.agent_id

    assert store.write_now(unit) == ("feedback", "asked", NOW, 1, None)

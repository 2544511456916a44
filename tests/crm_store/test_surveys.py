"""A survey is planned once an episode, asked once, and cancelled while it only waits."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from crm_store import surveys
from crm_store.models.survey import Survey, SurveyState
from crm_store.rules.lifecycle import Kind
from crm_store.store import Store
from tests.crm_store.served import NOW, agent, resolved

HOUR = timedelta(hours=1)


def plan(session: Session, inbox_id: int, address: str = "101", delay: timedelta = HOUR) -> Survey:
    ticket = resolved(session, inbox_id, address)
    planned = surveys.plan(session, ticket, at=NOW, delay=delay, channel="telegram")
    assert planned is not None
    return planned


def test_an_episode_is_asked_about_once(store: Store, inbox_id: int) -> None:
    def unit(session: Session) -> list[int]:
        ticket = resolved(session, inbox_id, "101")
        for _ in range(2):
            surveys.plan(session, ticket, at=NOW, delay=HOUR, channel="telegram")
        ticket.reopen()
        ticket.resolve(NOW)
        surveys.plan(session, ticket, at=NOW, delay=HOUR, channel="telegram")
        return [survey.episode for survey in surveys.of_ticket(session, ticket.id)]

    assert store.write_now(unit) == [1, 2]


def test_it_remembers_who_served_and_when_to_ask(store: Store, inbox_id: int) -> None:
    def unit(session: Session) -> tuple[object, ...]:
        survey = plan(session, inbox_id)
        return survey.agent_id == agent(session, inbox_id), survey.due, survey.state, survey.channel

    assert store.write_now(unit) == (True, NOW + HOUR, "planned", "telegram")


def test_feedback_nobody_answered_is_not_asked_about(store: Store, inbox_id: int) -> None:
    def unit(session: Session) -> Survey | None:
        ticket = resolved(session, inbox_id, "101", kind=Kind.FEEDBACK)
        return surveys.plan(session, ticket, at=NOW, delay=HOUR, channel="telegram")

    assert store.write_now(unit) is None


@pytest.mark.parametrize(("late", "count"), [(-timedelta(microseconds=1), 0), (timedelta(0), 2)])
def test_what_is_due_comes_when_its_time_has_come(
    store: Store, inbox_id: int, late: timedelta, count: int
) -> None:
    store.write_now(lambda session: [plan(session, inbox_id, who).id for who in ("101", "102")])
    due = store.read_now(lambda session: surveys.due(session, inbox_id, now=NOW + HOUR + late))
    assert len(due) == count
    assert store.read_now(lambda session: surveys.due(session, inbox_id + 1, now=NOW + 2 * HOUR)) == []


def test_it_is_asked_once(store: Store, inbox_id: int) -> None:
    def unit(session: Session) -> list[bool]:
        survey = plan(session, inbox_id)
        return [surveys.mark_asked(survey, now=NOW), surveys.mark_asked(survey, now=NOW)]

    assert store.write_now(unit) == [True, False]
    assert store.read_now(lambda session: surveys.due(session, inbox_id, now=NOW + 2 * HOUR)) == []


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
        next_one = surveys.planned_of_customer(session, first.customer_id)
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

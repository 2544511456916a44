"""Ratings by group, and the low ones of exactly a period: the same on both databases."""

from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import needs, rating_groups
from crm_store.models.customer import CustomerTag
from crm_store.models.survey import Rating, Survey, SurveyKind, SurveyState
from crm_store.models.ticket import RecoveryTask, Ticket
from crm_store.rating_groups import EVERYTHING, Dimension, Group, Stratum
from crm_store.rules.lifecycle import Kind, Priority
from crm_store.spans import Page
from crm_store.store import Store
from crm_store.tickets import Opening, create
from tests.crm_store.post import NOW

HOUR = timedelta(hours=1)
END = NOW + 24 * HOUR
# kind of ticket, theme, channel, score (None: no answer), hours from the beginning of the day
GIVEN = (
    (Kind.INQUIRY, "delivery", "telegram", 5, 0),
    (Kind.INQUIRY, "delivery", "email", 1, 1),
    (Kind.COMPLAINT, "refund", "email", 2, 2),
    (Kind.COMPLAINT, "refund", "email", None, 3),
    (Kind.COMPLAINT, "delivery", "telegram", 4, 23),
    (Kind.COMPLAINT, "delivery", "telegram", 1, 24),  # the next day
    (Kind.INQUIRY, "delivery", "telegram", 2, -1),  # the day before
)


@pytest.fixture
def house(store: Store, ticket: int) -> Store:
    """Rate some tickets of a customer who has two tags."""

    def unit(session: Session) -> None:
        contact_id = session.get_one(Ticket, ticket).customer_id
        for tag in ("vip", "new"):
            session.add(CustomerTag(customer_id=contact_id, tag=tag, at=NOW, by="test"))
        for kind, theme, channel, score, hour in GIVEN:
            _rate(session, ticket, kind, theme, channel, score, hour)

    store.write_now(unit)
    return store


def _rate(
    session: Session, first: int, kind: Kind, theme: str, channel: str, score: int | None, hour: int
) -> None:
    from crm_store.customers import sender

    at = NOW + hour * HOUR
    contact = sender(session, 1, "101").contact
    assert contact is not None
    opening = Opening(kind=kind, priority=Priority.NORMAL, subject="?", first_due=None, resolution_due=None)
    number = create(session, contact, opening, now=at)
    needs.keep(session, needs.Unread(number, "?", at, ()), [theme])
    state = SurveyState.ASKED if score is None else SurveyState.ANSWERED
    survey = Survey(
        kind=SurveyKind.CSAT, ticket_id=number, episode=1, customer_id=contact.customer_id, channel=channel,
        due=at, asked=at, state=state,
    )  # fmt: skip
    session.add(survey)
    session.flush()
    if score is not None:
        session.add(
            Rating(
                survey_id=survey.id, kind=survey.kind, ticket_id=number, customer_id=contact.customer_id,
                channel=channel, score=score, at=at, comment=f"said {score}",
            )
        )  # fmt: skip


@pytest.mark.parametrize(
    ("dimension", "expected"),
    [
        ("agent", {"0": {5: 1, 1: 1, 2: 1, 4: 1}}),
        ("channel", {"telegram": {5: 1, 4: 1}, "email": {1: 1, 2: 1}}),
        ("kind", {"inquiry": {5: 1, 1: 1}, "complaint": {2: 1, 4: 1}}),
        ("theme", {"delivery": {5: 1, 1: 1, 4: 1}, "refund": {2: 1}}),
        ("segment", {"vip": {5: 1, 1: 1, 2: 1, 4: 1}, "new": {5: 1, 1: 1, 2: 1, 4: 1}}),
    ],
)
def test_ratings_of_a_period_are_counted_by_group(
    house: Store, dimension: Dimension, expected: dict[str, dict[int, int]]
) -> None:
    found = house.read_now(lambda session: rating_groups.by(session, dimension, start=NOW, end=END))
    assert found == expected


@pytest.mark.parametrize(
    ("group", "scores"),
    [
        (EVERYTHING, [2, 1]),
        (Group("channel", "email"), [2, 1]),
        (Group("channel", "telegram"), []),
        (Group("theme", "delivery"), [1]),
        (Group("kind", "complaint"), [2]),
        (Group("segment", "vip"), [2, 1]),
        (Group("agent", "0"), [2, 1]),
        (Group("agent", "7"), []),
    ],
)
def test_the_list_holds_exactly_the_low_ratings_that_are_counted(
    house: Store, group: Group, scores: list[int]
) -> None:
    found = house.read_now(lambda session: rating_groups.low(session, group, start=NOW, end=END))
    count = house.read_now(lambda session: rating_groups.count_low(session, group, start=NOW, end=END))
    assert [(one.score, one.comment) for one in found] == [(score, f"said {score}") for score in scores]
    assert count == len(scores)


def test_pages_follow_each_other_without_gap(house: Store) -> None:
    whole = house.read_now(lambda session: rating_groups.low(session, EVERYTHING, start=NOW, end=END))
    pages = [
        house.read_now(partial(rating_groups.low, group=EVERYTHING, start=NOW, end=END, page=Page(at, 1)))
        for at in range(3)
    ]
    assert [one for page in pages for one in page] == list(whole)


def test_those_who_were_asked_are_counted_by_channel(house: Store) -> None:
    found = house.read_now(lambda session: rating_groups.strata(session, start=NOW, end=END))
    assert found == [Stratum("email", 3, 2, 0), Stratum("telegram", 2, 2, 2)]


def test_each_low_rating_gets_one_recovery_task(house: Store) -> None:
    def recover(group: Group) -> int:
        return house.write_now(
            lambda session: rating_groups.recover(session, group, start=NOW, end=END, now=NOW)
        )

    assert recover(Group("theme", "delivery")) == 1
    assert [recover(EVERYTHING), recover(EVERYTHING)] == [2, 2]
    tasks = house.read_now(lambda session: session.scalars(sa.select(RecoveryTask)).all())
    assert len({task.rating_id for task in tasks}) == len(tasks) == 2


def test_nothing_is_nothing(store: Store, inbox_id: int) -> None:
    assert store.read_now(lambda session: rating_groups.by(session, "theme", start=NOW, end=END)) == {}
    assert store.read_now(lambda session: rating_groups.strata(session, start=NOW, end=END)) == []
    assert (
        store.read_now(lambda session: rating_groups.count_low(session, EVERYTHING, start=NOW, end=END)) == 0
    )

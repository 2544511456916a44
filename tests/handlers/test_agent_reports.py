"""The satisfaction report: share, interval, response, change, and feedback told apart."""

from datetime import timedelta
from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.outbox import Attachment
from crm_store.models.survey import Rating, Survey, SurveyKind, SurveyState
from tests.factories import CAST, House
from tests.handlers.desk import desk, ticket

CHEN, WANG = CAST["chen"].address, CAST["wang"].address


@pytest.fixture
def home(tmp_path: Path) -> House:
    return desk(tmp_path)


def rate(home: House, scores: dict[int | None, int], *, days: int = 3, kind: str = SurveyKind.CSAT) -> None:
    """Ask as many surveys as scores say, some days ago; None stands for no answer."""
    number = ticket(home)
    at = home.now - timedelta(days=days)

    def unit(session: Session) -> None:
        episode = 1
        for score, count in scores.items():
            for _ in range(count):
                state = SurveyState.ASKED if score is None else SurveyState.ANSWERED
                survey = Survey(
                    kind=kind, ticket_id=number, episode=episode, customer_id=1, channel="telegram",
                    due=at, asked=at, state=state,
                )  # fmt: skip
                session.add(survey)
                session.flush()
                episode += 1
                if score is not None:
                    session.add(
                        Rating(
                            survey_id=survey.id, kind=kind, ticket_id=number, customer_id=1,
                            channel="telegram", score=score, at=at,
                        )
                    )  # fmt: skip

    home.store.write_now(unit)


@pytest.mark.parametrize(
    ("who", "lines"),
    [
        (
            "chen",
            [
                "Customer satisfaction, last 30 days",
                "82% satisfied (4 or 5), 95% interval 69–90%, n = 50",
                "Response rate: 62% (50 of 80 asked)",
                "Better than the period before: +42 points (n = 20)",
                "Told apart, scores given with feedback: 2.0 on average, n = 3",
            ],
        ),
        (
            "wang",
            [
                "客户满意度，近 30 天",
                "满意（4 或 5 分）82%，95% 区间 69–90%，n = 50",
                "回收率：62%（发出 80，回答 50）",
                "比上一时段更好：+42 个百分点（n = 20）",
                "另计，随反馈给出的评分：平均 2.0 分，n = 3",
            ],
        ),
    ],
)
def test_tells_everything_with_a_picture(home: House, who: str, lines: list[str]) -> None:
    from crm_store import staff
    from crm_store.rules.roles import Role

    home.store.write_now(
        lambda session: staff.grant(session, home.staff_ids["wang"], Role.SUPERVISOR, by="t", now=home.now)
    )
    rate(home, {5: 21, 4: 20, 2: 9, None: 30})
    rate(home, {5: 8, 1: 12}, days=40)
    rate(home, {2: 3}, kind=SurveyKind.FEEDBACK)
    [told] = home.hears(who, "/satisfaction")
    assert told.removeprefix(f"{CAST[who].address}: ").splitlines() == lines
    row = list(home.rows())[-1]
    kept = home.store.read_now(lambda session: session.scalars(sa.select(Attachment)).all())
    assert orjson.loads(row.body)["attachment"] == kept[0].id
    assert kept[0].content.startswith(b"\x89PNG")


def test_few_ratings_say_little(home: House) -> None:
    rate(home, {5: 6, 1: 3})
    [told] = home.hears("chen", "/satisfaction")
    assert "Too few to say: 6 of 9 satisfied (4 or 5); at least 10 ratings are needed." in told
    assert "too few ratings to say (n = 0 then)" in told


def test_no_ratings_at_all(home: House) -> None:
    [told] = home.hears("chen", "/satisfaction")
    assert "No ratings yet, so there is nothing to say." in told
    assert "Response rate" not in told


@pytest.mark.parametrize(
    ("before", "words"),
    [
        ({5: 40}, "Worse than the period before: -18 points"),
        ({5: 16, 1: 4}, "No clear change from the period before: +2 points, within chance (n = 20)"),
    ],
)
def test_a_change_is_claimed_only_when_it_is_sure(
    home: House, before: dict[int | None, int], words: str
) -> None:
    rate(home, {5: 41, 1: 9})
    rate(home, before, days=40)
    assert words in home.hears("chen", "/satisfaction")[0]

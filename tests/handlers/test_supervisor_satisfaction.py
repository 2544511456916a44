"""The satisfaction report: share, interval, response, change, groups, and the very tickets behind it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.outbox import Attachment
from crm_store.models.survey import Rating, Survey, SurveyKind, SurveyState
from crm_store.rules.roles import Role
from handlers.routes import ROUTES
from handlers.texts import catalogue
from tests.conftest import BOTH
from tests.factories import CAST, House, house
from tests.handlers import figures
from tests.handlers.desk import desk, ticket
from tests.handlers.people import hire

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


@pytest.fixture(params=BOTH)
def both(request: pytest.FixtureRequest, tmp_path: Path) -> House:
    """Open a house in Shanghai on the first of April, once on each database."""
    url = None if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))
    built = house(tmp_path, ROUTES, url=url)
    built.desk = replace(built.desk, zone="Asia/Shanghai")
    built.now = datetime(2026, 4, 1, 2, tzinfo=UTC)
    return built


def march(built: House) -> None:
    """Rate in March, and at the last and first moments beside it."""
    moments = {
        datetime(2026, 2, 28, 15, 59, 59, tzinfo=UTC): {1: 5},
        datetime(2026, 2, 28, 16, tzinfo=UTC): {1: 2, 5: 9},
        datetime(2026, 3, 20, 3, tzinfo=UTC): {4: 20, 2: 7, 3: 4},
        datetime(2026, 3, 31, 15, 59, 59, tzinfo=UTC): {1: 1},
        datetime(2026, 3, 31, 16, tzinfo=UTC): {1: 6},
    }
    for at, scores in moments.items():
        figures.rated(built, scores, at, theme="delivery", who="wang", comment="等了三天")
    figures.ticks(built, "themes")


def low_tickets(built: House, label: str) -> list[str]:
    """Press a button that leads to low ratings, turn all pages, and list the tickets' lines."""
    found: list[str] = []
    data = dict(built.buttons())[label]
    while data:
        [page] = built.presses("chen", data)
        found += [line for line in page.splitlines() if line.startswith("#")]
        data = dict(built.buttons()).get("More ▶", "")
    return found


def test_march_is_the_same_today_and_after_every_policy_has_changed(both: House) -> None:
    march(both)
    [told] = both.hears("chen", "/satisfaction 2026-03")
    assert "67% satisfied (4 or 5), 95% interval 53–80%, n = 43" in told
    tickets = low_tickets(both, "Low ratings (10)")
    assert len(tickets) == len(set(tickets)) == 10
    assert all("等了三天" in line for line in tickets)

    both.opens("mon-fri 10:00-11:00", "Asia/Shanghai")
    hire(both, "zhao", Role.ADMIN)
    for command in ("/sla complaint first 15m", "/strategy load", "/hours 2026-05-01 closed"):
        both.hears("zhao", command)
    both.desk = replace(
        both.desk, survey_delay=timedelta(days=1), rating_window=timedelta(hours=1), asks_nps=False
    )
    figures.ticks(both, "sums")  # from now on whole days are counted from their sums
    both.passes(days=20)
    figures.ticks(both, "sums")
    figures.rated(both, {1: 30}, both.now)

    assert both.hears("chen", "/satisfaction 2026-03") == [told]
    assert low_tickets(both, "Low ratings (10)") == tickets
    assert told in both.hears("chen", "/satisfaction last month")


def test_every_low_rating_leads_to_its_ticket(both: House) -> None:
    march(both)
    both.hears("chen", "/satisfaction 2026-03")
    both.presses("chen", dict(both.buttons())["Low ratings (10)"])
    label, data = both.buttons()[0]
    [card] = both.presses("chen", data)
    assert f"{label} · inquiry" in card and "Guest 901" in card


def test_groups_are_told_fairly_and_lead_to_their_low_ratings(both: House) -> None:
    at = both.now - timedelta(days=2)
    figures.rated(both, {5: 60, 1: 3}, at, who="wang", theme="refund")
    figures.rated(both, {5: 20, 2: 25}, at, who="chen", theme="delivery", channel="email")
    figures.rated(both, {1: 3}, at, who="zhao", theme="quality")
    figures.ticks(both, "themes")
    [told] = both.hears("chen", "/satisfaction 7d agents")
    lines = told.splitlines()
    assert lines[0].endswith("Satisfaction by agent, last 7 days")
    assert lines[3].startswith("▲ Wang 王") and "better than all" in lines[3]
    assert lines[4].startswith("▼ Chen 陈") and "worse than all" in lines[4]
    assert lines[5] == "Too few to say (under 10 ratings): Zhao 赵 (3)"
    assert len(low_tickets(both, "Chen 陈: low ratings (25)")) == 25
    assert "delivery: 4" in both.hears("chen", "/satisfaction themes 7d")[0]
    assert "Email" in both.hears("chen", "/satisfaction 7d 渠道")[0]


def test_groups_that_do_not_differ_are_not_ranked(both: House) -> None:
    for who in ("wang", "chen", "zhao"):
        figures.rated(both, {5: 40, 1: 10}, both.now - timedelta(days=2), who=who)
    for channel in ("email", "webchat", "wechat"):
        figures.rated(both, {5: 40, 1: 10}, both.now - timedelta(days=2), channel=channel)
    [told] = both.hears("chen", "/satisfaction 7d agents")
    assert "No difference between the groups was found" in told or "None differs clearly" in told
    assert "▲" not in told and "▼" not in told


def test_silence_and_uneven_answers_are_warned_of(both: House) -> None:
    at = both.now - timedelta(days=2)
    figures.rated(both, {5: 20, None: 20}, at)
    figures.rated(both, {1: 10, 5: 2, None: 250}, at, channel="email")
    [told] = both.hears("chen", "/satisfaction 7d")
    assert "Response rate: 11% (32 of 302 asked)" in told
    assert "Fewer than one in five answered" in told and "7%" in told and "97%" in told
    assert "The channels answered unevenly" in told


def test_recommending_and_effort_stand_beside_it_and_are_never_mixed_in(both: House) -> None:
    at = both.now - timedelta(days=2)
    figures.rated(both, {5: 9, 4: 1}, at)
    figures.rated(both, {10: 20, 8: 5, 3: 5}, at, kind=SurveyKind.NPS)
    figures.rated(both, {7: 3, 1: 1}, at, kind=SurveyKind.CES)
    [told] = both.hears("chen", "/satisfaction 7d")
    assert "100% satisfied (4 or 5), 95% interval 72–100%, n = 10" in told
    assert "Would recommend us (NPS): +50, 95% interval +19 to +72, n = 30" in told
    assert "Found it easy: too few answers to say (3 of 4)" in told


def test_a_button_of_somebody_else_is_refused(both: House) -> None:
    march(both)
    both.hears("chen", "/satisfaction 2026-03")
    data = dict(both.buttons())["Low ratings (10)"]
    assert "等了三天" not in both.presses("mei", data)[0]
    for forged in (
        "low:x",
        "low:1.zz~x1",
        "groups:tb6f40.tcrts0~staff",
        "tickets:1.zz~t",
        "need_article:1.zz~x",
    ):
        assert both.presses("chen", f"v1:{forged}:0") == [
            f"202: {catalogue.say('en', 'refused.stale_button')}"
        ]


def test_what_does_not_fit_below_a_picture_follows_by_itself(home: House) -> None:
    for nth in range(14):
        name = f"a long channel number {nth}"
        figures.rated(home, {5: 10 - nth % 3, 1: nth % 3}, home.now - timedelta(days=2), channel=name)
    below, rest = home.hears("chen", "/satisfaction 7d channels")
    assert "All together" in below and len(below) <= 1024
    assert rest.count("number") + below.count("number") == 12
    assert len(home.buttons()) == len(home.buttons(2)) == 6

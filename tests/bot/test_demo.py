"""The demo's world: its people, its folder, its clock, and what it covers."""

import os
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.demo import memory, seeding
from bot.demo.articles import ARTICLES
from bot.demo.cast import HOUSEHOLD, LI, ZHAO, shoppers
from bot.demo.folder import DemoError, Folder
from bot.demo.place import ELSEWHERE, QUIET, is_zone, local_zone, out_of_the_night
from bot.sandbox.world import World
from crm_store import campaign_figures, campaigns, opinions, rating_counts, ratings
from crm_store.campaigns import NewCampaign
from crm_store.models.campaign import Campaign
from crm_store.models.customer import Order
from crm_store.models.inbox import JournalEntry
from crm_store.models.sla import TicketClock
from crm_store.models.survey import Rating, SurveyKind
from crm_store.models.ticket import RecoveryTask, Ticket
from crm_store.store import Store

BASE = datetime(2026, 3, 4, 2, 30, tzinfo=UTC)
ZONE = "Asia/Shanghai"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('demo') / 'hearwell.db'}"


@pytest.fixture(scope="module")
def world(url: str) -> World:
    made = World()
    seeding.seed(url, made, base=BASE, zone=ZONE)
    return made


@pytest.fixture(scope="module")
def store(url: str, world: World) -> Iterator[Store]:
    opened = Store(url)
    yield opened
    opened.close()


def test_every_customer_has_a_name_of_their_own_and_a_chat(world: World) -> None:
    people = shoppers()
    assert len(people) == HOUSEHOLD == len({one.name for one in people})
    assert all(one.address in world.bot.private for one in people)
    first = next(one for one in world.people.values() if one.role_hint == "customer")
    assert first.name == LI.name
    assert Counter(one.language for one in people)["en"] > 100


def test_a_campaign_to_everyone_meets_every_verdict(store: Store) -> None:
    draft = NewCampaign(
        inbox_id=1, owner_id=1, chat=str(ZHAO.address), channel="telegram", text_zh="新", text_en="new",
        audience={"kind": "everyone"}, zone=ZONE, quiet=QUIET,
    )  # fmt: skip
    counts = store.read_now(lambda session: campaigns.preview(session, draft, now=BASE))
    reasons = {reason: number for (_, reason), number in counts.items()}
    assert sum(reasons.values()) == HOUSEHOLD
    assert set(reasons) == {
        "ok", "no_consent", "suppressed", "not_reachable", "open_complaint", "low_rating", "cap",
        "quiet_hours",
    }  # fmt: skip
    assert reasons["ok"] > HOUSEHOLD / 2


@pytest.mark.parametrize("month", [1, 3, 7, 11])
@pytest.mark.parametrize("hour", range(24))
def test_somebody_sleeps_at_any_hour(month: int, hour: int) -> None:
    now = datetime(2026, month, 20, hour, 30, tzinfo=UTC)
    assert any(QUIET.is_quiet(now, one.zone) for one in shoppers() if one.zone)


def test_three_months_of_ratings_dip_and_recover(store: Store) -> None:
    bounds = [BASE - timedelta(weeks=number) for number in range(13, -1, -1)]
    weeks = store.read_now(lambda session: rating_counts.by_bucket(session, bounds))
    share = [sum(week.get(score, 0) for score in (4, 5)) / sum(week.values()) for week in weeks]
    assert min(share[:5]) > max(share[6:8]) < min(share[-3:])
    assert all(sum(week.values()) >= 10 for week in weeks)
    response = store.read_now(lambda session: ratings.response(session, bounds[0], BASE))
    assert 0.55 < response.answered / response.asked < 0.65


def test_every_low_rating_has_its_recovery_task_and_some_are_open(store: Store) -> None:
    def look(session: sa.orm.Session) -> tuple[int | None, int | None, int | None]:
        low = session.scalar(sa.select(sa.func.count(Rating.id)).where(Rating.score <= ratings.LOW))
        tasks = session.scalar(sa.select(sa.func.count(RecoveryTask.id)))
        done = session.scalar(sa.select(sa.func.count(RecoveryTask.done)))
        return low, tasks, done

    low, tasks, done = store.read_now(look)
    assert low == tasks
    assert low is not None
    assert done is not None
    assert 3 <= low - done <= low / 2


def test_past_campaigns_went_out_by_day_and_are_done(store: Store) -> None:
    past = store.read_now(lambda session: session.scalars(sa.select(Campaign)).all())
    assert [campaign.state for campaign in past] == ["done", "done"]
    assert not any(QUIET.is_quiet(campaign.created, ZONE) for campaign in past)


def test_the_world_is_the_same_every_time(store: Store, url: str, tmp_path: Path) -> None:
    again = World()
    seeding.seed(f"sqlite:///{tmp_path / 'again.db'}", again, base=BASE, zone=ZONE)
    dumps = []
    for path in (url.removeprefix("sqlite:///"), tmp_path / "again.db"):
        with sqlite3.connect(path) as connection:
            dumps.append(list(connection.iterdump()))
    assert dumps[0] == dumps[1]


def test_articles_are_asked_for_in_both_languages() -> None:
    assert len(ARTICLES) == 12
    assert all(set(draft.answers) == set(draft.phrasings) == {"zh", "en"} for draft in ARTICLES)
    assert all(4 <= len(texts) <= 6 for draft in ARTICLES for texts in draft.phrasings.values())


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2026-03-04T07:59:00", "2026-03-04T10:00:00"),
        ("2026-03-04T08:00:00", "2026-03-04T08:00:00"),
        ("2026-03-04T21:59:00", "2026-03-04T21:59:00"),
        ("2026-03-04T22:00:00", "2026-03-05T10:00:00"),
        ("2026-03-05T00:00:00", "2026-03-05T10:00:00"),
    ],
)
@pytest.mark.parametrize(("zone", "ahead"), [("Asia/Shanghai", 8), ("America/New_York", -5), ("UTC", 0)])
def test_a_start_at_night_waits_for_the_morning(local: str, expected: str, zone: str, ahead: int) -> None:
    offset = timedelta(hours=ahead)
    now = datetime.fromisoformat(local).replace(tzinfo=UTC) - offset
    assert out_of_the_night(now, zone) + offset == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize("machine", ["Europe/Berlin", "America/New_York"])
def test_the_shop_lives_where_the_machine_is(machine: str) -> None:
    ask = "from bot.demo.place import local_zone; print(local_zone())"
    told = subprocess.run(
        [sys.executable, "-c", ask], env={**os.environ, "TZ": machine}, capture_output=True, check=True
    )
    assert told.stdout.decode().strip() == machine


def test_without_a_machine_that_tells_the_shop_still_lives_somewhere() -> None:
    assert is_zone(local_zone())
    assert is_zone(ELSEWHERE)


@pytest.mark.parametrize("name", ["", "Mars/Base", "/etc/passwd", "../UTC", "Asia"])
def test_what_is_no_zone_is_told_from_one(name: str) -> None:
    assert not is_zone(name)
    assert is_zone("Europe/Berlin")


def test_numbers_the_bot_knows_are_never_given_out_again(store: Store, url: str) -> None:
    chat, number = store.read_now(
        lambda session: max(memory.last_messages(session).items(), key=lambda known: known[1])
    )
    forgetful = World()
    forgetful.open_private(forgetful.bot, forgetful.add_person("Somebody", person_id=int(chat)))
    heard = forgetful.bot.updates.next_id + 70
    store.write_now(
        lambda session: session.add(
            JournalEntry(inbox_id=1, update_id=heard, received=BASE, lane="x", raw="{}", state="done")
        )
    )
    memory.catch_up(url, forgetful)
    assert forgetful.bot.private[int(chat)].last_id == number > 2
    assert forgetful.bot.updates.next_id == heard + 1


def test_a_folder_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(DemoError, match="not a demo's folder"):
        Folder.open(tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["letter.txt"]


def test_emptying_deletes_what_a_demo_made_and_nothing_else(tmp_path: Path) -> None:
    folder = Folder.open(tmp_path)
    folder.is_complete, folder.offset = True, 3600
    folder.keep()
    for name in ("hearwell.db", "hearwell.db-wal", "sandbox.json", "secret.key", "notes.txt"):
        (tmp_path / name).write_text("x")
    (tmp_path / "sandbox.json.files").mkdir()
    (tmp_path / "sandbox.json.files" / "photo.png").write_text("x")
    found = Folder.open(tmp_path)
    assert (found.is_complete, found.offset) == (True, 3600)
    found.empty()
    assert {each.name for each in tmp_path.iterdir()} == {"demo.json", "notes.txt"}
    assert not Folder.open(tmp_path).is_complete


def test_some_keep_buying_some_slow_down_and_an_offer_sells(store: Store) -> None:
    last = sa.select(sa.func.max(Order.at)).group_by(Order.customer_id)
    days = [(BASE - at).days for at in store.read_now(lambda session: session.scalars(last).all())]
    assert sum(day < 90 for day in days) > HOUSEHOLD / 2
    assert HOUSEHOLD / 5 < sum(day >= 90 for day in days) < HOUSEHOLD / 2
    numbers = store.read_now(lambda session: session.scalars(sa.select(Order.number)).all())
    assert len(numbers) == len(set(numbers)) > 3 * HOUSEHOLD
    report = store.read_now(lambda session: campaign_figures.of_campaign(session, 1, now=BASE))
    assert report.held_out.number > 30
    assert report.sent.bought / report.sent.number > report.held_out.bought / report.held_out.number


def test_people_say_whether_they_recommend_and_how_they_feel(store: Store) -> None:
    start = BASE - timedelta(weeks=13)
    for kind in (SurveyKind.NPS, SurveyKind.CES):
        told = store.read_now(partial(rating_counts.histogram, kind=kind, start=start, end=BASE))
        assert sum(told.values()) >= 20
    mood = store.read_now(lambda session: opinions.mood(session, start=start, end=BASE))
    assert mood.told > 20


def test_the_clocks_of_open_tickets_run_and_those_that_wait_stand_still(store: Store) -> None:
    def look(session: sa.orm.Session) -> dict[str, set[bool]]:
        rows = session.execute(
            sa.select(Ticket.status, TicketClock.pause).join(TicketClock, TicketClock.ticket_id == Ticket.id)
        )
        found: dict[str, set[bool]] = {}
        for status, pause in rows:
            found.setdefault(status, set()).add(pause is not None)
        return found

    found = store.read_now(look)
    assert found["open"] == {False}
    assert found["pending"] == found["on_hold"] == {True}

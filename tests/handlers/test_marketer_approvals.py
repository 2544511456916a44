"""Four eyes: a campaign that could reach many waits until somebody else has looked at it."""

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from crm_store import approvals, staff
from crm_store.models.campaign import CampaignState, Occurrence
from crm_store.models.staff import Audit
from crm_store.rules.roles import Role
from handlers.texts import catalogue
from tests.factories import House
from tests.handlers.marketing import ZHAO, confirm, feed, look, newest, open_house, tick

CHEN = "202"
LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])


def strict_house(folder: Path, *, over: int = 3, language: str = "en") -> House:
    at = open_house(folder, language=language)
    at.desk = replace(at.desk, approve_over=over)
    return at


def decide(at: House, label: str, who: str = "chen") -> list[str]:
    """Look at campaign 1 and press a button below it."""
    at.hears(who, "/approve 1")
    [data] = [data for shown, data in at.buttons() if shown == label]
    return at.presses(who, data)


@LANGUAGES
def test_over_the_limit_it_waits_and_the_others_are_told(tmp_path: Path, language: str) -> None:
    at = strict_house(tmp_path, language=language)
    confirm(at)
    values = {"number": 1, "name": "新年优惠", "over": 3}
    texts = [row.body for row in at.rows()]
    assert catalogue.say(language, "approval.asked", **values) in texts[-1]
    assert newest(at).state == CampaignState.WAITING
    assert tick(at) == feed(at) == []
    [listed] = at.hears("zhao", "/campaigns")
    assert catalogue.say(language, "word.campaign_waiting") in listed
    assert "/approve 1" in listed


def test_the_notice_leads_to_the_preview(tmp_path: Path) -> None:
    at = strict_house(tmp_path)
    confirm(at)
    [(label, data)] = at.buttons(2)
    assert label == "Look at it"
    [shown] = at.presses("chen", data)
    assert "written by Zhao 赵, waits for approval" in shown
    assert "When: now" in shown
    assert "Now: 4" in shown


def test_approved_it_goes_out_and_both_are_told(tmp_path: Path) -> None:
    at = strict_house(tmp_path)
    confirm(at)
    at.passes(hours=3)
    told = decide(at, "Approve")
    assert f"{ZHAO}: Campaign #1 “新年优惠” was approved by Chen 陈 and goes out as planned." in told
    kept = look(at, lambda session: approvals.of_campaign(session, 1))
    assert (kept.decided, kept.decided_by, kept.is_granted) == (at.now, at.staff_ids["chen"], True)
    tick(at)
    assert len(feed(at)) == 4
    assert "campaign.granted" in look(at, lambda session: session.scalars(sa.select(Audit.what)).all())


def test_turned_down_it_reaches_nobody(tmp_path: Path) -> None:
    at = strict_house(tmp_path)
    confirm(at)
    decide(at, "Turn down")
    assert newest(at).state == CampaignState.CANCELLED
    assert tick(at) == feed(at) == []
    assert at.hears("chen", "/approve 1") == [
        f"{CHEN}: Campaign #1 is cancelled, so there is nothing to approve."
    ]


def test_its_author_may_not_approve_it_whatever_the_role(tmp_path: Path) -> None:
    at = strict_house(tmp_path)
    zhao = at.staff_ids["zhao"]
    at.store.write_now(lambda session: staff.grant(session, zhao, Role.SUPERVISOR, by="settings", now=at.now))
    confirm(at)
    refused = [f"{ZHAO}: Campaign #1 is your own; a supervisor or another marketer has to approve it."]
    assert at.hears("zhao", "/approve 1") == refused
    assert at.presses("zhao", "v1:approve:1:0") == refused
    at.presses("wang", "v1:approve:1:0")
    assert newest(at).state == CampaignState.WAITING


def test_at_or_below_the_limit_or_without_one_nobody_is_asked(tmp_path: Path) -> None:
    for over in (4, 0):
        folder = tmp_path / str(over)
        folder.mkdir()
        at = strict_house(folder, over=over)
        confirm(at)
        assert newest(at).state == CampaignState.SCHEDULED
        assert at.hears("chen", "/approve") == [f"{CHEN}: No campaign waits for approval."]


def test_only_those_count_who_said_yes(tmp_path: Path) -> None:
    at = strict_house(tmp_path)
    at.store.write_now(
        lambda session: session.execute(
            sa.text("UPDATE consent SET withdrawn = granted, withdrawn_source = 'test' WHERE customer_id = 1")
        )
    )
    confirm(at)
    assert newest(at).state == CampaignState.SCHEDULED


def test_a_campaign_for_later_keeps_its_time_and_skips_what_it_missed(tmp_path: Path) -> None:
    at = strict_house(tmp_path)
    confirm(at, when="daily 12:00")
    at.passes(days=2)
    decide(at, "Approve")
    assert tick(at) == feed(at) == []
    at.passes(hours=3)
    tick(at)
    states = look(
        at, lambda session: session.scalars(sa.select(Occurrence.state).order_by(Occurrence.id)).all()
    )
    assert states == ["skipped", "skipped", "sending"]


def test_its_author_may_take_it_back_while_it_waits(tmp_path: Path) -> None:
    at = strict_house(tmp_path)
    confirm(at)
    [listed] = at.hears("chen", "/approve")
    assert "· #1 新年优惠 · Zhao 赵 · /approve 1" in listed
    at.hears("zhao", "/cancel 1")
    assert at.hears("chen", "/approve") == [f"{CHEN}: No campaign waits for approval."]
    assert at.hears("zhao", "/pause 1") == [f"{ZHAO}: Campaign #1 is cancelled, so it cannot be paused."]

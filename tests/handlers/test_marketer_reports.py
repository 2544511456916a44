"""What became of a campaign, in words, with and without a hold-out."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from crm_store import consents
from crm_store.consents import Scope
from crm_store.models.campaign import Recipient
from handlers.texts import catalogue
from tests.crm_store import crowd
from tests.crm_store.test_campaign_figures import buy, write
from tests.factories import House
from tests.handlers.marketing import confirm, deliver, feed, look, newest, open_house, step, tick

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])


def send_all(at: House) -> None:
    """Plan, feed and deliver until nobody waits."""
    tick(at)
    while feed(at):
        deliver(at)
    tick(at)


def held_out(at: House) -> list[int]:
    return look(
        at,
        lambda session: session.scalars(
            sa.select(Recipient.customer_id).where(Recipient.reason == "holdout")
        ).all(),
    )  # type: ignore[return-value]  # a sequence will do


def confirm_with_holdout(at: House) -> str:
    for words in ("/campaign", "新年优惠", "New Year offer"):
        at.hears("zhao", words)
    step(at, "everyone")
    step(at, "now")
    [preview] = step(at, "hold_out")
    step(at, "confirm")
    return preview


@LANGUAGES
def test_without_a_hold_out_it_says_what_one_would_tell(tmp_path: Path, language: str) -> None:
    at = open_house(tmp_path, language=language)
    crowd.crowd(at.store, 16)
    confirm(at)
    send_all(at)

    def happen(session: sa.orm.Session) -> None:
        for one in (1, 2):
            write(session, one, at.now + HOUR)
        for one in range(1, 6):
            buy(session, one, at.now + DAY)
        consents.withdraw(session, Scope(1, "telegram", "news"), source="t", now=at.now + HOUR)

    at.store.write_now(happen)
    at.passes(days=8)
    [told] = at.hears("zhao", "/report 1")
    shares = {
        "en": [
            "Sent: 20 of 20, 100% (84%–100%)",
            "Of the 20 it reached:",
            "Wrote to us within 24 hours: 2 of 20, 10% (2.8%–30%)",
            "Opted out within 72 hours: 1 of 20, 5.0% (0.9%–24%)",
            "Satisfied, of those who rated within 7 days: none yet",
            "Bought within 7 days: 5 of 20, 25% (11%–47%)",
        ],
        "zh": [
            "已发送：20/20，100%（84%–100%）",
            "收到的 20 人中：",
            "24 小时内来信：2/20，10%（2.8%–30%）",
            "72 小时内退订：1/20，5.0%（0.9%–24%）",
            "7 天内评分满意：暂无",
            "7 天内购买：5/20，25%（11%–47%）",
        ],
    }
    assert [line for line in told.splitlines() if line][2:8] == shares[language]
    assert catalogue.say(language, "report.no_holdout") in told
    assert catalogue.say(language, "report.would_take", share="25%", n=215) in told


def test_few_are_too_few_and_open_weeks_are_told(tmp_path: Path) -> None:
    at = open_house(tmp_path, language="en")
    confirm(at)
    send_all(at)
    [told] = at.hears("chen", "/report #1")
    assert "Sent: 4 of 4, too few to say" in told
    assert "So far: for 4 of them the 7 days are not over yet." in told


@LANGUAGES
def test_against_a_hold_out_it_tells_the_lift(tmp_path: Path, language: str) -> None:
    at = open_house(tmp_path, language=language)
    crowd.crowd(at.store, 296)
    preview = confirm_with_holdout(at)
    assert newest(at).holdout == 10
    send_all(at)
    held = held_out(at)
    assert f"{catalogue.say(language, 'word.reason_holdout')} {len(held)}" in preview
    others = [one for one in range(1, 301) if one not in held]

    def happen(session: sa.orm.Session) -> None:
        for one in (*held[:10], *others[:100]):
            buy(session, one, at.now + DAY)

    at.store.write_now(happen)
    at.passes(days=8)
    [told] = at.hears("zhao", "/report 1")
    assert catalogue.say(language, "report.held_out", number=len(held)) in told
    [line] = [one for one in told.splitlines() if catalogue.say(language, "report.effect.bought") in one][-1:]
    assert {"en": "Lift +", "zh": "提升 +"}[language] in line or {"en": "Lift -", "zh": "提升 -"}[
        language
    ] in line
    assert {"en": "cannot tell; it takes about", "zh": "无法判断，每组约需"}[language] in line


def test_a_clear_effect_is_called_one(tmp_path: Path) -> None:
    at = open_house(tmp_path, language="en")
    crowd.crowd(at.store, 296)
    confirm_with_holdout(at)
    send_all(at)
    held = held_out(at)
    others = [one for one in range(1, 301) if one not in held]
    at.store.write_now(
        lambda session: [buy(session, one, at.now + DAY) for one in (*held[:2], *others[:150])]
    )
    [told] = at.hears("zhao", "/report 1")
    assert "more because of it." in told


def test_wrong_use_and_campaigns_that_have_not_run(tmp_path: Path) -> None:
    at = open_house(tmp_path, language="en")
    assert at.hears("zhao", "/report spring") == [f"203: {catalogue.say('en', 'usage.report')}"]
    assert (
        "no campaign" in at.hears("zhao", "/report 7")[0].lower() or "#7" in at.hears("zhao", "/report 7")[0]
    )
    confirm(at, when="daily 12:00")
    assert at.hears("zhao", "/report 1") == [
        f"203: {catalogue.say('en', 'refused.campaign_not_run', number=1)}"
    ]


def test_it_names_who_approved_it(tmp_path: Path) -> None:
    at = open_house(tmp_path, language="en")
    at.desk = replace(at.desk, approve_over=1)
    confirm(at)
    at.presses("chen", "v1:approve:1:0")
    send_all(at)
    [told] = at.hears("zhao", "/report 1")
    assert "Approved by Chen 陈, 2 Mar 09:00" in told

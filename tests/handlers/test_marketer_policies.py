"""The frequency policy in words, and each change of it as a new version."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from crm_store import policies
from crm_store.models.campaign import PolicyVersion
from crm_store.models.staff import Audit
from crm_store.rules.frequency import WEEK, Cap, Mode, Scope
from handlers.texts import catalogue
from tests.factories import House
from tests.handlers.marketing import confirm, deliver, feed, look, open_house, progress, tick

DAY = timedelta(days=1)
LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])


def caps(at: House, channel: str = "telegram", topic: str = "news") -> tuple[Cap, ...]:
    return look(at, lambda session: policies.current(session, channel, topic)).caps


def versions(at: House) -> int:
    return look(at, lambda session: session.scalar(sa.select(sa.func.count(PolicyVersion.id)))) or 0


@LANGUAGES
def test_it_is_shown_with_its_version_and_author(tmp_path: Path, language: str) -> None:
    at = open_house(tmp_path, language=language)
    assert at.hears("zhao", "/policy") == [f"203: {catalogue.say(language, 'policy.none')}"]
    at.hears("zhao", "/strategy load")
    [shown] = at.hears("zhao", "/policy")
    assert "Zhao 赵" in shown
    limit = {
        "zh": "✈️ Telegram\n上限：所有内容，7 天内最多 1 条，间隔至少 24 小时",
        "en": "✈️ Telegram\nLimit: any content, at most 1 in 7 days, 24 hours apart",
    }
    assert limit[language] in shown


@pytest.mark.parametrize(
    ("typed", "cap"),
    [
        ("2/week", Cap(2, WEEK, min_gap=DAY)),
        ("2/周", Cap(2, WEEK, min_gap=DAY)),
        ("20/week", Cap(20, WEEK)),
        ("1/day", Cap(1, DAY, Mode.CALENDAR_DAY, timedelta(hours=12))),
        ("3/DAY", Cap(3, DAY, Mode.CALENDAR_DAY)),
        ("3/10days", Cap(3, 10 * DAY, min_gap=DAY)),
        ("3条/10天", Cap(3, 10 * DAY, min_gap=DAY)),
        ("1/month", Cap(1, 30 * DAY, min_gap=DAY)),
        ("never", Cap(0, DAY)),
        ("0/week", Cap(0, WEEK, min_gap=DAY)),
    ],
)
def test_a_limit_is_read_as_it_is_meant(tmp_path: Path, typed: str, cap: Cap) -> None:
    at = open_house(tmp_path, language="en")
    at.hears("zhao", "/strategy load")
    at.hears("zhao", f"/policy telegram {typed}")
    assert caps(at) == (cap,)
    assert versions(at) == 2
    assert caps(at, "wechat", "coupon") == (Cap(1, DAY, Mode.CALENDAR_DAY, timedelta(hours=12)),)


def test_off_is_no_limit_and_never_is_not(tmp_path: Path) -> None:
    at = open_house(tmp_path, language="en")
    at.hears("zhao", "/strategy load")
    [told] = at.hears("zhao", "/policy Telegram off")
    assert "✈️ Telegram\nNo limit" in told
    assert caps(at) == ()
    [told] = at.hears("zhao", "/policy telegram never")
    assert "Limit: any content, never" in told


def test_a_topic_has_a_limit_of_its_own_beside_the_channels(tmp_path: Path) -> None:
    at = open_house(tmp_path, language="en")
    at.hears("zhao", "/policy email 3/week")
    [told] = at.hears("zhao", "/policy 邮件 1/day news")
    assert "at most 3 in 7 days" in told
    assert "news and offers, at most 1 in a calendar day, 12 hours apart" in told
    assert [cap.scope for cap in caps(at, "email")] == [Scope.CHANNEL, Scope.TOPIC]
    assert len(caps(at, "email", "event")) == 1
    at.hears("zhao", "/policy email off news")
    assert caps(at, "email") == (Cap(3, WEEK),)


@LANGUAGES
@pytest.mark.parametrize(
    ("typed", "key", "values"),
    [
        ("telegram", "policy_usage", {}),
        ("telegram often", "policy_usage", {}),
        ("telegram 2/fortnight", "policy_usage", {}),
        ("telegram 2/week news please", "policy_usage", {}),
        ("telegram 5000/day", "policy_range", {"most": 1000, "days": 366}),
        ("telegram 1/0days", "policy_range", {"most": 1000, "days": 366}),
        ("telegram 1/900weeks", "policy_range", {"most": 1000, "days": 366}),
    ],
)
def test_what_cannot_be_read_changes_nothing(
    tmp_path: Path, language: str, typed: str, key: str, values: dict[str, object]
) -> None:
    at = open_house(tmp_path, language=language)
    assert at.hears("zhao", f"/policy {typed}") == [
        f"203: {catalogue.say(language, f'refused.{key}', **values)}"
    ]
    assert versions(at) == 0


def test_a_mistyped_channel_or_topic_is_guessed(tmp_path: Path) -> None:
    at = open_house(tmp_path, language="en")
    assert "Did you mean telegram?" in at.hears("zhao", "/policy telegran 2/week")[0]
    assert "Did you mean coupon?" in at.hears("zhao", "/policy wechat 2/week cupon")[0]
    assert "There are email, phone" in at.hears("zhao", "/policy pigeon 2/week")[0]


def test_supervisors_read_it_and_changes_are_audited(tmp_path: Path) -> None:
    at = open_house(tmp_path, language="en")
    at.hears("zhao", "/policy telegram 2/week")
    assert "at most 2 in 7 days" in at.hears("chen", "/policy")[0]
    at.hears("chen", "/policy telegram off")
    assert versions(at) == 1
    audited = look(at, lambda session: session.scalars(sa.select(Audit.what)).all())
    assert audited.count("policy.changed") == 1


def test_a_looser_limit_lets_the_next_campaign_through(tmp_path: Path) -> None:
    at = open_house(tmp_path, language="en")
    at.hears("zhao", "/policy telegram 1/week")
    for _ in range(2):
        confirm(at)
        tick(at)
        feed(at)
        deliver(at)
        tick(at)
    assert (progress(at).sent, progress(at, 2).sent) == (4, 0)
    at.hears("zhao", "/policy telegram 2/week")
    feed(at)
    deliver(at)
    assert progress(at, 2).sent == 4

"""What the settings say about open hours, and the versions that makes."""

from collections.abc import Iterator
from datetime import date, time, timedelta

import pytest

from bot import config, furnishing
from crm_store import calendars, sla_policies
from crm_store.rules.sla import PRESET
from crm_store.rules.stale import Patience
from crm_store.store import Store
from tests.factories import MONDAY

OFFICE = "mon-fri 09:00-12:00 13:30-18:00; sat 10:00-16:00"


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = Store(store_url)
    opened.create_tables()
    yield opened
    opened.close()


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARWELL_TIMEZONE", "Asia/Shanghai")
    monkeypatch.setenv("HEARWELL_DESK__HOURS", OFFICE)
    monkeypatch.setenv("HEARWELL_DESK__CLOSED", "2026-05-09,2026-03-05,2026-05-09")
    monkeypatch.setenv("HEARWELL_DESK__HOLIDAYS", "cn")


def test_hours_holidays_and_closed_days_become_the_first_version(store: Store, settings: None) -> None:
    def furnish(ahead: int = 0) -> None:
        now = MONDAY + timedelta(days=ahead)
        store.write_now(lambda session: furnishing.furnish(session, config.load(), "1", now=now))

    furnish()
    first = store.read_now(calendars.current)
    assert (first.version, first.hours.zone) == (1, "Asia/Shanghai")
    assert first.hours.shifts_on(date(2026, 3, 2)) == ((time(9), time(12)), (time(13, 30), time(18)))
    assert first.hours.shifts_on(date(2026, 2, 28)) == first.hours.weekdays[0]  # worked for a Monday
    assert first.hours.shifts_on(date(2026, 5, 9)) == ()  # worked by law, but closed by the settings
    assert first.hours.shifts_on(date(2026, 10, 1)) == ()
    furnish(ahead=1)
    assert store.read_now(calendars.current).version == 1
    assert store.read_now(sla_policies.current).targets == PRESET.targets


def test_changed_settings_make_a_new_version(
    store: Store, settings: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for holidays, version in (("cn", 1), ("cn", 1), ("", 2), ("de", 3)):
        monkeypatch.setenv("HEARWELL_DESK__HOLIDAYS", holidays)
        store.write_now(lambda session: furnishing.furnish(session, config.load(), "1", now=MONDAY))
        assert store.read_now(calendars.current).version == version


def test_an_unknown_country_stops_the_start_with_an_example(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARWELL_DESK__HOLIDAYS", "Atlantis")
    with pytest.raises(config.ConfigError, match=r"HEARWELL_DESK__HOLIDAYS .*known.*HOLIDAYS=CN"):
        config.load()


def test_patience_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    assert config.load().patience == Patience(2, 5, 7)
    monkeypatch.setenv("HEARWELL_DESK__RESOLVE_AFTER", "10")
    assert config.load().patience == Patience(2, 10, 7)
    monkeypatch.setenv("HEARWELL_DESK__REMIND_AFTER", "0")
    with pytest.raises(config.ConfigError, match="HEARWELL_DESK__REMIND_AFTER"):
        config.load()

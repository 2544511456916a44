"""/hours and /sla: shown, changed, refused in one sentence."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from crm_store import calendars, sla_policies
from crm_store.models.staff import Audit
from crm_store.rules.lifecycle import Kind, Priority
from tests.handlers.clockwork import open_house

SHOWN = """202: Open hours (UTC), version 1
Mon – Fri: 09:00-12:00, 13:00-18:00
Sat: 10:00-16:00
Sun: closed
Today: 09:00-12:00, 13:00-18:00
Open now."""


def test_a_week_as_it_is_written_and_shown(tmp_path: Path, store_url: str) -> None:
    home = open_house(tmp_path, url=store_url)
    assert home.hears("chen", "/hours mon-fri 09:00-12:00,13:00-18:00; sat 10:00-16:00") == [SHOWN]
    assert home.hears("chen", "/hours") == [SHOWN]
    home.passes(hours=9)
    [told] = home.hears("chen", "/hours")
    assert told.endswith("Closed now, open again on 3 Mar 09:00.")
    home.store.close()


def test_single_days_come_and_go(tmp_path: Path) -> None:
    home = open_house(tmp_path)
    home.hears("chen", "/hours mon-fri 09:00-18:00")
    home.hears("chen", "/hours 2026-03-05 closed")
    home.hears("chen", "/hours 2026-03-06 休息")
    [told] = home.hears("chen", "/hours 2026年3月7日 09:00-18:00")
    assert told.endswith(
        "Special days ahead:\n2026-03-05 Thu – 2026-03-06 Fri: closed (set here)\n"
        "2026-03-07 Sat: 09:00-18:00 (set here)"
    )
    for day in ("2026-03-05", "2026-03-06", "2026-03-07"):
        [told] = home.hears("chen", f"/hours {day} -")
    assert "Special days" not in told
    changes = home.store.read_now(
        lambda session: session.scalar(
            sa.select(sa.func.count(Audit.id)).where(Audit.what == "hours.changed")
        )
    )
    assert changes == 7


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("mon-fry 9-18", "“mon-fry 9-18” cannot be read as opening hours. Send for example /hours"),
        ("mon 09:00-25:00", "“09:00-25:00” cannot be read"),
        ("2026-02-30 closed", "begins with a date that does not exist"),
        ("2026-03-10 whenever", "“whenever” cannot be read"),
        ("2026-03-10", "“2026-03-10” cannot be read"),
        ("2026-03-01 closed", "2026-03-01 is over"),
        ("2036-03-01 closed", "too far ahead"),
        ("2026-03-10 -", "no hours set here"),
    ],
)
def test_hours_that_cannot_be_are_refused(tmp_path: Path, typed: str, words: str) -> None:
    home = open_house(tmp_path)
    [told] = home.hears("chen", f"/hours {typed}")
    assert words in told and "\n" not in told
    assert home.store.read_now(calendars.current).version == 0


def test_only_supervisors_change_time(tmp_path: Path) -> None:
    home = open_house(tmp_path)
    for typed in ("/hours mon 9-12", "/sla complaint first 30m"):
        home.hears("wang", typed)
    assert home.store.read_now(calendars.current).version == 0
    assert home.store.read_now(sla_policies.current).version == 0


def test_targets_are_shown_and_changed(tmp_path: Path, store_url: str) -> None:
    home = open_house(tmp_path, url=store_url)
    [told] = home.hears("chen", "/sla")
    assert told.splitlines()[1:4] == [
        "inquiry: first answer 4 h, next answer 4 h, solution 3 d",
        "feedback: no deadline",
        "complaint: first answer 1 h, next answer 2 h, solution 24 h",
    ]
    home.hears("chen", "/sla complaint first 30m")
    home.hears("chen", "/sla 咨询 后续 2小时")
    home.hears("chen", "/sla complaint urgent resolution none")
    home.hears("chen", "/sla warn 50%")
    [told] = home.hears("chen", "/sla escalate 200")
    assert told.splitlines()[1:] == [
        "inquiry: first answer 4 h, next answer 2 h, solution 3 d",
        "feedback: no deadline",
        "complaint: first answer 30 min, next answer 2 h, solution 24 h",
        "complaint · urgent: first answer 30 min, next answer 2 h, solution none",
        "The owner is warned at 50% of a target, the team hears at 100%, the supervisors at 200%. "
        "Open tickets keep the version they began with.",
    ]
    [told] = home.hears("chen", "/sla complaint urgent resolution -")
    assert "urgent" not in told
    policy = home.store.read_now(sla_policies.current)
    assert policy.warn_percent == 50
    assert policy.spans(Kind.COMPLAINT, Priority.URGENT).resolution == timedelta(hours=24)
    home.store.close()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("complaint", "Say which kind, which target and how long"),
        ("praise first 30m", "Say which kind"),
        ("complaint last 30m", "Say which kind"),
        ("complaint first soon", "“soon” is no length of time"),
        ("complaint first 0m", "“0m” is no length of time"),
        ("warn 0", "share of the target"),
        ("escalate 90", "share of the target"),
    ],
)
def test_targets_that_cannot_be_are_refused(tmp_path: Path, typed: str, words: str) -> None:
    home = open_house(tmp_path)
    [told] = home.hears("chen", f"/sla {typed}")
    assert words in told
    assert home.store.read_now(sla_policies.current).version == 0


def test_closed_is_told_once_in_each_closed_period(tmp_path: Path) -> None:
    home = open_house(tmp_path, group=False)
    home.hears("chen", "/hours mon-fri 09:00-18:00")
    home.passes(hours=9)

    def told(who: str, text: str) -> list[str]:
        return [line for line in home.hears(who, text) if line.startswith(("101: ", "102: "))]

    assert "3 Mar 09:00" in told("li", "Where is my parcel?")[0]
    assert told("li", "The number is 8822") == []
    home.passes(hours=20)
    assert told("li", "Anybody there?") == []  # open now
    home.passes(hours=5)
    assert told("li", "Still nothing came") == [
        "102: Thank you, that is noted with #1. We are closed at the moment; we open 4 Mar 09:00 "
        "and go on then."
    ]
    assert told("li", "Are you there?") == []
    assert told("li", "Thanks!") == []


def test_machine_mail_is_never_answered(tmp_path: Path) -> None:
    home = open_house(tmp_path, group=False)
    home.hears("chen", "/hours mon-fri 09:00-18:00")
    home.hears("li", "Where is my parcel?")
    home.passes(hours=10)
    assert [
        line for line in home.hears("li", "I am out of office", is_machine=True) if line.startswith("102")
    ] == []

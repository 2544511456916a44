"""`import` and `export` of the desk: the same bytes come out of an empty store, and nothing else changes."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from sqlalchemy.orm import Session

from bot.clock import utc_now
from crm_store import journal, staff
from crm_store.rules.roles import Role
from crm_store.staff import Newcomer
from crm_store.store import Store
from tests.bot.console import Console

SOON = (utc_now() + timedelta(days=40)).date().isoformat()
KINDS = ("tags", "macros", "articles", "hours", "sla", "staff")
DESK = f"""
[[tags]]
name = "Refund"
skill = true

[[tags]]
name = "退款"

[[macros]]
name = "refund"
en = "Dear {{{{ customer }}}}, it is on its way."
zh = "{{{{ customer }}}}您好，退款已在路上。"
steps = ["tag refund", "priority high", "note =A1; resolve"]

[[articles]]
slug = "returns"
language = "zh"
title = "=如何退货？"
body = "-七天内可退。"
phrasings = ["我想退货", "-能退吗"]

[[hours]]
day = "周六"
shifts = "10:00-12:00、13:00-24:00"

[[hours]]
day = "{SOON}"
shifts = "休息"

[[sla]]
kind = "投诉"
target = "首次"
value = "1.04分钟"

[[sla]]
kind = "complaint"
priority = "urgent"
target = "next"
value = "none"

[[sla]]
kind = "warn"
value = "70"

[[staff]]
address = "103"
skills = ["refund", "vip"]
languages = ["中文"]
capacity = 7
hours = "周一到周五 09:00-17:00"
"""


def hire(console: Console) -> None:
    """Make Wang an agent, as an invitation does."""

    def unit(session: Session) -> None:
        now, inbox_id = utc_now(), journal.inbox(session, "telegram", "100001").id
        wang = staff.get_or_create(session, Newcomer(inbox_id, "103", "Wang 王", "zh"), now=now)
        staff.grant(session, wang.id, Role.AGENT, by="settings", now=now)

    store = Store(f"sqlite:///{console.database}")
    store.write_now(unit)
    store.close()


@pytest.fixture
def console(tmp_path: Path) -> Console:
    return opened(tmp_path / "first")


def opened(folder: Path) -> Console:
    folder.mkdir()
    console = Console(folder)
    tags = console.file("empty.toml", "[[tags]]\nname = 'vip'\n")
    assert console.run("import", "tags", tags).code == 0
    hire(console)
    return console


def audited(console: Console) -> list[tuple[object, ...]]:
    return list(console.ask("SELECT what, subject FROM audit WHERE by = 'import' ORDER BY id"))


@pytest.mark.parametrize(
    "kind", ["desk", "staff", *(pytest.param(kind, marks=pytest.mark.slow) for kind in KINDS[:-1])]
)
def test_what_comes_out_of_an_empty_store_is_what_went_in(
    console: Console, tmp_path: Path, kind: str
) -> None:
    assert console.run("import", "desk", console.file("desk.toml", DESK)).code == 0
    for ending in ["toml"] if kind == "desk" else ["toml", "csv"]:
        first, second = tmp_path / f"first.{ending}", tmp_path / f"second.{ending}"
        assert console.run("export", kind, first).code == 0
        other = opened(tmp_path / f"other-{ending}")
        told = other.run("import", kind, first)
        assert (told.code, " 0 added, 0 changed" in told.out) == (0, False)
        assert other.run("export", kind, second).code == 0
        assert second.read_bytes() == first.read_bytes()
        assert " 0 added, 0 changed" in other.run("import", kind, first).out


def test_everything_is_kept_as_chat_would_keep_it_and_audited(console: Console, tmp_path: Path) -> None:
    told = console.run("import", "desk", console.file("desk.toml", DESK))
    assert "Written: 6 added, 4 changed; 0 unchanged, 0 refused." in told.out
    out = tmp_path / "out.toml"
    console.run("export", "desk", out)
    written = out.read_text()
    for line in (
        'name = "refund"\nskill = true', 'steps = ["tag refund","priority high","note =A1","resolve"]',
        'day = "sat"\nshifts = "10:00-12:00,13:00-24:00"', f'day = "{SOON}"\nshifts = "closed"',
        'kind = "complaint"\npriority = ""\ntarget = "first"\nvalue = "1.04m"',
        'kind = "complaint"\npriority = "urgent"\ntarget = "next"\nvalue = "none"',
        'kind = "warn"\npriority = ""\ntarget = ""\nvalue = "70%"',
        'roles = ["agent"]\nskills = ["refund","vip"]\nlanguages = ["zh"]\ncapacity = 7\n'
        'hours = "mon-fri 09:00-17:00; sat-sun closed"',
    ):  # fmt: skip
        assert line in written
    assert {what for what, _ in audited(console)} == {
        "tag.made", "macro.changed", "article.imported", "hours.changed", "sla.changed",
        "staff.skills", "staff.languages", "staff.capacity", "staff.hours",
    }  # fmt: skip
    assert console.ask("SELECT count(*) FROM sla_version WHERE made_by = 'import'") == [(1,)]
    assert console.ask("SELECT count(*) FROM calendar_version WHERE made_by = 'import'") == [(1,)]


def test_a_second_time_nothing_is_changed_and_nothing_is_audited(console: Console) -> None:
    file = console.file("desk.toml", DESK)
    console.run("import", "desk", file)
    before = audited(console)
    assert "Written: 0 added, 0 changed; 10 unchanged" in console.run("import", "desk", file).out
    assert audited(console) == before


def test_a_dry_run_tells_the_same_and_writes_nothing(console: Console, tmp_path: Path) -> None:
    file, report = console.file("desk.toml", DESK), tmp_path / "report.txt"
    with closing(sqlite3.connect(console.database)) as base:
        before = list(base.iterdump())
    dry = console.run("import", "desk", file, "--dry-run", "--report", report)
    assert dry.code == 0
    with closing(sqlite3.connect(console.database)) as base:
        assert list(base.iterdump()) == before
    wet = console.run("import", "desk", file)
    assert dry.out.splitlines()[:-1] == wet.out.splitlines()[:-1] == report.read_text().splitlines()


@pytest.mark.parametrize(
    ("kind", "entry", "reason"),
    [
        ("tags", {"name": "a b"}, "“a b” cannot be a tag"),
        ("tags", {"name": "ok", "skill": "perhaps"}, "“skill” must be yes or no"),
        ("macros", {"name": "1st"}, "“1st”"),
        ("macros", {"name": "fine", "steps": ["fly away"]}, "tag, untag, priority"),
        ("macros", {"name": "fine", "steps": ["tag"]}, "/tag NUMBER TAG"),
        ("macros", {"name": "fine", "en": "Dear {{ someone }}"}, "someone"),
        ("hours", {"day": "someday", "shifts": "9-5"}, "someday"),
        ("hours", {"day": "mon-fri", "shifts": "09:00-17:00"}, "one weekday (mon) or one date"),
        ("hours", {"day": "mon", "shifts": "nine to five"}, "nine to five"),
        ("hours", {"day": "2020-01-01", "shifts": "closed"}, "2020-01-01"),
        ("hours", {"day": "2026-02-30", "shifts": "closed"}, "2026-02-30"),
        ("sla", {"kind": "complaint", "target": "first", "value": "soon"}, "soon"),
        ("sla", {"kind": "warn", "value": "900%"}, "100"),
        ("sla", {"kind": "praise", "target": "first", "value": "1h"}, "/sla"),
        ("staff", {"address": "999"}, "nobody here has the address 999"),
        ("staff", {"address": "103", "capacity": 1000}, "100"),
        ("staff", {"address": "103", "languages": ["latin"]}, "latin"),
        ("staff", {"address": "103", "hours": "always"}, "always"),
        ("staff", {"address": "103", "rank": "captain"}, "there is no field “rank”"),
    ],
)
def test_each_rule_of_chat_refuses_its_entry_and_no_other(
    console: Console, kind: str, entry: dict[str, object], reason: str
) -> None:
    fields = "\n".join(f"{field} = {orjson.dumps(value).decode()}" for field, value in entry.items())
    good = "[[tags]]\nname = 'good'\n"
    told = console.run("import", "desk", console.file("d.toml", f"[[{kind}]]\n{fields}\n{good}"))
    assert told.code == 1
    [line] = [line for line in told.out.splitlines() if ", entry 1:" in line and "good" not in line]
    assert reason in line
    assert console.ask("SELECT name FROM tag ORDER BY name") == [("good",), ("vip",)]


def test_a_role_is_told_to_stay_and_stays(console: Console) -> None:
    table = "address,name,roles,capacity\n103,Wang,admin,9\n"
    told = console.run("import", "staff", console.file("staff.csv", table))
    assert (told.code, "roles stay as they are" in told.out) == (0, True)
    assert console.ask("SELECT role FROM staff_role") == [("agent",)]
    assert console.ask("SELECT name, capacity FROM staff") == [("Wang 王", 9)]


def test_a_cell_tells_its_line_and_an_empty_one_takes_away(console: Console) -> None:
    table = 'address,skills,hours\n103,"refund\nvip",mon 09:00-10:00\n'
    console.run("import", "staff", console.file("staff.csv", table))
    assert console.ask("SELECT count(*) FROM staff_skill") == [(2,)]
    told = console.run("import", "staff", console.file("b.csv", 'address,skills\n"103",\n\n104,x\n'))
    assert (told.code, "staff, line 4: 104" in told.out) == (1, True)
    assert console.ask("SELECT count(*) FROM staff_skill") == [(0,)]
    assert console.ask("SELECT count(*) FROM shift") == [(1,)]


def test_a_day_is_as_usual_again(console: Console, tmp_path: Path) -> None:
    console.run("import", "desk", console.file("desk.toml", DESK))
    table = f"day,shifts\n{SOON},-\nsun,'-\n"
    told = console.run("import", "hours", console.file("hours.csv", table))
    assert told.code == 1
    console.run("export", "hours", tmp_path / "hours.csv")
    assert SOON not in (tmp_path / "hours.csv").read_text()


def test_a_report_that_cannot_be_written_stops_the_import(console: Console) -> None:
    file = console.file("desk.toml", DESK)
    assert console.run("import", "desk", file, "--report", file).code == 2
    assert file.read_text() == DESK
    assert console.ask("SELECT name FROM tag") == [("vip",)]


def test_an_export_is_whole_or_not_at_all(console: Console, tmp_path: Path) -> None:
    assert console.run("export", "desk", tmp_path / "desk.csv").code == 2
    assert console.run("export", "tags", tmp_path / "nowhere" / "tags.toml").code == 2
    assert console.run("export", "tags", tmp_path / "tags.toml", "--since", "30d").code == 2
    assert not list(tmp_path.glob("*.*"))


@pytest.mark.postgres
def test_both_databases_write_the_same_bytes(console: Console, tmp_path: Path, postgres_url: str) -> None:
    desk, _, _ = DESK.partition("[[staff]]")
    more = "\n".join(f"[[tags]]\nname = '{name}'" for name in ("vip", "v-x", "v_b", "旧", "2nd", "éa"))
    file = console.file("desk.toml", f"{desk}\n{more}")

    def written(**settings: str) -> list[bytes]:
        assert console.run("import", "desk", file, **settings).code == 0
        files = [tmp_path / f"{kind}.toml" for kind in KINDS if kind != "staff"]
        for out in files:
            assert console.run("export", out.stem, out, **settings).code == 0
        return [out.read_bytes() for out in files]

    assert written(DATABASE__URL=postgres_url) == written()

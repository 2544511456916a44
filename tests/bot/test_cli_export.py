"""`export` on the command line: whole tables as files, and a sentence for what cannot be."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from crm_store import journal, staff
from crm_store.store import Store
from tests.bot.console import Console

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def console(tmp_path: Path) -> Console:
    """Open a shell whose store has two lines in its audit."""
    shell = Console(tmp_path)
    assert shell.run("import", shell.file("first.csv", "email\nnobody@example.org\n")).code == 0
    store = Store(f"sqlite:///{shell.database}")

    def unit(session: Session) -> None:
        journal.inbox(session, "telegram", "1")
        staff.audit(session, by="staff:1", what="role.granted", subject="staff:2", now=MONDAY, role="=cmd")
        staff.audit(session, by="clock", what="backup", subject="=SUM(1)", now=MONDAY.replace(month=5))

    store.write_now(unit)
    store.close()
    return shell


def rows(file: Path) -> list[list[str]]:
    return list(csv.reader(file.read_text(encoding="utf-8-sig").splitlines()))


def test_the_whole_audit(console: Console, tmp_path: Path) -> None:
    file = tmp_path / "audit.csv"
    said = console.run("export", "audit", file)
    assert (said.code, said.out.strip()) == (0, f"{file} is written: 2 entries.")
    head, first, second = rows(file)
    assert head == ["at", "by", "what", "subject", "detail"]
    assert (first[0], first[2]) == ("2026-03-02T09:00:00+00:00", "role.granted")
    assert second[3] == "'=SUM(1)"


def test_since_a_day(console: Console, tmp_path: Path) -> None:
    file = tmp_path / "audit.csv"
    assert console.run("export", "audit", file, "--since", "2026-04").code == 0
    assert [row[2] for row in rows(file)[1:]] == ["backup"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("adit", "a.csv"), "Did you mean: audit?"),
        (("everything", "a.csv"), "Did you mean:"),
        (("audit", "no/such/folder/a.csv"), "cannot be written"),
        (("audit", "a.csv", "--since", "soon"), "I do not understand “soon”"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(
    console: Console, tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    kind, name, *more = arguments
    said = console.run("export", kind, tmp_path / name, *more)
    assert said.code == 2
    assert told in said.err
    assert not list(tmp_path.glob("*.part"))


def test_an_unknown_kind_of_import(console: Console) -> None:
    said = console.run("import", "custmers", console.file("c.csv", "email\na@example.org\n"))
    assert said.code == 2
    assert "Did you mean: customers?" in said.err

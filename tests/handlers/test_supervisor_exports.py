"""Tables as files: what is in them, for whom, and what a spreadsheet must not run."""

import csv
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest

from crm_store.models.outbox import Attachment
from tests.factories import CAST, House
from tests.handlers.desk import body, desk, ticket

CHEN = CAST["chen"].address


@pytest.fixture
def home(tmp_path: Path) -> House:
    return desk(tmp_path)


def table(home: House, typed: str) -> list[list[str]]:
    """Ask for a table and read the file that comes."""
    home.hears("chen", typed)
    sent = body(list(home.rows())[-1])
    found = home.store.read_now(lambda session: session.get_one(Attachment, sent["attachment"]))
    assert (found.mime, sent["document"]) == ("text/csv", found.name)
    return list(csv.reader(StringIO(found.content.decode("utf-8-sig"))))


def test_the_audit_holds_what_staff_did_and_not_what_customers_did(home: House) -> None:
    ticket(home)
    home.hears("wang", "/take 1")
    home.hears("chen", "/macro edit refund en It is on its way")
    head, *rows = table(home, "/export audit")
    assert head == ["at", "by", "what", "subject", "detail"]
    done = {(row[1], row[2], row[3]) for row in rows}
    assert {("staff:1", "assigned", "ticket:1"), ("staff:2", "macro.changed", "refund")} <= done
    assert not [row for row in rows if row[2] == "opened"]


def test_what_a_spreadsheet_would_run_is_made_harmless(home: House) -> None:
    home.hears("chen", "/macro edit refund en =HYPERLINK(1)")
    ticket(home)
    rows = table(home, "/export audit")
    assert not [cell for row in rows for cell in row if cell.startswith("=")]


def test_tickets_of_the_period_only(home: House) -> None:
    ticket(home)
    home.passes(days=40)
    ticket(home, "li")
    assert [row[0] for row in table(home, "/export tickets")] == ["number", "2"]
    assert [row[0] for row in table(home, "/export tickets 90d")] == ["number", "1", "2"]
    assert [row[0] for row in table(home, "/export tickets 2026-03")] == ["number", "1", "2"]


def test_ratings(home: House) -> None:
    home.hears("li", "where is it?")
    home.hears("wang", "/reply 1 here")
    home.hears("wang", "/resolve 1")
    home.now += timedelta(minutes=1)
    [four] = [data for label, data in home.buttons(2) if label == "4"]
    home.presses("li", four)
    head, row = table(home, "/export ratings")
    told = dict(zip(head, row, strict=True))
    assert (told["kind"], told["score"], told["agent"]) == ("csat", "4", "Wang 王")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("/export", "Which table?"),
        ("/export adit", "There is no table “adit”. Did you mean “audit”?"),
        ("/export everything", "There is no table “everything”."),
        ("/export audit yesterday", "I do not understand “yesterday”."),
        ("/export audit 2026-13-01", "I do not understand “2026-13-01”."),
    ],
)
def test_a_wrong_use_gets_one_sentence(home: House, typed: str, told: str) -> None:
    [line] = home.hears("chen", typed)
    assert line.startswith(f"{CHEN}: {told}")


def test_not_into_the_group(tmp_path: Path) -> None:
    group = desk(tmp_path, group=True)
    [line] = group.hears("chen", "/export audit", group=True)
    assert "in private" in line

"""What a customer's button sends back can be forged: somebody else's numbers change nothing of theirs."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.registry import METADATA
from crm_store.models.ticket import Ticket
from crm_store.rules.roles import Role
from handlers.routes import ROUTES
from tests.factories import CAST, House
from tests.handlers.desk import desk

VERBS = [route.name for route in ROUTES.of_kind("button") if route.role is Role.CUSTOMER]
UNOWNED = {"outbox", "journal", "delivery", "inbox", "chat_gate", "dialog"}
Row = Mapping[str, object]


def rows(home: House) -> dict[str, dict[object, Row]]:
    """Give every row of every table that belongs to somebody, by its key."""

    def unit(session: Session) -> dict[str, dict[object, Row]]:
        found: dict[str, dict[object, Row]] = {}
        for table in METADATA.sorted_tables:
            if table.name in UNOWNED:
                continue
            keys = [column.name for column in table.primary_key]
            found[table.name] = {
                tuple(row[key] for key in keys): dict(row)
                for row in session.execute(sa.select(table)).mappings()
            }
        return found

    return home.store.read_now(unit)


def of_mei(row: Row, tickets: Sequence[int]) -> bool:
    return row.get("customer_id") == 1 or row.get("ticket_id") in tickets


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> House:
    """Build a house where Mei has all that buttons are about, and Li has only just come."""
    built = desk(tmp_path_factory.mktemp("forged"))
    built.hears("mei", "/start")
    built.hears("mei", "我要投诉，茶壶碎了！")
    built.hears("wang", "/reply 1 马上补寄")
    built.hears("wang", "/resolve 1 漏检 | 已补寄")
    built.passes(hours=100)
    built.hears("mei", "/feedback 包装很好看")
    built.hears("mei", "/ask 可以自提吗？")
    built.hears("li", "/start")
    return built


@pytest.mark.parametrize("revision", [0, 5])
@pytest.mark.parametrize("verb", VERBS)
def test_somebody_elses_numbers_change_nothing_of_theirs(home: House, verb: str, revision: int) -> None:
    before = rows(home)
    tickets = home.store.read_now(
        lambda session: session.scalars(sa.select(Ticket.id).where(Ticket.customer_id == 1)).all()
    )
    for subject in ("1", "2", "3", "1-1", "2-1", "999999999999", "", "x", "-1"):
        home.presses("li", f"v1:{verb}:{subject}:{revision}")
    after = rows(home)
    for table, known in before.items():
        theirs = {key: row for key, row in known.items() if of_mei(row, tickets)}
        now = {key: row for key, row in after[table].items() if of_mei(row, tickets)}
        assert now == theirs, table


def test_there_are_buttons_to_forge() -> None:
    assert {"rate", "reopen_own", "remedy", "kind"} <= set(VERBS)
    assert CAST["mei"].address != CAST["li"].address


def test_mei_herself_may(home: House, tmp_path: Path) -> None:
    before = rows(home)
    [one] = [row["id"] for row in before["survey"].values() if row["kind"] == "feedback"]
    home.presses("mei", f"v1:rate:{one}:5")
    assert len(rows(home)["rating"]) == len(before["rating"]) + 1

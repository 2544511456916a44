"""Who is blocked gets no offers, from that second on, and hears of it in the preview's reasons."""

from pathlib import Path

import sqlalchemy as sa

from crm_store import verdicts
from crm_store.consents import TOPICS
from crm_store.models.block import Bar, BarKind
from tests.handlers.customers import look, open_house


def test_a_blocked_customer_is_never_written_to(tmp_path: Path) -> None:
    at = open_house(tmp_path)
    at.hears("mei", "/start")
    [yes] = [data for _, data in at.buttons() if data.split(":")[1:2] == ["consent"] and data.endswith(":1")]
    at.presses("mei", yes)
    at.hears("mei", "/ask 你好")

    def reasons(session):  # type: ignore[no-untyped-def]  # a query of the test
        customer = sa.literal(1)
        inbox, channel, topic = sa.literal(at.inbox_id), sa.literal("telegram"), sa.literal(TOPICS[0])
        arms = verdicts.permissions(customer, inbox, channel, topic)
        return session.scalar(sa.select(sa.case(*arms, else_=verdicts.word("ok"))))

    before = look(at, reasons)
    at.hears("chen", "/block 1")
    assert look(at, lambda session: session.scalar(sa.select(Bar.kind))) == BarKind.BLOCK
    assert (before, look(at, reasons)) == ("ok", "blocked")
    at.hears("chen", "/unblock 1")
    assert look(at, reasons) == "ok"

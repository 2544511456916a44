"""An answer that does not reach its customer is told to its author, once, with a button to send it again."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from crm_store import claims, customers, deliveries
from crm_store.models.outbox import Action
from crm_store.settlements import Settlement
from handlers.context import TickContext
from tests.factories import CAST, STAFF_GROUP, House
from tests.handlers.desk import body, desk, send_all, threads, ticket

MEI, WANG, CHEN = (CAST[who].address for who in ("mei", "wang", "chen"))


@pytest.fixture
def home(tmp_path: Path) -> House:
    return desk(tmp_path)


def lose(at: House, row_id: int) -> None:
    """Let the channel refuse a row, as delivery would settle it."""

    def unit(session: Session) -> None:
        [row] = [row for row in claims.ready(session, at.inbox_id, now=at.now) if row.id == row_id]
        claims.claim(session, at.inbox_id, row, epoch=1, now=at.now)
        refused = Settlement(row, "failed", at.now, reason="Bad Request: message is too long")
        deliveries.settle_all(session, at.inbox_id, [refused], now=at.now)

    at.store.write_now(unit)


def turn(at: House) -> list[str]:
    route = at.routes.named("tick", "failures")
    assert route is not None
    at.store.write_now(lambda session: bool(route.run(TickContext(session, at.now, at.desk, at.inbox_id))))
    return at.outgoing()


def answer(at: House, who: str = "wang") -> int:
    number = ticket(at)
    at.hears(who, f"/reply {number} hello")
    return next(row.id for row in at.rows() if row.chat == MEI)


@pytest.mark.parametrize(
    ("who", "told"),
    [
        ("wang", "⚠️ #1 的回复没有送达 Mei 梅：Bad Request: message is too long"),
        ("chen", "⚠️ Your answer on #1 did not reach Mei 梅: Bad Request: message is too long"),
    ],
)
def test_is_told_once(home: House, who: str, told: str) -> None:
    lose(home, answer(home, who))
    assert turn(home) == [f"{CAST[who].address}: {told}"]
    assert turn(home) == []


def test_is_sent_again_on_request_and_confirmed_then(home: House) -> None:
    lost = answer(home)
    lose(home, lost)
    turn(home)
    send_all(home)
    [(_, data)] = home.buttons()
    assert home.presses("wang", data) == [f"{WANG}: 正在重新发送 #1 的回复。", f"{WANG}: react"]
    assert [row.action for row in send_all(home)] == [Action.SEND, Action.EDIT, Action.REACT]


def test_failing_again_is_told_again(home: House) -> None:
    lost = answer(home)
    lose(home, lost)
    turn(home)
    [(_, data)] = home.buttons()
    home.presses("wang", data)
    lose(home, lost)
    assert len(turn(home)) == 1


def test_is_never_sent_twice(home: House) -> None:
    lost = answer(home)
    lose(home, lost)
    turn(home)
    [(_, data)] = home.buttons()
    home.presses("wang", data)
    assert home.presses("wang", data) == [f"{WANG}: 这条回复已经发出或正在发送，没有重复发送。"]
    send_all(home)
    home.presses("wang", data)
    assert [row.id for row in home.rows() if row.chat == MEI] == [lost]


def test_is_not_sent_to_who_blocked_us(home: House) -> None:
    lose(home, answer(home, "chen"))
    turn(home)
    [(_, data)] = home.buttons()
    home.store.write_now(
        lambda session: customers.unreachable(session, home.inbox_id, MEI, reason="blocked", now=home.now)
    )
    [told] = home.presses("chen", data)
    assert told.startswith(f"{CHEN}: Mei 梅 has blocked the bot")


def test_an_answer_on_its_way_is_not_told_of(home: House) -> None:
    answer(home)
    assert turn(home) == []
    send_all(home)
    assert turn(home) == []


def test_in_the_topic_it_is_told_there(tmp_path: Path) -> None:
    group = desk(tmp_path, group=True)
    number = ticket(group)
    group.hears("wang", f"/take {number}", group=True)
    send_all(group)
    thread = str(threads(group)[0].provider_id)
    group.hears("wang", "hello", group=True, thread=thread)
    lose(group, next(row.id for row in group.rows() if row.chat == MEI))
    group.outgoing()
    [told] = turn(group)
    assert told.startswith(f"{STAFF_GROUP}: ⚠️")
    assert body(list(group.rows())[-1])["thread"] == thread


def test_a_foreign_row_cannot_be_sent_again(home: House) -> None:
    number = ticket(home)
    home.hears("wang", f"/take {number}")
    card = next(row.id for row in home.rows() if row.action == Action.SEND)
    lose(home, card)
    [told] = home.presses("wang", f"v1:send_again:{card}:0")
    assert "没有重复发送" in told


def test_an_answer_given_elsewhere_shows_in_the_topic(tmp_path: Path) -> None:
    group = desk(tmp_path, group=True, language="zh")
    number = ticket(group)
    group.hears("wang", f"/take {number}", group=True)
    send_all(group)
    group.hears("wang", f"/reply {number} 明天到")
    assert "Wang 王 回复了客户：明天到" in [body(row).get("text") for row in group.rows() if row.thread_id]

"""/mydata and /erase: everything is handed over, and then nothing of the person is left anywhere."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import (
    conversations,
    customers,
    events,
    journal,
    outbox,
    privacy,
    rating_counts,
    search,
    tickets,
)
from crm_store.belongings import owned
from crm_store.journal import Arrival
from crm_store.models.base import Base
from crm_store.models.conversation import Message
from crm_store.models.customer import Customer, Order
from crm_store.models.outbox import OutboxRow, OutboxState
from crm_store.models.privacy import Erasure
from crm_store.models.survey import SurveyKind
from crm_store.rules.lifecycle import Status
from handlers.context import TickContext
from handlers.customer.privacy import is_wish
from handlers.routes import ROUTES
from tests.factories import CAST, STAFF_GROUP, House, house
from tests.handlers.desk import get, send_all, threads

MEI, WANG = CAST["mei"].address, CAST["wang"].address
NAME, PHONE, MAIL = "Zephyrine 泽菲", "+86 138 7777 1234", "zephyrine@example.com"
WORDS = ("quokka 袋鼠破损", "wombat 袋熊", "numbat 食蚁", "bilby 兔耳", "dingo 野犬", "galah 鹦鹉")
CANARIES = (
    NAME,
    "泽菲",
    PHONE,
    MAIL,
    *WORDS,
    "quokka",
    "袋熊",
    "食蚁",
    "兔耳",
    "野犬",
    "鹦鹉",
    "cassowary",
    "ORD-4711",
)


@pytest.fixture
def at(tmp_path: Path, store_url: str) -> Iterator[House]:
    built = house(tmp_path, ROUTES, staff_group=STAFF_GROUP, url=store_url)
    yield built
    built.store.close()


def tick(at: House, name: str) -> None:
    """Let a tick run until there is nothing more to do at once."""
    route = at.routes.named("tick", name)
    assert route is not None
    more = True
    while more:
        more = at.store.write_now(
            lambda session: bool(route.run(TickContext(session, at.now, at.desk, at.inbox_id)))
        )


def life(at: House) -> None:
    """Let Mei write, edit, complain, rate and be worked for, under names found nowhere else."""
    at.hears("mei", "/start")
    at.hears("mei", f"我的杯子{WORDS[0]}，怎么退？")
    number = 1

    def known(session: Session) -> None:
        mei = session.get_one(Customer, 1)
        customers.rename(session, mei.id, NAME)
        mei.phone, mei.email, mei.attributes = PHONE, MAIL, {"nick": "cassowary"}
        customers.tag(session, mei.id, WORDS[5], by="test", now=at.now)
        order = Order(
            number="ORD-4711", customer_id=mei.id, product="cup", amount=100, currency="CNY", at=at.now
        )
        session.add(order)
        message = session.scalars(sa.select(Message).order_by(Message.id)).first()
        assert message is not None
        conversations.edit(session, message, text=f"改一下：{WORDS[1]}", at=at.now)
        events.record(session, number, kind="edited", by="customer:1", at=at.now, message=1, was=WORDS[0])
        raw = orjson.dumps({"message": {"from": {"first_name": NAME}, "text": WORDS[2]}}).decode()
        journal.keep(session, [Arrival(at.inbox_id, 77, f"{MEI}:", raw)], now=at.now)
        journal.finish(session, at.inbox_id, 77)
        attached = outbox.attach(session, name="a.png", mime="image/png", content=NAME.encode())
        draft = outbox.Draft(inbox_id=at.inbox_id, chat=MEI, body={"text": NAME, "attachment": attached})
        outbox.enqueue(session, draft, now=at.now)

    at.store.write_now(known)
    at.hears("wang", f"/take {number}")
    at.hears("wang", f"/reply {number} 您好{NAME}，{WORDS[3]}")
    at.hears("wang", f"/note {number} {NAME} 很客气 {WORDS[4]}")
    at.hears("wang", f"/kind {number} feedback")
    at.hears("wang", f"/kind {number} inquiry")
    at.hears("wang", f"/resolve {number}")
    tick(at, "surveys")
    send_all(at)
    [five] = [data for label, data in at.buttons(last=100) if label == "5"][-1:]
    at.presses("mei", five)
    at.hears("mei", f"{WORDS[5]} 很好")
    at.hears("mei", f"/complaint {WORDS[2]} 坏了")
    at.hears("wang", "/take 2")
    at.hears("wang", f"/resolve 2 {WORDS[3]} | {WORDS[0]}")
    at.hears("wang", "/close 2")
    at.hears("mei", f"/ask {WORDS[1]} 在哪里买？")
    at.hears("wang", "/tag 3 gift")
    at.passes(minutes=5)
    tick(at, "indexing")
    send_all(at)
    at.outgoing()


def erase(at: House) -> list[str]:
    at.hears("mei", "/erase")
    told = at.presses(
        "mei", next(data for _, data in at.buttons() if data.startswith("v1:erase") and data[-1] == "1")
    )
    tick(at, "privacy")
    send_all(at)
    tick(at, "privacy")
    at.outgoing()
    return told


def everything(at: House) -> str:
    """Return every value of every column of every table as one text."""
    engine = sa.create_engine(at.store.url)
    with engine.connect() as connection:
        rows = [
            str(tuple(row)) + "".join(str(bytes(v), "utf-8", "replace") for v in row if isinstance(v, bytes))
            for table in Base.metadata.sorted_tables
            for row in connection.execute(sa.select(table))
        ]
    engine.dispose()
    return "\n".join(rows)


def test_nothing_of_the_person_is_left(at: House) -> None:
    life(at)
    before = everything(at)
    assert [canary for canary in CANARIES if canary not in before] == []
    [told] = erase(at)
    assert told == f"{MEI}: 已按您的要求删除您的全部资料，感谢您曾经的信任。以后有需要，随时可以再写给我们。"
    after = everything(at)
    assert [canary for canary in (*CANARIES, f"'{MEI}'") if canary in after] == []


# Tables of the house: what it is, has and has learned, without a word of a customer. What a table added later
# holds of customers is erased when a foreign key leads there; else it must be seen to in `crm_store.traces`.
OF_THE_HOUSE = frozenset(
    [
        "alert", "alert_watch", "approval", "article", "article_phrasing", "article_text", "calendar_version",
        "campaign", "channel_strategy", "digest", "fix", "inbox", "incident_watch", "invitation", "macro",
        "macro_step", "macro_text", "occurrence", "policy_cap", "policy_version", "presence", "quality_draw",
        "rating_day", "rating_day_stale", "rating_summed", "score_run", "search_mark", "segment", "shift",
        "sla_target", "sla_version", "special_day", "staff", "staff_language", "staff_role", "staff_skill",
        "stage_month", "tag", "template", "template_text", "themes_read",
    ]
)  # fmt: skip
SEEN_TO = frozenset(
    ["attachment", "audit", "chat_gate", "dialog", "erasure", "journal", "kind_correction", "undoable"]
)


def test_every_table_is_erased_or_known_to_hold_no_customer() -> None:
    """Whoever adds a table decides here what an erasure does with it."""
    left = {table.name for table in Base.metadata.sorted_tables} - {table.name for table in owned()}
    assert left == OF_THE_HOUSE | SEEN_TO


def test_nothing_is_left_in_the_bytes_of_the_file(tmp_path: Path) -> None:
    at = house(tmp_path, ROUTES, staff_group=STAFF_GROUP)
    life(at)
    erase(at)
    at.store.close()
    with sqlite3.connect(tmp_path / "house.db") as connection:
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("house.db*"))
    assert [canary for canary in CANARIES if canary.encode() in kept] == []


def test_monthly_totals_stay(at: House) -> None:
    life(at)

    def figures(session: Session) -> object:
        start, end = at.now.replace(day=1), at.now.replace(month=12)
        counted = [rating_counts.histogram(session, kind=kind, start=start, end=end) for kind in SurveyKind]
        sold = session.execute(sa.select(sa.func.count(Order.id), sa.func.sum(Order.amount))).one()
        return [counted, tuple(sold), session.scalar(sa.select(sa.func.count(Message.id)))]

    before = at.store.read_now(figures)
    erase(at)
    assert at.store.read_now(figures) == before
    assert "5: 1" in str(before)


def test_the_record_of_it_names_nobody_and_tickets_are_closed(at: House) -> None:
    life(at)
    erase(at)
    erasure = at.store.read_now(lambda session: session.scalars(sa.select(Erasure)).one())
    assert (erasure.started, erasure.ended, erasure.customer_id) == (at.now, at.now, None)
    assert erasure.addresses == []
    assert erasure.counts["message"] > 3  # type: ignore[operator]  # a number
    assert {get(at, number).status for number in (1, 2, 3)} == {Status.CLOSED}
    [card] = at.hears("wang", "/why 3")
    assert "customer had everything erased" in card or "客户要求删除资料" in card
    assert "已删除的客户" in at.hears("wang", "/customer 1")[0]


def test_staff_see_it_in_the_group(at: House) -> None:
    at.hears("mei", f"我的杯子{WORDS[0]}，怎么退？")
    send_all(at)
    tick(at, "threads")
    send_all(at)
    assert threads(at)
    at.outgoing()
    at.hears("mei", "/erase")
    at.presses("mei", at.buttons()[1][1])
    at.outgoing()
    tick(at, "privacy")
    at.passes(minutes=1)
    tick(at, "cards")
    told = at.outgoing()
    assert any("Erased customer" in line and WORDS[0] not in line for line in told)
    assert any(line.endswith("close_thread") for line in told)


def test_pressing_twice_and_writing_again(at: House) -> None:
    life(at)
    at.hears("mei", "/erase")
    confirm = at.buttons()[1][1]
    at.presses("mei", confirm)
    assert at.presses("mei", confirm) == [f"{MEI}: 我们这里没有您的任何资料。"]
    told = at.hears("mei", "你好，我想买茶壶")
    assert any("#4" in line for line in told)
    tick(at, "privacy")
    send_all(at)
    tick(at, "privacy")
    at.outgoing()
    assert at.presses("mei", confirm) == [f"{MEI}: 我们这里没有您的任何资料。"]
    assert get(at, 4).subject == "你好，我想买茶壶"
    assert get(at, 4).status == Status.NEW


def test_others_and_staff_keep_theirs(at: House) -> None:
    at.hears("li", "where is my wallaby?")
    before = at.store.read_now(lambda session: tickets.by_number(session, 1).subject)
    life_of_two = at.hears("mei", f"我的杯子{WORDS[0]}，怎么退？")
    assert life_of_two
    erase(at)
    assert get(at, 1).subject == before
    assert "wallaby" in everything(at)
    assert at.hears("wang", "/queue")[0].startswith(f"{WANG}: ")


def test_it_goes_on_after_a_stop_at_any_point(at: House) -> None:
    life(at)
    at.hears("mei", "/erase")
    at.presses("mei", at.buttons()[1][1])
    send_all(at)
    pieces, route = 0, at.routes.named("tick", "privacy")
    assert route is not None
    while at.store.write_now(lambda session: bool(privacy.open_erasures(session))):
        at.store.write_now(lambda session: route.run(TickContext(session, at.now, at.desk, at.inbox_id)))
        pieces += 1
        assert pieces < 500
    assert [canary for canary in CANARIES if canary in everything(at)] == []


def test_words_that_are_just_going_out_are_waited_for(at: House) -> None:
    at.hears("mei", f"我的杯子{WORDS[0]}，怎么退？")

    def fly(session: Session) -> None:
        for row in session.scalars(sa.select(OutboxRow).where(OutboxRow.chat == MEI)):
            row.state = OutboxState.SENDING

    at.store.write_now(fly)
    at.hears("mei", "/erase")
    at.presses("mei", at.buttons()[1][1])
    tick(at, "privacy")
    assert at.store.read_now(lambda session: len(privacy.open_erasures(session))) == 1
    at.store.write_now(
        lambda session: session.execute(sa.update(OutboxRow).values(state=OutboxState.SENT)) and None
    )
    tick(at, "privacy")
    assert at.store.read_now(lambda session: len(privacy.open_erasures(session))) == 0


def test_nothing_is_found_any_more(at: House) -> None:
    life(at)
    erase(at)
    for word in ("quokka", "食蚁", "泽菲"):
        assert "#" not in at.hears("wang", f"/search {word}")[0]
    at.passes(minutes=5)
    tick(at, "indexing")
    words = at.store.read_now(lambda session: [search.customers(session, (), limit=9)])
    assert words == [[]]


def test_my_data_holds_it_all_under_names_one_can_read(at: House) -> None:
    life(at)
    [told] = at.hears("mei", "/mydata")
    assert told == f"{MEI}: 这是我们保存的您的全部资料。"
    row = at.rows()[-1]
    body = orjson.loads(row.body)
    attached = at.store.read_now(lambda session: outbox.attachment(session, body["attachment"]))
    assert attached is not None
    assert attached.name == "my-data-2026-03-02.json"
    text = attached.content.decode()
    data = orjson.loads(attached.content)
    assert [
        word
        for word in (NAME, PHONE, MAIL, *WORDS[:3], *WORDS[5:], "ORD-4711", "cassowary")
        if word not in text
    ] == []
    assert WORDS[4] not in text  # what staff noted for each other
    assert data["个人信息"]["名称"] == NAME
    assert data["工单"][1]["类型"] == "投诉"
    assert data["评分"][0]["分数"] == 5


def test_the_first_press_asks_and_no_erases_nothing(at: House) -> None:
    at.hears("mei", "你好，我想买茶壶")
    [asked] = at.hears("mei", "/erase")
    assert "无法恢复" in asked
    assert [label for label, _ in at.buttons()] == ["先把我的资料发给我", "删除全部资料", "不删除"]
    at.presses("mei", at.buttons()[2][1])
    tick(at, "privacy")
    assert get(at, 1).subject == "你好，我想买茶壶"
    assert at.hears("chen", "/erase") == [f"{CAST['chen'].address}: We hold nothing about you."]
    assert at.presses("li", "v1:erase:1:1") == [f"{CAST['li'].address}: We hold nothing about you."]
    assert get(at, 1).subject == "你好，我想买茶壶"


@pytest.mark.parametrize(
    "text",
    ["删除我的数据", "请删除我的个人信息！", "麻烦把我的资料全部删掉，谢谢", "我要注销我的账号",
     "帮我清除我所有的数据", "Delete my data", "please erase all my personal data", "Forget me.",
     "Can you delete my account please?", "I want you to delete everything you have about me",
     "I'd like to delete my information"],
)  # fmt: skip
def test_plain_words_ask_to_be_erased(at: House, text: str) -> None:
    [asked] = at.hears("mei", text)
    assert "#" not in asked
    assert at.buttons()[1][1].startswith("v1:erase:")


@pytest.mark.parametrize(
    "text",
    ["", "删除我的订单", "我的数据线坏了，能退吗", "怎么删除我的收货地址？", "删除我的数据要多久？",
     "delete my last order", "my account does not work", "what happens if I delete my account?", "erase",
     "数据"],
)  # fmt: skip
def test_other_words_do_not(text: str) -> None:
    assert not is_wish(text)


@pytest.mark.parametrize("before", ["/complaint", "a rating"])
def test_the_wish_is_heard_where_other_words_are_awaited(tmp_path: Path, before: str) -> None:
    home = house(tmp_path, ROUTES)
    if before == "a rating":
        home.hears("mei", "可以自提吗？")
        home.hears("wang", "/reply 1 可以")
        home.hears("wang", "/resolve 1")
        [five] = [data for label, data in home.buttons(3) if label == "5"]
        home.presses("mei", five)
    else:
        home.hears("mei", before)
    home.hears("mei", "删除我的数据")
    assert "erase" in {data.split(":")[1] for _, data in home.buttons()}

"""What agents look up: a ticket's customer, and why a ticket stands as it does."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from crm_store import consents, customers
from crm_store.consents import Scope
from crm_store.models.customer import Order
from crm_store.rules.lifecycle import Kind
from tests.factories import CAST, House
from tests.handlers.desk import desk, send_all, threads, ticket

MEI, LI, WANG, CHEN = (CAST[who].address for who in ("mei", "li", "wang", "chen"))


@pytest.fixture
def home(tmp_path: Path) -> House:
    return desk(tmp_path)


def fill(home: House) -> None:
    def unit(session: Session) -> None:
        contact = customers.sender(session, home.inbox_id, MEI).contact
        assert contact is not None
        mei = customers.by_id(session, contact.customer_id)
        mei.phone, mei.region = "+86 138 0000 0000", "上海"
        customers.tag(session, mei.id, "vip", by="test", now=home.now)
        scope = Scope(mei.id, "telegram", "news")
        consents.grant(session, scope, wording="?", source="question", now=home.now)
        for nth, days in enumerate((40, 3)):
            session.add(
                Order(
                    number=f"A{nth}", customer_id=mei.id, product="tea", amount=12_950, currency="CNY",
                    at=home.now - timedelta(days=days),
                )
            )  # fmt: skip

    home.store.write_now(unit)


class TestCustomer:
    @pytest.mark.parametrize(
        ("who", "lines"),
        [
            (
                "chen",
                [
                    "Mei 梅 · writes in Chinese · customer since 2026-03-02",
                    "Contact: +86 138 0000 0000",
                    "City: 上海",
                    "Tags: vip",
                    "Can be reached here",
                    "Offers: agreed",
                    "Last tickets:",
                    "❗ #2 new · 2026-03-02 · It is broken!",
                    "❓ #1 resolved · 2026-03-02 · Where is my order?",
                    "Ratings, newest first: 5 for #1",
                    "Orders: 2, CN¥259.00 in all, last on 2026-02-27",
                    "Value: class A, number 1 of 1 buyers, within the first 80% of the revenue",
                    "Segment: needs attention (last bought 3 days ago, bought on 2 days; R3 F3 M3)",
                    "Stage: active (3 days without a purchase)",
                ],
            ),
            (
                "wang",
                [
                    "Mei 梅 · 使用中文 · 2026-03-02 起的客户",
                    "联系方式：+86 138 0000 0000",
                    "城市：上海",
                    "标签：vip",
                    "可以在此联系到",
                    "优惠消息：已同意接收",
                    "最近的工单：",
                    "❗ #2 新建 · 2026-03-02 · It is broken!",
                    "❓ #1 已解决 · 2026-03-02 · Where is my order?",
                    "评分（由新到旧）：#1 评 5 分",
                    "订单：2 笔，共 ¥259.00，最近 2026-02-27",
                    "价值：A 类，消费额排第 1（共 1 位买家），属于贡献前 80% 销售额的客户",
                    "分群：需要关注（3 天前买过，共 2 天有购买；R3 F3 M3）",
                    "阶段：活跃（3 天没有购买）",
                ],
            ),
        ],
    )
    def test_everything_on_one_page(self, home: House, who: str, lines: list[str]) -> None:
        number = ticket(home)
        home.hears("wang", f"/reply {number} 已发货")
        home.hears("wang", f"/resolve {number}")
        [five] = [data for label, data in home.buttons(3) if label == "5"]
        home.presses("mei", five)
        ticket(home, kind=Kind.COMPLAINT)
        fill(home)
        [told] = home.hears(who, f"/customer {number}")
        assert told.removeprefix(f"{CAST[who].address}: ").splitlines() == lines

    @pytest.mark.parametrize(
        ("who", "words"),
        [
            (
                "chen",
                ["Cannot be reached here", "Offers: said no", "No ratings yet", "No orders"],
            ),
            ("wang", ["在此联系不到", "优惠消息：已拒收", "还没有评分", "没有订单"]),
        ],
    )
    def test_what_there_is_not(self, home: House, who: str, words: list[str]) -> None:
        number = ticket(home)

        def leave(session: Session) -> None:
            customers.unreachable(session, home.inbox_id, MEI, reason="blocked", now=home.now)
            consents.suppress(session, 1, "telegram", reason="stop", now=home.now)

        home.store.write_now(leave)
        [told] = home.hears(who, f"/customer {number}")
        assert all(word in told for word in words)

    def test_in_a_topic_the_number_is_implied(self, tmp_path: Path) -> None:
        group = desk(tmp_path, group=True)
        ticket(group, "li")
        number = ticket(group)
        group.hears("wang", f"/take {number}", group=True)
        send_all(group)
        group.outgoing()
        [told] = group.hears("wang", "/customer", group=True, thread=str(threads(group)[0].provider_id))
        assert "Mei 梅" in told

    def test_without_a_number(self, home: House) -> None:
        assert home.hears("chen", "/customer") == [
            f"{CHEN}: Which customer? Send /customer NUMBER or /customer NAME, for example "
            "/customer 12 or /customer Mei."
        ]
        assert home.hears("wang", "/customer 9") == [f"{WANG}: 没有找到工单 9，请核对编号后重试。"]

    def test_by_name_and_by_button_among_several(self, home: House) -> None:
        ticket(home)
        ticket(home, "li")
        home.store.write_now(lambda session: customers.rename(session, 2, "Mei 李"))
        [told] = home.hears("chen", "/customer 梅")
        assert told.startswith(f"{CHEN}: Mei 梅 · writes in Chinese")
        [asked] = home.hears("chen", "/customer mei")
        assert asked == f"{CHEN}: 2 customers are called “mei”. Which one?"
        assert [label for label, _ in home.buttons()] == ["Mei 李 · #2", "Mei 梅 · #1"]
        [told] = home.presses("chen", home.buttons()[0][1])
        assert told.startswith(f"{CHEN}: Mei 李 · writes in English")
        assert home.hears("wang", "/customer Mei2") == [f"{WANG}: 没有找到名为“Mei2”的客户，您是指“Mei”吗？"]

    def test_notes_and_what_the_page_shows_only_in_part(self, home: House) -> None:
        for _ in range(7):
            number = ticket(home)
        fill(home)
        for nth in range(3):
            home.hears("wang", f"/note {number} 备注{nth}")
        [told] = home.hears("chen", f"/customer {number}")
        assert f"🔒 #{number} 2026-03-02 Wang 王: 备注2" in told
        assert "备注0" not in told
        more = dict(home.buttons())
        assert list(more) == ["All tickets", "All notes", "Orders"]
        assert "#1 new" in home.presses("chen", more["All tickets"])[0]
        assert "备注0" in home.presses("chen", more["All notes"])[0]
        assert "2026-02-27 · A1 · tea · CN¥129.50" in home.presses("chen", more["Orders"])[0]
        for forged in ("v1:customer:x:0", "v1:customer:99:1"):
            assert len(home.presses("chen", forged)) == 1

    def test_customers_may_not_look(self, home: House) -> None:
        ticket(home)
        assert "Mei" not in home.presses("li", "v1:customer:1:0")[0]


class TestWhy:
    def test_a_complaint_from_its_words_to_its_survey(self, home: House) -> None:
        home.hears("li", "You lost my parcel! This is unacceptable.")
        home.passes(hours=1)
        home.hears("chen", "/reply 1 We are looking into it")
        home.hears("chen", "/resolve 1 label fell off | sent again")
        [told] = home.hears("chen", "/why 1")
        lines = told.removeprefix(f"{CHEN}: ").splitlines()
        assert lines[0] == "#1 is resolved"
        assert lines[1].startswith("Kind: complaint, ")
        assert "unacceptable" in lines[1]
        assert lines[2:] == [
            "Priority: high priority, because it is a complaint",
            "First answer due 2 Mar 10:00: 1 h of open hours",
            "Solution due 3 Mar 09:00: 24 h of open hours",
            "2 Mar 10:00: Chen 陈 became its owner by answering first",
            "2 Mar 10:00: Chen 陈 resolved it",
            "Cause: label fell off · Remedy: sent again",
            "2 Mar 10:00: the customer is to be asked how easy it was on 4 Mar 10:00,"
            " because a colleague answered",
            "2 Mar 10:00: the customer is to be asked whether they would recommend us on 9 Mar 10:00,"
            " because a colleague answered",
            "2 Mar 10:00: the customer was asked how satisfied they are, because a colleague answered",
            "Put right? to be asked on 3 Mar 10:00",
        ]

    def test_nobody_is_to_be_asked_whether_it_is_put_right_while_work_goes_on(self, home: House) -> None:
        home.hears("li", "You lost my parcel! This is unacceptable.")
        home.hears("chen", "/resolve 1 label fell off | sent again")
        home.hears("chen", "/reopen 1")
        [told] = home.hears("chen", "/why 1")
        assert told.endswith("Put right? not asked on 3 Mar 09:00 while work goes on")

    def test_in_chinese(self, home: House) -> None:
        home.hears("mei", "/ask 我的订单在哪里？")
        home.hears("wang", "/take 1")
        [told] = home.hears("wang", "/why 1")
        assert told.removeprefix(f"{WANG}: ").splitlines() == [
            "#1 当前状态：处理中",
            "类型：咨询，客户自己选择",
            "优先级：普通优先级，因为这是咨询",
            "首次回复截止 3月2日 13:00：营业时间内 4 小时",
            "解决截止 3月5日 09:00：营业时间内 3 天",
            "3月2日 09:00：Wang 王 主动接手",
            "满意度调查：解决后发送",
        ]

    def test_a_kind_and_a_priority_that_staff_changed(self, home: House) -> None:
        home.hears("li", "When will my parcel be here?")
        home.hears("wang", "/kind 1 complaint")
        [told] = home.hears("chen", "/why 1")
        lines = told.removeprefix(f"{CHEN}: ").splitlines()
        assert lines[1] == "Kind: complaint, corrected by Wang 王 on 2 Mar 09:00"
        assert lines[2].startswith("At first: inquiry, ")
        assert lines[3] == "Priority: high priority, because it is a complaint"
        home.hears("wang", "/priority 1 urgent")
        [told] = home.hears("wang", "/why 1")
        assert "优先级：紧急，Wang 王 于 3月2日 09:00 设定" in told

    @pytest.mark.parametrize(
        ("who", "words"), [("li", "URGENT: where is my parcel?"), ("mei", "很急，订单在哪里？")]
    )
    def test_no_code_is_read_by_anyone(self, home: House, who: str, words: str) -> None:
        home.hears(who, words)
        for reader in ("chen", "wang"):
            [told] = home.hears(reader, "/why 1")
            assert "_" not in told
            assert "urgent_words" not in told

    def test_feedback_nobody_answered_is_not_asked_about(self, home: House) -> None:
        home.hears("li", "/feedback I love the new packaging")
        home.hears("chen", "/resolve 1")
        [told] = home.hears("chen", "/why 1")
        assert "Deadlines: none for this kind" in told
        assert told.endswith(
            "the customer is not asked how satisfied they are, because no colleague answered"
        )

    def test_every_event_is_worded(self, home: House) -> None:
        home.hears("li", "where is my parcel?")
        home.hears("wang", "/take 1")
        home.hears("chen", "/take 1")
        home.hears("chen", "/resolve 1")
        home.hears("chen", "/reopen 1")
        home.hears("chen", "/reply 1 It comes today")
        home.hears("chen", "/resolve 1")
        [two] = [data for label, data in home.buttons(3) if label == "2"]
        home.presses("li", two)
        home.hears("li", "still not here, where is it?")
        for who in ("chen", "wang"):
            [told] = home.hears(who, "/why 1")
            assert len(told.splitlines()) >= 11
            assert "{" not in told

    @pytest.mark.parametrize(
        ("who", "told"),
        [
            ("chen", "Which ticket? Send /why NUMBER, for example /why 12."),
            ("wang", "要了解哪个工单？发送 /why 工单号，例如 /why 12。"),
        ],
    )
    def test_without_a_number(self, home: House, who: str, told: str) -> None:
        assert home.hears(who, "/why") == [f"{CAST[who].address}: {told}"]

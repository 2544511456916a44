"""Coming and going: who is given tickets, what happens to those they leave, and what everyone is told."""

from datetime import timedelta
from pathlib import Path

import pytest

from crm_store import presence
from crm_store.models.outbox import OutboxState
from crm_store.rules.lifecycle import Kind
from crm_store.rules.roles import Role
from tests.factories import CAST, STAFF_GROUP, House
from tests.handlers.desk import body, desk, get, log, send_all, threads, ticket
from tests.handlers.people import AWAY, HERE, comes, hire, presences, tick

MEI, LI, WANG, CHEN, ZHAO = (CAST[who].address for who in ("mei", "li", "wang", "chen", "zhao"))


@pytest.fixture
def home(tmp_path: Path) -> House:
    built = desk(tmp_path)
    hire(built, "zhao")
    return built


@pytest.fixture
def group(tmp_path: Path) -> House:
    built = desk(tmp_path, group=True, language="zh")
    hire(built, "zhao")
    return built


def owner(at: House, number: int) -> str | None:
    """Name who owns a ticket."""
    names = {id_: who for who, id_ in at.staff_ids.items()}
    found = get(at, number).assignee_id
    return None if found is None else names[found]


def reasons(at: House, number: int) -> list[object]:
    return [detail.get("reason") for kind, detail in log(at, number) if kind in {"assigned", "unassigned"}]


class TestComing:
    def test_by_default_nobody_is_given_anything(self, home: House) -> None:
        home.hears("mei", "我的订单在哪里？")
        assert tick(home) == []
        assert owner(home, 1) is None

    @pytest.mark.parametrize(
        ("who", "told"),
        [
            ("wang", "Wang 王 在岗，新工单会自动分配过来：手上 0 个，最多 5 个。"),
            ("chen", "Chen 陈 is here and gets new tickets as they come: 0 open, 5 at most."),
        ],
    )
    def test_is_confirmed_once(self, home: House, who: str, told: str) -> None:
        assert home.hears(who, "/back") == [f"{CAST[who].address}: {told}"]
        [again] = home.hears(who, "/back")
        assert again.endswith(("已经在岗。", "is here already."))
        assert presences(home, who) == [(HERE, f"staff:{home.staff_ids[who]}", "")]

    def test_what_waits_is_given_out(self, home: House) -> None:
        number = ticket(home)
        comes(home, "wang")
        [card] = tick(home)
        assert card.startswith(f"{WANG}: ❓ #1 现在由您负责。Mei 梅：Where is my order?")
        assert "负责人：Wang 王" in card
        assert owner(home, number) == "wang"

    def test_what_comes_is_given_out_and_announced_to_nobody_else(self, home: House) -> None:
        comes(home, "wang", "zhao")
        home.hears("mei", "我的订单在哪里？")
        told = tick(home)
        assert [line for line in told if line.startswith(f"{WANG}: ❓ #1 现在由您负责。")]
        lines = [row for row in home.rows() if row.combinable]
        assert {row.state for row in lines} == {OutboxState.CANCELLED}

    def test_a_full_house_leaves_the_line_with_its_button(self, home: House) -> None:
        comes(home, "wang")
        home.hears("chen", "/staff wang capacity 0")
        home.hears("mei", "我的订单在哪里？")
        tick(home)
        lines = [row for row in home.rows() if row.combinable]
        assert {row.chat for row in lines} == {WANG, CHEN, ZHAO}
        assert {row.not_before for row in lines} == {home.now}
        assert all(body(row)["buttons"] for row in lines)

    def test_praise_takes_nobodys_room(self, home: House) -> None:
        comes(home, "wang")
        home.hears("li", "I love the new app, great service!")
        tick(home)
        assert (get(home, 1).kind, owner(home, 1)) == (Kind.FEEDBACK, None)
        assert all(row.not_before == home.now for row in home.rows() if row.combinable)

    def test_outside_working_time_it_is_said_when_it_begins(self, home: House) -> None:
        home.hears("chen", "/staff wang hours mon-fri 10:00-18:00")
        [told] = home.hears("wang", "/back")
        assert told.endswith("\n工作时间从 3月2日 10:00 开始，届时才会有新工单。")
        number = ticket(home)
        assert tick(home) == []
        home.passes(hours=1)
        tick(home)
        assert owner(home, number) == "wang"

    def test_equal_agents_take_turns(self, home: House) -> None:
        comes(home, "wang", "zhao")
        numbers = []
        for _ in range(4):
            numbers.append(ticket(home))
            tick(home)
            home.passes(minutes=1)
        assert [owner(home, number) for number in numbers] == ["wang", "zhao", "wang", "zhao"]

    def test_why_tells_the_reason(self, home: House) -> None:
        comes(home, "wang", "zhao")
        number = ticket(home)
        tick(home)
        [told] = home.hears("chen", f"/why {number}")
        assert "2 Mar 09:00: given to Wang 王 (equal to the others, first in the list; " in told
        assert "; equal, later in the list: Zhao 赵)" in told


class TestInTheGroup:
    def test_the_topic_is_made_and_the_owner_is_told(self, group: House) -> None:
        comes(group, "wang")
        group.hears("mei", "我的订单在哪里？")
        told = tick(group)
        assert told[0] == f"{STAFF_GROUP}: make_thread"
        assert told[-1] == f"{WANG}: ❓ #1 现在由您负责。Mei 梅：我的订单在哪里？"
        assert len(threads(group)) == 1

    def test_the_line_in_general_shows_who_has_it(self, group: House) -> None:
        comes(group, "wang")
        group.hears("mei", "我的订单在哪里？")
        tick(group)
        [line] = [row for row in group.rows() if row.combinable]
        assert body(line)["text"] == "❓ #1 Mei 梅：我的订单在哪里？ ✔ Wang 王"
        assert "buttons" not in body(line)

    def test_away_is_said_by_name(self, group: House) -> None:
        comes(group, "wang")
        assert group.hears("wang", "/away", group=True) == [
            f"{STAFF_GROUP}: Wang 王 已离开，不再接收新工单。发送 /back 恢复。"
        ]


class TestLeaving:
    def test_what_has_no_answer_goes_to_others(self, home: House) -> None:
        comes(home, "wang", "zhao")
        number = ticket(home)
        tick(home)
        told = home.hears("wang", "/away 午饭")
        assert told[0].startswith(f"{ZHAO}: ❓ #1 现在由您负责。")
        assert told[-1] == (
            f"{WANG}: Wang 王 已离开，不再接收新工单。发送 /back 恢复。\n#1 尚未回复，已转给 Zhao 赵。"
        )
        assert owner(home, number) == "zhao"
        assert reasons(home, number) == ["auto", "away", "auto"]
        assert presences(home, "wang")[-1] == (AWAY, f"staff:{home.staff_ids['wang']}", "午饭")

    def test_what_has_an_answer_stays(self, home: House) -> None:
        comes(home, "wang", "zhao")
        number = ticket(home)
        tick(home)
        home.hears("wang", f"/reply {number} It ships today")
        assert home.hears("wang", "/away") == [f"{WANG}: Wang 王 已离开，不再接收新工单。发送 /back 恢复。"]
        assert owner(home, number) == "wang"

    def test_with_nobody_else_it_is_announced_again(self, home: House) -> None:
        comes(home, "wang")
        number = ticket(home)
        tick(home)
        told = home.hears("wang", "/away")
        assert f"{CHEN}: ↩ #1 Mei 梅: Where is my order?" in told
        assert not any(line.startswith(f"{WANG}: ↩") for line in told)
        assert told[-1].endswith("#1 尚未回复，已退回队列等待接手。")
        home.presses("chen", f"v1:take:{number}:0")
        assert owner(home, number) == "chen"

    def test_twice_is_told(self, home: House) -> None:
        comes(home, "wang")
        home.hears("wang", "/away")
        home.passes(minutes=5)
        assert home.hears("wang", "/away") == [
            f"{WANG}: Wang 王 从 3月2日 09:00 起已是离开状态。发送 /back 恢复。"
        ]

    def test_the_topic_says_so(self, group: House) -> None:
        comes(group, "wang")
        group.hears("mei", "我的订单在哪里？")
        tick(group)
        send_all(group)
        told = group.hears("wang", "/away")
        assert f"{STAFF_GROUP}: #1 已退回队列，任何人都可以接手。" in told
        assert f"{STAFF_GROUP}: ↩ #1 Mei 梅：我的订单在哪里？" in told


class TestGoingQuiet:
    """Scenario: someone goes offline, and their unanswered tickets go to others."""

    def test_after_half_an_hour_what_has_no_answer_goes_to_others(self, home: House) -> None:
        comes(home, "wang", "zhao")
        number = ticket(home)
        tick(home)
        home.passes(minutes=29)
        home.hears("zhao", "/queue")
        assert tick(home) == []
        home.passes(minutes=1)
        told = tick(home)
        assert owner(home, number) == "zhao"
        assert reasons(home, number) == ["auto", "idle", "auto"]
        assert presences(home, "wang")[-1] == (AWAY, presence.CLOCK, presence.IDLE)
        assert f"{WANG}: 已有 30 分钟没有您的动静" in "\n".join(told)
        assert [line.partition(": ")[0] for line in told] == [ZHAO, WANG]

    def test_whatever_they_do_next_brings_them_back(self, home: House) -> None:
        comes(home, "wang")
        home.passes(minutes=31)
        tick(home)
        home.hears("wang", "/queue")
        assert presences(home, "wang")[-1] == (HERE, f"staff:{home.staff_ids['wang']}", "active")

    def test_only_their_working_time_counts(self, home: House) -> None:
        home.hears("chen", "/staff wang hours mon-fri 09:00-09:10; tue 09:00-18:00")
        comes(home, "wang")
        number = ticket(home)
        tick(home)
        home.passes(hours=23, minutes=59)
        tick(home)
        assert owner(home, number) == "wang"
        home.passes(minutes=22)
        tick(home)
        assert owner(home, number) is None

    def test_whoever_takes_by_hand_is_not_watched(self, home: House) -> None:
        number = ticket(home)
        home.hears("wang", f"/take {number}")
        home.passes(hours=5)
        tick(home)
        assert owner(home, number) == "wang"
        assert presences(home, "wang") == []


class TestComplaints:
    def test_the_supervisor_the_customer_was_told_of_gets_it(self, home: House) -> None:
        comes(home, "wang", "chen")
        [ack, *_] = home.hears("li", "This is unacceptable, you charged me twice!")
        assert "our supervisor Chen 陈" in ack
        tick(home)
        assert owner(home, 1) == "chen"
        assert log(home, 1)[-1][1]["reasons"] == ["named", "not_named:Wang 王"]

    def test_it_does_not_wait_while_somebody_else_could(self, home: House) -> None:
        comes(home, "wang")
        home.hears("li", "This is unacceptable, you charged me twice!")
        tick(home)
        assert owner(home, 1) == "wang"

    def test_nobody_took_it_so_the_promise_is_kept(self, home: House) -> None:
        home.hears("li", "This is unacceptable, you charged me twice!")
        home.passes(minutes=14)
        assert tick(home) == []
        home.passes(minutes=1)
        [card, *_] = tick(home)
        assert card.startswith(f"{CHEN}: ❗ #1 is yours now: nobody else took the complaint")
        assert (owner(home, 1), reasons(home, 1)) == ("chen", ["named"])

    def test_whoever_took_it_keeps_it(self, home: House) -> None:
        home.hears("li", "This is unacceptable, you charged me twice!")
        home.hears("wang", "/take 1")
        home.passes(hours=1)
        tick(home)
        assert owner(home, 1) == "wang"

    def test_only_open_hours_count(self, home: House) -> None:
        number = ticket(home, "li", Kind.INQUIRY)
        home.passes(hours=5)
        tick(home)
        assert owner(home, number) is None


class TestReopening:
    def reopened(self, home: House) -> list[str]:
        """Let wang serve mei, and mei write again next day."""
        comes(home, "wang", "zhao")
        ticket(home)
        tick(home)
        home.hears("wang", "/reply 1 今天发货")
        home.hears("wang", "/resolve 1")
        home.passes(hours=20)
        return home.hears("mei", "还是不行，还没收到")

    def test_stays_with_the_same_agent(self, home: House) -> None:
        self.reopened(home)
        assert owner(home, 1) == "wang"

    def test_goes_to_another_when_the_agent_is_away(self, home: House) -> None:
        comes(home, "wang", "zhao")
        ticket(home)
        tick(home)
        home.hears("wang", "/reply 1 今天发货")
        home.hears("wang", "/resolve 1")
        home.hears("wang", "/away")
        told = home.hears("mei", "还是不行，还没收到")
        assert owner(home, 1) == "zhao"
        assert reasons(home, 1) == ["auto", "reopened_away", "auto"]
        assert any(line.startswith(f"{ZHAO}: ❓ #1 现在由您负责。") for line in told)
        assert not any(line.startswith(f"{WANG}: ") for line in told)


def test_a_lost_role_gives_everything_back(home: House) -> None:
    comes(home, "wang")
    number = ticket(home)
    tick(home)
    home.hears("wang", f"/reply {number} hello")
    home.hears("chen", "/staff wang -agent")
    assert owner(home, number) is None
    assert reasons(home, number) == ["auto", "role_lost"]
    assert presences(home, "wang")[-1][0] == AWAY


def test_a_minutes_activity_is_one_write(home: House) -> None:
    from tests.handlers.people import member

    home.hears("wang", "/queue")
    first = member(home, "wang").active
    home.passes(seconds=30)
    home.hears("wang", "/queue")
    assert member(home, "wang").active == first
    home.passes(seconds=30)
    home.hears("wang", "/nonsense")
    assert member(home, "wang").active == first + timedelta(minutes=1) if first else False


@pytest.mark.parametrize("role", [Role.AGENT])
def test_nobody_but_staff_comes_and_goes(home: House, role: Role) -> None:
    told = home.hears("mei", "/back")
    assert told == [f"{MEI}: 这个操作需要客服权限。如果需要，请向管理员要一个邀请链接。"]

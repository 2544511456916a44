"""Resolving asks complaints for cause and remedy, tells the customer and closes the topic."""

from pathlib import Path

import pytest

from crm_store.models.outbox import Action, ThreadState
from crm_store.rules.lifecycle import Kind, Status
from tests.factories import CAST, STAFF_GROUP, House
from tests.handlers.desk import body, desk, get, log, said, send_all, threads, ticket, to

MEI, LI, WANG, CHEN = (CAST[who].address for who in ("mei", "li", "wang", "chen"))


@pytest.fixture
def home(tmp_path: Path) -> House:
    return desk(tmp_path)


@pytest.fixture
def group(tmp_path: Path) -> House:
    return desk(tmp_path, group=True, language="zh")


class TestResolve:
    def test_asks_the_customer_and_tells_the_agent(self, home: House) -> None:
        number = ticket(home)
        home.hears("wang", f"/reply {number} done")
        home.outgoing()
        question, told = home.hears("wang", f"/resolve {number}")
        assert question.startswith(f"{MEI}: ")
        assert told == f"{WANG}: Wang 王 已将 #1 标记为已解决。"
        assert get(home, number).status == Status.RESOLVED
        assert "resolved" in [kind for kind, _ in log(home, number)]

    def test_a_later_survey_leaves_a_plain_sentence(self, tmp_path: Path) -> None:
        from dataclasses import replace
        from datetime import timedelta

        home = desk(tmp_path)
        home.desk = replace(home.desk, survey_delay=timedelta(hours=1))
        first, second = ticket(home), ticket(home, "li")
        assert home.hears("chen", f"/resolve {first}")[0] == (
            f"{MEI}: 您的工单 #1 已解决。如果还有问题，直接回复即可。"
        )
        assert home.hears("chen", f"/resolve {second}")[0] == (
            f"{LI}: Your ticket #2 is resolved. If anything is still not right, just write again."
        )

    def test_closing_words_go_to_the_customer_first(self, home: House) -> None:
        number = ticket(home)
        sent = home.hears("wang", f"/resolve {number} 已补发，请查收")
        assert sent[0] == f"{MEI}: 已补发，请查收"
        assert said(home, number)[-1] == ("outbound", "已补发，请查收")
        assert get(home, number).first_replied == home.now

    def test_a_complaint_is_not_resolved_over_new_words_of_its_customer(self, home: House) -> None:
        number = ticket(home, kind=Kind.COMPLAINT)
        home.hears("chen", f"/resolve {number}")
        home.hears("mei", "还是坏的")
        home.outgoing()
        [told] = home.hears("chen", "label fell off")
        assert told.startswith(f"{CHEN}: The customer has written again, so #1 stays open")
        assert get(home, number).status == Status.NEW
        assert home.hears("chen", "sent again")[0].startswith(f"{CHEN}: To answer a customer")

    def test_unowned_becomes_the_resolvers(self, home: House) -> None:
        number = ticket(home)
        home.hears("wang", f"/resolve {number}")
        assert get(home, number).assignee_id == home.staff_ids["wang"]

    def test_a_note_in_the_closing_words_stops_everything(self, home: House) -> None:
        number = ticket(home)
        [told] = home.hears("wang", f"/resolve {number} // tell nobody")
        assert told.startswith(f"{WANG}: 其中有一行以 // 开头")
        assert get(home, number).status == Status.NEW

    def test_somebody_elses_is_refused(self, home: House) -> None:
        number = ticket(home)
        home.hears("chen", f"/take {number}")
        [told] = home.hears("wang", f"/resolve {number}")
        assert "正由 Chen 陈 处理" in told
        assert get(home, number).status == Status.OPEN

    @pytest.mark.parametrize(
        ("who", "told"),
        [
            ("wang", "#1 的状态已是“已解决”。如需继续处理，请先发送 /reopen 1。"),
            ("chen", "#1 is already resolved. To work on it again, send /reopen 1 first."),
        ],
    )
    def test_twice_is_refused(self, home: House, who: str, told: str) -> None:
        number = ticket(home)
        home.hears(who, f"/resolve {number}")
        assert home.presses(who, f"v1:resolve:{number}:0") == [f"{CAST[who].address}: {told}"]

    def test_without_a_number(self, home: House) -> None:
        assert home.hears("chen", "/resolve") == [
            f"{CHEN}: Which ticket? Send /resolve NUMBER; for a complaint /resolve NUMBER CAUSE | REMEDY."
        ]


class TestComplaint:
    @pytest.mark.parametrize("bar", ["|", "｜"])
    def test_in_one_line(self, home: House, bar: str) -> None:
        number = ticket(home, kind=Kind.COMPLAINT)
        home.hears("wang", f"/resolve {number} 仓库错发 {bar} 已补发")
        done = get(home, number)
        assert (done.status, done.root_cause, done.remedy) == (Status.RESOLVED, "仓库错发", "已补发")
        assert ("resolved", {"cause": "仓库错发", "remedy": "已补发"}) in log(home, number)

    @pytest.mark.parametrize(
        ("who", "cause", "remedy"),
        [
            (
                "wang",
                "#1 是投诉。问题的根本原因是什么？只有内部人员能看到。",
                "采取了什么补救措施？只有内部人员能看到。",
            ),
            (
                "chen",
                "#1 is a complaint. What caused it? Only staff will read this.",
                "And what was done to put it right? Only staff will read this.",
            ),
        ],
    )
    def test_step_by_step(self, home: House, who: str, cause: str, remedy: str) -> None:
        number, chat = ticket(home, kind=Kind.COMPLAINT), CAST[who].address
        assert home.hears(who, f"/resolve {number}") == [f"{chat}: {cause}"]
        assert home.hears(who, "wrong parcel") == [f"{chat}: {remedy}"]
        assert get(home, number).status == Status.NEW
        told = home.hears(who, "sent again")
        done = get(home, number)
        assert (done.status, done.root_cause, done.remedy) == (Status.RESOLVED, "wrong parcel", "sent again")
        assert not any("wrong parcel" in line or "sent again" in line for line in told)

    def test_a_given_cause_is_not_asked_for_again(self, home: House) -> None:
        number = ticket(home, kind=Kind.COMPLAINT)
        [told] = home.hears("chen", f"/resolve {number} wrong parcel")
        assert told == f"{CHEN}: And what was done to put it right? Only staff will read this."

    def test_notes_are_kept_in_between(self, home: House) -> None:
        number = ticket(home, kind=Kind.COMPLAINT)
        home.hears("chen", f"/resolve {number}")
        home.hears("chen", "// call the warehouse first")
        assert said(home, number)[-1] == ("note", "call the warehouse first")
        home.hears("chen", "wrong parcel")
        home.hears("chen", "sent again")
        assert get(home, number).root_cause == "wrong parcel"

    def test_may_be_left(self, home: House) -> None:
        number = ticket(home, kind=Kind.COMPLAINT)
        home.hears("chen", f"/resolve {number}")
        assert home.presses("chen", f"v1:resolve_not:{number}:0") == [f"{CHEN}: #1 stays open."]
        [told] = home.hears("chen", "wrong parcel")
        assert told.startswith(f"{CHEN}: To answer a customer")

    def test_is_forgotten_after_an_hour(self, home: House) -> None:
        number = ticket(home, kind=Kind.COMPLAINT)
        home.hears("chen", f"/resolve {number}")
        home.passes(hours=1)
        [told] = home.hears("chen", "wrong parcel")
        assert told.startswith(f"{CHEN}: To answer a customer")

    def test_resolved_by_another_meanwhile(self, home: House) -> None:
        number = ticket(home, kind=Kind.COMPLAINT)
        home.hears("wang", f"/resolve {number}")
        home.hears("chen", f"/resolve {number} a | b")
        [told] = home.hears("wang", "错发")
        assert told.startswith(f"{WANG}: #1 的状态已是“已解决”")
        assert get(home, number).root_cause == "a"


class TestTopic:
    def test_is_confirmed_and_closed_in_this_order(self, group: House) -> None:
        number = ticket(group)
        group.hears("wang", f"/take {number}", group=True)
        send_all(group)
        thread = threads(group)[0].provider_id
        group.hears("wang", "/resolve", group=True, thread=str(thread))
        inside = [row for row in send_all(group) if row.thread_id]
        assert [row.action for row in inside] == [Action.EDIT, Action.SEND, Action.CLOSE_THREAD]
        assert to(inside, STAFF_GROUP)[1] == "Wang 王 已将 #1 标记为已解决。"
        assert threads(group)[0].state == ThreadState.CLOSED

    def test_resolved_elsewhere_tells_both_places(self, group: House) -> None:
        number = ticket(group)
        group.hears("wang", f"/take {number}", group=True)
        send_all(group)
        group.outgoing()
        told = group.hears("wang", f"/resolve {number}")
        assert [line for line in told if "标记为已解决" in line] == [
            f"{STAFF_GROUP}: Wang 王 已将 #1 标记为已解决。",
            f"{WANG}: Wang 王 已将 #1 标记为已解决。",
        ]


class TestReopen:
    @pytest.mark.parametrize(
        ("who", "told"), [("wang", "Wang 王 重新打开了 #1。"), ("chen", "Chen 陈 reopened #1.")]
    )
    def test_starts_the_next_episode(self, home: House, who: str, told: str) -> None:
        number = ticket(home)
        home.hears(who, f"/resolve {number}")
        assert home.hears(who, f"/reopen {number}") == [f"{CAST[who].address}: {told}"]
        assert (get(home, number).status, get(home, number).episode) == (Status.OPEN, 2)
        assert log(home, number)[-1] == ("reopened", {"reason": "staff"})
        assert f"{MEI}: again" in home.hears(who, f"/reply {number} again")

    def test_an_open_one_is_refused(self, home: House) -> None:
        number = ticket(home)
        assert home.presses("chen", f"v1:reopen:{number}:0") == [
            f"{CHEN}: #1 is new, so there is nothing to reopen."
        ]

    def test_a_closed_one_is_refused(self, home: House) -> None:
        number = ticket(home)
        home.hears("chen", f"/resolve {number}")
        home.store.write_now(lambda session: setattr(session.get(_ticket(), number), "status", Status.CLOSED))
        assert home.hears("wang", f"/reopen {number}") == [
            f"{WANG}: #1 已关闭，不能再打开。客户再次来信时会生成新工单。"
        ]
        assert home.hears("chen", f"/reply {number} hi") == [
            f"{CHEN}: #1 is closed and stays closed. When the customer writes again, a new ticket opens."
        ]


def _ticket() -> type:
    from crm_store.models.ticket import Ticket

    return Ticket


def test_a_stale_button_is_refused(home: House) -> None:
    assert home.presses("chen", "v1:take:nonsense:0") == [
        f"{CHEN}: That button is no longer in use. Send /help to see what you can do."
    ]


def test_the_dialog_answers_in_the_topic_only(group: House) -> None:
    number = ticket(group, kind=Kind.COMPLAINT)
    group.hears("wang", f"/take {number}", group=True)
    send_all(group)
    thread = str(threads(group)[0].provider_id)
    group.hears("wang", "/resolve", group=True, thread=thread)
    group.hears("wang", "错发", group=True, thread=thread)
    assert not [row for row in group.rows() if row.chat == MEI and body(row).get("text") == "错发"]
    group.hears("wang", "补发", group=True, thread=thread)
    assert get(group, number).remedy == "补发"

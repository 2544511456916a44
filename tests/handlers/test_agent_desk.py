"""Agents take, answer, note, in private and in the staff group."""

from datetime import timedelta
from pathlib import Path

import pytest

from crm_store import customers
from crm_store.models.outbox import Action, OutboxState
from crm_store.rules.lifecycle import Kind, Status
from handlers.agent.notes import as_note
from handlers.ports import FileRef
from tests.factories import CAST, STAFF_GROUP, House
from tests.handlers.desk import body, desk, get, log, messages, said, send_all, threads, ticket

MEI, LI, WANG, CHEN = (CAST[who].address for who in ("mei", "li", "wang", "chen"))


@pytest.fixture
def home(tmp_path: Path) -> House:
    return desk(tmp_path)


@pytest.fixture
def group(tmp_path: Path) -> House:
    return desk(tmp_path, group=True, language="zh")


class TestTake:
    def test_in_private_shows_card_and_history(self, home: House) -> None:
        number = ticket(home, words="订单在哪里？")
        [card] = home.hears("wang", f"/take {number}")
        assert card.startswith(
            f"{WANG}: ❓ #1 · 咨询 · 处理中 · 普通优先级\nMei 梅 · 使用中文\n负责人：Wang 王"
        )
        assert "09:00 Mei 梅：订单在哪里？" in card
        assert card.endswith(
            "引用这条消息即可回复客户，或发送 /reply 1 内容。以 // 开头的是内部备注，客户看不到。"
        )
        assert get(home, number).assignee_id == home.staff_ids["wang"]
        assert log(home, number)[-1] == ("assigned", {"reason": "took", "to": home.staff_ids["wang"]})

    def test_in_english(self, home: House) -> None:
        number = ticket(home)
        [card] = home.presses("chen", f"v1:take:{number}:0")
        assert "Reply to this message to answer, or send /reply 1 TEXT." in card
        assert home.buttons() == [("Resolve", "v1:resolve:1:0")]

    def test_own_ticket_again(self, home: House) -> None:
        number = ticket(home)
        home.hears("wang", f"/take {number}")
        assert home.hears("wang", f"/take #{number}") == [f"{WANG}: #1 已经由您负责了。"]
        assert [kind for kind, _ in log(home, number)].count("assigned") == 1

    def test_somebody_elses_is_refused(self, home: House) -> None:
        number = ticket(home)
        home.hears("chen", f"/take {number}")
        [told] = home.hears("wang", f"/take {number}")
        assert told.startswith(f"{WANG}: #1 已由 Chen 陈 接手")
        assert get(home, number).assignee_id == home.staff_ids["chen"]

    def test_a_supervisor_takes_over(self, home: House) -> None:
        number = ticket(home)
        home.hears("wang", f"/take {number}")
        home.hears("chen", f"/take {number}")
        ids = home.staff_ids
        assert log(home, number)[-1] == (
            "assigned",
            {"reason": "took_over", "to": ids["chen"], "was": ids["wang"]},
        )

    def test_a_resolved_one_is_refused(self, home: House) -> None:
        number = ticket(home)
        home.hears("wang", f"/resolve {number}")
        [told] = home.hears("wang", f"/take {number}")
        assert told == f"{WANG}: #1 的状态已是“已解决”。如需继续处理，请先发送 /reopen 1。"

    @pytest.mark.parametrize(
        ("who", "words", "answer"),
        [
            ("wang", "/take 77", "没有找到工单 77，请核对编号后重试。"),
            ("chen", "/take 77", "There is no ticket 77. Check the number and try again."),
            ("chen", "/take", "Which ticket? Send /take NUMBER, for example /take 12."),
            ("wang", "/take abc", "要接手哪个工单？发送 /take 工单号，例如 /take 12。"),
            ("chen", "/take 99999999999999999999", "Which ticket? Send /take NUMBER, for example /take 12."),
        ],
    )
    def test_wrong_numbers(self, home: House, who: str, words: str, answer: str) -> None:
        assert home.hears(who, words) == [f"{CAST[who].address}: {answer}"]

    @pytest.mark.parametrize(
        "words",
        [
            "/reply ＃１ 您好",
            "/reply １ 您好",
            "/reply 1\n您好",
            "/reply\u30001\u3000您好",
            "/REPLY #1  您好",
        ],
    )
    def test_a_number_as_any_keyboard_writes_it(self, home: House, words: str) -> None:
        ticket(home)
        home.hears("wang", words)
        assert said(home, 1)[-1] == ("outbound", "您好")

    def test_long_histories_fit_in_one_message(self, home: House) -> None:
        number = ticket(home, words="长" * 4000)
        home.hears("wang", f"/take {number}")
        for _ in range(12):
            home.hears("wang", f"/note {number} " + "n" * 2000)
        home.outgoing()
        [told, card] = home.hears("chen", f"/take {number}")
        assert told == f"{WANG}: Chen 陈 接手了原本由您负责的 #{number}。"
        assert len(card.removeprefix(f"{CHEN}: ")) <= 4096
        assert "…" in card

    def test_files_of_the_customer_are_copied(self, home: House) -> None:
        number = ticket(home, words="broken", file=FileRef("photo", "f1"))
        [card, _] = home.hears("wang", f"/take {number}")
        assert "[图片] broken" in card
        [copy] = [row for row in home.rows() if row.action == Action.COPY and row.chat == WANG]
        assert body(copy) == {"from_chat": MEI, "message": str(home.messages - 1)}


class TestTakeInTheGroup:
    def test_makes_the_topic_with_card_and_history_first(self, group: House) -> None:
        number = ticket(group, words="Where   is\nmy order?")
        group.hears("wang", f"/take {number}", group=True)
        sent = send_all(group)
        inside = [row for row in sent if row.thread_id is not None]
        assert [row.action for row in inside] == [Action.MAKE_THREAD, Action.SEND, Action.PIN]
        assert body(inside[0]) == {"name": "#1 · Mei 梅 · Where is my order?"}
        assert "Mei 梅：Where" in str(body(inside[1])["text"])
        assert inside[2].target_id == inside[1].id
        assert {row.ticket_id for row in inside} == {number}

    def test_the_name_fits(self, group: House) -> None:
        number = ticket(group, words="长" * 500)
        group.hears("wang", f"/take {number}", group=True)
        assert len(threads(group)[0].name) == 128

    def test_taking_twice_makes_one_topic(self, group: House) -> None:
        number = ticket(group)
        group.hears("wang", f"/take {number}", group=True)
        send_all(group)
        group.hears("chen", f"/take {number}", group=True)
        assert len(threads(group)) == 1
        assert "Chen 陈 已接手 #1。" in [body(row).get("text") for row in group.rows() if row.thread_id]

    def test_the_digest_shows_who_took_what(self, group: House) -> None:
        first, second = ticket(group), ticket(group, "li")
        shown = _digest(group, first, second)
        group.presses("wang", f"v1:take:{first}:0", group=True, message_id=shown)
        [edit] = [row for row in group.rows() if row.action == Action.EDIT]
        assert body(edit)["text"] == "#1 line ✔ Wang 王\n#2 line"
        assert body(edit)["buttons"] == [[["Take #2", "v1:take:2:0"]]]

    def test_without_a_staff_group_no_topic_is_made(self, home: House) -> None:
        number = ticket(home)
        home.hears("wang", f"/take {number}")
        assert threads(home) == []

    @pytest.mark.parametrize(
        ("language", "told"),
        [
            ("zh", "为避免客户看到，这个操作只能在私聊或员工群里使用。"),
            (
                "en",
                "That works in our private chat and in the staff group only, where no customer reads along.",
            ),
        ],
    )
    def test_in_any_other_group_nothing_is_shown(self, tmp_path: Path, language: str, told: str) -> None:
        home = desk(tmp_path, language=language)
        number = ticket(home)
        assert home.hears("wang", f"/customer {number}", group=True) == [f"{STAFF_GROUP}: {told}"]
        assert home.presses("chen", f"v1:take:{number}:0", group=True) == [f"{STAFF_GROUP}: {told}"]
        assert get(home, number).assignee_id is None


def _digest(group: House, *numbers: int, chat: str = STAFF_GROUP) -> str:
    from crm_store import outbox
    from crm_store.models.outbox import Lane
    from crm_store.outbox import Draft

    for number in numbers:
        draft = Draft(
            inbox_id=group.inbox_id, chat=chat, combinable=True, priority=Lane.NOTICE, ticket_id=number,
            body={"text": f"#{number} line", "buttons": [[[f"Take #{number}", f"v1:take:{number}:0"]]]},
        )  # fmt: skip
        group.store.write_now(lambda session, draft=draft: outbox.enqueue(session, draft, now=group.now))
    sent = send_all(group)
    assert {row.provider_id for row in sent} == {sent[0].provider_id}
    return str(sent[0].provider_id)


class TestReply:
    @pytest.mark.parametrize("who", ["wang", "chen"])
    def test_reaches_the_customer_and_is_confirmed_by_a_sign(self, home: House, who: str) -> None:
        number = ticket(home)
        home.hears(who, f"/reply {number} It ships today")
        answer, sign = list(home.rows())[-2:]
        assert (answer.chat, body(answer), answer.ticket_id) == (MEI, {"text": "It ships today"}, number)
        assert (sign.action, sign.chat, sign.target_id) == (Action.REACT, CAST[who].address, answer.id)
        assert body(sign) == {"message": str(home.messages), "emoji": "👍"}
        assert said(home, number)[-1] == ("outbound", "It ships today")
        assert [kind for kind, _ in log(home, number)] == ["opened", "assigned", "replied"]
        assert get(home, number).assignee_id == home.staff_ids[who]
        assert get(home, number).first_replied == home.now

    def test_the_sign_waits_for_the_answer_and_holds_up_nothing(self, home: House) -> None:
        number = ticket(home)
        home.hears("wang", f"/reply {number} hello")
        answer, sign = list(home.rows())[-2:]
        assert [row.id for row in send_all(home)] == [answer.id, sign.id]

    def test_an_answer_that_fails_does_not_shut_the_agents_chat(self, home: House) -> None:
        number = ticket(home)
        home.hears("wang", f"/reply {number} hello")
        answer, sign = list(home.rows())[-2:]

        def lose(session):  # type: ignore[no-untyped-def]  # a unit of the test
            from crm_store.models.outbox import OutboxRow

            session.get_one(OutboxRow, answer.id).state = OutboxState.FAILED

        home.store.write_now(lose)
        home.hears("wang", f"/note {number} next")
        assert sign.id not in [row.id for row in send_all(home)]
        assert [row.action for row in home.rows() if row.state == OutboxState.SENT] == [Action.REACT]

    def test_somebody_elses_ticket_is_refused_and_nothing_is_sent(self, home: House) -> None:
        number = ticket(home)
        home.hears("chen", f"/take {number}")
        assert home.hears("wang", f"/reply {number} hi") == [
            f"{WANG}: #1 正由 Chen 陈 处理，内容没有发出。请与 Chen 陈 沟通，或用 /note 1 内容 留下备注。"
        ]
        assert said(home, number) == [("inbound", "Where is my order?")]

    def test_a_supervisor_may_answer_without_taking(self, home: House) -> None:
        number = ticket(home)
        home.hears("wang", f"/take {number}")
        home.hears("chen", f"/reply {number} on it")
        assert said(home, number)[-1] == ("outbound", "on it")
        assert get(home, number).assignee_id == home.staff_ids["wang"]

    @pytest.mark.parametrize(
        ("who", "told"),
        [
            ("wang", "#1 已解决，内容没有发出。请先发送 /reopen 1，再回复客户。"),
            ("chen", "#1 is resolved, so nothing was sent. Send /reopen 1 first, then answer."),
        ],
    )
    def test_a_resolved_ticket_is_refused(self, home: House, who: str, told: str) -> None:
        number = ticket(home)
        home.hears(who, f"/resolve {number}")
        assert home.hears(who, f"/reply {number} late") == [f"{CAST[who].address}: {told}"]
        assert "late" not in [text for _, text in said(home, number)]

    @pytest.mark.parametrize("words", ["/reply 1", "/reply 1   "])
    def test_an_empty_one_tells_the_usage(self, home: House, words: str) -> None:
        ticket(home)
        [told] = home.hears("chen", words)
        assert told.startswith(f"{CHEN}: What should the customer read?")

    def test_an_unreachable_customer_is_told_of(self, home: House) -> None:
        number = ticket(home)
        home.store.write_now(
            lambda session: customers.unreachable(session, home.inbox_id, MEI, reason="blocked", now=home.now)
        )
        [told] = home.hears("chen", f"/reply {number} hi")
        assert told.startswith(f"{CHEN}: Mei 梅 has blocked the bot, so nothing was sent on #1.")

    def test_files_go_as_copies_with_their_caption(self, home: House) -> None:
        number = ticket(home)
        home.hears("wang", f"/reply {number} see here", file=FileRef("photo", "f1"))
        copy = list(home.rows())[-2]
        assert (copy.action, copy.chat) == (Action.COPY, MEI)
        assert body(copy) == {"from_chat": WANG, "message": str(home.messages), "caption": "see here"}
        assert messages(home)[-1].file_id == "f1"


class TestWriting:
    def test_in_reply_to_a_card_is_an_answer(self, home: House) -> None:
        number = ticket(home)
        home.hears("wang", f"/take {number}")
        [card] = send_all(home)
        assert home.hears("wang", "马上查", reply_to=card.provider_id)[0] == f"{MEI}: 马上查"

    def test_in_reply_to_a_digest_of_several_is_refused(self, home: House) -> None:
        first, second = ticket(home), ticket(home, "li")
        shown = _digest(home, first, second, chat=WANG)
        home.outgoing()
        [told] = home.hears("wang", "马上查", reply_to=shown)
        assert told.startswith(f"{WANG}: 要回复客户，请引用工单卡片作答")

    def test_in_private_without_a_card_is_refused(self, home: House) -> None:
        ticket(home)
        [told] = home.hears("chen", "hello?")
        assert told.startswith(f"{CHEN}: To answer a customer, reply to a ticket’s card")

    def test_in_the_topic_is_an_answer_to_its_customer_alone(self, group: House) -> None:
        thread = _topic(group)
        ticket(group, "li")
        group.hears("wang", "on its way", group=True, thread=thread)
        assert [body(row)["text"] for row in group.rows() if row.chat == MEI] == ["on its way"]
        assert not [row for row in group.rows() if row.chat == LI]

    def test_in_general_is_not_for_us(self, group: House) -> None:
        ticket(group)
        assert group.hears("wang", "lunch?", group=True) == []

    @pytest.mark.parametrize("who", ["mei", "zhao"])
    def test_in_the_topic_by_someone_else_is_refused(self, group: House, who: str) -> None:
        thread = _topic(group)
        group.outgoing()
        [told] = group.hears(who, "hi", group=True, thread=thread)
        assert told.startswith(f"{STAFF_GROUP}: 这个操作需要客服权限")

    @pytest.mark.parametrize(
        "words", ["// call them", "／／ call them", " // call them", "/note call them", " /note call them"]
    )
    def test_notes_never_leave(self, group: House, words: str) -> None:
        thread = _topic(group)
        group.outgoing()
        assert group.hears("wang", words, group=True, thread=thread) == [f"{STAFF_GROUP}: react"]
        assert said(group, 1)[-1] == ("note", "call them")
        assert log(group, 1)[-1][0] == "noted"
        assert not [row for row in group.rows() if row.chat == MEI]

    @pytest.mark.parametrize(
        "words", ["// call them", "／／ call them", "/note call them", "\u200b// call them"]
    )
    @pytest.mark.parametrize("command", ["/reply 1", "/reply"])
    def test_a_note_is_none_the_less_one_after_a_command(
        self, group: House, command: str, words: str
    ) -> None:
        thread = _topic(group)
        group.outgoing()
        assert group.hears("wang", f"{command} {words}", group=True, thread=thread) == [
            f"{STAFF_GROUP}: react"
        ]
        assert said(group, 1)[-1] == ("note", "call them")
        assert not [row for row in group.rows() if row.chat == MEI]

    @pytest.mark.parametrize(
        "words", ["、、 别告诉客户", "、/别告诉客户", "好的\n/note 别告诉客户", "好的\n、、别告诉"]
    )
    def test_a_slip_in_a_note_sends_nothing(self, group: House, words: str) -> None:
        thread = _topic(group)
        group.outgoing()
        [told] = group.hears("wang", words, group=True, thread=thread)
        assert "//" in told
        assert said(group, 1)[-1][0] != "note"
        assert not [row for row in group.rows() if row.chat == MEI]

    def test_the_other_pictures_of_a_noted_album_stay_inside(self, group: House) -> None:
        thread = _topic(group)
        group.outgoing()
        for number, words in enumerate(["// 内部照片", "", ""]):
            picture = FileRef("photo", f"f{number}")
            group.hears("wang", words, group=True, thread=thread, file=picture, album="a1")
        assert [kind for kind, _ in said(group, 1)[-3:]] == ["note"] * 3
        assert not [row for row in group.rows() if row.chat == MEI]

    def test_what_a_bot_wrote_is_not_passed_on(self, group: House) -> None:
        thread = _topic(group)
        group.outgoing()
        [told] = group.hears(
            "wang", "10:00 Wang（备注）：难缠", group=True, thread=thread, is_of_machine=True
        )
        assert told.startswith(f"{STAFF_GROUP}: 转发的机器人消息")
        assert not [row for row in group.rows() if row.chat == MEI]

    def test_a_line_that_looks_like_a_note_stops_the_answer(self, group: House) -> None:
        thread = _topic(group)
        group.outgoing()
        [told] = group.hears("wang", "您好\n// 别告诉客户", group=True, thread=thread)
        assert told.endswith("其中有一行以 // 开头，所以什么都没有发出。请把回复和备注分成两条消息发送。")
        assert not [row for row in group.rows() if row.chat == MEI]

    def test_a_mistyped_command_stops_the_answer(self, group: House) -> None:
        thread = _topic(group)
        group.outgoing()
        [told] = group.hears("wang", " /reslove", group=True, thread=thread)
        assert "看起来像命令" in told
        assert not [row for row in group.rows() if row.chat == MEI]

    def test_a_number_of_another_ticket_is_refused_in_a_topic(self, group: House) -> None:
        thread = _topic(group)
        other = ticket(group, "li")
        [told] = group.hears("wang", f"/reply {other} items are missing", group=True, thread=thread)
        assert told.startswith(f"{STAFF_GROUP}: 本话题对应 #1")
        assert not [row for row in group.rows() if row.chat in {LI, MEI}]

    def test_a_note_for_another_ticket_says_where_it_is_kept(self, group: House) -> None:
        thread = _topic(group)
        other = ticket(group, "li")
        told = group.hears("wang", f"/note {other} 天后再问", group=True, thread=thread)
        assert f"{STAFF_GROUP}: 备注记在了 #{other}，不是本话题的 #1。" in told
        assert said(group, other)[-1] == ("note", "天后再问")

    @pytest.mark.parametrize("words", ["/snooze 2 hours", "/snooze 2 小时", "/snooze 2h", "/snooze 1 2h"])
    def test_a_time_in_a_topic_is_no_number_of_a_ticket(self, group: House, words: str) -> None:
        thread = _topic(group)
        ticket(group, "li")
        group.hears("wang", words, group=True, thread=thread)
        assert get(group, 1).snoozed_until == group.now + timedelta(hours=2)
        assert get(group, 2).snoozed_until is None

    def test_links_are_answers(self) -> None:
        assert as_note("https://example.org/a//b") is None

    def test_a_note_with_a_photo_stays_inside(self, group: House) -> None:
        thread = _topic(group)
        group.hears("wang", "// damage", group=True, thread=thread, file=FileRef("photo", "f9"))
        assert not [row for row in group.rows() if row.chat == MEI]
        assert messages(group)[-1].file_id == "f9"


def _topic(group: House) -> str:
    number = ticket(group)
    group.hears("wang", f"/take {number}", group=True)
    send_all(group)
    group.outgoing()
    return str(threads(group)[0].provider_id)


class TestNote:
    def test_anyone_at_the_desk_may_keep_one_even_when_resolved(self, home: House) -> None:
        number = ticket(home)
        home.hears("chen", f"/resolve {number}")
        assert home.hears("wang", f"/note {number} regular customer") == [f"{WANG}: react"]
        assert body(list(home.rows())[-1])["emoji"] == "✍"
        assert get(home, number).status == Status.RESOLVED

    def test_an_empty_one_tells_the_usage(self, home: House) -> None:
        ticket(home, kind=Kind.FEEDBACK)
        [told] = home.hears("wang", "/note 1")
        assert told.startswith(f"{WANG}: 要备注什么？")

"""Nothing a customer sends is lost or doubled: albums, floods, any order, any size, any kind, any machine."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram import inbound
from crm_store import events, floods
from crm_store.models.conversation import Message as Said
from crm_store.models.conversation import MessageEdit
from crm_store.models.correction import KindCorrection
from crm_store.models.outbox import Action, OutboxRow, OutboxState
from crm_store.models.ticket import Ticket
from crm_store.rules.lifecycle import Kind
from handlers.context import TickContext
from handlers.ports import Edit, FileRef, InboundEvent, Message, Person, Place, Reaction
from tests.factories import CAST, STAFF_GROUP, House
from tests.handlers.customers import (
    COMPLAINT,
    LI,
    MEI,
    PRAISE,
    QUESTION,
    WANG,
    edits,
    log,
    look,
    messages,
    moves,
    open_house,
    say,
    tickets,
    to,
)
from tests.handlers.desk import send_all


def turn(home: House, name: str) -> list[str]:
    """Let the clock do one thing."""
    route = home.routes.named("tick", name)
    assert route is not None
    home.store.write_now(
        lambda session: bool(route.run(TickContext(session, home.now, home.desk, home.inbox_id)))
    )
    return home.outgoing()


def taken(folder: Path, *, group: bool = False) -> House:
    home = open_house(folder, staff_group=STAFF_GROUP if group else None)
    home.hears("mei", QUESTION["zh"])
    home.hears("wang", "/take 1", group=group)
    return home


class TestAlbums:
    def test_the_pictures_are_told_once_and_copied_together_after_a_second(self, tmp_path: Path) -> None:
        home = taken(tmp_path)
        for nth in range(4):
            home.hears("mei", "盒子" if nth == 0 else "", file=FileRef("photo", f"p{nth}"), album="a1")
            home.passes(seconds=0.3)
        rows = [row for row in home.rows() if row.chat == WANG][-2:]
        assert orjson.loads(rows[0].body)["text"] == "#1 Mei 梅：盒子"
        body = orjson.loads(rows[1].body)
        first = home.messages - 3
        assert (rows[1].action, body["from_chat"]) == (Action.COPY, MEI)
        assert body["messages"] == [str(first + nth) for nth in range(4)]
        assert rows[1].not_before == home.now - timedelta(seconds=0.3) + timedelta(seconds=1)
        assert [message.album for message in messages(home)[1:]] == ["a1"] * 4
        assert len(tickets(home)) == 1

    def test_a_picture_that_comes_late_follows_without_another_line(self, tmp_path: Path) -> None:
        home = taken(tmp_path)
        home.hears("mei", "", file=FileRef("photo", "p1"), album="a1")
        home.passes(seconds=2)
        send_all(home)
        assert home.hears("mei", "", file=FileRef("photo", "p2"), album="a1") == [f"{WANG}: copy"]
        assert home.hears("mei", "", file=FileRef("photo", "p3"), album="a2") == [
            f"{WANG}: #1 Mei 梅：[图片]", f"{WANG}: copy",
        ]  # fmt: skip

    def test_an_album_opens_one_ticket_with_one_acknowledgement(self, tmp_path: Path) -> None:
        home = open_house(tmp_path)
        sent = [home.hears("li", "", file=FileRef("photo", str(nth)), album="a") for nth in range(3)]
        assert len(to(LI, [line for lines in sent for line in lines])) == 1
        assert [message.ticket_id for message in messages(home)] == [1, 1, 1]


class TestFloods:
    def test_all_is_kept_answered_once_and_alerted_once(self, tmp_path: Path) -> None:
        home = taken(tmp_path, group=True)
        sent = [line for nth in range(60) for line in home.hears("mei", f"第 {nth} 条")]
        assert len(messages(home)) == 61
        assert to(MEI, sent) == [say("zh", "flood.answer", number=1)]
        alert = say("en", "flood.alert", name="Mei 梅", number=1, limit=20)
        told = to(STAFF_GROUP, sent)
        assert (told.count(alert), len(told)) == (1, 20)  # nineteen lines came before it was a flood
        assert log(home, 1).count("flooded") == 1
        assert log(home, 1).count("heard") == 60

    def test_a_line_a_minute_and_one_when_it_calms(self, tmp_path: Path) -> None:
        home = taken(tmp_path)
        for nth in range(30):
            home.hears("mei", f"第 {nth} 条")
        home.outgoing()
        assert turn(home, "floods") == []
        home.passes(seconds=50)
        for nth in range(30, 60):
            home.hears("mei", f"第 {nth} 条")
        home.passes(seconds=10)
        assert turn(home, "floods") == [
            f"{WANG}: {say('zh', 'flood.summary', number=1, name='Mei 梅', count=41, text='第 59 条')}"
        ]
        home.photo("mei", "看")
        home.passes(seconds=60)
        summary = say(
            "zh", "flood.summary.files", number=1, name="Mei 梅", count=1, files=1, text="[图片] 看"
        )
        assert turn(home, "floods") == [f"{WANG}: {summary}"]
        assert turn(home, "floods") == []
        assert home.hears("mei", "好了") == [f"{WANG}: #1 Mei 梅：好了"]

    def test_another_flood_is_another_alert(self, tmp_path: Path) -> None:
        home = taken(tmp_path)
        for _ in range(2):
            for nth in range(25):
                home.hears("mei", f"第 {nth} 条")
            home.passes(minutes=2)
            turn(home, "floods")
        assert log(home, 1).count("flooded") == 2
        assert look(home, lambda session: floods.living(session, home.inbox_id)) == []

    def test_others_are_not_touched(self, tmp_path: Path) -> None:
        home = taken(tmp_path)
        for nth in range(30):
            home.hears("mei", f"第 {nth} 条")
        assert to(LI, home.hears("li", QUESTION["en"])) != []


PLACE, LILY = Place(1, "telegram", "102"), CAST["li"]
START = datetime.fromisoformat("2026-03-02T09:00:00+00:00")


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[InboundEvent], dict[str, str], dict[str, set[str]]]:
    """Draw messages with their edits in any order, some delivered twice, and what must be kept of each."""
    sent: list[InboundEvent] = []
    last: dict[str, str] = {}
    versions: dict[str, set[str]] = {}
    for nth in range(draw(st.integers(1, 5))):
        number = str(100 + nth)
        texts = [f"words {nth} {edit}" for edit in range(draw(st.integers(1, 3)))]
        at = START + timedelta(seconds=nth)
        sent.append(Message(PLACE, LILY, number, at, texts[0]))
        for edit, text in enumerate(texts[1:], 1):
            sent.append(Edit(PLACE, LILY, number, at + timedelta(minutes=edit), text))
        last[number], versions[number] = texts[-1], set(texts)
    again = draw(st.lists(st.sampled_from(sent), max_size=4))
    return draw(st.permutations(sent + again)), last, versions


class TestAnyOrder:
    @pytest.mark.slow
    @settings(max_examples=40, deadline=None)
    @given(deliveries())
    def test_each_message_is_kept_once_with_all_it_ever_said(
        self, drawn: tuple[list[InboundEvent], dict[str, str], dict[str, set[str]]]
    ) -> None:
        sent, last, versions = drawn
        with TemporaryDirectory() as folder:
            home = open_house(Path(folder))
            for event in sent:
                home.perform(replace(event, place=replace(PLACE, inbox_id=home.inbox_id)))
            kept = messages(home)
            assert {message.provider_id: message.body for message in kept} == last
            assert len(kept) == len(last)
            assert len(tickets(home)) == 1
            was = look(home, lambda session: session.execute(
                sa.select(Said.provider_id, MessageEdit.was).join(Said, Said.id == MessageEdit.message_id)
            ).all())  # fmt: skip
            told = {number: {text for one, text in was if one == number} | {last[number]} for number in last}
            assert told == versions
            home.store.close()

    def test_an_older_edit_changes_nothing_back(self, tmp_path: Path) -> None:
        home = taken(tmp_path)
        number = str(home.messages - 1)
        home.passes(minutes=5)
        edits(home, "mei", number, "第二版")
        home.passes(minutes=-3)
        assert edits(home, "mei", number, "第一版") == []
        assert messages(home)[0].body == "第二版"


class TestAnyKind:
    @pytest.mark.parametrize(
        ("content", "kind", "text"),
        [
            ({"voice": {"file_id": "v", "file_unique_id": "v", "duration": 3}}, "voice", ""),
            ({"video": {"file_id": "v", "file_unique_id": "v", "width": 1, "height": 1, "duration": 3},
              "caption": "look"}, "video", "look"),
            ({"location": {"latitude": 31.2, "longitude": 121.4}}, "location", "31.2, 121.4"),
            ({"contact": {"first_name": "Mei", "last_name": "Lin", "phone_number": "+86138"}},
             "contact", "Mei Lin +86138"),
            ({"sticker": {"file_id": "s", "file_unique_id": "s", "type": "regular", "width": 1, "height": 1,
                          "is_animated": False, "is_video": False, "emoji": "🙏"}}, "sticker", "🙏"),
            ({"dice": {"emoji": "🎲", "value": 3}}, "dice", "🎲"),
            ({"document": {"file_id": "d", "file_unique_id": "d", "file_name": "a.pdf",
                           "file_size": 30_000_000}}, "document", ""),
        ],
    )  # fmt: skip
    def test_an_update_becomes_a_message_that_loses_nothing(
        self, content: dict[str, object], kind: str, text: str
    ) -> None:
        found = inbound.to_inbound({"update_id": 1, "message": raw(**content)}, 1)
        assert isinstance(found, Message) and found.file is not None
        assert (found.file.kind, found.text) == (kind, text)

    @pytest.mark.parametrize(
        ("kind", "name", "shown"),
        [("voice", None, "[语音]"), ("location", None, "[位置]"), ("document", "账单.pdf", "[账单.pdf]"),
         ("hologram", None, "[附件]")],
    )  # fmt: skip
    def test_the_desk_sees_a_word_for_it_and_a_copy(
        self, tmp_path: Path, kind: str, name: str | None, shown: str
    ) -> None:
        home = taken(tmp_path)
        file = FileRef(kind, "f1", name, 30_000_000)
        assert home.hears("mei", "", file=file) == [f"{WANG}: #1 Mei 梅：{shown}", f"{WANG}: copy"]
        assert (messages(home)[-1].file_kind, messages(home)[-1].file_id) == (kind, "f1")

    def test_a_hundred_thousand_characters_are_kept_and_passed_on_whole(self, tmp_path: Path) -> None:
        home = taken(tmp_path)
        words = "长" * 100_000
        [told] = home.hears("mei", words)
        assert told.endswith(words)
        assert messages(home)[-1].body == words

    def test_a_hundred_thousand_characters_open_a_ticket(self, tmp_path: Path) -> None:
        home = open_house(tmp_path)
        home.hears("li", "Where is it? " * 8_000)
        assert (len(messages(home)[0].body), len(tickets(home)[0].subject)) == (104_000, 80)

    def test_a_file_that_cannot_be_passed_on_is_shown_as_missing_and_tried_again(
        self, tmp_path: Path
    ) -> None:
        home = taken(tmp_path)
        home.photo("mei", "看图")
        [copy] = [row.id for row in home.rows() if row.action == Action.COPY]
        home.store.write_now(
            lambda session: session.execute(
                sa.update(OutboxRow).where(OutboxRow.id == copy).values(state="failed", reason="gone")
            )
        )
        told = say("zh", "failed.file", number=1, what="[图片]", name="Mei 梅", reason="gone")
        assert turn(home, "failures") == [f"{WANG}: {told}"]
        assert turn(home, "failures") == []
        home.presses("wang", f"v1:pass_on_again:{copy}:0")
        assert look(home, lambda session: session.get_one(OutboxRow, copy).state) == OutboxState.READY
        [refused] = home.presses("wang", f"v1:pass_on_again:{copy}:0")
        assert refused.endswith(say("zh", "refused.stale_button"))


def raw(**content: object) -> dict[str, object]:
    person = {"id": 102, "is_bot": False, "first_name": "Li"}
    return {"message_id": 5, "date": 1_772_442_000, "from": person,
            "chat": {"id": 102, "type": "private", "first_name": "Li"}, **content}  # fmt: skip


class TestMachines:
    @pytest.mark.parametrize("words", ["Out of office", "/help", "/start", "/complaint it is late"])
    def test_a_machine_is_never_answered(self, tmp_path: Path, words: str) -> None:
        home = open_house(tmp_path)
        assert home.hears("li", words, is_machine=True) == []
        assert (len(messages(home)), tickets(home)) == (1, [])

    def test_a_machine_reopens_nothing_and_its_edits_open_nothing(self, tmp_path: Path) -> None:
        home = taken(tmp_path)
        home.hears("wang", "/reply 1 三天")
        home.hears("wang", "/resolve 1")
        home.outgoing()
        assert home.hears("mei", "Automatic reply: I am away", is_machine=True) == []
        place = Place(home.inbox_id, "telegram", MEI)
        home.perform(Edit(place, CAST["mei"], "777", home.now, "away until Monday", is_machine=True))
        assert home.outgoing() == []
        assert [ticket.status for ticket in tickets(home)] == ["resolved"]

    @pytest.mark.parametrize("is_known", [True, False])
    def test_two_desks_pointed_at_each_other_fall_silent(self, tmp_path: Path, is_known: bool) -> None:
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
        homes = [open_house(tmp_path / name) for name in ("one", "two")]
        words, sender, exchanged = "Hello, do you sell tea?", 0, 0
        waiting = [words]
        while waiting and exchanged < 20:
            text, exchanged = waiting.pop(0), exchanged + 1
            receiver = 1 - sender
            answers = to(LI, homes[receiver].hears("li", text, is_machine=is_known))
            waiting, sender = waiting + answers, receiver
        assert exchanged - 1 <= 2  # what the first one began with is no answer
        assert not waiting


class TestKinds:
    def corrected(self, home: House, number: int, kind: Kind) -> None:
        home.hears("chen", f"/kind {number} {kind.value}")

    def test_an_agents_word_is_silent_and_remembered(self, tmp_path: Path) -> None:
        home = open_house(tmp_path)
        words = "你们家的杯子会自己唱歌"
        home.hears("mei", words)
        assert to(MEI, home.hears("chen", "/kind 1 complaint")) == []
        assert (tickets(home)[0].kind, tickets(home)[0].priority) == ("complaint", "high")
        home.hears("li", words + "!")
        assert tickets(home)[1].kind == "complaint"
        opened = look(home, lambda session: events.detail(events.of_ticket(session, 2)[0]))
        assert opened["reasons"] == ["corrected"]

    def test_the_last_word_counts(self, tmp_path: Path) -> None:
        home = open_house(tmp_path)
        home.hears("mei", "你们家的杯子会自己唱歌")
        for kind in (Kind.COMPLAINT, Kind.FEEDBACK):
            self.corrected(home, 1, kind)
        kept = look(home, lambda session: session.scalars(sa.select(KindCorrection.now)).all())
        assert kept == ["feedback"]

    def test_a_customers_own_choice_teaches_nothing(self, tmp_path: Path) -> None:
        home = open_house(tmp_path)
        home.hears("mei", "杯子")
        home.presses("mei", "v1:kind:1:2")
        assert look(home, lambda session: session.scalars(sa.select(KindCorrection.id)).all()) == []

    def test_feedback_that_asks_is_answered_in_time(self, tmp_path: Path) -> None:
        home = open_house(tmp_path)
        home.hears("mei", "/feedback 包装很好，请问什么时候出新款？")
        home.hears("li", "/feedback I love the packaging")
        asked, told = tickets(home)
        assert (asked.kind, asked.first_due) == ("feedback", home.now + timedelta(hours=4))
        assert told.first_due is None

    def test_priority_has_reasons_beyond_the_kind(self, tmp_path: Path) -> None:
        home = open_house(tmp_path)
        home.hears("li", "Where is my order? It is urgent")
        [ticket] = tickets(home)
        opened = look(home, lambda session: events.detail(events.of_ticket(session, 1)[0]))
        assert (ticket.priority, opened["priority_reasons"]) == (
            "high",
            ["kind:inquiry", "urgent_words:urgent"],
        )
        assert "urgent" in home.hears("chen", "/why 1")[0]

    def test_a_customer_who_was_let_down_comes_sooner(self, tmp_path: Path) -> None:
        home = taken(tmp_path)
        home.hears("wang", "/reply 1 三天")
        home.hears("wang", "/resolve 1")
        home.presses("mei", "v1:rate:2:1")
        home.presses("mei", "v1:rate:1:1")
        home.passes(days=30)
        home.hears("mei", "/ask 有新款吗？")
        opened = look(home, lambda session: events.detail(events.of_ticket(session, 2)[0]))
        assert opened["priority_reasons"] == ["kind:inquiry", "was_let_down"]


class TestThanks:
    def test_a_reaction_is_kept_and_changes_nothing(self, tmp_path: Path) -> None:
        home = taken(tmp_path)
        home.hears("wang", "/reply 1 三天")
        home.hears("wang", "/resolve 1")
        answer = next(row for row in send_all(home) if row.chat == MEI and "三天" in row.body)
        home.outgoing()
        place = Place(home.inbox_id, "telegram", MEI)
        home.perform(Reaction(place, CAST["mei"], str(answer.provider_id), "👍"))
        assert home.outgoing() == []
        assert log(home, 1)[-1] == "thanked"
        assert tickets(home)[0].status == "resolved"

    def test_a_follow_up_names_what_it_follows(self, tmp_path: Path) -> None:
        home = taken(tmp_path)
        home.hears("wang", "/reply 1 三天")
        home.hears("wang", "/resolve 1")
        home.passes(days=21)
        sent = to(MEI, home.hears("mei", "还是不行"))
        assert sent[0].endswith(say("zh", "ack.follows", number=1))
        assert tickets(home)[1].follow_up_of == 1


class TestOpinions:
    def test_what_feedback_lets_feel_stands_beside_the_score(self, tmp_path: Path) -> None:
        home = open_house(tmp_path)
        home.hears("mei", "/feedback 快递很快，非常满意，很喜欢")
        home.hears("li", "/feedback terrible delivery, I hate it, very bad")
        home.hears("li", COMPLAINT["en"])
        home.passes(minutes=1)
        [told] = home.hears("chen", "/satisfaction")
        assert "1 of 2 pieces of feedback are pleased" in told
        assert "delivery (2)" in told
        assert say("en", "satisfaction.none") in told

    def test_everybody_who_reported_hears_of_a_fix_once(self, tmp_path: Path) -> None:
        home = open_house(tmp_path)
        home.hears("mei", "/feedback 快递太慢了")
        home.hears("mei", "/complaint 快递又坏了")
        home.hears("li", "/feedback the delivery is slow")
        home.hears("li", "/ask is there a delivery on Sunday?")
        home.outgoing()
        [preview] = home.hears("chen", "/fixed delivery We have a new courier.")
        assert "reported by 2" in preview
        [data] = [data for label, data in home.buttons() if label == "Tell 2"]
        home.presses("chen", data)
        assert [turn(home, "fixes") for _ in range(2)] == [
            [f"{MEI}: {say('zh', 'fixed.customer', theme='配送')}\nWe have a new courier.",
             f"{LI}: {say('en', 'fixed.customer', theme='delivery')}\nWe have a new courier."], [],
        ]  # fmt: skip
        assert home.presses("chen", data)[0].endswith(say("en", "refused.stale_button"))
        assert "nobody to tell" in home.hears("chen", "/fixed delivery")[0]
        home.passes(days=1)
        home.hears("li", "/feedback the delivery is slow again")
        assert "reported by 1" in home.hears("chen", "/fixed delivery")[0]

    def test_old_reports_and_the_unreachable_are_left_out(self, tmp_path: Path) -> None:
        home = open_house(tmp_path)
        home.hears("mei", "/feedback 快递太慢了")
        home.passes(days=91)
        home.hears("li", "/feedback the delivery is slow")
        home.outgoing()
        home.hears("chen", "/fixed delivery")
        [data] = [data for label, data in home.buttons() if label == "Tell 1"]
        home.presses("chen", data)
        moves(home, "li", is_reachable=False)
        assert turn(home, "fixes") == []


class TestEditsByStaff:
    def answered(self, folder: Path) -> tuple[House, str]:
        home = taken(folder)
        home.hears("wang", "/reply 1 今天派送")
        return home, str(home.messages)

    def change(self, home: House, message: str, text: str) -> list[str]:
        person = CAST["wang"]
        home.perform(Edit(Place(home.inbox_id, "telegram", WANG), person, message, home.now, text))
        return home.outgoing()

    def test_what_has_not_gone_out_just_says_it(self, tmp_path: Path) -> None:
        home, message = self.answered(tmp_path)
        assert self.change(home, message, "/reply 1 明天派送") == []
        sent = [row for row in send_all(home) if row.chat == MEI]
        assert "明天派送" in sent[-1].body
        assert messages(home)[-1].body == "明天派送"

    def test_what_went_out_is_edited_there(self, tmp_path: Path) -> None:
        home, message = self.answered(tmp_path)
        send_all(home)
        assert self.change(home, message, "/reply 1 明天派送") == [f"{MEI}: 明天派送"]
        row = home.rows()[-1]
        assert (row.action, row.target_id is not None) == (Action.EDIT, True)
        was = look(home, lambda session: session.scalars(sa.select(MessageEdit.was)).all())
        assert (was, log(home, 1)[-1]) == (["今天派送"], "edited")

    @pytest.mark.parametrize(
        ("text", "key"),
        [("// 其实没发", "edit_answer"), ("/note 1 其实没发", "edit_answer"),
         ("/reply 2 明天", "edit_answer"), ("/reply 1", "edit_empty"), ("/reply 1 好\n// 内部", "mixed_note"),
         ("/take 1", "edit_answer")],
    )  # fmt: skip
    def test_an_answer_becomes_nothing_else(self, tmp_path: Path, text: str, key: str) -> None:
        home, message = self.answered(tmp_path)
        send_all(home)
        told = self.change(home, message, text)
        assert to(MEI, told) == []
        assert len(told) == 1
        assert told == [f"{WANG}: {say('zh', f'refused.{key}', number=1)}"]
        assert messages(home)[-1].body == "今天派送"

    @pytest.mark.slow
    @settings(max_examples=40, deadline=None)
    @given(st.sampled_from(["// ", "/note 1 ", "／／", ""]), st.text(max_size=30), st.booleans())
    def test_a_note_reaches_no_customer_by_any_edit(self, mark: str, words: str, again: bool) -> None:
        with TemporaryDirectory() as folder:
            home = taken(Path(folder))
            home.hears("wang", "/note 1 仓库漏发")
            message = str(home.messages)
            before = len([row for row in home.rows() if row.chat == MEI])
            for _ in range(1 + again):
                self.change(home, message, mark + words)
            assert len([row for row in home.rows() if row.chat == MEI]) == before
            assert messages(home)[-1].direction == "note"
            home.store.close()

    def test_nobody_edits_what_another_wrote(self, tmp_path: Path) -> None:
        home, message = self.answered(tmp_path)
        place = Place(home.inbox_id, "telegram", WANG)
        home.perform(
            Edit(place, Person("202", "Chen 陈", "en"), message, home.now, "/reply 1 free of charge")
        )
        assert home.outgoing() == []
        assert messages(home)[-1].body == "今天派送"


def test_praise_and_complaints_still_open_with_compiled_statements_only(tmp_path: Path) -> None:
    home = open_house(tmp_path)
    ran: list[str] = []
    sa.event.listen(home.store.engine, "before_cursor_execute", lambda *heard: ran.append(heard[2]))
    for words in (PRAISE["en"], COMPLAINT["en"]):
        home.hears("li", words)
    assert [line for line in ran if line.startswith("INSERT INTO opinion")] == []
    assert look(home, lambda session: session.scalar(sa.select(sa.func.count(Ticket.id)))) == 1

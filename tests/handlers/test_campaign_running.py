"""Campaigns under way as their marketer and their readers see them."""

from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import consents, customers, recipients, tickets
from crm_store.consents import Scope
from crm_store.models.customer import Identity
from crm_store.models.outbox import Action, OutboxRow
from crm_store.models.staff import Audit
from crm_store.runs import Progress
from handlers.context import Context
from handlers.ports import Message, Place
from tests.crm_store import crowd
from tests.factories import CAST, House
from tests.handlers.marketing import (
    ZHAO,
    confirm,
    deliver,
    feed,
    look,
    open_house,
    press,
    progress,
    tick,
)


def started(folder: Path, *, language: str = "zh", held: int | None = None) -> House:
    """Confirm a campaign for now, plan it and show its card."""
    built = open_house(folder, language=language)
    if held is not None:
        crowd.complain(built.store, held)
    confirm(built)
    tick(built)
    deliver(built)
    return built


def cards(built: House) -> list[OutboxRow]:
    """List the card and its edits."""
    return [row for row in built.rows() if "📣" in row.body]


def last_card(built: House) -> str:
    return str(orjson.loads(cards(built)[-1].body)["text"])


def test_a_campaign_goes_out_in_each_readers_language_with_a_way_out(tmp_path: Path) -> None:
    built = started(tmp_path)
    assert feed(built) == ["91: 新年优惠", "92: 新年优惠", "93: New Year offer", "94: New Year offer"]
    assert [label for label, _ in built.buttons(4)] == ["退订此类消息"] * 2 + ["Unsubscribe"] * 2


def test_the_card_is_one_message_edited_at_most_every_three_seconds(tmp_path: Path) -> None:
    built = started(tmp_path, held=1)
    (card,) = cards(built)
    assert (card.chat, card.action) == (ZHAO, Action.SEND)
    feed(built)
    deliver(built)
    built.passes(seconds=2)
    assert tick(built) == []
    built.passes(seconds=1)
    assert len(tick(built)) == 1
    edit = cards(built)[-1]
    assert (edit.action, edit.target_id) == (Action.EDIT, card.id)
    assert last_card(built) == (
        "📣 #1 新年优惠 · 等待稍后发送\n▓▓▓▓▓▓▓░░░ 75%\n已发送：3 / 4\n等待中：1\n其中因未结投诉暂缓：1"
    )
    deliver(built)
    built.passes(seconds=9)
    assert tick(built) == []  # nothing has changed


def test_the_card_ends_with_the_final_result(tmp_path: Path) -> None:
    built = started(tmp_path, language="en", held=1)
    feed(built)
    deliver(built)
    built.passes(seconds=5)
    tick(built)
    deliver(built)
    built.store.write_now(lambda session: tickets.by_number(session, 1).resolve(built.now))
    built.passes(seconds=5)
    tick(built)
    assert feed(built) == ["91: 新年优惠"]
    deliver(built)
    built.passes(seconds=5)
    tick(built)
    assert last_card(built) == "📣 #1 新年优惠 · finished\n▓▓▓▓▓▓▓▓▓▓ 100%\nSent: 4 of 4"


def test_an_edit_that_still_waits_says_the_newest(tmp_path: Path) -> None:
    built = started(tmp_path)
    for _ in range(3):
        crowd.feed(built.store, now=built.now, most=1)
        row = built.rows()[-1].id

        def settle(session: Session, row: int = row) -> None:
            session.get_one(OutboxRow, row).state = "sent"
            session.flush()
            recipients.settled(session, row, "sent", at=built.now)

        built.store.write_now(settle)
        built.passes(seconds=8)
        tick(built)
    assert len(cards(built)) == 2
    assert "已发送：3 / 4" in last_card(built)


def test_unknowns_are_listed_with_a_button_that_sends_again(tmp_path: Path) -> None:
    built = started(tmp_path)
    feed(built)
    deliver(built, "unknown")
    built.passes(seconds=5)
    tick(built)
    assert "不确定是否送达：4" in last_card(built)
    labels = [label for label, _ in built.buttons() if label.startswith("重新发给")]
    assert labels == [f"重新发给 C{one}" for one in (1, 2, 3, 4)]
    (_, data) = next(key for key in built.buttons() if key[0] == "重新发给 C1")
    assert built.presses("zhao", data) == ["203: 已重新发送，结果会显示在进度卡片上。"]
    assert built.presses("zhao", data) == ["203: 这条消息已经有结果，不需要重发。"]
    deliver(built)
    built.passes(seconds=5)
    tick(built)
    assert progress(built) == Progress(planned=4, sent=1, unknown=3)
    assert "已发送：1 / 4" in last_card(built)


def test_pause_resume_and_cancel_by_command(tmp_path: Path) -> None:
    built = started(tmp_path)
    assert built.hears("zhao", "/pause 1")[0].startswith("203: 活动 #1「新年优惠」已暂停")
    assert feed(built) == []
    assert built.hears("zhao", "/resume #1") == ["203: 活动 #1「新年优惠」已继续。"]
    assert crowd.feed(built.store, now=built.now, most=2) == 2
    deliver(built)
    assert built.hears("zhao", "/cancel 1")[-1].startswith("203: 活动 #1「新年优惠」已取消")
    assert feed(built) == []
    assert progress(built) == Progress(planned=4, sent=2, dropped=2)
    whats = look(built, lambda s: [row.what for row in s.scalars(sa.select(Audit).order_by(Audit.id))])
    assert whats[-4:] == ["campaign.confirmed", "campaign.paused", "campaign.resumed", "campaign.cancelled"]


def test_cancelling_by_button_asks_once_more(tmp_path: Path) -> None:
    built = started(tmp_path)
    press(built, "campaign_pause", 1)
    press(built, "campaign_resume", 1)
    assert press(built, "campaign_cancel", 1) == ["203: 确定要取消活动 #1「新年优惠」吗？取消后不能恢复。"]
    assert progress(built).dropped == 0
    press(built, "campaign_cancel", 1, 1)
    assert progress(built) == Progress(planned=4, dropped=4)


WRONG = [
    ("/pause", "编号"),
    ("/pause abc", "编号"),
    ("/resume 1", "当前状态是“进行中”"),
    ("/pause 99", "没有找到活动 99"),
    ("/cancel 99", "没有找到活动 99"),
    ("/recipients", "编号"),
    ("/recipients 1 weather", "没有“weather”这个原因"),
    ("/preview x", "编号"),
    ("/strategy unload", "/strategy load"),
]


@pytest.mark.parametrize(("text", "sentence"), WRONG)
def test_a_wrong_command_gets_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    built = started(tmp_path)
    (told,) = built.hears("zhao", text)
    assert sentence in told
    assert "\n" not in told


def test_the_list_shows_state_next_run_and_progress(tmp_path: Path) -> None:
    built = open_house(tmp_path)
    assert built.hears("zhao", "/campaigns") == ["203: 还没有活动。发送 /campaign 新建一个。"]
    confirm(built, when="每天 21:00")
    assert built.hears("zhao", "/campaigns") == [
        "203: 活动列表\n\n#1 新年优惠 · 进行中\n每天 21:00（UTC）\n下次发送：3月2日 21:00"
    ]
    built.passes(hours=12)
    tick(built)
    (listed,) = built.hears("zhao", "/campaigns")
    assert "下次发送：3月3日 21:00\n░░░░░░░░░░ 0%\n已发送：0 / 4\n等待中：4" in listed


def test_names_behind_a_reason_by_code_and_in_words(tmp_path: Path) -> None:
    built = started(tmp_path, held=2)
    wanted = ["203: 有未结投诉：\n· C2 · 投诉工单 #1"]
    assert built.hears("zhao", "/recipients 1 open_complaint") == wanted
    assert built.hears("zhao", "/recipients 1 有未结投诉") == wanted
    assert "· 有未结投诉 1 · /recipients 1 open_complaint" in built.hears("zhao", "/recipients 1")[0]


def test_names_that_wait_for_the_cap_tell_until_when(tmp_path: Path) -> None:
    built = open_house(tmp_path, language="en")
    built.hears("zhao", "/strategy load")
    for _ in range(2):
        confirm(built)
        tick(built)
    (told,) = built.hears("zhao", "/recipients 2 frequency cap")
    assert told.startswith("203: frequency cap:\n· C1 · until 9 Mar 09:00\n· C2")


def test_unsubscribing_stops_the_topic_at_once_and_nothing_else(tmp_path: Path) -> None:
    built = started(tmp_path)
    built.hears("mei", "你好，请问几点开门？")
    mei = look(built, lambda s: s.scalar(sa.select(Identity).where(Identity.address == "101")))
    assert mei is not None
    scope = Scope(mei.customer_id, "telegram", "news")
    built.store.write_now(
        lambda session: consents.grant(session, scope, wording="w", source="t", now=built.now)
    )
    (told,) = built.presses("mei", "v1:unsub:1:0")
    assert told.startswith("101: 已为您退订")
    assert not look(built, lambda session: consents.is_granted(session, scope))
    assert built.presses("mei", "v1:unsub:99:0") != [told]
    sent = built.hears("wang", "/reply 1 早上九点开门。")
    assert any(line.startswith("101: 早上九点开门。") for line in sent)


def test_strategy_is_shown_in_words_after_loading(tmp_path: Path) -> None:
    built = open_house(tmp_path, language="en")
    assert "nothing is limited" in built.hears("zhao", "/strategy")[0]
    assert "6 channels" in built.hears("zhao", "/strategy load")[0]
    (told,) = built.hears("zhao", "/strategy")
    assert "📧 Email\nSends: newsletter, every week; quality high (delivered ≥ 98%, opt-outs ≤ 0.2%)" in told
    assert "Limit: coupon, at most 1 in a calendar day, 12 hours apart" in told
    assert "Limit: any content, at most 1 in 7 days, 24 hours apart" in told
    assert [row.what for row in look(built, lambda s: s.scalars(sa.select(Audit)).all())][
        -1
    ] == "policy.loaded"


READS = [
    "/campaigns",
    "/preview 1",
    "/recipients 1",
    "/recipients 1 sent",
    "/report 1",
    "/approve",
    "/strategy",
]


@pytest.mark.parametrize("text", READS)
def test_what_says_it_only_reads_does_not_write(tmp_path: Path, text: str) -> None:
    built = started(tmp_path)
    place = Place(built.inbox_id, "telegram", ZHAO)
    event = Message(place, CAST["zhao"], "1", built.now, text)
    assert built.routes.only_reads(event)

    def query(session: Session) -> int:
        ctx = Context(session, built.now, event, built.desk)
        ctx.sender = customers.sender(session, built.inbox_id, ZHAO)
        built.routes.dispatch(ctx)
        return len(ctx.replies)

    assert built.store.read_now(query) == 1

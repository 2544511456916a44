"""The marketer's dialog in both languages: every step, every wrong input, a restart in the middle."""

from datetime import timedelta
from pathlib import Path

import pytest

from crm_store import campaigns, customers, dialogs
from crm_store.dialogs import Seat
from crm_store.models.campaign import Campaign
from crm_store.models.dialog import Dialog
from crm_store.rules.occurrences import Recurrence
from crm_store.store import Store
from handlers.texts import catalogue
from tests.crm_store import crowd
from tests.factories import House
from tests.handlers.marketing import ZHAO, confirm, look, newest, open_house, press, step

LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])


def says(language: str, key: str, **values: object) -> list[str]:
    return [f"{ZHAO}: {catalogue.say(language, key, **values)}"]


def dialog(built: House) -> Dialog | None:
    seat = Seat(built.inbox_id, ZHAO, "", ZHAO)
    return look(built, lambda session: dialogs.live(session, seat, now=built.now))


def at_step(built: House, wanted: str) -> None:
    """Walk the dialog to a step."""
    built.hears("zhao", "/campaign")
    walk = {"zh": "新年优惠", "en": "New Year offer"}
    for name in ("zh", "en", "audience", "when"):
        if name == wanted:
            return
        if name in walk:
            built.hears("zhao", walk[name])
        else:
            step(built, "everyone" if name == "audience" else "now")


@LANGUAGES
def test_the_dialog_asks_for_each_thing_in_turn(tmp_path: Path, language: str) -> None:
    built = open_house(tmp_path, language=language)
    values = {"tags": catalogue.say(language, "campaign.no_tags"), "zone": "UTC"}
    assert built.hears("zhao", "/campaign") == says(language, "campaign.ask.zh", **values)
    assert built.hears("zhao", "新年优惠") == says(language, "campaign.ask.en", **values)
    assert built.hears("zhao", "New Year offer") == says(language, "campaign.ask.audience", **values)
    assert step(built, "everyone") == says(language, "campaign.ask.when", **values)
    (preview,) = step(built, "now")
    assert catalogue.say(language, "preview.now", number=4) in preview
    (done,) = step(built, "confirm")
    assert done == says(language, "campaign.started", number=1, name="新年优惠")[0]
    assert dialog(built) is None


def test_the_transcript_in_chinese(tmp_path: Path) -> None:
    built = open_house(tmp_path)
    crowd.complain(built.store, 1)
    at_step(built, "when")
    assert built.hears("zhao", "每周一 09:00") == [
        "203: 预览：「新年优惠」\n中文：新年优惠\n英文：New Year offer\n"
        "发给：所有客户\n时间：每周一 09:00（UTC）\n\n"
        "这群客户共 4 位，其中只有同意接收的会收到：\n现在收到：3\n稍后收到：1（有未结投诉 1）\n\n"
        "还没有载入频率上限，不会限制任何人。发送 /strategy load 载入。"
    ]
    assert step(built, "confirm") == [
        "203: 活动 #1「新年优惠」已安排：每周一 09:00（UTC）。发送 /campaigns 查看，/cancel 1 取消。"
    ]


def test_the_transcript_in_english(tmp_path: Path) -> None:
    built = open_house(tmp_path, language="en")
    built.hears("zhao", "/strategy load")
    crowd.complain(built.store, 1)
    at_step(built, "when")
    assert built.hears("zhao", "2026-12-01 09:00") == [
        "203: Preview of “新年优惠”\nIn Chinese: 新年优惠\nIn English: New Year offer\n"
        "To: all customers\nWhen: 2026-12-01 09:00 (UTC)\n\n"
        "4 in this audience; only those who agreed to offers get it:\nNow: 3\nLater: 1 (open complaint 1)"
    ]
    assert step(built, "confirm") == [
        "203: Campaign #1 “新年优惠” is scheduled: 2026-12-01 09:00 (UTC). "
        "/campaigns shows it, /cancel 1 cancels it."
    ]


WRONG = [
    ("zh", " ", "campaign_no_text", {}),
    ("zh", "长" * 4001, "campaign_long", {"most": 4000, "number": 4001}),
    ("en", "x" * 4001, "campaign_long", {"most": 4000, "number": 4001}),
    ("audience", "nobody has it", "campaign_tag", {"tag": "nobody has it"}),
    ("when", "soon", "campaign_when", {}),
    ("when", "2026-02-30 09:00", "campaign_when", {}),
    ("when", "每天 25:00", "campaign_when", {}),
    ("when", "weekly 09:00", "campaign_when", {}),
    ("when", "2026-03-02 09:00", "campaign_past", {"now": "2026-03-02 09:00"}),
    ("when", "2020-01-01 09:00", "campaign_past", {"now": "2026-03-02 09:00"}),
    ("confirm", "yes", "campaign_confirm", {}),
]


@LANGUAGES
@pytest.mark.parametrize(("at", "text", "code", "values"), WRONG)
def test_wrong_input_gets_one_sentence_and_the_dialog_stays(
    tmp_path: Path, language: str, at: str, text: str, code: str, values: dict[str, object]
) -> None:
    built = open_house(tmp_path, language=language)
    at_step(built, at)
    before = dialog(built)
    assert before is not None
    assert built.hears("zhao", text) == says(language, f"refused.{code}", **values)
    after = dialog(built)
    assert after is not None
    assert (after.step, after.revision) == (at, before.revision)


GOOD = [
    ("2026-12-01 09:00", Recurrence.ONCE, None),
    ("2026年12月1日 9:00", Recurrence.ONCE, None),
    ("daily 09:00", Recurrence.DAILY, None),
    ("每天 09：00", Recurrence.DAILY, None),
    ("weekly mon 09:00", Recurrence.WEEKLY, 0),
    ("每周一 9点", Recurrence.WEEKLY, 0),
    ("每天9点00分", Recurrence.DAILY, None),
    ("every Sunday at 9:00", Recurrence.WEEKLY, 6),
    ("每周天09:00", Recurrence.WEEKLY, 6),
    ("每星期三 09:00", Recurrence.WEEKLY, 2),
]


@pytest.mark.parametrize(("text", "kind", "weekday"), GOOD)
def test_times_are_read_in_both_languages(
    tmp_path: Path, text: str, kind: Recurrence, weekday: int | None
) -> None:
    built = open_house(tmp_path)
    confirm(built, when=text)
    campaign = newest(built)
    assert campaign is not None
    schedule = campaigns.schedule_of(campaign)
    assert (schedule.kind, schedule.weekday, f"{schedule.at:%H:%M}") == (kind, weekday, "09:00")


def test_one_language_may_be_skipped_but_not_both(tmp_path: Path) -> None:
    built = open_house(tmp_path)
    built.hears("zhao", "/campaign")
    step(built, "skip_zh")
    assert [label for label, _ in built.buttons()] == ["放弃"]
    assert press(built, "campaign", "skip_en", 2) == says("zh", "refused.campaign_empty")
    built.hears("zhao", "Only English")
    step(built, "readers_en")
    (preview,) = step(built, "now")
    assert "「Only English」" in preview
    assert "现在收到：2" in preview


def test_a_tag_can_be_typed_and_known_ones_are_named(tmp_path: Path) -> None:
    built = open_house(tmp_path)
    built.store.write_now(lambda session: customers.tag(session, 3, "VIP", by="t", now=built.now))
    at_step(built, "en")
    (asked,) = built.hears("zhao", "New Year offer")
    assert "现有标签：VIP。" in asked
    built.hears("zhao", "#VIP")
    (preview,) = step(built, "now")
    assert "带“VIP”标签" in preview
    assert "共 1 位" in preview


@LANGUAGES
def test_a_stale_button_gets_a_sentence(tmp_path: Path, language: str) -> None:
    built = open_house(tmp_path, language=language)
    at_step(built, "audience")
    assert press(built, "campaign", "skip_zh", 1) == says(language, "refused.campaign_stale")
    assert press(built, "campaign", "confirm", 3) == says(language, "refused.campaign_stale")
    confirm(built)
    assert press(built, "campaign", "confirm", 5) == says(language, "refused.campaign_over")
    assert look(built, lambda session: len(campaigns.latest(session, built.inbox_id))) == 1


def test_the_draft_survives_a_restart_and_goes_on_where_it_was(tmp_path: Path) -> None:
    built = open_house(tmp_path)
    at_step(built, "audience")
    built.store.close()
    built.store = Store(built.store.url)
    built.passes(hours=5)
    assert built.hears("zhao", "/campaign") == says(
        "zh", "campaign.unfinished", step=catalogue.say("zh", "campaign.step.audience")
    )
    (asked,) = step(built, "continue")
    assert "第 3/4 步" in asked
    step(built, "everyone")
    step(built, "now")
    step(built, "confirm")
    campaign = newest(built)
    assert campaign is not None
    assert (campaign.text_zh, campaign.text_en) == ("新年优惠", "New Year offer")


def test_starting_anew_forgets_what_was_written(tmp_path: Path) -> None:
    built = open_house(tmp_path)
    at_step(built, "audience")
    built.hears("zhao", "/campaign")
    assert step(built, "anew") == says("zh", "campaign.ask.zh", tags="", zone="")
    found = dialog(built)
    assert found is not None
    assert (found.step, found.answers) == ("zh", {})


@LANGUAGES
def test_cancel_ends_the_dialog_and_nothing_is_kept(tmp_path: Path, language: str) -> None:
    built = open_house(tmp_path, language=language)
    at_step(built, "confirm")
    assert built.hears("zhao", "/cancel") == says(language, "campaign.discarded")
    assert dialog(built) is None
    assert look(built, lambda session: session.get(Campaign, 1)) is None
    assert built.hears("zhao", "/cancel") == says(language, "usage.cancel")


def test_a_draft_whose_time_has_passed_must_get_a_new_one(tmp_path: Path) -> None:
    built = open_house(tmp_path)
    at_step(built, "when")
    built.hears("zhao", "2026-03-03 09:00")
    built.now += timedelta(days=2)
    assert step(built, "confirm") == says("zh", "refused.campaign_late")
    step(built, "when")
    built.hears("zhao", "2026-03-09 09:00")
    (done,) = step(built, "confirm")
    assert "2026-03-09 09:00" in done


def test_numbers_of_the_preview_open_their_names(tmp_path: Path) -> None:
    built = open_house(tmp_path)
    number = crowd.complain(built.store, 2)
    at_step(built, "confirm")
    found = dialog(built)
    assert found is not None
    assert press(built, "campaign_who", "open_complaint", found.revision) == [
        f"203: 有未结投诉：\n· C2 · 投诉工单 #{number}"
    ]
    assert press(built, "campaign_who", "cap", found.revision) == ["203: 达到频率上限：没有人。"]


@pytest.mark.parametrize("who", ["mei", "wang", "chen"])
def test_only_marketers_make_campaigns(tmp_path: Path, who: str) -> None:
    built = open_house(tmp_path)
    (told,) = built.hears(who, "/campaign")
    assert ("营销" in told) or ("marketer" in told)
    assert newest(built) is None

"""One rating an episode: changed within the window, kept whole, refused to others, followed up when low."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from crm_store.models.outbox import Action
from crm_store.models.survey import Rating, RatingChange, Survey
from crm_store.models.ticket import RecoveryTask
from handlers.clockwork.surveys import ask_due
from handlers.context import TickContext
from handlers.texts import catalogue
from tests.factories import House
from tests.handlers.customers import (
    CHEN,
    COMPLAINT,
    LI,
    MEI,
    PEOPLE,
    PRAISE,
    QUESTION,
    WANG,
    labels,
    last_row,
    look,
    messages,
    open_house,
    press,
    say,
    tickets,
    to,
)
from tests.handlers.desk import send_all


def resolved(
    folder: Path, who: str = "mei", language: str = "zh", *, delay: timedelta | None = None
) -> House:
    home = open_house(folder)
    if delay is not None:
        home.desk = replace(home.desk, survey_delay=delay)
    home.hears(who, QUESTION[language])
    home.hears("wang", "/reply 1 三天")
    home.hears("wang", "/resolve 1")
    return home


def ratings(home: House) -> Sequence[Rating]:
    return look(home, lambda session: session.scalars(sa.select(Rating).order_by(Rating.id)).all())


def scores(home: House) -> Sequence[int]:
    return look(home, lambda session: session.scalars(sa.select(RatingChange.score)).all())


def tasks(home: House) -> Sequence[RecoveryTask]:
    return look(home, lambda session: session.scalars(sa.select(RecoveryTask)).all())


def survey_of(home: House, *, episode: int = 1, kind: str = "csat") -> int:
    wanted = sa.select(Survey.id).where(Survey.episode == episode, Survey.kind == kind)
    return look(home, lambda session: session.scalars(wanted).one())


def tick(home: House) -> bool:
    return home.store.write_now(
        lambda session: ask_due(TickContext(session, home.now, home.desk, home.inbox_id))
    )


@pytest.mark.parametrize(("who", "language"), PEOPLE)
def test_resolving_asks_and_the_press_is_shown_on_the_question(
    tmp_path: Path, who: str, language: str
) -> None:
    home = open_house(tmp_path)
    home.hears(who, QUESTION[language])
    home.hears("wang", "/reply 1 三天")
    sent = home.hears("wang", "/resolve 1")
    chat = MEI if who == "mei" else LI
    assert to(chat, sent) == [say(language, "rating.ask", number=1)]
    shown, thanks = home.presses(who, "v1:rate:1:4", message_id="55")
    word = say(language, "score.4")
    assert shown.endswith(say(language, "rating.chosen", number=1, score=4, word=word))
    assert thanks.endswith(say(language, "rating.thanks"))
    edit = home.rows()[-2]
    assert (edit.action, '"message":"55"' in edit.body) == (Action.EDIT, True)
    assert dict(home.buttons(2)) == {
        "1": "v1:rate:1:1", "2": "v1:rate:1:2", "3": "v1:rate:1:3", "✓ 4": "v1:rate:1:4", "5": "v1:rate:1:5",
    }  # fmt: skip
    [rating] = ratings(home)
    assert (rating.score, rating.agent_id, rating.channel, rating.kind) == (
        4, home.staff_ids["wang"], "telegram", "csat",
    )  # fmt: skip


def test_a_double_tap_is_one_rating_and_one_answer(tmp_path: Path) -> None:
    home = resolved(tmp_path)
    assert len(home.presses("mei", "v1:rate:1:5")) == 2
    assert home.presses("mei", "v1:rate:1:5") == []
    assert (len(ratings(home)), scores(home)) == (1, [5])


def test_a_change_counts_and_its_history_is_kept(tmp_path: Path) -> None:
    home = resolved(tmp_path)
    home.presses("mei", "v1:rate:1:2")
    home.passes(hours=72)
    [shown] = home.presses("mei", "v1:rate:1:4")
    assert shown.endswith(say("zh", "rating.chosen", number=1, score=4, word="满意"))
    comment = "很" * 600
    home.hears("mei", comment)
    assert [(rating.score, rating.comment) for rating in ratings(home)] == [(4, None)]
    assert scores(home) == [2, 4]


def test_a_comment_is_kept_whole_and_offers_to_reopen(tmp_path: Path) -> None:
    home = resolved(tmp_path)
    home.presses("mei", "v1:rate:1:2")
    home.presses("mei", "v1:rate:1:4")
    comment = "很" * 600
    sent = home.hears("mei", comment)
    assert to(MEI, sent) == [say("zh", "comment.thanks")]
    assert [(rating.score, rating.comment) for rating in ratings(home)] == [(4, comment)]
    assert tickets(home)[0].status == "resolved"
    assert messages(home)[-1].body == comment
    press(home, "mei", "重新打开")
    assert tickets(home)[0].status == "open"


def test_a_question_after_a_good_score_is_no_comment(tmp_path: Path) -> None:
    home = resolved(tmp_path)
    home.presses("mei", "v1:rate:1:5")
    home.hears("mei", "那怎么开发票？")
    assert [(rating.score, rating.comment) for rating in ratings(home)] == [(5, None)]
    assert tickets(home)[0].status == "open"


def test_thanks_after_a_rating_are_not_answered(tmp_path: Path) -> None:
    home = resolved(tmp_path)
    home.presses("mei", "v1:rate:1:5")
    assert home.hears("mei", "谢谢") == []
    assert tickets(home)[0].status == "resolved"


def test_after_ten_minutes_words_are_a_new_message(tmp_path: Path) -> None:
    home = resolved(tmp_path)
    home.presses("mei", "v1:rate:1:5")
    home.passes(minutes=10)
    home.hears("mei", "还是不行")
    assert tickets(home)[0].status == "open"
    assert ratings(home)[0].comment is None


def test_a_photo_after_a_rating_is_not_lost(tmp_path: Path) -> None:
    home = resolved(tmp_path)
    home.presses("mei", "v1:rate:1:1")
    sent = home.photo("mei", "还是坏的")
    assert f"{WANG}: copy" in sent
    assert (tickets(home)[0].status, messages(home)[-1].file_id) == ("open", "file-1")


@pytest.mark.parametrize(("who", "language"), PEOPLE)
def test_a_low_score_makes_one_task_and_calls_the_supervisor(tmp_path: Path, who: str, language: str) -> None:
    home = resolved(tmp_path, who, language)
    sent = home.presses(who, "v1:rate:1:2")
    chat = MEI if who == "mei" else LI
    name = "Mei 梅" if who == "mei" else "Li 李"
    assert to(chat, sent)[1] == say(language, "rating.low")
    assert to(CHEN, sent) == [say("en", "notice.low", name=name, number=1, score=2)]
    assert to(CHEN, home.presses(who, "v1:rate:1:1")) == []
    assert [(task.ticket_id, task.done) for task in tasks(home)] == [(1, None)]
    told = to(CHEN, home.hears(who, "too slow"))
    assert told == [say("en", "notice.comment", name=name, number=1, score=1, most=5, text="too slow")]


@pytest.mark.parametrize("data", ["v1:rate:1:5", "v1:rate:01:5"])
def test_other_peoples_surveys_are_refused(tmp_path: Path, data: str) -> None:
    home = resolved(tmp_path)
    assert home.presses("li", data) == [f"{LI}: {say('en', 'refused.not_your_survey')}"]
    assert ratings(home) == []


@pytest.mark.parametrize(
    "data", ["v1:rate:99:5", "v1:rate:x:5", "v1:rate:1:0", "v1:rate:1:6", "v1:rate:-1:3", "v1:rate::3",
             "v1:rate:999999999999999999999:3"],
)  # fmt: skip
def test_forged_presses_are_refused_in_one_sentence(tmp_path: Path, data: str) -> None:
    home = resolved(tmp_path)
    assert home.presses("mei", data) == [f"{MEI}: {say('zh', 'refused.stale_button')}"]
    assert ratings(home) == []


def test_a_late_press_hears_politely_that_it_is_closed(tmp_path: Path) -> None:
    home = resolved(tmp_path)
    home.passes(hours=72, seconds=1)
    assert home.presses("mei", "v1:rate:1:5") == [f"{MEI}: {say('zh', 'rating.closed', number=1)}"]
    assert ratings(home) == []


def test_a_late_change_changes_nothing(tmp_path: Path) -> None:
    home = resolved(tmp_path)
    home.presses("mei", "v1:rate:1:5")
    home.passes(hours=72, seconds=1)
    assert home.presses("mei", "v1:rate:1:1") == [f"{MEI}: {say('zh', 'rating.closed', number=1)}"]
    assert (scores(home), tasks(home)) == ([5], [])


@pytest.mark.parametrize(("words", "score"), [("5分", 5), ("4", 4), ("1分", 1), ("非常满意", 5)])
def test_a_score_in_words_counts_as_an_answer(tmp_path: Path, words: str, score: int) -> None:
    home = resolved(tmp_path)
    sent = to(MEI, home.hears("mei", words))
    assert sent[0] == say("zh", "rating.noted", number=1, score=score, word=say("zh", f"score.{score}"))
    assert [rating.score for rating in ratings(home)] == [score]
    assert tickets(home)[0].status == "resolved"


def test_a_low_score_with_a_grievance_reopens(tmp_path: Path) -> None:
    home = resolved(tmp_path)
    home.hears("mei", "1分，还是不行")
    assert (tickets(home)[0].status, ratings(home)) == ("open", [])


def test_each_episode_is_asked_once(tmp_path: Path) -> None:
    home = resolved(tmp_path)
    first = survey_of(home, episode=1)
    home.presses("mei", f"v1:rate:{first}:3")
    home.passes(hours=24)
    home.hears("mei", "还是不行")
    send_all(home)
    home.messages = 20_000  # an agent answers what stands above the answer
    home.hears("wang", "/reply 1 马上处理")
    assert say("zh", "rating.ask", number=1) in to(MEI, home.hears("wang", "/resolve 1"))
    second = survey_of(home, episode=2)
    home.presses("mei", f"v1:rate:{second}:5")
    assert [(rating.survey_id, rating.score) for rating in ratings(home)] == [(first, 3), (second, 5)]


class TestLater:
    def test_a_delayed_survey_is_asked_when_due_and_once(self, tmp_path: Path) -> None:
        home = resolved(tmp_path, delay=timedelta(hours=1))
        home.outgoing()
        home.passes(minutes=59)
        tick(home)
        assert home.outgoing() == []
        home.passes(minutes=1)
        assert tick(home) is False
        assert home.outgoing() == [f"{MEI}: {say('zh', 'rating.ask', number=1)}"]
        assert last_row(home).ticket_id == 1
        tick(home)
        assert home.outgoing() == []

    def test_who_cannot_be_reached_is_not_asked(self, tmp_path: Path) -> None:
        home = resolved(tmp_path, delay=timedelta(hours=1))
        home.store.write_now(
            lambda session: session.execute(sa.text("UPDATE identity SET unreachable_since=1"))
        )
        home.outgoing()
        home.passes(hours=2)
        tick(home)
        assert home.outgoing() == []
        found = sa.select(Survey.state, Survey.reason).where(Survey.kind == "csat")
        assert look(home, lambda session: session.execute(found).one()) == ("cancelled", "unreachable")

    def test_rate_asks_before_it_is_due(self, tmp_path: Path) -> None:
        home = resolved(tmp_path, delay=timedelta(hours=1))
        assert home.hears("mei", "/rate") == [f"{MEI}: {say('zh', 'rating.ask', number=1)}"]
        home.passes(hours=2)
        tick(home)
        assert home.outgoing() == []


class TestRate:
    @pytest.mark.parametrize(("who", "language"), PEOPLE)
    def test_nothing_to_rate(self, tmp_path: Path, who: str, language: str) -> None:
        home = open_house(tmp_path)
        [sent] = home.hears(who, "/rate")
        assert sent.endswith(say(language, "rating.none"))

    def test_asks_again_with_the_choice_marked(self, tmp_path: Path) -> None:
        home = resolved(tmp_path)
        home.presses("mei", "v1:rate:1:4")
        assert home.hears("mei", "/rate") == [f"{MEI}: {say('zh', 'rating.ask', number=1)}"]
        assert "✓ 4" in labels(home)

    def test_too_late(self, tmp_path: Path) -> None:
        home = resolved(tmp_path)
        home.passes(days=4)
        assert home.hears("mei", "/rate") == [f"{MEI}: {say('zh', 'rating.closed', number=1)}"]


class TestFeedback:
    @pytest.mark.parametrize(("who", "language"), PEOPLE)
    def test_a_score_in_the_first_words_counts(self, tmp_path: Path, who: str, language: str) -> None:
        home = open_house(tmp_path)
        words = "/feedback " + ("很好，5分" if language == "zh" else "great service, 5 stars")
        chat = MEI if who == "mei" else LI
        word = say(language, "score.5")
        [ack] = to(chat, home.hears(who, words))
        assert ack == say(language, "ack.feedback.scored", number=1, score=5, word=word)
        assert [(rating.kind, rating.score) for rating in ratings(home)] == [("feedback", 5)]

    def test_a_press_is_shown_and_asks_for_no_more_words(self, tmp_path: Path) -> None:
        home = open_house(tmp_path)
        home.hears("mei", PRAISE["zh"])
        [shown] = home.presses("mei", "v1:rate:1:5")
        assert shown.endswith(say("zh", "rating.chosen", number=1, score=5, word="非常满意"))
        home.hears("mei", "对了，还有一件事")
        assert (ratings(home)[0].comment, len(tickets(home))) == (None, 1)

    def test_a_later_score_in_words_counts(self, tmp_path: Path) -> None:
        home = open_house(tmp_path)
        home.hears("mei", PRAISE["zh"])
        sent = home.hears("mei", "给2分吧")
        assert to(MEI, sent) == [
            say("zh", "rating.noted", number=1, score=2, word="不满意"), say("zh", "rating.low_feedback"),
        ]  # fmt: skip
        assert len(tasks(home)) == 1

    def test_read_but_not_answered_it_is_not_asked_about_again(self, tmp_path: Path) -> None:
        home = open_house(tmp_path)
        home.hears("mei", PRAISE["zh"])
        sent = home.hears("wang", "/resolve 1")
        assert say("zh", "rating.ask", number=1) not in to(MEI, sent)


def test_a_complaint_goes_from_words_to_recovery(tmp_path: Path) -> None:
    home = open_house(tmp_path)
    home.hears("li", COMPLAINT["en"])
    home.hears("chen", "/reply 1 So sorry, we pay it back")
    home.hears("chen", "/resolve 1 double charge | refunded")
    home.presses("li", f"v1:rate:{survey_of(home)}:1")
    assert [task.ticket_id for task in tasks(home)] == [1]
    assert catalogue.say("en", "rating.low") in "\n".join(row.body for row in home.rows())


def rate(home: House, score: int) -> None:
    home.presses("mei", f"v1:rate:{survey_of(home)}:{score}")


def low_and_reopened(folder: Path) -> House:
    home = resolved(folder)
    rate(home, 1)
    home.hears("wang", "/reopen 1")
    home.hears("wang", "/reply 1 哪里没做好？")
    return home


def test_who_is_served_again_speaks_to_their_agent_and_not_into_a_comment(tmp_path: Path) -> None:
    home = low_and_reopened(tmp_path)
    assert any("壶盖裂了" in line for line in to(WANG, home.hears("mei", "壶盖裂了一道缝")))
    assert ratings(home)[0].comment is None


def test_a_number_told_to_an_agent_is_no_score(tmp_path: Path) -> None:
    home = low_and_reopened(tmp_path)
    home.hears("wang", "/reply 1 要补发几个？")
    home.hears("mei", "3")
    assert scores(home) == [1]


def test_thanks_are_no_comment_and_what_follows_is(tmp_path: Path) -> None:
    home = resolved(tmp_path)
    rate(home, 2)
    assert to(CHEN, home.hears("mei", "好的")) == []
    home.hears("mei", "等得太久")
    assert ratings(home)[0].comment == "等得太久"


def test_a_score_written_after_a_pressed_one_changes_it(tmp_path: Path) -> None:
    home = resolved(tmp_path)
    rate(home, 2)
    home.hears("mei", "4")
    assert (scores(home), ratings(home)[0].comment) == ([2, 4], None)

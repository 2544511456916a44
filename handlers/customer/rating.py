"""What a customer thinks of the service: one score a survey, changed while the window is open."""

import re

from crm_store import events, ratings, surveys
from crm_store.errors import RefusedError
from crm_store.models.survey import SCALES, Rating, Survey, SurveyKind, SurveyState
from crm_store.ratings import LOW, SERVICE, Outcome
from handlers import asking
from handlers.agent import notices
from handlers.context import Context
from handlers.customer.presses import contact_of, start_dialog
from handlers.router import number_of
from scoring.text import score as score_of

LONGEST_SCORE = 80
BARE = re.compile(r"\s*(\d{1,2})\s*分?\s*[.。!！]?\s*")


def record(ctx: Context, subject: str, revision: int) -> None:
    """Take the score that was pressed and show it on the question, where it can still be changed."""
    contact = contact_of(ctx)
    survey = surveys.by_id(ctx.session, number_of(subject))
    if survey is None or revision not in SCALES[SurveyKind(survey.kind)]:
        raise RefusedError("stale_button")
    if survey.customer_id != contact.customer_id:
        raise RefusedError("not_your_survey")
    outcome = take(ctx, survey.id, revision)
    if outcome is Outcome.CLOSED:
        ctx.reply("rating.closed", number=survey.ticket_id)
    elif outcome is not Outcome.SAME:
        _show_choice(ctx, survey, revision)
        _follow_up(ctx, survey, revision, outcome)


def take(ctx: Context, survey_id: int, score: int) -> Outcome:
    """Record a score, and have a supervisor look after a low one."""
    survey = ctx.session.get_one(Survey, survey_id)
    outcome = ratings.record(ctx.session, survey, score, now=ctx.now, window=ctx.desk.rating_window)
    if outcome in {Outcome.FIRST, Outcome.CHANGED}:
        events.record(
            ctx.session, survey.ticket_id, kind="rated", by=ctx.by, at=ctx.now, score=score,
            survey=survey.id, asked=survey.kind,
        )  # fmt: skip
        if ratings.recover(ctx.session, _rating_of(ctx, survey), now=ctx.now):
            notices.tell_supervisors(ctx, survey.ticket_id, "notice.low", score=score)
    return outcome


def _rating_of(ctx: Context, survey: Survey) -> Rating:
    rating = ratings.by_survey(ctx.session, survey.id)
    assert rating is not None  # noqa: S101 - it was recorded a moment ago
    return rating


def _show_choice(ctx: Context, survey: Survey, score: int) -> None:
    shown = _worded(ctx, "rating.chosen", survey, score)
    ctx.edit(shown, buttons=asking.score_buttons(survey.id, kind=survey.kind, chosen=score))


def _worded(ctx: Context, key: str, survey: Survey, score: int) -> str:
    """Word a score: of a service it has a word of its own, else it is so many of so many."""
    if survey.kind in SERVICE:
        return ctx.say(key, number=survey.ticket_id, score=score, word=ctx.say(f"score.{score}"))
    return ctx.say(f"{key}.of", score=score, most=SCALES[SurveyKind(survey.kind)][-1])


def _follow_up(ctx: Context, survey: Survey, score: int, outcome: Outcome) -> None:
    """Ask for the words behind a score; feedback has given them already."""
    low = ratings.is_low(survey.kind, score)
    if survey.kind == SurveyKind.FEEDBACK:
        if low:
            ctx.reply("rating.low_feedback")
    elif outcome is Outcome.FIRST or low:
        worded = "rating.low" if survey.kind == SurveyKind.CSAT else "rating.better"
        ctx.reply(worded if low else "rating.thanks")
        start_dialog(ctx, "comment", step=str(_rating_of(ctx, survey).id))


def answer_in_words(ctx: Context, ticket_id: int, text: str, *, goes_on: bool = False) -> bool:
    """Take a score that was written instead of pressed, and confirm it; False when none is meant.

    While a ticket goes on, a number answers its agent: only a feedback not rated yet still waits for a score.
    """
    if len(text) > LONGEST_SCORE or (BARE.fullmatch(text) is None and score_in(text) is None):
        return False
    survey = surveys.newest_of_ticket(ctx.session, ticket_id)
    score = None if survey is None else _meant(text, survey)
    if survey is None or score is None or (goes_on and not _awaits_score(survey)):
        return False
    outcome = take(ctx, survey.id, score)
    if outcome is Outcome.CLOSED:
        return False
    ctx.reply_text(_worded(ctx, "rating.noted", survey, score))
    if outcome is not Outcome.SAME:
        _follow_up(ctx, survey, score, outcome)
    return True


def _awaits_score(survey: Survey) -> bool:
    return survey.kind == SurveyKind.FEEDBACK and survey.state == SurveyState.ASKED


def _meant(text: str, survey: Survey) -> int | None:
    """Return the score of a survey that a text means, and nothing beside ("1分，还是不行" means more)."""
    if survey.kind not in SERVICE:
        bare = BARE.fullmatch(text)
        return int(bare[1]) if bare and int(bare[1]) in SCALES[SurveyKind(survey.kind)] else None
    score = score_in(text)
    if score is None or survey.kind == SurveyKind.FEEDBACK:
        return score
    return score if len(text) <= (16 if score > LOW else 4) else None


def score_in(text: str) -> int | None:
    """Return the score a short text plainly names."""
    return score_of(text) if len(text) <= LONGEST_SCORE else None


def rate(ctx: Context, word: str | None = None) -> None:
    """Take the score that is given, or ask again about the last service, while it can be rated."""
    contact = contact_of(ctx)
    since = ctx.now - ctx.desk.rating_window
    unasked = surveys.unasked_of_customer(ctx.session, contact.customer_id, since=since)
    if unasked is not None and asking.ask(ctx, unasked, is_wished=True):
        return
    survey = surveys.newest_of_customer(ctx.session, contact.customer_id)
    if survey is None:
        ctx.reply("rating.none")
        return
    given = ratings.by_survey(ctx.session, survey.id)
    if not ratings.is_open(survey, given, now=ctx.now, window=ctx.desk.rating_window):
        ctx.reply("rating.closed", number=survey.ticket_id)
        return
    score = None if word is None else _meant(word, survey)
    if score is not None and take(ctx, survey.id, score) is not Outcome.SAME:
        ctx.reply_text(_worded(ctx, "rating.noted", survey, score))
        _follow_up(ctx, survey, score, Outcome.FIRST if given is None else Outcome.CHANGED)
        return
    again = asking.question(ctx.language, survey, chosen=None if given is None else given.score)
    ctx.reply_text(again.text, buttons=again.buttons)


def stop(ctx: Context, subject: str, revision: int) -> None:
    """Ask a customer nothing any more: the wish below a question."""
    contact = contact_of(ctx)
    survey = surveys.by_id(ctx.session, number_of(subject))
    if survey is None or survey.customer_id != contact.customer_id:
        raise RefusedError("not_your_survey")
    surveys.opt_out(ctx.session, contact.customer_id, source="survey", now=ctx.now)
    events.record(ctx.session, survey.ticket_id, kind="survey_refused", by=ctx.by, at=ctx.now)
    ctx.edit(ctx.say("rating.stopped"))

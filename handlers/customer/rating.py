"""What a customer thinks of the service: one score a survey, changed while the window is open."""

from crm_store import events, ratings, surveys
from crm_store.errors import RefusedError
from crm_store.models.survey import Rating, Survey, SurveyKind
from crm_store.ratings import LOW, Outcome
from handlers import asking
from handlers.context import Context
from handlers.customer import notices
from handlers.customer.presses import contact_of, number_of, start_dialog
from scoring.text import score as score_of

LONGEST_SCORE = 80


def record(ctx: Context, subject: str, revision: int) -> None:
    """Take the score that was pressed and show it on the question, where it can still be changed."""
    contact = contact_of(ctx)
    survey = surveys.by_id(ctx.session, number_of(subject))
    if survey is None or revision not in asking.SCORES:
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
            ctx.session, survey.ticket_id, kind="rated", by=ctx.by, at=ctx.now, score=score, survey=survey.id
        )
        if ratings.recover(ctx.session, _rating_of(ctx, survey), now=ctx.now):
            notices.tell_supervisors(ctx, survey.ticket_id, "notice.low", score=score)
    return outcome


def _rating_of(ctx: Context, survey: Survey) -> Rating:
    rating = ratings.by_survey(ctx.session, survey.id)
    assert rating is not None  # noqa: S101 - it was recorded a moment ago
    return rating


def _show_choice(ctx: Context, survey: Survey, score: int) -> None:
    word = ctx.say(f"score.{score}")
    shown = ctx.say("rating.chosen", number=survey.ticket_id, score=score, word=word)
    ctx.edit(shown, buttons=asking.score_buttons(survey.id, chosen=score))


def _follow_up(ctx: Context, survey: Survey, score: int, outcome: Outcome) -> None:
    """Ask for the words behind a score; feedback has given them already."""
    low = score <= LOW
    if survey.kind == SurveyKind.FEEDBACK:
        if low:
            ctx.reply("rating.low_feedback")
    elif outcome is Outcome.FIRST or low:
        ctx.reply("rating.low" if low else "rating.thanks")
        start_dialog(ctx, "comment", step=str(_rating_of(ctx, survey).id))


def answer_in_words(ctx: Context, ticket_id: int, text: str) -> bool:
    """Take a score that was written instead of pressed, and confirm it; False when none is meant."""
    score = score_in(text)
    survey = None if score is None else surveys.newest_of_ticket(ctx.session, ticket_id)
    if score is None or survey is None or not _means_only(text, score, survey):
        return False
    outcome = take(ctx, survey.id, score)
    if outcome is Outcome.CLOSED:
        return False
    ctx.reply("rating.noted", number=ticket_id, score=score, word=ctx.say(f"score.{score}"))
    if outcome is not Outcome.SAME:
        _follow_up(ctx, survey, score, outcome)
    return True


def score_in(text: str) -> int | None:
    """Return the score a short text plainly names."""
    return score_of(text) if len(text) <= LONGEST_SCORE else None


def _means_only(text: str, score: int, survey: Survey) -> bool:
    """Tell a bare score from a message that needs an answer and also names one ("1分，还是不行")."""
    return survey.kind == SurveyKind.FEEDBACK or len(text) <= (16 if score > LOW else 4)


def rate(ctx: Context) -> None:
    """Ask again about the last resolved ticket, while it can be rated."""
    contact = contact_of(ctx)
    planned = surveys.planned_of_customer(ctx.session, contact.customer_id)
    if planned is not None and asking.ask(ctx.session, planned, now=ctx.now):
        return
    survey = surveys.newest_of_customer(ctx.session, contact.customer_id)
    if survey is None:
        ctx.reply("rating.none")
        return
    given = ratings.by_survey(ctx.session, survey.id)
    if not ratings.is_open(survey, given, now=ctx.now, window=ctx.desk.rating_window):
        ctx.reply("rating.closed", number=survey.ticket_id)
        return
    chosen = None if given is None else given.score
    ctx.reply("rating.ask", number=survey.ticket_id, buttons=asking.score_buttons(survey.id, chosen=chosen))

"""The words behind a score: what a customer writes next, taken whole."""

from datetime import timedelta

from crm_store import dialogs, ratings
from crm_store.models.dialog import Dialog
from crm_store.models.survey import SCALES, Rating, SurveyKind
from handlers.agent import notices
from handlers.context import Context
from handlers.customer import floods, inquiry, privacy
from handlers.customer import rating as rating_words
from handlers.customer.presses import end_dialog
from handlers.ports import Button, Message

LONGEST = 4096  # characters
GOES_ON = timedelta(minutes=2)  # how long what follows still belongs to the same comment


def take(ctx: Context, dialog: Dialog, text: str) -> None:
    """Keep what was written as the comment to a rating, and offer to reopen; a file is a new message."""
    rating = ctx.session.get(Rating, int(dialog.step))
    if (isinstance(ctx.event, Message) and ctx.event.is_machine) or _says_no_more(ctx, text):
        inquiry.receive(ctx)
        return
    if rating is None or not text or _is_another_thing(ctx, rating):
        end_dialog(ctx)
        inquiry.receive(ctx)
        return
    ctx.contact()
    message = inquiry.log(ctx, rating.ticket_id, text)
    rating.comment = "\n".join(filter(None, [rating.comment, text]))[:LONGEST]
    if not floods.coalesce(ctx, rating.ticket_id, message):
        _tell(ctx, rating, text)
    is_first = "began" not in dialog.answers
    dialogs.advance(dialog, step=dialog.step, expires=ctx.now + GOES_ON, began=True)
    if is_first:
        again = Button(ctx.say("key.reopen_own"), "reopen_own", rating.ticket_id)
        ctx.reply("comment.thanks", buttons=[[again]])


def _says_no_more(ctx: Context, text: str) -> bool:
    """Tell thanks, and a score that is only written, from words about the service."""
    return inquiry.only_thanks(ctx) or rating_words.BARE.fullmatch(text) is not None


def _tell(ctx: Context, rating: Rating, text: str) -> None:
    """Let the supervisors read what was written about a service that let somebody down."""
    if ratings.is_low(rating.kind, rating.score):
        most = SCALES[SurveyKind(rating.kind)][-1]
        notices.tell_supervisors(
            ctx, rating.ticket_id, "notice.comment", score=rating.score, most=most, text=text
        )


def _is_another_thing(ctx: Context, rating: Rating) -> bool:
    """Tell words about the service from a file, a wish to be erased, a new question, work that goes on."""
    is_plain = inquiry.file_of(ctx) is None and not privacy.is_asked(ctx)
    return not is_plain or inquiry.is_served(ctx) or _wants_more(ctx, rating)


def _wants_more(ctx: Context, rating: Rating) -> bool:
    """Tell a new question after a good score from words about the service, which nobody answers."""
    return not ratings.is_low(rating.kind, rating.score) and inquiry.asks(ctx)

"""The words behind a score: what a customer writes next, taken whole."""

from crm_store.models.dialog import Dialog
from crm_store.models.survey import Rating
from crm_store.ratings import LOW
from handlers.context import Context
from handlers.customer import inquiry, notices
from handlers.customer.presses import end_dialog
from handlers.ports import Button, Message


def take(ctx: Context, dialog: Dialog, text: str) -> None:
    """Keep what was written as the comment to a rating, and offer to reopen; a file is a new message."""
    rating = ctx.session.get(Rating, int(dialog.step))
    if isinstance(ctx.event, Message) and ctx.event.is_machine:
        inquiry.receive(ctx)
        return
    end_dialog(ctx)
    if rating is None or not text or inquiry.file_of(ctx) is not None or _wants_more(ctx, rating):
        inquiry.receive(ctx)
        return
    ctx.contact()
    inquiry.log(ctx, rating.ticket_id, text)
    rating.comment = text
    if rating.score <= LOW:
        notices.tell_supervisors(ctx, rating.ticket_id, "notice.comment", score=rating.score, text=text)
    if not inquiry.only_thanks(ctx):
        again = Button(ctx.say("key.reopen_own"), "reopen_own", rating.ticket_id)
        ctx.reply("comment.thanks", buttons=[[again]])


def _wants_more(ctx: Context, rating: Rating) -> bool:
    """Tell a new question after a good score from words about the service, which nobody answers."""
    return rating.score > LOW and inquiry.asks(ctx)

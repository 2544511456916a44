"""Articles that may answer at once: shown with their source, and never in the way of a person."""

from collections.abc import Sequence

from crm_store import events, knowledge, phrasings
from crm_store.knowledge import Answer
from crm_store.models.ticket import Ticket
from handlers.agent import boards, notices, topics
from handlers.context import Context
from handlers.customer.presses import own_ticket
from handlers.ports import Button, OutboundMessage
from scoring import text as texts
from scoring.match import CONFIDENT, OFFER

TITLES = 3
LABEL = 60


def acknowledge(
    ctx: Context, number: int, promise: str, *, otherwise: Sequence[Sequence[Button]] = ()
) -> OutboundMessage:
    """Acknowledge an inquiry in one message, with the answer or the titles that may hold it.

    Where no article may, `otherwise` asks what the message is, if that is not clear.
    """
    ack = ctx.say("ack.inquiry", number=number, promise=promise)
    found = _found(ctx)
    if not found:
        return OutboundMessage(f"{ack}\n\n{ctx.say('kind.unsure')}" if otherwise else ack, otherwise)
    article_id, confidence, answer = found[0]
    if confidence >= CONFIDENT:
        body = _shown(ctx, answer)
        phrasings.show(ctx.session, number, article_id, now=ctx.now)
        tail = ctx.say("faq.below", number=number, promise=promise)
        return OutboundMessage(f"{body}\n\n{tail}", _answer_buttons(ctx, number, article_id))
    titles = [[Button(_label(answer), "article", number, article)] for article, _, answer in found]
    return OutboundMessage(f"{ack}\n\n{ctx.say('faq.unsure')}", [*titles, [_human_button(ctx, number)]])


def _found(ctx: Context) -> list[tuple[int, float, Answer]]:
    answers = ctx.understood.answers  # the best decides; the runners-up come with it, however unsure
    offered = answers[:TITLES] if answers and answers[0][1] >= OFFER else ()
    known = [
        (article, sure, knowledge.text_of(ctx.session, article, ctx.language)) for article, sure in offered
    ]
    return [(article, sure, answer) for article, sure, answer in known if answer is not None]


def _shown(ctx: Context, answer: Answer) -> str:
    return f"{answer.body}\n\n{ctx.say('faq.source', title=answer.title)}"


def _label(answer: Answer) -> str:
    return answer.title if len(answer.title) <= LABEL else answer.title[: LABEL - 1] + "…"


def _answer_buttons(ctx: Context, number: int, article_id: int) -> Sequence[Sequence[Button]]:
    helped = Button(ctx.say("key.helped"), "helped", number, article_id)
    return [[helped, _human_button(ctx, number)]]


def _human_button(ctx: Context, number: int) -> Button:
    return Button(ctx.say("key.human"), "human", number)


def show_article(ctx: Context, subject: str, revision: int) -> None:
    """Show the article whose title was pressed, unless a person has answered since."""
    ticket = own_ticket(ctx, subject)
    if _is_over(ctx, ticket):
        return
    answer = knowledge.text_of(ctx.session, revision, ctx.language)
    if answer is None:
        ctx.reply("faq.gone")
        return
    events.record(ctx.session, ticket.id, kind="article_shown", by=ctx.by, at=ctx.now, article=revision)
    phrasings.show(ctx.session, ticket.id, revision, now=ctx.now)
    phrasings.propose(ctx.session, ticket.id, revision, language=_spoken(ctx, ticket.id), now=ctx.now)
    ctx.reply_text(_shown(ctx, answer), buttons=_answer_buttons(ctx, ticket.id, revision))


def _spoken(ctx: Context, ticket_id: int) -> str:
    """Tell the language a ticket's question is asked in, which need not be the one we answer in."""
    return texts.language(phrasings.question(ctx.session, ticket_id)) or ctx.language


def helped(ctx: Context, subject: str, revision: int) -> None:
    """Resolve a ticket that an article answered; nobody served it, so nobody is rated."""
    ticket = own_ticket(ctx, subject)
    if _is_over(ctx, ticket):
        return
    ticket.resolve(ctx.now)
    phrasings.helped(ctx.session, ticket.id, revision)
    events.record(
        ctx.session, ticket.id, kind="resolved", by="bot", at=ctx.now, reason="faq", article=revision
    )
    ctx.reply("faq.helped", number=ticket.number)
    boards.mark_taken(topics.bench(ctx), ticket)
    boards.refresh(topics.bench(ctx), ticket)
    notices.tell_desk(ctx, ticket.id, "notice.helped")
    topics.close(topics.bench(ctx), ticket.id)


def _is_over(ctx: Context, ticket: Ticket) -> bool:
    """Tell whether the bot has nothing more to offer here, and say so politely."""
    if ticket.is_resolved:
        ctx.reply("faq.resolved", number=ticket.number)
    elif ticket.bot_quiet:
        ctx.reply("faq.answered", number=ticket.number)
    return ticket.is_resolved or ticket.bot_quiet

"""Asking a customer for a rating: when a ticket is resolved, or when its survey falls due."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from crm_store import customers, events, outbox, surveys, tickets
from crm_store.customers import Contact
from crm_store.models.conversation import Conversation
from crm_store.models.inbox import Inbox
from crm_store.models.survey import SCALES, Survey, SurveyKind, SurveyState
from crm_store.models.ticket import Ticket
from crm_store.outbox import Draft
from crm_store.rules.asking import GAP, NPS_GAP, Facts, Obstacle, obstacle
from crm_store.rules.lifecycle import Kind, Status
from crm_store.surveys import Question
from handlers.context import Context, TickContext
from handlers.ports import Button, OutboundMessage
from handlers.texts import catalogue

CES_AFTER = timedelta(hours=48)  # when nobody said before that it is put right
NPS_AFTER = timedelta(days=7)
GIVEN_UP_AFTER = timedelta(days=21)  # a question that had to wait so long is asked no more
WISHED = frozenset({Obstacle.NO_ANSWER, Obstacle.OPTED_OUT, Obstacle.ASKED_LATELY})
ABREAST = 7


def score_buttons(
    survey_id: int, *, kind: str = SurveyKind.CSAT, chosen: int | None = None
) -> Sequence[Sequence[Button]]:
    """Return the scores of a survey as neutral numbers, the chosen one marked."""
    keys = [
        Button(f"✓ {score}" if score == chosen else str(score), "rate", survey_id, score)
        for score in SCALES[SurveyKind(kind)]
    ]
    half = len(keys) if len(keys) <= ABREAST else (len(keys) + 1) // 2
    return [keys[start : start + half] for start in range(0, len(keys), half)]


def question(language: str, survey: Survey, *, chosen: int | None = None) -> OutboundMessage:
    """Word a survey with its scores, and below them the wish not to be asked."""
    key = "rating.ask" if survey.kind == SurveyKind.CSAT else f"rating.ask.{survey.kind}"
    words = catalogue.say(language, key, number=survey.ticket_id)
    stop = Button(catalogue.say(language, "key.surveys.stop"), "no_surveys", survey.id)
    return OutboundMessage(words, [*score_buttons(survey.id, kind=survey.kind, chosen=chosen), [stop]])


def after_resolve(ctx: Context | TickContext, ticket: Ticket) -> bool:
    """Plan to ask about the work just resolved, and ask at once where the house waits for nothing.

    True when the customer is asked now, in words that also tell that the ticket is resolved.
    """
    channel = _inbox_of(ctx.session, ticket).channel
    delay = ctx.desk.survey_delay
    lasting = _lasting(ctx.session, ticket, now=ctx.now)
    survey = _plan(ctx, ticket, Question(SurveyKind.CSAT, channel, ctx.now + delay, lasting))
    if lasting is None:
        _plan_more(ctx, ticket, channel)
    return survey is not None and lasting is None and not delay and ask(ctx, survey)


def _lasting(session: Session, ticket: Ticket, *, now: datetime) -> Obstacle | None:
    """Find what will stand in the way of asking about this episode whenever that is."""
    facts = Facts(
        is_over=True,
        ended=surveys.ended_with(session, ticket.id),
        was_answered=surveys.was_answered(session, ticket),
        is_reachable=True,
        has_opted_out=False,
        asked=None,
    )
    return obstacle(facts, now=now)


def _plan(ctx: Context | TickContext, ticket: Ticket, asked: Question) -> Survey | None:
    survey = surveys.plan(ctx.session, ticket, asked)
    if survey is not None and asked.obstacle is not None:
        _note(ctx, survey, "survey_cancelled", reason=asked.obstacle)
    elif survey is not None and asked.due > ctx.now:
        _note(ctx, survey, "survey_planned", due=asked.due)
    return survey


def _plan_more(ctx: Context | TickContext, ticket: Ticket, channel: str) -> None:
    """Plan to ask whether a complaint was easy to settle, and now and then whether we are recommended."""
    if ticket.kind == Kind.COMPLAINT:
        _plan(ctx, ticket, Question(SurveyKind.CES, channel, ctx.now + CES_AFTER))
    due = ctx.now + NPS_AFTER
    before = surveys.last_asked(ctx.session, ticket.customer_id, kind=SurveyKind.NPS)
    rested = before is None or due - before >= NPS_GAP
    if (
        ctx.desk.asks_nps
        and rested
        and not surveys.is_planned(ctx.session, ticket.customer_id, SurveyKind.NPS)
    ):
        _plan(ctx, ticket, Question(SurveyKind.NPS, channel, due))


def ask(ctx: Context | TickContext, survey: Survey, *, is_wished: bool = False) -> bool:
    """Ask for a score unless something stands in the way; what cannot wait for that is cancelled.

    A customer who wishes to rate is asked though they were asked lately or wanted to be asked nothing.
    """
    ticket = ctx.session.get_one(Ticket, survey.ticket_id)
    contact = customers.contact_of(ctx.session, survey.customer_id, _inbox_of(ctx.session, ticket).id)
    found = obstacle(_facts(ctx.session, ticket, survey, contact), now=ctx.now)
    if found is not None and not (is_wished and found in WISHED):
        _put_off(ctx, ticket, survey, found)
        return False
    if contact is None or (not is_wished and _sleeps(ctx, survey, contact)):
        return False
    if not surveys.mark_asked(survey, now=ctx.now):
        return False
    _note(ctx, survey, "survey_asked", reason="wished" if is_wished else "answered")
    outbox.enqueue(ctx.session, _draft(contact, survey), now=ctx.now)
    return True


def _facts(session: Session, ticket: Ticket, survey: Survey, contact: Contact | None) -> Facts:
    is_nps = survey.kind == SurveyKind.NPS
    return Facts(
        is_over=ticket.status in {Status.RESOLVED, Status.CLOSED} and ticket.episode == survey.episode,
        ended=surveys.ended_with(session, ticket.id),
        was_answered=surveys.was_answered(session, ticket),
        is_reachable=contact is not None and contact.is_reachable,
        has_opted_out=surveys.has_opted_out(session, survey.customer_id),
        asked=surveys.last_asked(session, survey.customer_id),
        asked_nps=surveys.last_asked(session, survey.customer_id, kind=SurveyKind.NPS) if is_nps else None,
        is_busy=is_nps and _is_busy(session, survey.customer_id),
        is_nps=is_nps,
    )


def _is_busy(session: Session, customer_id: int) -> bool:
    return any(not ticket.is_resolved for ticket in tickets.of_customer(session, customer_id))


def _put_off(ctx: Context | TickContext, ticket: Ticket, survey: Survey, found: Obstacle) -> None:
    """Let a question wait that may, and cancel one that may not."""
    waited = ctx.now - (ticket.resolved or survey.due)
    if found.passes and survey.kind in {SurveyKind.NPS, SurveyKind.CES} and waited < GIVEN_UP_AFTER:
        survey.due = ctx.now + GAP
        return
    if survey.state == SurveyState.PLANNED:
        survey.state, survey.reason = SurveyState.CANCELLED, found
        _note(ctx, survey, "survey_cancelled", reason=found)


def _sleeps(ctx: Context | TickContext, survey: Survey, contact: Contact) -> bool:
    """Leave who sleeps now in peace with what was not asked right after the service."""
    quiet, zone = ctx.desk.quiet, contact.zone or ctx.desk.zone
    if survey.kind == SurveyKind.CSAT or quiet is None or not quiet.is_quiet(ctx.now, zone):
        return False
    survey.due = quiet.ends(ctx.now, zone)
    return True


def cancel(ctx: Context | TickContext, ticket_id: int, *, reason: str) -> None:
    """Cancel what was planned to be asked about a ticket, and write down why."""
    for kind in surveys.cancel(ctx.session, ticket_id, reason=reason):
        events.record(
            ctx.session,
            ticket_id,
            kind="survey_cancelled",
            by=_by(ctx),
            at=ctx.now,
            survey=kind,
            reason=reason,
        )


def _note(ctx: Context | TickContext, survey: Survey, kind: str, **detail: object) -> None:
    events.record(
        ctx.session, survey.ticket_id, kind=kind, by=_by(ctx), at=ctx.now, survey=survey.kind, **detail
    )


def _by(ctx: Context | TickContext) -> str:
    return ctx.by if isinstance(ctx, Context) else "clock"


def _draft(contact: Contact, survey: Survey) -> Draft:
    return Draft(
        inbox_id=contact.inbox_id, chat=contact.chat, body=question(contact.language, survey).body(),
        customer_id=contact.customer_id, ticket_id=survey.ticket_id, dedupe_key=f"survey:{survey.id}",
    )  # fmt: skip


def _inbox_of(session: Session, ticket: Ticket) -> Inbox:
    conversation = session.get_one(Conversation, ticket.conversation_id)
    return session.get_one(Inbox, conversation.inbox_id)

"""Asking a customer for a rating: when a ticket is resolved, or when its survey falls due."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from crm_store import customers, outbox, surveys
from crm_store.customers import Contact
from crm_store.models.conversation import Conversation
from crm_store.models.inbox import Inbox
from crm_store.models.survey import Survey, SurveyState
from crm_store.models.ticket import Ticket
from crm_store.outbox import Draft
from crm_store.rules.lifecycle import Status
from handlers.context import Context, TickContext
from handlers.ports import Button, OutboundMessage
from handlers.texts import catalogue

SCORES = range(1, 6)


def score_buttons(survey_id: int, *, chosen: int | None = None) -> Sequence[Sequence[Button]]:
    """Return the five scores of a survey in one row, the chosen one marked."""
    return [
        [
            Button(f"✓ {score}" if score == chosen else str(score), "rate", survey_id, score)
            for score in SCORES
        ]
    ]


def after_resolve(ctx: Context | TickContext, ticket: Ticket) -> bool:
    """Plan to ask about the work just resolved, and ask at once where the house waits for nothing.

    True when the customer is asked now, in words that also tell that the ticket is resolved.
    """
    inbox = _inbox_of(ctx.session, ticket)
    delay = ctx.desk.survey_delay
    survey = surveys.plan(ctx.session, ticket, at=ctx.now, delay=delay, channel=inbox.channel)
    return survey is not None and not delay and ask(ctx.session, survey, now=ctx.now)


def ask(session: Session, survey: Survey, *, now: datetime) -> bool:
    """Ask for a score if the ticket is still resolved and its customer can be reached, else cancel."""
    ticket = session.get_one(Ticket, survey.ticket_id)
    contact = customers.contact_of(session, survey.customer_id, _inbox_of(session, ticket).id)
    over = ticket.status in {Status.RESOLVED, Status.CLOSED} and ticket.episode == survey.episode
    if not over or contact is None or not contact.is_reachable:
        survey.state = SurveyState.CANCELLED
        return False
    if not surveys.mark_asked(survey, now=now):
        return False
    words = catalogue.say(contact.language, "rating.ask", number=ticket.number)
    question = OutboundMessage(words, score_buttons(survey.id))
    outbox.enqueue(session, _draft(contact, question, survey), now=now)
    return True


def _draft(contact: Contact, question: OutboundMessage, survey: Survey) -> Draft:
    return Draft(
        inbox_id=contact.inbox_id, chat=contact.chat, body=question.body(), customer_id=contact.customer_id,
        ticket_id=survey.ticket_id, dedupe_key=f"survey:{survey.id}",
    )  # fmt: skip


def _inbox_of(session: Session, ticket: Ticket) -> Inbox:
    conversation = session.get_one(Conversation, ticket.conversation_id)
    return session.get_one(Inbox, conversation.inbox_id)

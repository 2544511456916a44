"""Work of which a story tells nothing but its figures: closed tickets of one guest, and their ratings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from crm_store import customers, journal, tickets
from crm_store.models.survey import Rating, Survey, SurveyKind, SurveyState
from crm_store.rules.lifecycle import Kind, Priority
from crm_store.tickets import Opening

GUEST, CHANNEL = "900", "telegram"


@dataclass(frozen=True, slots=True)
class Past:
    """Tickets with the same words, opened and closed at one time by one member of staff."""

    account: str
    agent: str
    words: str
    at: datetime
    kind: Kind = Kind.INQUIRY

    def open(self, session: Session) -> int:
        """Open a ticket and close it again, as if all had been said."""
        inbox_id = journal.inbox(session, CHANNEL, self.account).id
        agent = customers.sender(session, inbox_id, self.agent).staff
        assert agent is not None  # noqa: S101 - every stage has its cast
        guest = customers.sender(session, inbox_id, GUEST).contact
        if guest is None:
            guest = customers.create(session, inbox_id, GUEST, name="Guest", language="en", now=self.at)
        customers.open_conversation(session, guest, now=self.at)
        opening = Opening(
            kind=self.kind, priority=Priority.NORMAL, subject=self.words, first_due=None, resolution_due=None
        )
        ticket = tickets.by_number(session, tickets.create(session, guest, opening, now=self.at))
        ticket.take(agent.id)
        session.flush()  # the store lets no step of a ticket's life be left out
        ticket.resolve(self.at)
        session.flush()
        ticket.close(self.at)
        return ticket.id

    def rate(self, session: Session, scores: Mapping[int, int]) -> None:
        """Open as many tickets as there are scores, and have each rated."""
        for score in (score for score, count in scores.items() for _ in range(count)):
            number = self.open(session)
            ticket = tickets.by_number(session, number)
            survey = Survey(
                kind=SurveyKind.CSAT, ticket_id=number, episode=1, customer_id=ticket.customer_id,
                agent_id=ticket.assignee_id, channel=CHANNEL, due=self.at, asked=self.at,
                state=SurveyState.ANSWERED,
            )  # fmt: skip
            session.add(survey)
            session.flush()
            session.add(
                Rating(
                    survey_id=survey.id, kind=survey.kind, ticket_id=number, customer_id=ticket.customer_id,
                    agent_id=ticket.assignee_id, channel=CHANNEL, score=score, at=self.at,
                    comment=self.words if score <= 2 else None,
                )
            )  # fmt: skip

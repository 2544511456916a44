"""What is known of many customers beside their purchases: their language, complaints and low ratings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.customer import Customer
from crm_store.models.survey import Rating, SurveyKind
from crm_store.models.ticket import Ticket
from crm_store.rules.lifecycle import Kind

PAGE = 5000
LOW = 2


@dataclass(frozen=True, slots=True)
class Traits:
    """Each customer's language, and who ever complained or rated low."""

    language: Mapping[int, str]
    complained: frozenset[int]
    displeased: frozenset[int]


def of(session: Session, ids: Sequence[int]) -> Traits:
    """Return what is known of customers, looked up a page at a time."""
    language: dict[int, str] = {}
    complained: set[int] = set()
    displeased: set[int] = set()
    for start in range(0, len(ids), PAGE):
        low, high = min(ids[start : start + PAGE]), max(ids[start : start + PAGE])
        spoken = sa.select(Customer.id, Customer.language).where(Customer.id.between(low, high))
        language |= {who: code for who, code in session.execute(spoken)}
        complained |= set(
            session.scalars(
                sa.select(Ticket.customer_id).where(
                    Ticket.customer_id.between(low, high), Ticket.kind == Kind.COMPLAINT
                )
            )
        )
        displeased |= set(
            session.scalars(
                sa.select(Rating.customer_id).where(
                    Rating.customer_id.between(low, high), Rating.kind == SurveyKind.CSAT, Rating.score <= LOW
                )
            )
        )
    return Traits(language, frozenset(complained), frozenset(displeased))

"""What customers teach the articles: the question behind a tap, proposed, looked at, then known."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store import knowledge
from crm_store.errors import RefusedError
from crm_store.models.article import Article, ArticleProposal, ArticleShowing, ProposalState
from crm_store.models.conversation import Direction, Message
from crm_store.models.ticket import Ticket
from crm_store.rules.lifecycle import Status
from crm_store.rules.redaction import redact
from crm_store.store import adding


class Waiting(NamedTuple):
    """A proposed phrasing that nobody has looked at yet."""

    id: int
    slug: str
    language: str
    text: str
    helped: bool


@dataclass(frozen=True, slots=True)
class Deflection:
    """Of the tickets an article was shown to, how many it settled without a person; None is all articles."""

    slug: str | None
    settled: int
    shown: int


def show(session: Session, ticket_id: int, article_id: int, *, now: datetime) -> None:
    """Write down that a customer was shown an article."""
    shown = adding(session, ArticleShowing).values(ticket_id=ticket_id, article_id=article_id, at=now)
    session.execute(shown.on_conflict_do_nothing())


def propose(session: Session, ticket_id: int, article_id: int, *, language: str, now: datetime) -> bool:
    """Propose the question of a ticket as a phrasing of the article its customer chose.

    False when nothing of it is left without numbers and addresses, or it is known or proposed already.
    """
    text = redact(question(session, ticket_id))
    if not text or knowledge.is_known(session, article_id, text):
        return False
    proposed = adding(session, ArticleProposal).values(
        article_id=article_id, ticket_id=ticket_id, language=language, text=text, at=now
    )
    made = session.execute(proposed.on_conflict_do_nothing().returning(ArticleProposal.id))
    return made.first() is not None


def question(session: Session, ticket_id: int) -> str:
    """Return the first words a customer wrote in a ticket."""
    first = sa.select(Message.body).where(
        Message.ticket_id == ticket_id, Message.direction == Direction.INBOUND, Message.body != ""
    )
    return session.scalar(first.order_by(Message.id).limit(1)) or ""


def helped(session: Session, ticket_id: int, article_id: int) -> None:
    """Write down that the article a customer chose settled their question."""
    session.execute(
        sa.update(ArticleProposal)
        .where(ArticleProposal.ticket_id == ticket_id, ArticleProposal.article_id == article_id)
        .values(helped=True)
    )


def waiting(session: Session, *, limit: int) -> Sequence[Waiting]:
    """List the proposals nobody has looked at: those that helped first, then by age."""
    rows = session.execute(
        sa.select(
            ArticleProposal.id, Article.slug, ArticleProposal.language, ArticleProposal.text,
            ArticleProposal.helped,
        )
        .join(Article, Article.id == ArticleProposal.article_id)
        .where(ArticleProposal.state == ProposalState.PROPOSED)
        .order_by(ArticleProposal.helped.desc(), ArticleProposal.id)
        .limit(limit)
    )  # fmt: skip
    return [Waiting(*row) for row in rows]


def count_waiting(session: Session) -> int:
    """Count the proposals nobody has looked at."""
    counted = sa.select(sa.func.count(ArticleProposal.id))
    return session.scalar(counted.where(ArticleProposal.state == ProposalState.PROPOSED)) or 0


def decide(session: Session, proposal_id: int, *, add: bool, by: str, now: datetime) -> Waiting:
    """Make a proposal a phrasing of its article, or drop it; refuse one that was decided before."""
    found = session.scalar(
        sa.select(ArticleProposal).where(ArticleProposal.id == proposal_id).with_for_update()
    )
    if found is None or found.state != ProposalState.PROPOSED:
        raise RefusedError("proposal_decided")
    found.state = ProposalState.ADDED if add else ProposalState.DROPPED
    found.decided, found.decided_by = now, by
    if add:
        knowledge.add_phrasing(session, found.article_id, found.language, found.text)
    slug = session.get_one(Article, found.article_id).slug
    return Waiting(found.id, slug, found.language, found.text, found.helped)


def deflection(session: Session, *, start: datetime, end: datetime) -> Sequence[Deflection]:
    """Count, for all articles and for each, the tickets it was shown to and those it settled by itself.

    Settled means over without a person's answer, and not opened again.
    """
    by_itself = sa.and_(
        Ticket.status.in_((Status.RESOLVED, Status.CLOSED)),
        Ticket.first_replied.is_(None),
        Ticket.episode == 1,
    )
    settled = sa.func.count(sa.case((by_itself, ArticleShowing.ticket_id)).distinct())
    shown = sa.func.count(ArticleShowing.ticket_id.distinct())
    period = sa.and_(ArticleShowing.at >= start, ArticleShowing.at < end)
    joined = sa.join(ArticleShowing, Ticket, Ticket.id == ArticleShowing.ticket_id)
    total = session.execute(sa.select(settled, shown).select_from(joined).where(period)).one()
    each = session.execute(
        sa.select(Article.slug, settled, shown)
        .select_from(joined.join(Article, Article.id == ArticleShowing.article_id))
        .where(period)
        .group_by(Article.slug)
        .order_by(shown.desc(), Article.slug)
    )
    return [Deflection(None, *total), *(Deflection(*row) for row in each)]

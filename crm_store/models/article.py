"""An article is one FAQ answer with its known phrasings in each language, and those customers propose."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base, one_of


class Article(Base):
    """One FAQ answer."""

    __tablename__ = "article"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)


class ArticleText(Base):
    """What an article says in one language."""

    __tablename__ = "article_text"

    article_id: Mapped[int] = mapped_column(sa.ForeignKey("article.id"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    body: Mapped[str]


class ArticlePhrasing(Base):
    """One way customers ask what an article answers."""

    __tablename__ = "article_phrasing"

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(sa.ForeignKey("article.id"), index=True)
    language: Mapped[str]
    text: Mapped[str]


class ProposalState(StrEnum):
    """What became of a proposed phrasing."""

    PROPOSED = "proposed"
    ADDED = "added"
    DROPPED = "dropped"


class ArticleProposal(Base):
    """A customer's question that a tap led to an article: a phrasing once a supervisor has seen it."""

    __tablename__ = "article_proposal"
    __table_args__ = (
        one_of("state", ProposalState),
        sa.UniqueConstraint("ticket_id", "article_id"),
        sa.Index(
            "ix_article_proposal_waiting",
            "id",
            sqlite_where=sa.text("state = 'proposed'"),
            postgresql_where=sa.text("state = 'proposed'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(sa.ForeignKey("article.id"), index=True)
    ticket_id: Mapped[int] = mapped_column(sa.ForeignKey("ticket.id"))
    language: Mapped[str]
    text: Mapped[str]
    helped: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.false())
    state: Mapped[str] = mapped_column(server_default="proposed")
    at: Mapped[datetime]
    decided: Mapped[datetime | None]
    decided_by: Mapped[str | None]


class ArticleShowing(Base):
    """An article a customer was shown about a ticket: whether it settled things is counted from here."""

    __tablename__ = "article_showing"
    __table_args__ = (sa.Index("ix_article_showing_at", "at", "article_id"),)

    ticket_id: Mapped[int] = mapped_column(sa.ForeignKey("ticket.id"), primary_key=True)
    article_id: Mapped[int] = mapped_column(sa.ForeignKey("article.id"), primary_key=True)
    at: Mapped[datetime]

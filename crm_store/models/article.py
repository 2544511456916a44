"""An article is one FAQ answer with its known phrasings in each language."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base


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

"""Articles: what the house knows, in each language, and the ways customers ask for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_store.models.article import Article, ArticlePhrasing, ArticleText
from crm_store.store import Prepared


class Entry(NamedTuple):
    """One known phrasing of what an article answers."""

    article_id: int
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What an article says to one reader."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Draft:
    """An article as someone wrote it: an answer and known phrasings in each language."""

    slug: str
    answers: Mapping[str, Answer]
    phrasings: Mapping[str, Sequence[str]] = field(default_factory=dict)


_TEXT = Prepared(
    sa.select(ArticleText.title, ArticleText.body)
    .where(ArticleText.article_id == sa.bindparam("article"))
    .order_by(
        sa.case(
            (
                ArticleText.language == sa.bindparam("preferred", type_=sa.Text),
                sa.literal_column("0"),
            ),
            else_=sa.literal_column("1"),
        ),
        ArticleText.language,
    )
    .limit(sa.literal_column("1"))
)


def text_of(session: Session, article_id: int, language: str) -> Answer | None:
    """Return an article in a language, else in the one it is written in; None when it is gone."""
    row = _TEXT.first(session, article=article_id, preferred=language)
    if row is None:
        return None
    title, body = row
    return Answer(cast("str", title), cast("str", body))


def keep(session: Session, draft: Draft) -> int:
    """Write an article down, in place of the one with the same slug, and return its id."""
    article = session.scalar(sa.select(Article).where(Article.slug == draft.slug))
    if article is None:
        article = Article(slug=draft.slug)
        session.add(article)
        session.flush()
    for part in (ArticleText, ArticlePhrasing):
        session.execute(sa.delete(part).where(part.article_id == article.id))
    for language, answer in draft.answers.items():
        session.add(
            ArticleText(article_id=article.id, language=language, title=answer.title, body=answer.body)
        )
    for language, texts in draft.phrasings.items():
        for text in dict.fromkeys(texts):
            session.add(ArticlePhrasing(article_id=article.id, language=language, text=text))
    session.flush()
    return article.id


def entries(session: Session) -> Sequence[Entry]:
    """List every title and phrasing, for the index that finds articles by them."""
    titles = sa.select(ArticleText.article_id, ArticleText.language, ArticleText.title.label("text"))
    asked = sa.select(ArticlePhrasing.article_id, ArticlePhrasing.language, ArticlePhrasing.text)
    both = sa.union(titles, asked).subquery("both")
    rows = session.execute(sa.select(both).order_by(both.c.article_id, both.c.language, both.c.text))
    return [Entry(*cast("tuple[int, str, str]", row)) for row in rows]
